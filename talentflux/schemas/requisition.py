"""Requisitions: what is asked for, as it is given and answered."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, PlainSerializer, StringConstraints, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.custom_field import CustomValue
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.requirement import Requirement
from talentflux.utils.countries import COUNTRIES
from talentflux.utils.currencies import MINOR_UNITS


class RequisitionStatus(StrEnum):
    """How far the need for people is: agreed on, looked for, met or given up."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    OPEN = "open"
    ON_HOLD = "on_hold"
    FILLED = "filled"
    CLOSED = "closed"


class EmploymentType(StrEnum):
    """The kinds of employment that schema.org knows."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    CONTRACTOR = "contractor"
    TEMPORARY = "temporary"
    INTERN = "intern"
    VOLUNTEER = "volunteer"
    PER_DIEM = "per_diem"
    OTHER = "other"


class PayPeriod(StrEnum):
    """The time that an amount of pay is for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Remote(StrEnum):
    """How much of the work is done away from the places named."""

    NONE = "none"
    HYBRID = "hybrid"
    FULL = "full"


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError("is no country of ISO 3166-1; give two capital letters, as SE")
    return code


def _currency(code: str) -> str:
    if code not in MINOR_UNITS:
        raise ValueError("is no currency of ISO 4217; give three capital letters, as EUR")
    return code


def _plain(amount: Decimal) -> str:
    """Return an amount without zeros behind that say nothing."""
    return f"{amount.normalize():f}"


Country = Annotated[str, Field(min_length=2, max_length=2), AfterValidator(_country)]
Currency = Annotated[str, Field(min_length=3, max_length=3), AfterValidator(_currency)]
Money = Annotated[
    Decimal,
    Field(
        ge=0,
        le=99_999_999_999,
        max_digits=15,
        decimal_places=4,
        description="In whole units of the currency, as a decimal.",
    ),
    PlainSerializer(_plain, return_type=str, when_used="json"),
]
_TYPED: Final = StringConstraints(strip_whitespace=True)
Title = Annotated[str, _TYPED, Field(min_length=1, max_length=200)]
ExternalId = Annotated[
    str, _TYPED, Field(min_length=1, max_length=200, description="Its id in another system; unique.")
]
Short = Annotated[str, _TYPED, Field(min_length=1, max_length=100)]
Reason = Annotated[str, _TYPED, Field(min_length=1, max_length=500)]


class Place(Schema):
    """Where work is done."""

    country: Country = Field(description="ISO 3166-1, two letters.")
    region: Short | None = Field(default=None, description="State, province or county.")
    city: Short | None = None


class InterviewKind(StrEnum):
    """What sort of meeting an interview is."""

    PHONE = "phone"
    VIDEO = "video"
    ON_SITE = "on_site"
    PANEL = "panel"
    TEST = "test"
    OTHER = "other"


class PlannedInterview(Schema):
    """One interview that everybody who comes so far shall have."""

    name: Short
    kind: InterviewKind = InterviewKind.VIDEO
    minutes: int = Field(default=45, ge=5, le=480, description="How long it takes.")
    interviewer_roles: list[Short] = Field(
        default_factory=list, max_length=10, description="Who holds it, as “Hiring manager” or “Future colleague”."
    )
    attributes: list[Short] = Field(
        default_factory=list, max_length=20, description="What is rated, as “Depth in databases”."
    )

    @model_validator(mode="after")
    def _once(self) -> Self:
        for name in ("interviewer_roles", "attributes"):
            given = [each.casefold() for each in getattr(self, name)]
            if len(set(given)) < len(given):
                raise ValueError(f"{name} names one thing twice")
        return self


InterviewPlan = Annotated[
    list[PlannedInterview], Field(max_length=20, description="The interviews in their order; only a plan.")
]


