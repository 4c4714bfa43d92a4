"""Openings of requisitions."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from talentflux.api import requisition_examples
from talentflux.api.answers import GivenMatch, answers, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.opening import OpeningCreate, OpeningList, OpeningRead, OpeningUpdate
from talentflux.services import opening_service

router = StemRouter(prefix="/requisitions", tags=["openings"], route_class=ApiRoute)
_Writing = Annotated[WriteSession, writes(Permission.REQUISITION_WRITE)]


@router.get(
    "/{requisition_id}/openings",
    operation_id="list_openings",
    summary="List the openings of a requisition",
    responses=answers(404, 422, example={"items": [requisition_examples.OPENING]}),
)
async def list_openings(
    requisition_id: UUID, session: Annotated[ReadSession, reads(Permission.REQUISITION_READ)]
) -> OpeningList:
    """Return the seats of a requisition, the oldest first."""
    return OpeningList(items=await opening_service.page(session, requisition_id))


@router.post(
    "/{requisition_id}/openings",
    operation_id="create_opening",
    summary="Add an opening",
    status_code=201,
    response_model=OpeningRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.OPENING, success=201),
)
async def create_opening(
    request: Request,
    requisition_id: UUID,
    given: Annotated[OpeningCreate, Body(examples=[{"external_id": "HC-2027-014", "target_date": "2027-03-01"}])],
    session: _Writing,
) -> Response:
    """Add a seat. One more than was approved waits, where an approval chain applies.

    It is answered with the status `pending_approval`, and the chain is asked. The requisition goes on as it is; the
    seat counts and is filled once it is approved, and is closed where it is declined.
    """
    return row_answer(request, await opening_service.add(session, requisition_id, given), status=201)


@router.patch(
    "/{requisition_id}/openings/{opening_id}",
    operation_id="update_opening",
    summary="Change an opening",
    response_model=OpeningRead,
    responses=answers(404, 409, 412, 415, 422, example=requisition_examples.OPENING),
)
async def update_opening(  # noqa: PLR0913, PLR0917 -- one argument per parameter
    request: Request,
    requisition_id: UUID,
    opening_id: UUID,
    changes: Annotated[OpeningUpdate, Body(examples=[{"target_date": "2027-04-01"}])],
    session: _Writing,
    versions: GivenMatch,
) -> Response:
    """Change a seat, give it up (`closed`) or take it up again. Hiring fills it, undoing the hire frees it.

    To take up one more than was approved asks for an approval, as `create_opening` does.
    """
    return row_answer(request, await opening_service.update(session, requisition_id, opening_id, changes, versions))


@router.delete(
    "/{requisition_id}/openings/{opening_id}",
    operation_id="delete_opening",
    summary="Take an opening away",
    status_code=204,
    responses=answers(404, 409, 412, 422),
)
async def delete_opening(requisition_id: UUID, opening_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Take a seat away that nobody fills."""
    await opening_service.delete(session, requisition_id, opening_id, versions)
