"""Approval chains: who has to agree to which requisitions."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from talentflux.api import requisition_examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.approval import ApprovalChainCreate, ApprovalChainList, ApprovalChainRead
from talentflux.services import approval_chain_service

router = StemRouter(prefix="/approval-chains", tags=["approvals"], route_class=ApiRoute)
_PATH = "/api/v1/approval-chains"
_Reading = Annotated[ReadSession, reads(Permission.APPROVAL_READ)]
_Writing = Annotated[WriteSession, writes(Permission.APPROVAL_WRITE)]
_Chain = Annotated[
    ApprovalChainCreate,
    Body(
        examples=[
            {
                "name": "Engineering above 100,000",
                "department": "Engineering",
                "pay_above": "100000",
                "pay_currency": "EUR",
                "pay_period": "year",
                "steps": [{"name": "Admins", "role": "admin"}, {"name": "Owners", "role": "owner", "rule": "all"}],
                "self_approval": True,
            }
        ]
    ),
]


@router.get(
    "",
    operation_id="list_approval_chains",
    summary="List approval chains",
    responses=answers(422, example={"items": [requisition_examples.APPROVAL_CHAIN]}),
)
async def list_approval_chains(session: _Reading) -> ApprovalChainList:
    """Return all chains in the order in which they are tried; the first that applies is taken."""
    return ApprovalChainList(items=await approval_chain_service.all_chains(session))


@router.post(
    "",
    operation_id="create_approval_chain",
    summary="Make an approval chain",
    status_code=201,
    response_model=ApprovalChainRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.APPROVAL_CHAIN, success=201),
)
async def create_approval_chain(request: Request, given: _Chain, session: _Writing) -> Response:
    """Make a chain. One that nobody could pass, or that leads back into itself, is refused with the step named."""
    made = await approval_chain_service.create(session, given)
    return row_answer(request, made, status=201, location=f"{_PATH}/{made.id}")


@router.get(
    "/{approval_chain_id}",
    operation_id="get_approval_chain",
    summary="Read an approval chain",
    response_model=ApprovalChainRead,
    responses=answers(404, 422, example=requisition_examples.APPROVAL_CHAIN),
)
async def get_approval_chain(request: Request, approval_chain_id: UUID, session: _Reading) -> Response:
    """Return a chain."""
    return row_answer(request, await approval_chain_service.get(session, approval_chain_id))


@router.put(
    "/{approval_chain_id}",
    operation_id="replace_approval_chain",
    summary="Change an approval chain",
    response_model=ApprovalChainRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=requisition_examples.APPROVAL_CHAIN),
)
async def replace_approval_chain(
    request: Request, approval_chain_id: UUID, given: _Chain, session: _Writing, versions: RequiredMatch
) -> Response:
    """Put a whole chain in the place of one. Requests that run keep the steps that they began with."""
    return row_answer(request, await approval_chain_service.replace(session, approval_chain_id, given, versions))


@router.delete(
    "/{approval_chain_id}",
    operation_id="delete_approval_chain",
    summary="Delete an approval chain",
    status_code=204,
    responses=answers(404, 409, 412, 422),
)
async def delete_approval_chain(approval_chain_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Take a chain away that is no part of another. Requests that run go on."""
    await approval_chain_service.delete(session, approval_chain_id, versions)
