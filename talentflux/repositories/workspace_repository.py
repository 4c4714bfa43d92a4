"""SQL of workspaces."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Member, Workspace, WorkspaceMember
from talentflux.repositories.base import ResourceList, TenantRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.workspace import WorkspaceQuery

_LIST = ResourceList(
    Workspace,
    select(
        Workspace.id,
        Workspace.name,
        Workspace.slug,
        Workspace.created_at,
        Workspace.updated_at,
        Workspace.deleted_at,
    ),
)


class WorkspaceRepository(TenantRepository[Workspace]):
    """Workspaces of the organization."""

    model = Workspace

    async def page(self, asked: WorkspaceQuery) -> RowPage:
        """Read a page of workspaces."""
        return await _LIST.page(self.session, asked, asked.sort)

    async def find(self, workspace_id: UUID) -> Workspace | None:
        """Return a workspace; None where there is none."""
        return await self.session.scalar(self.live().where(Workspace.id == workspace_id))

    async def members(self, workspace_id: UUID) -> list[UUID]:
        """Return the ids of those who belong to a workspace, the oldest membership first."""
        statement = (
            select(WorkspaceMember.member_id)
            .join(
                Member,
                (Member.organization_id == WorkspaceMember.organization_id) & (Member.id == WorkspaceMember.member_id),
            )
            .where(
                WorkspaceMember.organization_id == self.organization_id,
                WorkspaceMember.workspace_id == workspace_id,
                Member.deleted_at.is_(None),
            )
            .order_by(Member.id)
        )
        return list(await self.session.scalars(statement))

    async def put_member(self, workspace_id: UUID, member_id: UUID) -> bool:
        """Let a member belong to a workspace; return whether that is new."""
        statement = insert(WorkspaceMember).values(
            organization_id=self.organization_id, workspace_id=workspace_id, member_id=member_id
        )
        made = await self.session.execute(statement.on_conflict_do_nothing().returning(WorkspaceMember.member_id))
        return made.first() is not None

    async def remove_member(self, member_id: UUID, workspace_id: UUID | None = None) -> bool:
        """Let a member no longer belong to a workspace, or to any; return whether they did."""
        statement = delete(WorkspaceMember).where(
            WorkspaceMember.organization_id == self.organization_id, WorkspaceMember.member_id == member_id
        )
        if workspace_id is not None:
            statement = statement.where(WorkspaceMember.workspace_id == workspace_id)
        gone = await self.session.execute(statement.returning(WorkspaceMember.member_id))
        return gone.first() is not None
