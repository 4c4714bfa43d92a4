"""SQL of hiring teams."""

from uuid import UUID

from sqlalchemy import select

from talentflux.models import Application, HiringTeam
from talentflux.repositories.base import TenantRepository


class HiringTeamRepository(TenantRepository[HiringTeam]):
    """Hiring teams of the organization."""

    model = HiringTeam

    async def role_on(self, user_id: UUID, requisition_id: UUID | None, application_id: UUID | None) -> str | None:
        """Return a user's part on a requisition, or on the requisition of an application."""
        statement = select(HiringTeam.role).where(
            HiringTeam.organization_id == self.organization_id,
            HiringTeam.user_id == user_id,
            HiringTeam.deleted_at.is_(None),
        )
        if requisition_id is not None:
            statement = statement.where(HiringTeam.requisition_id == requisition_id)
        else:
            applied_to = select(Application.requisition_id).where(
                Application.organization_id == self.organization_id, Application.id == application_id
            )
            statement = statement.where(HiringTeam.requisition_id.in_(applied_to))
        role: str | None = await self.session.scalar(statement)
        return role
