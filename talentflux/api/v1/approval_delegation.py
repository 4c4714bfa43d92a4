"""Delegations of approvals."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from talentflux.api import requisition_examples
from talentflux.api.answers import answers, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.approval import DelegationCreate, DelegationList, DelegationRead
from talentflux.services import approval_delegation_service

router = StemRouter(prefix="/approval-delegations", tags=["approvals"], route_class=ApiRoute)
_Writing = Annotated[WriteSession, writes(Permission.APPROVAL_DECIDE)]


@router.get(
    "",
    operation_id="list_approval_delegations",
    summary="List your delegations",
    responses=answers(422, example={"items": [requisition_examples.DELEGATION]}),
)
async def list_approval_delegations(
    session: Annotated[ReadSession, reads(Permission.APPROVAL_READ)],
) -> DelegationList:
    """Return who decides in your place and in whose place you decide, now or later."""
    return DelegationList(items=await approval_delegation_service.mine(session))


@router.post(
    "",
    operation_id="create_approval_delegation",
    summary="Name a stand-in",
    status_code=201,
    response_model=DelegationRead,
    responses=answers(409, 415, 422, example=requisition_examples.DELEGATION, success=201),
)
async def create_approval_delegation(
    request: Request,
    given: Annotated[
        DelegationCreate,
        Body(
            examples=[
                {
                    "stand_in_id": requisition_examples.USER_ID,
                    "starts_at": "2026-12-21T00:00:00Z",
                    "ends_at": "2027-01-04T00:00:00Z",
                }
            ]
        ),
    ],
    session: _Writing,
) -> Response:
    """Let somebody decide in your place for a time. Stand-ins of stand-ins count too; circles are refused."""
    return row_answer(request, await approval_delegation_service.create(session, given), status=201)


@router.delete(
    "/{approval_delegation_id}",
    operation_id="delete_approval_delegation",
    summary="End a delegation",
    status_code=204,
    responses=answers(404, 422),
)
async def delete_approval_delegation(approval_delegation_id: UUID, session: _Writing) -> None:
    """End one of your own delegations now."""
    await approval_delegation_service.delete(session, approval_delegation_id)
