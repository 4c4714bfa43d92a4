"""Sources of candidates as they are answered, asked for and changed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema, TypedSchema
from talentflux.schemas.page import Sort, SyncParameters


class SourceKind(StrEnum):
    """What kind of source somebody came from."""

    AGENCY = "agency"
    REFERRAL = "referral"
    JOB_BOARD = "job_board"
    CAREERS_SITE = "careers_site"
    SOURCED = "sourced"
    IMPORT = "import"
    OTHER = "other"


class SourceRead(Schema):
    """A source of candidates."""

    id: UUID
    name: str
    kind: SourceKind
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class SourceCreate(TypedSchema):
    """A new source."""

    name: str = Field(min_length=1, max_length=200)
    kind: SourceKind


class SourceUpdate(TypedSchema):
    """What may be changed of a source. Fields that are left out stay."""

    name: str = Field(default="", min_length=1, max_length=200)
    kind: SourceKind = SourceKind.OTHER


class SourceQuery(SyncParameters):
    """What the list of sources can be asked."""

    kind: SourceKind | None = Field(default=None, description="Only sources of this kind.")
    sort: Sort = "-created_at"
