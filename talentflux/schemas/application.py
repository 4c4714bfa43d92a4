"""Applications: candidate × requisition, with a stage."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.custom_field import CustomValue
from talentflux.schemas.message import Body, Subject
from talentflux.schemas.page import Sort, SyncParameters

_LONGEST_DELAY = 60 * 24 * 30


class Stage(StrEnum):
    """What a stage means."""

    APPLIED = "applied"
    SCREEN = "screen"
    INTERVIEW = "interview"
    OFFER = "offer"
    HIRED = "hired"
    REJECTED = "rejected"


class Origin(StrEnum):
    """How an application came in."""

    RECRUITER = "recruiter"
    IMPORT = "import"
    PUBLIC_FORM = "public_form"
    REFERRAL = "referral"
    RESUME_UPLOAD = "resume_upload"
    TRANSFER = "transfer"


class ApplicationStatus(StrEnum):
    """Whether a decision is still to come, or which it was."""

    ACTIVE = "active"
    HIRED = "hired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


class ChangeCause(StrEnum):
    """What a step of an application was."""

    CREATED = "created"
    MOVED = "moved"
    HIRED = "hired"
    REJECTED = "rejected"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    PIPELINE_CHANGED = "pipeline_changed"


class ApplicationRead(Schema):
    """An application."""

    id: UUID
    requisition_id: UUID
    requisition_title: str
    candidate_id: UUID
    candidate_name: str | None = Field(description="Null when no name could be read.")
    resume_id: UUID | None
    stage: Stage = Field(description="Kind of the stage.")
    stage_id: UUID | None
    stage_name: str | None
    status: ApplicationStatus
    origin: Origin
    source_id: UUID | None
    external_id: str | None
    do_not_screen: bool = Field(description="No automated screening: a person looks instead.")
    entered_stage_at: datetime
    stage_due_at: datetime | None = Field(description="When it has been in its stage for longer than that allows.")
    answer_due_at: datetime | None = Field(description="Until when the law of the place asks for an answer.")
    hired_at: datetime | None
    rejected_at: datetime | None
    reject_reason_id: UUID | None
    withdrawn_at: datetime | None
    transferred_to_id: UUID | None = Field(description="The application that goes on in another requisition.")
    transferred_from_id: UUID | None = Field(description="The application that this one goes on from.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class FormerHire(Schema):
    """An earlier application of the same person that ended in a hire."""

    application_id: UUID
    requisition_id: UUID
    requisition_title: str
    hired_at: datetime


class ApplicationDetail(ApplicationRead):
    """An application with what only its own page shows."""

    custom: list[CustomValue] = Field(description="Values of custom fields.")
    flagged_answers: bool = Field(
        description="Whether an answer to a knock-out question asks for a person's look. It rejects nobody."
    )
    former_hires: list[FormerHire] = Field(description="Where the same person was hired before, the latest first.")


class ApplicationQuery(SyncParameters):
    """What the list of applications can be asked."""

    requisition_id: UUID | None = Field(default=None, description="Only those to this requisition.")
    candidate_id: UUID | None = Field(default=None, description="Only those of this candidate.")
    stage: Stage | None = Field(default=None, description="Only those in stages of this kind.")
    stage_id: UUID | None = Field(default=None, description="Only those in this stage.")
    status: ApplicationStatus | None = Field(default=None, description="Only those of this status.")
    source_id: UUID | None = Field(default=None, description="Only those from this source.")
    origin: Origin | None = Field(default=None, description="Only those that came in this way.")
    reject_reason_id: UUID | None = Field(default=None, description="Only those rejected for this reason.")
    overdue: bool = Field(default=False, description="Only those whose answer is late by the law of the place.")
    over_age: bool = Field(default=False, description="Only those that are in their stage for too long.")
    flagged_answers: bool = Field(
        default=False, description="Only those with an answer to a knock-out question that asks for a person's look."
    )
    entered_after: AwareDatetime | None = Field(default=None, description="In their stage since then or later.")
    entered_before: AwareDatetime | None = Field(default=None, description="In their stage since before then.")
    sort: Sort = "-created_at"


class ApplicationEntry(Schema):
    """Letting a candidate apply to the requisition that the path names."""

    candidate_id: UUID
    resume_id: UUID | None = Field(default=None, description="Which of their resumes; by default their latest.")
    source_id: UUID | None = Field(default=None, description="Where they came from.")
    stage_id: UUID | None = Field(default=None, description="Where they begin; by default the first stage.")
    external_id: str | None = Field(default=None, min_length=1, max_length=200, description="Its id elsewhere.")
    do_not_screen: bool = Field(default=False, description="They asked for no automated screening.")


class ApplicationCreate(ApplicationEntry):
    """Letting a candidate apply."""

    requisition_id: UUID


class ApplicationUpdate(Schema):
    """Moving an application, or changing what is kept about it. What is left out stays."""

    stage: Stage | None = Field(default=None, description="Move it to the first stage of this kind.")
    stage_id: UUID | None = Field(default=None, description="Move it to this stage.")
    after_id: UUID | None = Field(default=None, description="Put it behind this application in the column.")
    before_id: UUID | None = Field(default=None, description="Put it before this application in the column.")
    do_not_screen: bool | None = Field(default=None, description="No automated screening.")
    answered: bool | None = Field(default=None, description="`true`: the candidate was told; the clock stops.")
    custom: dict[str, Any] | None = Field(default=None, description="Values of custom fields, by slug.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if all(value is None for value in self.model_dump().values()):
            raise ValueError("say what is to change: stage, stage_id, after_id, before_id, do_not_screen, …")
        if self.stage is not None and self.stage_id is not None:
            raise ValueError("give stage or stage_id, not both")
        if self.after_id is not None and self.before_id is not None:
            raise ValueError("give after_id or before_id, not both")
        return self


class Rejection(Schema):
    """Rejecting an application. A person decides; nothing else leads here."""

    reject_reason_id: UUID | None = Field(default=None, description="Why.")
    send_email: bool = Field(default=True, description="Tell the candidate by e-mail, after the delay.")
    delay_minutes: int | None = Field(
        default=None, ge=0, le=_LONGEST_DELAY, description="Until the e-mail; by default what the pipeline says."
    )
    subject: Subject | None = None
    body: Body | None = None


class Reopening(Schema):
    """Bringing a closed application back."""

    stage: Stage | None = Field(default=None, description="Where to: the first stage of this kind.")
    stage_id: UUID | None = Field(default=None, description="Where to; by default where it was before.")


class Transfer(Schema):
    """Moving an application to another requisition."""

    requisition_id: UUID = Field(description="Where it goes on.")
    stage: Stage | None = Field(default=None, description="Where it begins there; by default in the same kind.")


class StageChangeRead(Schema):
    """One step of an application."""

    id: UUID
    cause: ChangeCause
    from_stage_id: UUID | None
    from_stage_name: str | None
    from_kind: Stage | None
    to_stage_id: UUID | None
    to_stage_name: str | None
    to_kind: Stage
    seconds: float | None = Field(description="How long it was in the stage that it left.")
    reject_reason_id: UUID | None
    actor: str = Field(description="`user:<id>`, `api_key:<id>` or `system`.")
    created_at: datetime
