"""The skill lexicon."""

import asyncio
from typing import Annotated

from fastapi import Query, Response

from talentflux import __version__
from talentflux.api import examples
from talentflux.api.answers import PageLimit, answers
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens
from talentflux.schemas.page import Page
from talentflux.schemas.skill import Skill
from talentflux.services import skill_service

_KEPT_SECONDS = 300  # an imported taxonomy may change the answer

router = StemRouter(prefix="/skills", tags=["skills"], route_class=ApiRoute)


@router.get(
    "",
    operation_id="search_skills",
    summary="Search the skill lexicon",
    response_model=Page[Skill],
    responses=answers(422, example=examples.listed(examples.SKILL)),
)
async def search_skills(
    _opener: Annotated[Opener, opens(Permission.SKILL_READ, write=False)],
    resources: Using,
    q: Annotated[str, Query(min_length=1, max_length=100, description="Part of a name or alias.", examples=["postg"])],
    limit: PageLimit = 20,
) -> Response:
    """Return skills whose name or alias holds the text, the nearest first. There is one page."""

    async def search() -> bytes:
        found = await asyncio.to_thread(skill_service.search, q, limit)
        return Page(items=found, next_cursor=None).model_dump_json().encode()

    key = f"skills {__version__} {limit} {q}"
    body = await resources.cache.cached(key, search, organization_id=None, ttl=_KEPT_SECONDS)
    return Response(body, media_type="application/json")
