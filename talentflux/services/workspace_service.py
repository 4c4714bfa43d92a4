"""Workspaces: teams inside an organization, and who belongs to them."""

from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import NotFoundError
from talentflux.models import Workspace
from talentflux.repositories.base import unique
from talentflux.repositories.changing import change
from talentflux.repositories.member_repository import MemberRepository
from talentflux.repositories.workspace_repository import WorkspaceRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.schemas.workspace import WorkspaceCreate, WorkspaceQuery, WorkspaceRead, WorkspaceUpdate
from talentflux.services import audit_service

_TAKEN = "Another workspace has this slug."


async def page(session: AnySession, asked: WorkspaceQuery) -> RowPage:
    """Read a page of workspaces.

    Args:
        session: The transaction.
        asked: Order, view and place.
    """
    return await WorkspaceRepository(session).page(asked)


async def get(session: AnySession, workspace_id: UUID) -> WorkspaceRead:
    """Return a workspace.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await WorkspaceRepository(session).get(workspace_id))


async def check(session: AnySession, workspace_id: UUID) -> None:
    """Make sure that a workspace can be named.

    Raises:
        NotFoundError: There is none in this organization.
    """
    if await WorkspaceRepository(session).find(workspace_id) is None:
        raise NotFoundError("There is no such workspace.", fields={"body.workspace_id": "names no workspace"})


async def create(session: WriteSession, given: WorkspaceCreate) -> WorkspaceRead:
    """Make a workspace.

    Args:
        session: The transaction.
        given: Name and slug.

    Raises:
        ConflictError: Another workspace has the slug.
    """
    with unique(_TAKEN):
        row = await WorkspaceRepository(session).add(Workspace(name=given.name, slug=given.slug))
    audit_service.record(session, "workspace.create", "workspace", row.id, after=given.model_dump())
    return _read(row)


async def update(
    session: WriteSession, workspace_id: UUID, changes: WorkspaceUpdate, versions: Versions = ANY_VERSION
) -> WorkspaceRead:
    """Change name or slug.

    Args:
        session: The transaction.
        workspace_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: Another workspace has the slug.
    """
    row = await WorkspaceRepository(session).get(workspace_id, lock=True, versions=versions)
    given = changes.model_dump(exclude_none=True)
    before = await change(session, row, given, _TAKEN)
    audit_service.record(session, "workspace.update", "workspace", row.id, before=before, after=given)
    return _read(row)


async def delete(session: WriteSession, workspace_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a workspace. Its requisitions and members stay as they are, so that it can be restored.

    Args:
        session: The transaction.
        workspace_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = WorkspaceRepository(session)
    row = await repository.get(workspace_id, lock=True, versions=versions)
    await repository.delete(row)
    audit_service.record(session, "workspace.delete", "workspace", row.id, before={"name": row.name, "slug": row.slug})


async def restore(session: WriteSession, workspace_id: UUID, versions: Versions = ANY_VERSION) -> WorkspaceRead:
    """Show a deleted workspace again.

    Args:
        session: The transaction.
        workspace_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or it is not deleted.
        PreconditionFailedError: It has another version.
        ConflictError: Another workspace has got its slug.
    """
    row = await WorkspaceRepository(session).get_deleted(workspace_id, versions=versions)
    row.deleted_at = None
    with unique(_TAKEN):
        await session.flush()
    audit_service.record(session, "workspace.restore", "workspace", row.id)
    return _read(row)


async def members(session: AnySession, workspace_id: UUID) -> list[UUID]:
    """Return the ids of the members who belong to a workspace.

    Raises:
        NotFoundError: There is no such workspace.
    """
    repository = WorkspaceRepository(session)
    await repository.get(workspace_id)
    return await repository.members(workspace_id)


async def put_member(session: WriteSession, workspace_id: UUID, member_id: UUID) -> None:
    """Let a member belong to a workspace; nothing happens where they do already.

    Raises:
        NotFoundError: There is no such workspace or member.
    """
    repository = WorkspaceRepository(session)
    await repository.get(workspace_id)
    await MemberRepository(session).get(member_id)
    if await repository.put_member(workspace_id, member_id):
        audit_service.record(session, "workspace.member_add", "workspace", workspace_id, after={"member": member_id})


async def remove_member(session: WriteSession, workspace_id: UUID, member_id: UUID) -> None:
    """Let a member no longer belong to a workspace.

    Raises:
        NotFoundError: There is no such workspace, or they do not belong to it.
    """
    repository = WorkspaceRepository(session)
    await repository.get(workspace_id)
    if not await repository.remove_member(member_id, workspace_id):
        raise NotFoundError("This member does not belong to the workspace.")
    audit_service.record(session, "workspace.member_remove", "workspace", workspace_id, before={"member": member_id})


def _read(row: Workspace) -> WorkspaceRead:
    return WorkspaceRead(
        id=row.id,
        name=row.name,
        slug=row.slug,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
    )
