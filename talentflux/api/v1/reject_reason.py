"""Reasons to reject."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from talentflux.api import application_examples as examples
from talentflux.api.answers import GivenMatch, PageCursor, PageLimit, RequiredMatch, answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.reject_reason import RejectReasonRead, RejectReasonWrite
from talentflux.services import reject_reason_service

router = StemRouter(prefix="/reject-reasons", tags=["pipelines"], route_class=ApiRoute)
_Writing = Annotated[WriteSession, writes(Permission.PIPELINE_WRITE)]
_Named = Annotated[RejectReasonWrite, Body(examples=[{"name": "Lacks experience"}])]


@router.get(
    "",
    operation_id="list_reject_reasons",
    summary="List reasons to reject",
    response_model=Page[RejectReasonRead],
    responses=answers(422, example=listed(examples.REASON)),
)
async def list_reject_reasons(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.PIPELINE_READ)],
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> Response:
    """List the reasons from which people choose, the oldest first."""
    return page_answer(request, await reject_reason_service.page(session, limit, cursor))


@router.post(
    "",
    operation_id="create_reject_reason",
    summary="Add a reason to reject",
    status_code=201,
    response_model=RejectReasonRead,
    responses=answers(409, 415, 422, example=examples.REASON, success=201),
)
async def create_reject_reason(request: Request, given: _Named, session: _Writing) -> Response:
    """Add a reason from which people choose."""
    return row_answer(request, await reject_reason_service.create(session, given), status=201)


@router.patch(
    "/{reject_reason_id}",
    operation_id="update_reject_reason",
    summary="Rename a reason to reject",
    response_model=RejectReasonRead,
    responses=answers(404, 409, 415, 422, example=examples.REASON),
)
async def update_reject_reason(
    request: Request, reject_reason_id: UUID, given: _Named, session: _Writing, versions: RequiredMatch
) -> Response:
    """Rename a reason, also where it was given."""
    return row_answer(request, await reject_reason_service.update(session, reject_reason_id, given, versions))


@router.delete(
    "/{reject_reason_id}",
    operation_id="delete_reject_reason",
    summary="Remove a reason to reject",
    status_code=204,
    responses=answers(404, 422),
)
async def delete_reject_reason(reject_reason_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Offer a reason no longer; where it was given, it stays."""
    await reject_reason_service.delete(session, reject_reason_id, versions)
