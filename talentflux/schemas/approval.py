"""Approvals: who has to agree to a requisition, who did, and what they agreed to."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from talentflux.core.permissions import Role
from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters
from talentflux.schemas.requisition import Currency, Money, PayPeriod, Short


class ApprovalStatus(StrEnum):
    """How a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class StepStatus(StrEnum):
    """How a step of a request stands."""

    WAITING = "waiting"
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"


class StepRule(StrEnum):
    """How many of a step's approvers must approve."""

    ANY = "any"
    ALL = "all"


class Decision(StrEnum):
    """What an approver decides."""

    APPROVE = "approve"
    DECLINE = "decline"


class ApprovalView(StrEnum):
    """Which requests are listed."""

    WAITING = "waiting"
    REQUESTED = "requested"
    ALL = "all"


class ChainStep(Schema):
    """One step of a chain: a role, named persons, or the steps of another chain."""

    name: Short
    role: Role | None = Field(default=None, description="Members with this role decide.")
    user_ids: list[UUID] = Field(default_factory=list, max_length=50, description="These persons decide.")
    approval_chain_id: UUID | None = Field(default=None, description="The steps of this chain come here.")
    rule: StepRule = Field(default=StepRule.ANY, description="Whether any one of them suffices, or all are needed.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum((self.role is not None, bool(self.user_ids), self.approval_chain_id is not None)) != 1:
            raise ValueError("a step names either a role, or user_ids, or approval_chain_id")
        if len(set(self.user_ids)) < len(self.user_ids):
            raise ValueError("user_ids names somebody twice")
        return self


class ApprovalChainCreate(Schema):
    """A chain, and which requisitions must pass it. What is not said does not narrow it."""

    name: Short
    priority: int = Field(
        default=100, ge=0, le=10_000, description="Of several chains that apply, that with the lowest is taken."
    )
    standalone: bool = Field(default=True, description="Whether it applies by itself; false for parts of other chains.")
    workspace_id: UUID | None = Field(default=None, description="Only requisitions of this workspace.")
    department: Short | None = Field(default=None, description="Only requisitions of this department.")
    pay_above: Money | None = Field(
        default=None,
        description="Only requisitions whose highest pay is above this amount, in `pay_currency` for `pay_period`. "
        "One that is paid in another currency or period, or states no pay, passes the chain too.",
    )
    pay_currency: Currency | None = None
    pay_period: PayPeriod | None = None
    steps: list[ChainStep] = Field(min_length=1, max_length=20)
    self_approval: bool = Field(default=False, description="Whether who asks may decide too.")
    remind_after_days: int | None = Field(
        default=3, ge=1, le=60, description="Remind who has not decided after as many days, and again; null for never."
    )

    @model_validator(mode="after")
    def _whole_amount(self) -> Self:
        given = {self.pay_above is None, self.pay_currency is None, self.pay_period is None}
        if len(given) == 2:
            raise ValueError("pay_above, pay_currency and pay_period go together")
        return self


class ApprovalChainRead(ApprovalChainCreate):
    """A chain."""

    id: UUID
    created_at: datetime
    updated_at: datetime


class ApprovalChainList(Schema):
    """All chains, in the order in which they are tried."""

    items: list[ApprovalChainRead]


class ApprovalSubject(Schema):
    """What is to be approved of a requisition. Another value afterwards needs another approval."""

    title: str
    headcount: int
    department: str | None = None
    workspace_id: UUID | None = None
    employment_type: str | None = None
    pay_min: Money | None = None
    pay_max: Money | None = None
    pay_currency: str | None = None
    pay_period: str | None = None


class DecisionRead(Schema):
    """What one approver decided."""

    user_id: UUID = Field(description="Who decided.")
    for_user_id: UUID = Field(description="In whose place.")
    decision: Decision
    comment: str | None
    created_at: datetime


class ApprovalStepRead(Schema):
    """A step of a request."""

    id: UUID
    name: str
    role: Role | None
    user_ids: list[UUID]
    rule: StepRule
    status: StepStatus
    started_at: datetime | None
    reminders: int = Field(description="How often its approvers were reminded.")
    missing_ids: list[UUID] = Field(description="Users whose decision is awaited now.")
    stuck: str | None = Field(description="Why nobody can end the step as it is; null where somebody can.")
    decisions: list[DecisionRead]


class ApprovalSummary(Schema):
    """A request in a list."""

    id: UUID
    requisition_id: UUID
    status: ApprovalStatus
    subject: ApprovalSubject
    requested_by: UUID | None
    step_name: str | None = Field(description="The step that it waits in; null when it has ended.")
    created_at: datetime
    updated_at: datetime


class ApprovalRead(Schema):
    """A request with its steps."""

    id: UUID
    requisition_id: UUID
    approval_chain_id: UUID | None
    status: ApprovalStatus
    subject: ApprovalSubject
    requested_by: UUID | None
    self_approval: bool
    changed_fields: list[str] = Field(description="What changed of it afterwards and ended it.")
    ended_at: datetime | None
    steps: list[ApprovalStepRead]
    created_at: datetime
    updated_at: datetime


class ApprovalHistory(Schema):
    """All requests of one requisition, the latest first."""

    items: list[ApprovalRead]


class ApprovalQuery(ListParameters):
    """What the list of requests can be asked."""

    view: ApprovalView = Field(
        default=ApprovalView.WAITING,
        description="What waits for you, what you asked for, or all, which needs `approval:write`.",
    )


class DecisionWrite(Schema):
    """A decision."""

    step_id: UUID = Field(description="The step that you decide on; another one that is pending by now is not meant.")
    decision: Decision
    comment: str | None = Field(default=None, min_length=1, max_length=2000, description="About the need, not persons.")


class StepReassign(Schema):
    """Other approvers for a step that is not decided."""

    step_id: UUID | None = Field(default=None, description="Which step; the one that is pending by default.")
    user_ids: list[UUID] = Field(min_length=1, max_length=50)
    rule: StepRule = StepRule.ANY

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.user_ids)) < len(self.user_ids):
            raise ValueError("user_ids names somebody twice")
        return self


class DelegationCreate(Schema):
    """Who decides in your place, and when."""

    stand_in_id: UUID = Field(description="The user who stands in.")
    starts_at: AwareDatetime
    ends_at: AwareDatetime

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at is not after starts_at")
        return self


class DelegationRead(Schema):
    """That somebody decides in another's place for a time."""

    id: UUID
    user_id: UUID
    stand_in_id: UUID
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime


class DelegationList(Schema):
    """Delegations that have not ended: your own and those to you."""

    items: list[DelegationRead]
