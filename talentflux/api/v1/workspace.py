"""Workspaces."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import tenant_examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.workspace import (
    WorkspaceCreate,
    WorkspaceMemberList,
    WorkspaceQuery,
    WorkspaceRead,
    WorkspaceUpdate,
)
from talentflux.services import workspace_service

router = StemRouter(prefix="/workspaces", tags=["workspaces"])
_Reading = Annotated[ReadSession, reads(Permission.WORKSPACE_READ)]
_Writing = Annotated[WriteSession, writes(Permission.WORKSPACE_WRITE)]
_Deleting = Annotated[WriteSession, writes(Permission.WORKSPACE_WRITE, step_up=True)]


@router.post(
    "",
    operation_id="create_workspace",
    summary="Make a workspace",
    status_code=201,
    response_model=WorkspaceRead,
    responses=answers(409, 415, 422, example=tenant_examples.WORKSPACE, success=201),
)
async def create_workspace(
    request: Request,
    given: Annotated[WorkspaceCreate, Body(examples=[{"name": "Nordics", "slug": "nordics"}])],
    session: _Writing,
) -> Response:
    """Make a workspace: a brand, a country, a department."""
    made = await workspace_service.create(session, given)
    return row_answer(request, made, status=201, location=f"/api/v1/workspaces/{made.id}")


@router.get(
    "",
    operation_id="list_workspaces",
    summary="List workspaces",
    response_model=Page[WorkspaceRead],
    responses=answers(422, example=listed(tenant_examples.WORKSPACE)),
)
async def list_workspaces(request: Request, session: _Reading, asked: Annotated[WorkspaceQuery, Query()]) -> Response:
    """List workspaces, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.WORKSPACE_WRITE)
    return page_answer(request, await workspace_service.page(session, asked))


@router.get(
    "/{workspace_id}",
    operation_id="get_workspace",
    summary="Read a workspace",
    response_model=WorkspaceRead,
    responses=answers(404, 422, example=tenant_examples.WORKSPACE),
)
async def get_workspace(request: Request, workspace_id: UUID, session: _Reading) -> Response:
    """Return a workspace."""
    return row_answer(request, await workspace_service.get(session, workspace_id))


@router.patch(
    "/{workspace_id}",
    operation_id="update_workspace",
    summary="Change a workspace",
    response_model=WorkspaceRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=tenant_examples.WORKSPACE),
)
async def update_workspace(
    request: Request,
    workspace_id: UUID,
    changes: Annotated[WorkspaceUpdate, Body(examples=[{"name": "Nordics and Baltics"}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Change name or slug. Fields that are left out stay."""
    return row_answer(request, await workspace_service.update(session, workspace_id, changes, versions))


@router.delete(
    "/{workspace_id}",
    operation_id="delete_workspace",
    summary="Delete a workspace",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_workspace(workspace_id: UUID, session: _Deleting, versions: GivenMatch) -> None:
    """Hide a workspace. Its requisitions stay, without it in lists of workspaces, until it is restored."""
    await workspace_service.delete(session, workspace_id, versions)


@router.post(
    "/{workspace_id}/restore",
    operation_id="restore_workspace",
    summary="Restore a workspace",
    response_model=WorkspaceRead,
    responses=answers(404, 409, 412, 422, example=tenant_examples.WORKSPACE),
)
async def restore_workspace(request: Request, workspace_id: UUID, session: _Writing, versions: GivenMatch) -> Response:
    """Show a deleted workspace again."""
    return row_answer(request, await workspace_service.restore(session, workspace_id, versions))


@router.get(
    "/{workspace_id}/members",
    operation_id="list_workspace_members",
    summary="Who belongs to a workspace",
    responses=answers(404, 422, example=tenant_examples.WORKSPACE_MEMBERS),
)
async def list_workspace_members(workspace_id: UUID, session: _Reading) -> WorkspaceMemberList:
    """Return the ids of the members who belong to a workspace."""
    return WorkspaceMemberList(member_ids=await workspace_service.members(session, workspace_id))


@router.put(
    "/{workspace_id}/members/{member_id}",
    operation_id="add_workspace_member",
    summary="Add a member to a workspace",
    status_code=204,
    responses=answers(404, 422),
)
async def add_workspace_member(workspace_id: UUID, member_id: UUID, session: _Writing) -> None:
    """Let a member belong to a workspace; nothing happens where they do already."""
    await workspace_service.put_member(session, workspace_id, member_id)


@router.delete(
    "/{workspace_id}/members/{member_id}",
    operation_id="remove_workspace_member",
    summary="Remove a member from a workspace",
    status_code=204,
    responses=answers(404, 422),
)
async def remove_workspace_member(workspace_id: UUID, member_id: UUID, session: _Writing) -> None:
    """Let a member no longer belong to a workspace. They stay a member of the organization."""
    await workspace_service.remove_member(session, workspace_id, member_id)
