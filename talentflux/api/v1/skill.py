"""The skill lexicon."""

import asyncio
from typing import Annotated

from fastapi import Query

from talentflux.api import examples
from talentflux.api.answers import PageLimit, answers
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads
from talentflux.schemas.page import Page
from talentflux.schemas.skill import Skill
from talentflux.services import skill_service

router = StemRouter(prefix="/skills", tags=["skills"], route_class=ApiRoute)


@router.get(
    "",
    operation_id="search_skills",
    summary="Search the skill lexicon",
    dependencies=[reads(Permission.SKILL_READ)],
    responses=answers(422, example=examples.listed(examples.SKILL)),
)
async def search_skills(
    q: Annotated[str, Query(min_length=1, max_length=100, description="Part of a name or alias.", examples=["postg"])],
    limit: PageLimit = 20,
) -> Page[Skill]:
    """Return skills whose name or alias holds the text, the nearest first. There is one page."""
    return Page(items=await asyncio.to_thread(skill_service.search, q, limit), next_cursor=None)
