"""Applications: candidate × requisition, with a stage."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema


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


class ApplicationUpdate(Schema):
    """Moving an application to another stage."""

    stage: Stage
