"""Who has to approve requisitions, and what they decided."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.core.permissions import Role
from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.models.requisition import MONEY
from talentflux.schemas.approval import ApprovalStatus, Decision, StepRule, StepStatus
from talentflux.schemas.requisition import PayPeriod


class ApprovalChain(TenantRow, Base):
    """Steps in their order, and which requisitions must pass them.

    Attributes:
        priority: Of several chains that apply, the one with the lowest is taken.
        standalone: Whether it applies by itself; else it is only a part of other chains.
        pay_above: Applies where the highest pay is above this amount.
        steps: As `schemas.approval.ChainStep`.
        self_approval: Whether who asks may decide too.
    """

    __tablename__ = "approval_chain"

    name: Mapped[str]
    priority: Mapped[int] = mapped_column(server_default="100")
    standalone: Mapped[bool] = mapped_column(server_default="true")
    workspace_id: Mapped[UUID | None]
    department: Mapped[str | None]
    pay_above: Mapped[Decimal | None] = mapped_column(MONEY)
    pay_currency: Mapped[str | None]
    pay_period: Mapped[str | None]
    steps: Mapped[list[dict[str, Any]]]
    self_approval: Mapped[bool] = mapped_column(server_default="false")
    remind_after_days: Mapped[int | None]

    __table_args__ = (
        *tenant_keys("workspace"),
        one_of("pay_period", PayPeriod),
        Index(
            "approval_chain_organization_id_name_live_key",
            "organization_id",
            "name",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
    )


class Approval(TenantRow, Base):
    """A request to approve a requisition.

    Attributes:
        requested_by: Who asked; None for a service key.
        subject: What is to be approved, as `schemas.approval.ApprovalSubject`.
        changed_fields: What changed of it afterwards and ended this approval.
    """

    __tablename__ = "approval"

    requisition_id: Mapped[UUID]
    approval_chain_id: Mapped[UUID | None]
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[str] = mapped_column(server_default=ApprovalStatus.PENDING)
    subject: Mapped[dict[str, Any]]
    self_approval: Mapped[bool] = mapped_column(server_default="false")
    remind_after_days: Mapped[int | None]
    changed_fields: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys("requisition", "approval_chain"),
        one_of("status", ApprovalStatus),
        Index(
            "approval_pending_key",
            "organization_id",
            "requisition_id",
            unique=True,
            postgresql_where=text("status = 'pending' and deleted_at is null"),
        ),
        Index("approval_organization_id_requisition_id_id_idx", "organization_id", "requisition_id", "id"),
        Index("approval_organization_id_requested_by_id_idx", "organization_id", "requested_by", "id"),
    )


class ApprovalStep(TenantRow, Base):
    """A step of one request, copied from its chain: a chain that is edited changes no request that runs.

    Attributes:
        approver_ids: Accounts of the persons named; empty where a role decides.
        remind_at: When who has not decided is reminded next.
    """

    __tablename__ = "approval_step"

    approval_id: Mapped[UUID]
    requisition_id: Mapped[UUID]
    position: Mapped[int]
    name: Mapped[str]
    role: Mapped[str | None]
    approver_ids: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    rule: Mapped[str] = mapped_column(server_default=StepRule.ANY)
    status: Mapped[str] = mapped_column(server_default=StepStatus.WAITING)
    started_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (
        *tenant_keys("approval", "requisition"),
        one_of("role", Role),
        one_of("rule", StepRule),
        one_of("status", StepStatus),
        Index("approval_step_organization_id_approval_id_position_idx", "organization_id", "approval_id", "position"),
        Index("approval_step_pending_idx", "organization_id", "id", postgresql_where=text("status = 'pending'")),
    )


class ApprovalDecision(TenantRow, Base):
    """What one approver decided.

    Attributes:
        user_id: Who decided.
        for_user_id: In whose place: the same person, or the one that they stand in for.
    """

    __tablename__ = "approval_decision"

    approval_step_id: Mapped[UUID]
    requisition_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    for_user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    decision: Mapped[str]
    comment: Mapped[str | None]

    __table_args__ = (
        *tenant_keys("approval_step", "requisition"),
        one_of("decision", Decision),
        Index("approval_decision_step_person_key", "organization_id", "approval_step_id", "for_user_id", unique=True),
    )


class ApprovalDelegation(TenantRow, Base):
    """That somebody decides in another's place for a time."""

    __tablename__ = "approval_delegation"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    stand_in_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (
        *tenant_keys(),
        Index("approval_delegation_organization_id_user_id_idx", "organization_id", "user_id"),
        Index("approval_delegation_organization_id_stand_in_id_idx", "organization_id", "stand_in_id"),
    )
