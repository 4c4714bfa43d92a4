"""SQL of approvals: chains, requests with their steps and decisions, delegations."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, and_, func, null, or_, select, text, update

from talentflux.models import (
    Approval,
    ApprovalChain,
    ApprovalDecision,
    ApprovalDelegation,
    ApprovalStep,
    Member,
    Requisition,
    User,
)
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant, parameter
from talentflux.schemas.approval import ApprovalStatus, StepStatus
from talentflux.schemas.page import RowPage

_pending_step = and_(
    ApprovalStep.organization_id == Approval.organization_id,
    ApprovalStep.approval_id == Approval.id,
    ApprovalStep.status == StepStatus.PENDING,
)
_live_requisition = and_(
    Requisition.organization_id == Approval.organization_id,
    Requisition.id == Approval.requisition_id,
    Requisition.deleted_at.is_(None),
)
_after, _order = newest_first(Approval)


def _listed(*, waiting: bool = False) -> Select[*tuple[object, ...]]:
    rows = select(
        Approval.id,
        Approval.requisition_id,
        Approval.status,
        Approval.subject,
        Approval.requested_by,
        ApprovalStep.name.label("step_name"),
        Approval.created_at,
        Approval.updated_at,
    ).join(Requisition, _live_requisition)
    joined = rows.join(ApprovalStep, _pending_step) if waiting else rows.outerjoin(ApprovalStep, _pending_step)
    return joined.where(*of_tenant(Approval), _after).order_by(_order)


# A seat is a person in whose place the caller may decide: their own, and those that they stand in for.
_MY_TURN = text(
    """exists (
        select from unnest(cast(:seats as text[]), cast(:roles as text[])) as seat (id, role)
        where (approval_step.role = seat.role or seat.id = any(approval_step.approver_ids))
            and (approval.self_approval or approval.requested_by is distinct from cast(seat.id as uuid))
            and not exists (
                select from approval_decision made
                where made.organization_id = approval_step.organization_id
                    and made.approval_step_id = approval_step.id and made.for_user_id = cast(seat.id as uuid)
            )
    )"""
)
_WAITING = ListQuery(
    _listed(waiting=True).where(
        Approval.status == ApprovalStatus.PENDING,
        or_(Approval.self_approval, Approval.requested_by.is_distinct_from(parameter("actor", Approval.requested_by))),
        _MY_TURN,
    ),
    key={"id": LAST_ID},
)
_REQUESTED = ListQuery(
    _listed().where(Approval.requested_by == parameter("actor", Approval.requested_by)), key={"id": LAST_ID}
)
_ALL = ListQuery(_listed(), key={"id": LAST_ID})
_OF_REQUISITION = ListQuery(
    _listed().where(Approval.requisition_id == parameter("requisition_id", Approval.requisition_id)),
    key={"id": LAST_ID},
)


class ApprovalRepository(TenantRepository[Approval]):
    """Requests of the organization."""

    model = Approval

    async def waiting(self, limit: int, cursor: str | None, actor: UUID, seats: Sequence[tuple[UUID, str]]) -> RowPage:
        """Read a page of requests that somebody can decide on now.

        Args:
            limit: Most rows.
            cursor: Where the page before ended.
            actor: Who asks.
            seats: In whose place they may decide, each with role.
        """
        ids, roles = [str(user_id) for user_id, _ in seats], [role for _, role in seats]
        return await _WAITING.page(self.session, limit, cursor, actor=actor, seats=ids, roles=roles)

    async def requested(self, limit: int, cursor: str | None, actor: UUID) -> RowPage:
        """Read a page of requests that somebody made."""
        return await _REQUESTED.page(self.session, limit, cursor, actor=actor)

    async def all(self, limit: int, cursor: str | None) -> RowPage:
        """Read a page of all requests."""
        return await _ALL.page(self.session, limit, cursor)

    async def of_requisition(self, limit: int, cursor: str | None, requisition_id: UUID) -> RowPage:
        """Read a page of a requisition's requests."""
        return await _OF_REQUISITION.page(self.session, limit, cursor, requisition_id=requisition_id)

    async def exists(self, approval_id: UUID) -> bool:
        """Return whether the transaction sees a request."""
        return await self.session.scalar(self.live().where(Approval.id == approval_id)) is not None

    async def pending_of(self, requisition_id: UUID) -> Approval | None:
        """Return the request of a requisition that has not ended, kept from being changed by others."""
        statement = self.live().where(
            Approval.requisition_id == requisition_id, Approval.status == ApprovalStatus.PENDING
        )
        return await self.session.scalar(statement.with_for_update(key_share=True))

    async def approved_of(self, requisition_id: UUID) -> Approval | None:
        """Return the latest request of a requisition that was approved."""
        statement = self.live().where(
            Approval.requisition_id == requisition_id, Approval.status == ApprovalStatus.APPROVED
        )
        return await self.session.scalar(statement.order_by(Approval.id.desc()).limit(1))

    async def steps(self, approval_id: UUID) -> list[ApprovalStep]:
        """Return the steps of a request in their order."""
        statement = select(ApprovalStep).where(
            ApprovalStep.organization_id == self.organization_id, ApprovalStep.approval_id == approval_id
        )
        return list(await self.session.scalars(statement.order_by(ApprovalStep.position)))

    async def step(self, step_id: UUID, *, lock: bool = False) -> ApprovalStep | None:
        """Return a step.

        Args:
            step_id: Which.
            lock: Keep others from changing it until the transaction ends.
        """
        statement = select(ApprovalStep).where(
            ApprovalStep.organization_id == self.organization_id, ApprovalStep.id == step_id
        )
        return await self.session.scalar(statement.with_for_update(key_share=True) if lock else statement)

    async def decisions(self, step_ids: Collection[UUID]) -> list[ApprovalDecision]:
        """Return the decisions on steps, the oldest first."""
        statement = select(ApprovalDecision).where(
            ApprovalDecision.organization_id == self.organization_id,
            ApprovalDecision.approval_step_id.in_(step_ids),
        )
        return list(await self.session.scalars(statement.order_by(ApprovalDecision.id)))

    async def stop_steps(self, approval_id: UUID) -> None:
        """Let no step of a request be pending any longer."""
        await self.session.execute(
            update(ApprovalStep)
            .where(
                ApprovalStep.organization_id == self.organization_id,
                ApprovalStep.approval_id == approval_id,
                ApprovalStep.status == StepStatus.PENDING,
            )
            .values(status=StepStatus.WAITING, remind_at=None)
            .execution_options(synchronize_session="fetch")
        )

    async def people(self) -> tuple[dict[UUID, str], list[tuple[UUID, UUID]]]:
        """Return the active members of the organization with their roles, and who stands in now for whom."""
        members = (
            select(Member.user_id, Member.role, null().cast(Uuid()).label("stand_in_id"))
            .join(User, User.id == Member.user_id)
            .where(
                Member.organization_id == self.organization_id,
                Member.deactivated_at.is_(None),
                Member.deleted_at.is_(None),
                User.deactivated_at.is_(None),
                User.deleted_at.is_(None),
            )
        )
        delegations = select(ApprovalDelegation.user_id, null().cast(Text()), ApprovalDelegation.stand_in_id).where(
            ApprovalDelegation.organization_id == self.organization_id,
            ApprovalDelegation.deleted_at.is_(None),
            ApprovalDelegation.starts_at <= func.now(),
            ApprovalDelegation.ends_at > func.now(),
        )
        found = (await self.session.execute(members.union_all(delegations))).all()
        roles = {user_id: role for user_id, role, _ in found if role is not None}
        return roles, [(user_id, stand_in_id) for user_id, _, stand_in_id in found if stand_in_id is not None]

    async def is_sought(self, requisition_id: UUID) -> bool:
        """Return whether a requisition is not deleted."""
        statement = select(Requisition.id).where(
            Requisition.organization_id == self.organization_id,
            Requisition.id == requisition_id,
            Requisition.deleted_at.is_(None),
        )
        return await self.session.scalar(statement) is not None

    async def accounts(self, user_ids: Collection[UUID]) -> list[User]:
        """Return accounts."""
        return list(await self.session.scalars(select(User).where(User.id.in_(user_ids)).order_by(User.id)))


