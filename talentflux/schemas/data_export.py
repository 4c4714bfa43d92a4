"""Exports: of everything as one archive, or of one table for a spreadsheet."""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters


class ExportKind(StrEnum):
    """What is exported."""

    ARCHIVE = "archive"
    CANDIDATES = "candidates"
    APPLICATIONS = "applications"


class ExportStatus(StrEnum):
    """Where an export stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


class ExportCreate(Schema):
    """What to export."""

    kind: ExportKind = Field(
        default=ExportKind.ARCHIVE,
        description="`archive`: everything with the originals, as one zip that can be imported again. "
        "`candidates`, `applications`: a CSV file for a spreadsheet.",
    )


class ExportRead(Schema):
    """An export and how far it has come."""

    id: UUID
    kind: ExportKind
    status: ExportStatus
    processed: int = Field(description="Rows and originals written.")
    total: int = Field(description="Rows and originals in all; 0 before they are counted.")
    percentage: float = Field(ge=0, le=100, description="100 × processed ÷ total.")
    size: int = Field(description="Bytes of the file.")
    failure: str | None = Field(description="Why it could not be made; null where it could.")
    created_at: datetime
    updated_at: datetime
    expires_at: datetime = Field(description="When the file is destroyed.")


class ExportQuery(ListParameters):
    """What the list of exports can be asked."""

    sort: Literal["-created_at"] = Field(default="-created_at", description="The order.")


class ArchiveEntry(BaseModel):
    """One entry of an archive as its manifest lists it.

    Attributes:
        name: Path in the zip.
        size: Bytes, unpacked.
        sha256: Of the unpacked bytes.
        rows: Lines of a table; None for an original.
    """

    name: str = Field(max_length=200)
    size: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    rows: int | None = Field(default=None, ge=0)


class ArchiveOrganization(BaseModel):
    """The organization that an archive was made from."""

    id: UUID
    slug: str = Field(max_length=200)
    name: str = Field(max_length=1000)


class Manifest(BaseModel):
    """What an archive says of itself, in `manifest.json`, its last entry.

    Attributes:
        format: What kind of file this is.
        version: Of the format; a program refuses those that it does not know.
        revision: Of the database's schema.
        exported_at: When.
        organization: Whose.
        entries: All other entries, in the order of the zip.
    """

    format: Literal["talentflux-archive"]
    version: int
    revision: str = Field(max_length=20)
    exported_at: datetime
    organization: ArchiveOrganization
    entries: list[ArchiveEntry]


class Imported(BaseModel):
    """What an archive brought.

    Attributes:
        organization_id: Where it went.
        rows: Of all tables.
        files: Originals.
        accounts: Accounts that were made for members without one here.
    """

    organization_id: UUID
    rows: int
    files: int
    accounts: int