class Terms(Schema):
    """What a need consists of besides title and description."""

    external_id: ExternalId | None = None
    employment_type: EmploymentType | None = None
    pay_min: Money | None = None
    pay_max: Money | None = None
    pay_currency: Currency | None = Field(default=None, description="ISO 4217, three letters.")
    pay_period: PayPeriod | None = None
    places: list[Place] = Field(default_factory=list, max_length=50, description="Where the work is done.")
    remote: Remote = Remote.NONE
    remote_countries: list[Country] = Field(
        default_factory=list, max_length=300, description="From where remote work is allowed; empty for anywhere."
    )
    department: Short | None = None
    target_date: date | None = Field(default=None, description="When the need should be met.")


class WholeTerms(Terms):
    """Terms of which every part is known, so that they can be held against each other."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        amounts = [amount for amount in (self.pay_min, self.pay_max) if amount is not None]
        if len(amounts) == 2 and amounts[0] > amounts[1]:
            raise ValueError("pay_min is above pay_max")
        if amounts and (self.pay_currency is None or self.pay_period is None):
            raise ValueError("an amount of pay needs pay_currency and pay_period")
        places = MINOR_UNITS[self.pay_currency] if self.pay_currency else 4
        if any(amount != round(amount, places) for amount in amounts):
            raise ValueError(f"amounts in {self.pay_currency} have at most {places} places behind the point")
        if self.remote_countries and self.remote is Remote.NONE:
            raise ValueError("remote_countries are named where no work is remote; say remote: hybrid or full")
        return self


class Placement(WholeTerms):
    """Where a new requisition belongs, who sees it, and on which terms people are looked for."""

    confidential: bool = Field(
        default=False, description="Only the hiring team, owners and admins see it. Whoever makes it joins the team."
    )
    workspace_id: UUID | None = Field(default=None, description="The workspace that it belongs to.")
    draft: bool = Field(
        default=False, description="Make a draft. Where an approval chain applies, it is one in any case."
    )
    headcount: int = Field(default=0, ge=0, le=500, description="How many openings are made with it.")
    interview_plan: InterviewPlan = Field(default_factory=list)
    custom: dict[str, Any] = Field(
        default_factory=dict, max_length=200, description="Values of the organization's own fields, by slug."
    )


class RequisitionCreate(Placement):
    """A requisition from a description; what it asks for is read from the text unless it is given."""

    title: Title | None = Field(default=None, description="Read from the description when absent.")
    description: str = Field(min_length=1, max_length=100_000, description="The job as advertised, text or Markdown.")
    requirements: list[Requirement] | None = Field(
        default=None, max_length=200, description="Given by a person; read from the description when absent."
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        check_distinct(self.requirements or [])
        return self


class RequisitionUpdate(Terms):
    """What changes of a requisition; what is absent stays as it is."""

    title: Title | None = None
    description: str | None = Field(
        default=None, min_length=1, max_length=100_000, description="The requirements stay as they are."
    )
    status: RequisitionStatus | None = Field(
        default=None, description="Another status by an action that is allowed now, as `POST …/hold` does."
    )
    confidential: bool | None = Field(
        default=None, description="Only the hiring team, owners and admins see it. Whoever sets it joins the team."
    )
    workspace_id: UUID | None = Field(default=None, description="The workspace that it belongs to; null for none.")
    interview_plan: InterviewPlan | None = None
    custom: dict[str, Any] | None = Field(
        default=None,
        max_length=200,
        description="Values of the organization's own fields, by slug; what is left out is emptied.",
    )


class StatusChange(Schema):
    """Why a requisition goes into another status."""

    reason: Reason | None = Field(default=None, description="Shown with the requisition.")


class RequirementsUpdate(Schema):
    """The requirements as a person edited them."""

    version: int = Field(ge=1, description="The `requirements_version` that was edited; another one is refused.")
    requirements: list[Requirement] = Field(max_length=200)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        check_distinct(self.requirements)
        return self


class RequirementsRestore(Schema):
    """That a former version of the requirements shall hold again."""

    version: int = Field(ge=1, description="The `requirements_version` that holds now; another one is refused.")


class RequirementVersionSummary(Schema):
    """A version of the requirements in a list."""

    version: int
    requirement_count: int
    actor: str = Field(description="Who made it: `user:<id>`, `api_key:<id>` or `system`.")
    restored_from: int | None = Field(description="The version whose list it has again.")
    created_at: datetime


class RequirementVersionRead(Schema):
    """A version of the requirements."""

    version: int
    actor: str = Field(description="Who made it: `user:<id>`, `api_key:<id>` or `system`.")
    restored_from: int | None = Field(description="The version whose list it has again.")
    requirements: list[Requirement]
    created_at: datetime


class RequirementChange(Schema):
    """A requirement that two versions have differently."""

    id: str
    fields: list[str] = Field(description="What differs.")
    before: Requirement
    after: Requirement


class RequirementsDifference(Schema):
    """What differs between two versions of the requirements."""

    older: int
    newer: int
    added: list[Requirement]
    removed: list[Requirement]
    changed: list[RequirementChange]
    reordered: bool = Field(description="Whether those in both stand in another order.")


class RequisitionSummary(Schema):
    """A requisition in a list."""

    id: UUID
    title: str
    status: RequisitionStatus
    language: str | None = Field(description="ISO 639-1 of the description.")
    location: str | None
    requirements_version: int
    confidential: bool = Field(description="Whether only the hiring team, owners and admins see it.")
    workspace_id: UUID | None = Field(description="The workspace that it belongs to.")
    external_id: str | None
    department: str | None
    employment_type: EmploymentType | None
    pay_min: Money | None
    pay_max: Money | None
    pay_currency: str | None
    pay_period: PayPeriod | None
    places: list[Place]
    remote: Remote
    remote_countries: list[str]
    target_date: date | None
    headcount: int = Field(description="Openings that are not closed.")
    filled: int = Field(description="Openings that are filled.")
    opened_at: datetime | None = Field(description="When it was opened first.")
    closed_at: datetime | None = Field(description="When it was filled or closed; null while people are looked for.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class RequisitionQuery(SyncParameters):
    """What the list of requisitions can be asked."""

    status: RequisitionStatus | None = Field(default=None, description="Only those with this status.")
    department: Short | None = Field(default=None, description="Only those of this department.")
    workspace_id: UUID | None = Field(default=None, description="Only those of this workspace.")
    team_member_id: UUID | None = Field(
        default=None, description="Only those with this user, by `user_id`, in their hiring team."
    )
    country: Country | None = Field(default=None, description="Only those with a place in this country.")
    city: Short | None = Field(default=None, description="Only those with a place in this city.")
    opened_after: AwareDatetime | None = Field(default=None, description="Only those opened at or after this time.")
    opened_before: AwareDatetime | None = Field(default=None, description="Only those opened before this time.")
    external_id: ExternalId | None = Field(default=None, description="Only the one with this id in another system.")
    q: str | None = Field(default=None, min_length=1, max_length=200, description="Words that the title holds.")
    sort: Sort = "-created_at"


class RequisitionRead(RequisitionSummary):
    """A requisition with its description and requirements."""

    description: str
    requirements: list[Requirement]
    warnings: list[str] = Field(description="What the reader of the description wants a person to look at.")
    status_reason: str | None = Field(description="Why it went into its status, where somebody said so.")
    actions: list[str] = Field(description="The actions that its status allows now.")
    interview_plan: list[PlannedInterview]
    custom: list[CustomValue] = Field(description="Values of the organization's own fields.")


def check_distinct(requirements: list[Requirement]) -> None:
    """Refuse two requirements with one id.

    Args:
        requirements: As given.

    Raises:
        ValueError: Two have the same id; the sentence names it.
    """
    seen: set[str] = set()
    for requirement in requirements:
        if requirement.id in seen:
            raise ValueError(f"the id {requirement.id} occurs twice; number the requirements r1, r2, …")
        seen.add(requirement.id)
