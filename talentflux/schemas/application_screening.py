"""Screening of applications: what was computed of each, and what a person said of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.application import ApplicationStatus, Stage
from talentflux.schemas.base import Schema
from talentflux.schemas.match import MatchResult
from talentflux.schemas.page import ListParameters


class ScreeningState(StrEnum):
    """How far a screening is."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class ScreeningReason(StrEnum):
    """Why an application has no score: a person looks at it instead."""

    OPTED_OUT = "opted_out"
    NO_RESUME = "no_resume"
    UNREADABLE = "unreadable"
    NO_REQUIREMENTS = "no_requirements"
    INTERNAL = "internal"


class Assessment(StrEnum):
    """What a person says of an application, whatever was computed."""

    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


class AssessmentWrite(Schema):
    """A person's word on an application; it stands before the score."""

    assessment: Assessment
    reason: str = Field(min_length=3, max_length=2000, description="Why; kept encrypted with the candidate's key.")


class ScreeningRow(Schema):
    """An application in the queue."""

    id: UUID
    application_id: UUID
    requisition_id: UUID
    candidate_id: UUID
    candidate_name: str | None = Field(description="Null when no name could be read.")
    stage: Stage
    status: ApplicationStatus
    state: ScreeningState
    reason: ScreeningReason | None = Field(description="Why there is no score; null where there is one.")
    total: float | None = Field(description="0 to 100; null without a score.")
    standing: float = Field(
        description="The order of the queue: the score, or what the person's word stands for (strong 100, possible "
        "50, weak 0); -1 without either."
    )
    strengths: list[str]
    gaps: list[str]
    flags: int = Field(description="Number of things to look at before trusting the resume.")
    hidden_text: bool = Field(description="Whether the resume holds text that a reader does not see.")
    assessment: Assessment | None
    scorer: str | None
    outdated: bool = Field(description="True when the requirements were edited after this screening.")
    created_at: datetime
    updated_at: datetime


class FormerScreening(Schema):
    """A screening that a later one took the place of."""

    id: UUID
    state: ScreeningState
    reason: ScreeningReason | None
    total: float | None
    requirements_version: int | None
    resume_id: UUID | None
    scorer: str | None
    input_hash: str | None
    assessment: Assessment | None
    assessed_by: str | None
    assessed_at: datetime | None
    created_at: datetime


class ScreeningRead(ScreeningRow):
    """The screening of one application with all evidence."""

    resume_id: UUID | None
    requirements_version: int | None
    result: MatchResult | None
    masked_text: str | None = Field(description="What the evidence's spans refer to.")
    input_hash: str | None = Field(
        description="SHA-256 of what was compared: requirements and masked text. Equal inputs give equal scores."
    )
    assessment_reason: str | None
    assessed_by: str | None
    assessed_at: datetime | None
    former: list[FormerScreening] = Field(description="Earlier screenings of this application, the latest first.")


class ScreeningQuery(ListParameters):
    """What the queue can be asked."""

    requisition_id: UUID | None = Field(default=None, description="Only applications to this requisition.")
    state: ScreeningState | None = Field(default=None, description="Only those whose screening is this far.")
    assessed: bool | None = Field(default=None, description="Only those with, or without, a person's word.")
    flagged: bool | None = Field(default=None, description="Only those with, or without, flags.")
    active: bool = Field(default=True, description="Leave out applications that are decided.")


class ScreeningRequested(Schema):
    """How many applications are screened again."""

    applications: int
