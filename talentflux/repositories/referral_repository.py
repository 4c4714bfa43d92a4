"""SQL of referrals."""

from uuid import UUID

from sqlalchemy import func, select

from talentflux.models import Candidate, Member, Referral, Requisition
from talentflux.repositories.base import ResourceList, TenantRepository, optional
from talentflux.schemas.page import RowPage
from talentflux.schemas.referral import ReferralQuery

_LIST = ResourceList(
    Referral,
    select(
        Referral.id,
        Referral.candidate_id,
        Referral.requisition_id,
        Referral.user_id,
        Candidate.wrapped_key,
        Referral.note,
        Referral.credit,
        Referral.created_at,
        Referral.updated_at,
        Referral.deleted_at,
    ).join(
        Candidate, (Candidate.organization_id == Referral.organization_id) & (Candidate.id == Referral.candidate_id)
    ),
    filters=[
        optional(Referral.user_id, "user_id"),
        optional(Referral.candidate_id, "candidate_id"),
        optional(Referral.requisition_id, "requisition_id"),
    ],
)


class ReferralRepository(TenantRepository[Referral]):
    """Referrals of the organization."""

    model = Referral

    async def page(self, asked: ReferralQuery) -> RowPage:
        """Read a page of referrals with the keys of their candidates."""
        return await _LIST.page(
            self.session,
            asked,
            asked.sort,
            user_id=asked.user_id,
            candidate_id=asked.candidate_id,
            requisition_id=asked.requisition_id,
        )

    async def wrapped_key(self, candidate_id: UUID, *, lock: bool = False) -> tuple[bytes | None] | None:
        """Return the key of a live candidate; None where there is no such candidate.

        Args:
            candidate_id: Whose.
            lock: Let one referral of the candidate at a time be written, so that credits add up.
        """
        statement = select(Candidate.wrapped_key).where(
            Candidate.organization_id == self.organization_id,
            Candidate.id == candidate_id,
            Candidate.deleted_at.is_(None),
        )
        row = (await self.session.execute(statement.with_for_update(key_share=True) if lock else statement)).first()
        return None if row is None else (row[0],)

    async def has_requisition(self, requisition_id: UUID) -> bool:
        """Return whether there is such a requisition."""
        statement = select(Requisition.id).where(
            Requisition.organization_id == self.organization_id,
            Requisition.id == requisition_id,
            Requisition.deleted_at.is_(None),
        )
        return await self.session.scalar(statement) is not None

    async def has_member(self, user_id: UUID) -> bool:
        """Return whether somebody belongs to the organization."""
        statement = select(Member.id).where(
            Member.organization_id == self.organization_id, Member.user_id == user_id, Member.deleted_at.is_(None)
        )
        return await self.session.scalar(statement) is not None

    async def credited(self, candidate_id: UUID, requisition_id: UUID | None, but: UUID) -> int:
        """Return how much credit others have for a candidate and a requisition, in per cent."""
        statement = select(func.coalesce(func.sum(Referral.credit), 0)).where(
            Referral.organization_id == self.organization_id,
            Referral.candidate_id == candidate_id,
            Referral.requisition_id.is_not_distinct_from(requisition_id),
            Referral.deleted_at.is_(None),
            Referral.id != but,
        )
        return int((await self.session.execute(statement)).scalar_one())
