"""Tracking links: short addresses of jobs that name a source."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters

Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{4,64}$")]


class TrackingLinkCreate(Schema):
    """A new link."""

    name: str = Field(min_length=1, max_length=200, pattern=r"\S", description="What it is for; nobody else sees it.")
    source_id: UUID | None = Field(default=None, description="The source that those are credited to who come by it.")


class TrackingLinkRead(Schema):
    """A link to a posting."""

    id: UUID
    job_id: UUID
    source_id: UUID | None = Field(description="The source that those are credited to who come by it.")
    code: str = Field(description="Kept through to the application, as `source`.")
    name: str
    clicks: int = Field(description="How often it was followed, by people and by programs.")
    url: str = Field(description="The address to give away.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class TrackingLinkQuery(SyncParameters):
    """What the list of links can be asked."""

    job_id: UUID | None = Field(default=None, description="Only those of this posting.")
    sort: Sort = "-created_at"
