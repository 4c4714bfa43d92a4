"""SQL of hiring teams."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from talentflux.core.permissions import TeamRole
from talentflux.models import Application, HiringTeam, Job, Member, Requisition, User
from talentflux.repositories.base import TenantRepository
from talentflux.utils.ids import new_id


class HiringTeamRepository(TenantRepository[HiringTeam]):
    """Hiring teams of the organization."""

    model = HiringTeam

    async def role_on(
        self, user_id: UUID, requisition_id: UUID | None, application_id: UUID | None, job_id: UUID | None
    ) -> str | None:
        """Return a user's part on a requisition, that of an application, that of a job: on all that are given."""
        statement = select(HiringTeam.role).where(
            HiringTeam.organization_id == self.organization_id,
            HiringTeam.user_id == user_id,
            HiringTeam.deleted_at.is_(None),
        )
        if requisition_id is not None:
            statement = statement.where(HiringTeam.requisition_id == requisition_id)
        for model, row_id in ((Application, application_id), (Job, job_id)):
            if row_id is not None:
                its = select(model.requisition_id).where(
                    model.organization_id == self.organization_id, model.id == row_id
                )
                statement = statement.where(HiringTeam.requisition_id.in_(its))
        role: str | None = await self.session.scalar(statement)
        return role

    async def has_requisition(self, requisition_id: UUID) -> bool:
        """Return whether the transaction sees a requisition."""
        statement = select(Requisition.id).where(
            Requisition.organization_id == self.organization_id,
            Requisition.id == requisition_id,
            Requisition.deleted_at.is_(None),
        )
        return await self.session.scalar(statement) is not None

    async def team(self, requisition_id: UUID) -> list[tuple[HiringTeam, User, UUID | None]]:
        """Return the team of a requisition, each with account and membership; who left has no membership."""
        membership = (
            (Member.organization_id == HiringTeam.organization_id)
            & (Member.user_id == HiringTeam.user_id)
            & Member.deleted_at.is_(None)
        )
        statement = (
            select(HiringTeam, User, Member.id)
            .join(User, User.id == HiringTeam.user_id)
            .outerjoin(Member, membership)
            .where(
                HiringTeam.organization_id == self.organization_id,
                HiringTeam.requisition_id == requisition_id,
                HiringTeam.deleted_at.is_(None),
            )
            .order_by(HiringTeam.id)
        )
        rows = await self.session.execute(statement)
        return [(part, account, member_id) for part, account, member_id in rows]

    async def part(self, requisition_id: UUID, user_id: UUID) -> HiringTeam | None:
        """Return a user's part on a requisition, kept from being changed by others."""
        statement = self.live().where(HiringTeam.requisition_id == requisition_id, HiringTeam.user_id == user_id)
        return await self.session.scalar(statement.with_for_update(key_share=True))

    async def put(self, requisition_id: UUID, user_id: UUID, role: TeamRole) -> None:
        """Give a user a part on a requisition, in the place of the former one."""
        new = insert(HiringTeam).values(
            id=new_id(),
            organization_id=self.organization_id,
            requisition_id=requisition_id,
            user_id=user_id,
            role=role,
        )
        await self.session.execute(
            new.on_conflict_do_update(
                index_elements=["organization_id", "requisition_id", "user_id"],
                index_where=HiringTeam.deleted_at.is_(None),
                set_={"role": role, "updated_at": func.now()},
            )
        )
