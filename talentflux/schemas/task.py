"""Background work that somebody waits for."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema


class TaskKind(StrEnum):
    """What the work is."""

    RESUME_IMPORT = "resume_import"
    MATCH = "match"
    APPLICATION_BULK = "application_bulk"


class TaskStatus(StrEnum):
    """Where the work stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class TaskError(Schema):
    """One file or step that went wrong while the rest went on."""

    file: str | None = Field(description="Name of the file, inside an archive `archive.zip/inner.pdf`.")
    application_id: UUID | None = Field(default=None, description="The application that it is about.")
    reason: str = Field(description="Stable short name: empty, encrypted, too_large, unknown_type, …")
    detail: str = Field(description="What to do about it.")


class TaskRead(Schema):
    """A piece of background work."""

    id: UUID
    kind: TaskKind
    status: TaskStatus
    processed: int = Field(description="Items done, well or not.")
    total: int = Field(description="Items in all.")
    percentage: float = Field(ge=0, le=100, description="100 × processed ÷ total.")
    errors: list[TaskError] = Field(description="What went wrong, item by item; the other items are done.")
    result: dict[str, Any] | None = Field(description="Counts at the end; null before.")
    requisition_id: UUID | None
    created_at: datetime
    updated_at: datetime
