"""Members of the organization."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import tenant_examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Using, reads, writes
from talentflux.schemas.member import MemberQuery, MemberRead, MemberUpdate
from talentflux.schemas.page import Page
from talentflux.services import member_service

router = StemRouter(prefix="/members", tags=["members"])
_Reading = Annotated[ReadSession, reads(Permission.MEMBER_READ)]
_Changing = Annotated[WriteSession, writes(Permission.MEMBER_UPDATE, step_up=True)]
_Removing = Annotated[WriteSession, writes(Permission.MEMBER_REMOVE, step_up=True)]
_Leaving = Annotated[WriteSession, writes(Permission.MEMBER_READ, step_up=True)]


@router.get(
    "",
    operation_id="list_members",
    summary="List members",
    response_model=Page[MemberRead],
    responses=answers(422, example=listed(tenant_examples.MEMBER)),
)
async def list_members(request: Request, session: _Reading, asked: Annotated[MemberQuery, Query()]) -> Response:
    """List members, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.MEMBER_REMOVE)
    return page_answer(request, await member_service.page(session, asked))


@router.delete(
    "/me",
    operation_id="leave_organization",
    summary="Leave the organization",
    status_code=204,
    responses=answers(404, 409, 422),
)
async def leave_organization(session: _Leaving, resources: Using) -> None:
    """End your own membership, with your personal keys and your parts in hiring teams. Your account stays.

    The only owner hands the organization over or closes it first (409, `last_owner`).
    """
    await member_service.leave(session, resources.settings.public_url)


@router.get(
    "/{member_id}",
    operation_id="get_member",
    summary="Read a member",
    response_model=MemberRead,
    responses=answers(404, 422, example=tenant_examples.MEMBER),
)
async def get_member(request: Request, member_id: UUID, session: _Reading) -> Response:
    """Return a member with name and address."""
    return row_answer(request, await member_service.get(session, member_id))


@router.patch(
    "/{member_id}",
    operation_id="update_member",
    summary="Give a member another role",
    response_model=MemberRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=tenant_examples.MEMBER),
)
async def update_member(
    request: Request,
    member_id: UUID,
    changes: Annotated[MemberUpdate, Body(examples=[{"role": "recruiter"}])],
    session: _Changing,
    versions: RequiredMatch,
) -> Response:
    """Give a member another role. It counts from their next request on. Needs a recent proof of identity."""
    return row_answer(request, await member_service.change_role(session, member_id, changes.role, versions))


@router.post(
    "/{member_id}/deactivate",
    operation_id="deactivate_member",
    summary="Deactivate a member",
    response_model=MemberRead,
    responses=answers(404, 409, 412, 422, example=tenant_examples.MEMBER),
)
async def deactivate_member(request: Request, member_id: UUID, session: _Changing, versions: GivenMatch) -> Response:
    """Take a member's access away for a while, keys included. Needs a recent proof of identity."""
    return row_answer(request, await member_service.deactivate(session, member_id, versions))


@router.post(
    "/{member_id}/reactivate",
    operation_id="reactivate_member",
    summary="Reactivate a member",
    response_model=MemberRead,
    responses=answers(404, 412, 422, example=tenant_examples.MEMBER),
)
async def reactivate_member(request: Request, member_id: UUID, session: _Changing, versions: GivenMatch) -> Response:
    """Give a deactivated member access again. Needs a recent proof of identity."""
    return row_answer(request, await member_service.reactivate(session, member_id, versions))


@router.delete(
    "/{member_id}",
    operation_id="remove_member",
    summary="Remove a member",
    status_code=204,
    responses=answers(404, 409, 412, 422),
)
async def remove_member(member_id: UUID, session: _Removing, versions: GivenMatch, resources: Using) -> None:
    """End a membership. The account stays. To come back, the person is invited again."""
    await member_service.remove(session, member_id, resources.settings.public_url, versions)
