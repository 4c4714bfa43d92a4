"""Events: what happened to candidates, requisitions, jobs and applications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters


class EventRead(Schema):
    """One change. It names rows and values, never persons."""

    id: UUID
    type: str = Field(
        description="As `application.moved`; the guide to webhooks lists them all.", examples=["application.moved"]
    )
    actor: str = Field(description="`user:<id>`, `api_key:<id>`, `system` or `anonymous`.")
    candidate_id: UUID | None
    requisition_id: UUID | None
    application_id: UUID | None
    job_id: UUID | None
    data: dict[str, Any] = Field(description="What changed, without personal data.")
    created_at: datetime


class EventQuery(ListParameters):
    """What the list of events can be asked."""

    type: str | None = Field(default=None, max_length=100, description="Only events of this type.")
    candidate_id: UUID | None = Field(default=None, description="Only those that tell of this candidate.")
    requisition_id: UUID | None = Field(default=None, description="Only those that tell of this requisition.")
    application_id: UUID | None = Field(default=None, description="Only those that tell of this application.")
    job_id: UUID | None = Field(default=None, description="Only those that tell of this job.")
    since: AwareDatetime | None = Field(default=None, description="Only events from this time on.")
