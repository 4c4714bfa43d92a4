"""Attachments as they are answered."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters


class AttachmentKind(StrEnum):
    """What a file about a candidate is."""

    COVER_LETTER = "cover_letter"
    PORTFOLIO = "portfolio"
    CERTIFICATE = "certificate"
    REFERENCE = "reference"
    TRANSCRIPT = "transcript"
    OTHER = "other"


class AttachmentRead(Schema):
    """A file about a candidate."""

    id: UUID
    candidate_id: UUID
    kind: AttachmentKind
    file_name: str = Field(description="As uploaded; empty once deleted.")
    media_type: str
    size: int = Field(description="Bytes.")
    added_by: UUID | None = Field(description="Id of the user; null for a key of a service.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class AttachmentQuery(SyncParameters):
    """What the list of a candidate's attachments can be asked."""

    kind: AttachmentKind | None = Field(default=None, description="Only files of this kind.")
    sort: Sort = "-created_at"