class ApprovalChainRepository(TenantRepository[ApprovalChain]):
    """Chains of the organization."""

    model = ApprovalChain

    async def all(self, *, lock: bool = False) -> list[ApprovalChain]:
        """Return all chains in the order in which they are tried.

        Args:
            lock: Keep others from changing any of them until the transaction ends.
        """
        statement = self.live().order_by(ApprovalChain.priority, ApprovalChain.id)
        return list(await self.session.scalars(statement.with_for_update(key_share=True) if lock else statement))


class ApprovalDelegationRepository(TenantRepository[ApprovalDelegation]):
    """Delegations of the organization."""

    model = ApprovalDelegation

    async def between(self, starts_at: datetime, ends_at: datetime) -> list[ApprovalDelegation]:
        """Return the delegations that hold at some time of a period."""
        statement = self.live().where(ApprovalDelegation.starts_at < ends_at, ApprovalDelegation.ends_at > starts_at)
        return list(await self.session.scalars(statement.order_by(ApprovalDelegation.id)))

    async def of(self, user_id: UUID) -> list[ApprovalDelegation]:
        """Return the delegations by and to somebody that have not ended."""
        statement = self.live().where(
            or_(ApprovalDelegation.user_id == user_id, ApprovalDelegation.stand_in_id == user_id),
            ApprovalDelegation.ends_at > func.now(),
        )
        return list(await self.session.scalars(statement.order_by(ApprovalDelegation.starts_at, ApprovalDelegation.id)))
