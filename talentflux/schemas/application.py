"""Applications: candidate × requisition, with a stage."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters


class Stage(StrEnum):
    """Where an application stands."""

    APPLIED = "applied"
    SCREEN = "screen"
    INTERVIEW = "interview"
    OFFER = "offer"
    HIRED = "hired"
    REJECTED = "rejected"


class ApplicationRead(Schema):
    """An application."""

    id: UUID
    requisition_id: UUID
    requisition_title: str
    candidate_id: UUID
    candidate_name: str | None = Field(description="Null when no name could be read.")
    resume_id: UUID | None
    stage: Stage
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class ApplicationQuery(SyncParameters):
    """What the list of applications can be asked."""

    requisition_id: UUID | None = Field(default=None, description="Only those to this requisition.")
    candidate_id: UUID | None = Field(default=None, description="Only those of this candidate.")
    stage: Stage | None = Field(default=None, description="Only those in this stage.")
    sort: Sort = "-created_at"


class ApplicationUpdate(Schema):
    """Moving an application to another stage."""

    stage: Stage
