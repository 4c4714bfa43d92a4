"""Candidates as they are answered and changed."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from talentflux.schemas.base import Schema, TypedSchema
from talentflux.schemas.candidate_filter import CandidateFilters, Words
from talentflux.schemas.consent import Consent
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.private import PRIVATE


class CandidateSummary(Schema):
    """A candidate in a list."""

    id: UUID
    name: str | None = Field(description="Null when no name could be read.")
    email: str | None = Field(description="Null without `candidate:read_private`.", json_schema_extra=PRIVATE)
    phone: str | None = Field(description="Null without `candidate:read_private`.", json_schema_extra=PRIVATE)
    location: str | None
    headline: str | None
    external_id: str | None = Field(description="Of the system that the candidate was imported from.")
    source_id: UUID | None
    total_years: float | None = Field(description="Of experience, as the current resume says.")
    consent: Consent
    do_not_contact: bool = Field(description="Whether e-mails to this person are refused.")
    current_resume_id: UUID | None = Field(description="The version of the resume by which the candidate is found.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class CandidateQuery(SyncParameters, CandidateFilters):
    """What the list of candidates can be asked."""

    email: str | None = Field(
        default=None,
        max_length=320,
        description="Only the candidate with this address. Needs `candidate:read_private`.",
    )
    phone: str | None = Field(
        default=None,
        max_length=40,
        description="Only candidates with this telephone number, given with its country. "
        "Needs `candidate:read_private`.",
    )
    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Only candidates whose name has words that begin with all of these. A page may hold fewer than "
        "`limit` and not be the last.",
    )
    text: Words | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Only candidates whose current resume says this: words, phrases in quotation marks, `AND`, `OR`, "
        "`NOT` or `-`, parentheses. Needs `resume:read`.",
    )
    sort: Sort = "-created_at"


class CandidateResume(Schema):
    """One version of a candidate's resume."""

    id: UUID
    file_name: str
    status: str
    current: bool = Field(description="Whether this is the version by which the candidate is found.")
    created_at: datetime


class CandidateRead(CandidateSummary):
    """A candidate with the versions of the resume, newest first."""

    contact_reason: str | None = Field(
        description="Why e-mails are refused, or allowed again. Null without `candidate:read_private`.",
        json_schema_extra=PRIVATE,
    )
    consent_until: datetime | None
    retain_until: datetime | None = Field(description="When the data must go.")
    resumes: list[CandidateResume]


class _CandidateFields(TypedSchema):
    """What a person states or corrects."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    email: str | None = Field(default=None, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")
    phone: str | None = Field(default=None, min_length=3, max_length=40)
    location: str | None = Field(default=None, min_length=1, max_length=200)
    headline: str | None = Field(default=None, min_length=1, max_length=300)
    external_id: str | None = Field(default=None, min_length=1, max_length=200)
    source_id: UUID | None = None
    consent: Consent = Field(default=Consent.UNKNOWN, description="Whether they agreed to be kept for other needs.")
    consent_until: AwareDatetime | None = None
    retain_until: AwareDatetime | None = Field(default=None, description="When the data must go.")


class CandidateCreate(_CandidateFields):
    """A candidate whom a person enters. A name or an address is needed."""

    @model_validator(mode="after")
    def _somebody(self) -> "CandidateCreate":
        if self.name is None and self.email is None:
            raise ValueError("give a name or an e-mail address")
        return self


class CandidateUpdate(_CandidateFields):
    """What a person may correct. Fields that are left out stay; null empties a field."""


class ContactChange(TypedSchema):
    """Whether a candidate may be written to."""

    do_not_contact: bool
    reason: str = Field(min_length=1, max_length=1000, description="Kept encrypted, beside the candidate.")


class ResumeChoice(Schema):
    """The version of a resume that is to count."""

    resume_id: UUID
