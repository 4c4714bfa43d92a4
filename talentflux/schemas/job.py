"""Jobs: public postings of a requisition, as recruiters write and read them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.job_question import Question, check_questions
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.requisition import Country, Currency, EmploymentType, Money, PayPeriod, Place, Remote

Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Description = Annotated[
    str, Field(min_length=1, max_length=50_000, pattern=r"\S", description="Markdown; HTML in it is shown as text.")
]
Language = Annotated[
    str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="ISO 639-1, with a country where it matters: `de-AT`.")
]
Notice = Annotated[
    str,
    Field(max_length=5_000, description="What applicants are told of automated screening; null makes publishing fail."),
]
Form = Annotated[list[Question], Field(max_length=50, description="What applicants are asked besides their resume.")]
_DEPARTMENT: Final = 100


class JobStatus(StrEnum):
    """Whether a posting may be seen."""

    DRAFT = "draft"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    EXPIRED = "expired"


class JobTerms(Schema):
    """On which terms the job is offered."""

    employment_type: EmploymentType | None = None
    department: str | None = Field(default=None, min_length=1, max_length=_DEPARTMENT)
    places: list[Place] = Field(default_factory=list, max_length=50, description="Where the work is done.")
    remote: Remote = Remote.NONE
    remote_countries: list[Country] = Field(
        default_factory=list, max_length=250, description="From where the work may be done away from the places."
    )
    pay_min: Money | None = None
    pay_max: Money | None = None
    pay_currency: Currency | None = None
    pay_period: PayPeriod | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_pay(self.pay_min, self.pay_max, self.pay_currency, self.pay_period)
        return self


class JobEntry(Schema):
    """A new posting of the requisition that the path names; what is left out is taken from it."""

    title: Title | None = None
    language: Language | None = None
    description: Description | None = None
    terms: JobTerms | None = Field(default=None, description="Pay, places and kind of work.")
    pay_shown: bool = Field(default=True, description="Show the pay also where no law asks for it.")
    screening: bool = Field(default=True, description="Whether applications are matched by the program.")
    screening_notice: Notice | None = Field(
        default=None, description="By default a text in the posting's language, where there is one."
    )
    form: Form = Field(default_factory=list)
    expire_at: AwareDatetime | None = Field(default=None, description="When it is shown no longer.")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        check_questions(self.form)
        return self


class JobCreate(JobEntry):
    """A new posting; what is left out is taken from the requisition."""

    requisition_id: UUID = Field(description="What the posting is for.")


class JobUpdate(Schema):
    """What changes of a posting; what is absent stays as it is."""

    title: Title | None = None
    language: Language | None = None
    description: Description | None = None
    terms: JobTerms | None = Field(default=None, description="All terms; they take the place of the former ones.")
    pay_shown: bool | None = None
    screening: bool | None = None
    screening_notice: Notice | None = None
    form: Form | None = None
    expire_at: AwareDatetime | None = Field(default=None, description="When it is shown no longer; null for never.")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        check_questions(self.form or [])
        return self


class JobPublish(Schema):
    """When a posting is shown."""

    publish_at: AwareDatetime | None = Field(default=None, description="By default now; later, it waits as a draft.")
    expire_at: AwareDatetime | None = Field(default=None, description="By default as it was set before.")


class JobFinding(Schema):
    """What stands between a posting and the truth or the law, and what to do."""

    code: Literal[
        "requisition_not_open",
        "requisition_confidential",
        "pay_range_missing",
        "pay_not_shown",
        "pay_range_too_wide",
        "screening_notice_missing",
        "salary_history_question",
        "place_missing",
        "expired",
    ]
    blocking: bool = Field(description="Whether it keeps the posting from being published.")
    field: str | None = Field(description="The field that it is about.")
    detail: str = Field(description="What is wrong, and what to do.")
    source: str | None = Field(description="The law that asks for it, where one does.")


class JobCheck(Schema):
    """What the gate finds in a posting as it is now."""

    publishable: bool = Field(description="Whether nothing keeps it from being published.")
    findings: list[JobFinding]


class JobSummary(Schema):
    """A posting in a list."""

    id: UUID
    requisition_id: UUID
    title: str
    language: str
    status: JobStatus = Field(description="`expired` as soon as `expire_at` has passed.")
    department: str | None
    employment_type: EmploymentType | None
    places: list[Place]
    remote: Remote
    publish_at: datetime | None = Field(description="When it will be published; null unless that was asked for.")
    expire_at: datetime | None
    published_at: datetime | None = Field(description="When it was published last.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class JobRead(JobSummary):
    """A posting with its text, terms and form."""

    description: str = Field(description="Markdown.")
    remote_countries: list[str]
    pay_min: Money | None
    pay_max: Money | None
    pay_currency: str | None
    pay_period: PayPeriod | None
    pay_shown: bool
    screening: bool
    screening_notice: str | None
    form: list[Question]
    public: bool = Field(description="Whether anybody can see it now: published, and its requisition open.")
    url: str = Field(description="Where people find it while it is public.")


class JobQuery(SyncParameters):
    """What the list of postings can be asked."""

    requisition_id: UUID | None = Field(default=None, description="Only those of this requisition.")
    status: JobStatus | None = Field(default=None, description="Only those that were put into this status.")
    language: Language | None = Field(default=None, description="Only those in this language.")
    sort: Sort = "-created_at"


def check_pay(low: Decimal | None, high: Decimal | None, currency: str | None, period: PayPeriod | None) -> None:
    """Refuse a range of pay that says nothing.

    Args:
        low: Least.
        high: Most.
        currency: Of both.
        period: That they are for.

    Raises:
        ValueError: The range is turned around, or has no currency or period.
    """
    if low is not None and high is not None and low > high:
        raise ValueError("pay_min is above pay_max")
    if (low is not None or high is not None) and (currency is None or period is None):
        raise ValueError("an amount of pay needs pay_currency and pay_period")
