"""Timelines of candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from talentflux.api import candidate_record_examples as record
from talentflux.api.answers import answers, page_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads
from talentflux.schemas.page import Page
from talentflux.schemas.timeline import TimelineEntry, TimelineQuery
from talentflux.services import timeline_service

router = StemRouter(prefix="/candidates", tags=["candidates"])


@router.get(
    "/{candidate_id}/timeline",
    operation_id="get_candidate_timeline",
    summary="What happened to a candidate",
    response_model=Page[TimelineEntry],
    responses=answers(404, 422, example=listed(record.TIMELINE_ENTRY)),
)
async def get_candidate_timeline(
    request: Request,
    candidate_id: UUID,
    session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ)],
    asked: Annotated[TimelineQuery, Query()],
) -> Response:
    """List what happened to a candidate, the latest first, with the names of those who acted."""
    return page_answer(request, await timeline_service.page(session, candidate_id, asked))
