"""Reports over what is stored."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from talentflux.api import examples
from talentflux.api.answers import answers
from talentflux.api.routing import ApiRoute
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads
from talentflux.schemas.screening import ScreeningReport
from talentflux.services import report_service

router = APIRouter(tags=["reports"], route_class=ApiRoute)


@router.get(
    "/requisitions/{requisition_id}/shortlist",
    operation_id="get_shortlist",
    summary="The best candidates with their evidence in one answer",
    responses=answers(404, 422, example=examples.SHORTLIST),
)
async def get_shortlist(
    requisition_id: UUID,
    session: Annotated[ReadSession, reads(Permission.REPORT_READ)],
    top: Annotated[int, Query(ge=1, le=50, description="Most candidates.")] = 10,
    *,
    blind: Annotated[bool, Query(description="Leave out names and files, and give the masked text.")] = False,
) -> ScreeningReport:
    """Return the best of the requisition's last ranking: findings, quotes, parts of the score and the resume's text."""
    return await report_service.shortlist(session, requisition_id, top, blind=blind)
