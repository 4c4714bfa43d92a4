"""SQL of talent pools."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, func, literal, select

from talentflux.models import Candidate, Member, TalentPool, TalentPoolMember, User
from talentflux.repositories.base import (
    LAST_ID,
    ListQuery,
    ResourceList,
    TenantRepository,
    newest_first,
    of_tenant,
    parameter,
)
from talentflux.schemas.page import RowPage
from talentflux.schemas.talent_pool import PoolMemberQuery, TalentPoolQuery

_LIST = ResourceList(
    TalentPool,
    select(
        TalentPool.id,
        TalentPool.name,
        TalentPool.description,
        TalentPool.created_at,
        TalentPool.updated_at,
        TalentPool.deleted_at,
    ),
)
_In = TalentPoolMember
_after, _order = newest_first(_In)
_PEOPLE: Final = ListQuery(
    select(
        _In.id,
        _In.candidate_id,
        Candidate.wrapped_key,
        Candidate.profile,
        Candidate.consent,
        Candidate.consent_until,
        Candidate.do_not_contact,
        _In.added_by,
        User.wrapped_key.label("user_wrapped_key"),
        User.profile.label("user_profile"),
        _In.reason,
        _In.created_at,
    )
    .join(Candidate, (Candidate.organization_id == _In.organization_id) & (Candidate.id == _In.candidate_id))
    .outerjoin(
        Member,
        (Member.organization_id == _In.organization_id)
        & (Member.user_id == _In.added_by)
        & Member.deleted_at.is_(None),
    )
    .outerjoin(User, User.id == Member.user_id)
    .where(
        *of_tenant(_In),
        _In.talent_pool_id == parameter("talent_pool_id", _In.talent_pool_id),
        Candidate.deleted_at.is_(None),
        _after,
    )
    .order_by(_order),
    key={"id": LAST_ID},
)


class TalentPoolRepository(TenantRepository[TalentPool]):
    """Talent pools of the organization."""

    model = TalentPool

    async def page(self, asked: TalentPoolQuery) -> RowPage:
        """Read a page of pools."""
        return await _LIST.page(self.session, asked, asked.sort)


class PoolMemberRepository(TenantRepository[TalentPoolMember]):
    """Who is in talent pools of the organization."""

    model = TalentPoolMember

    async def page(self, talent_pool_id: UUID, asked: PoolMemberQuery) -> RowPage:
        """Read a page of the candidates in a pool, the latest first; names and reasons are still encrypted."""
        return await _PEOPLE.asked(self.session, asked, talent_pool_id=talent_pool_id)

    async def candidates(self, candidate_ids: Sequence[UUID]) -> list[Candidate]:
        """Return the live candidates with these ids, kept from being changed by others."""
        statement = (
            select(Candidate)
            .where(
                Candidate.organization_id == self.organization_id,
                Candidate.id == func.any(literal(list(candidate_ids), ARRAY(Uuid()))),
                Candidate.deleted_at.is_(None),
            )
            .order_by(Candidate.id)
            .with_for_update(key_share=True)
        )
        return list(await self.session.scalars(statement))

    async def held(self, talent_pool_id: UUID, candidate_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the candidates who are in a pool."""
        statement = select(_In.candidate_id).where(
            _In.organization_id == self.organization_id,
            _In.talent_pool_id == talent_pool_id,
            _In.candidate_id == func.any(literal(list(candidate_ids), ARRAY(Uuid()))),
            _In.deleted_at.is_(None),
        )
        return set(await self.session.scalars(statement))

    async def add_all(self, rows: Sequence[TalentPoolMember]) -> None:
        """Insert rows."""
        for row in rows:
            row.organization_id = self.organization_id
        self.session.add_all(rows)
        await self.session.flush()

    async def one(self, talent_pool_id: UUID, candidate_id: UUID) -> TalentPoolMember | None:
        """Return that a candidate is in a pool, kept from being changed by others."""
        statement = self.live().where(_In.talent_pool_id == talent_pool_id, _In.candidate_id == candidate_id)
        return await self.session.scalar(statement.with_for_update(key_share=True))

    async def of_candidate(self, candidate_id: UUID) -> list[dict[str, Any]]:
        """Return the live pools that a candidate is in, the latest first; reasons are still encrypted."""
        statement = (
            select(
                _In.id, _In.candidate_id, _In.talent_pool_id, TalentPool.name, _In.reason, _In.added_by, _In.created_at
            )
            .join(
                TalentPool, (TalentPool.organization_id == _In.organization_id) & (TalentPool.id == _In.talent_pool_id)
            )
            .where(
                _In.organization_id == self.organization_id,
                _In.candidate_id == candidate_id,
                _In.deleted_at.is_(None),
                TalentPool.deleted_at.is_(None),
            )
            .order_by(_In.id.desc())
        )
        return [dict(row) for row in (await self.session.execute(statement)).mappings()]
