"""What happened to a candidate, in order."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters


class TimelineEntry(Schema):
    """One thing that happened."""

    id: UUID
    type: str = Field(description="As `application.moved`.", examples=["application.moved"])
    summary: str = Field(description="What the type means, as a sentence.")
    actor: str = Field(description="`user:<id>`, `api_key:<id>`, `system` or `anonymous`.")
    actor_name: str | None = Field(description="Null where no member acted.")
    candidate_id: UUID = Field(description="The candidate, or one who was merged into them.")
    requisition_id: UUID | None
    application_id: UUID | None
    job_id: UUID | None
    data: dict[str, Any] = Field(description="What changed, without personal data.")
    names: dict[str, str] = Field(
        description="What the requisitions, jobs, stages, sources and talent pools are called whose ids stand here, by "
        "id; only those that whoever asks may see."
    )
    created_at: datetime


class TimelineQuery(ListParameters):
    """What a timeline can be asked."""

    type: str | None = Field(default=None, max_length=100, description="Only events of this type.")
