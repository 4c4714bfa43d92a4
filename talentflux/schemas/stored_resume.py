"""Resumes as they are stored and answered. What was read from the file is `schemas.resume.ParsedResume`."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.document import HiddenText
from talentflux.schemas.file import FileRead
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.private import PRIVATE
from talentflux.schemas.resume import ParsedResume
from talentflux.schemas.task import TaskRead


class ResumeStatus(StrEnum):
    """How far the reading of a resume has come."""

    STORED = "stored"
    PARSED = "parsed"
    FAILED = "failed"


class ResumeSummary(Schema):
    """A resume in a list."""

    id: UUID
    candidate_id: UUID | None = Field(description="Null until the file has been read.")
    file_name: str = Field(description="As uploaded; empty once deleted.")
    status: ResumeStatus
    failure_reason: str | None = Field(description="Stable short name; null unless `failed`.")
    failure_detail: str | None = Field(description="What to do about it; null unless `failed`.")
    language: str | None
    total_years: float | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class ResumeQuery(SyncParameters):
    """What the list of resumes can be asked."""

    status: ResumeStatus | None = Field(default=None, description="Only those with this status.")
    candidate_id: UUID | None = Field(default=None, description="Only those of this candidate.")
    task_id: UUID | None = Field(default=None, description="Only those of this upload.")
    sort: Sort = "-created_at"


class ResumeRead(ResumeSummary):
    """A resume with all that was read from it."""

    file: FileRead
    parsed: ParsedResume | None = Field(
        description="Spans refer to `text`. Null without `candidate:read_private`.", json_schema_extra=PRIVATE
    )
    text: str | None = Field(
        description="Visible text in reading order. Null without `candidate:read_private`.", json_schema_extra=PRIVATE
    )
    masked_text: str | None = Field(description="Without personal details: the only text that is scored.")
    hidden: list[HiddenText] = Field(
        description="Text that is in the file and not on the page; it never counts. Empty without "
        "`candidate:read_private`.",
        json_schema_extra=PRIVATE,
    )
    warnings: list[str] = Field(description="Empty without `candidate:read_private`.", json_schema_extra=PRIVATE)


class UploadedResume(Schema):
    """What became of one uploaded file."""

    resume_id: UUID
    file_name: str
    duplicate: bool = Field(description="True when the same bytes were there before: nothing new was stored.")


class UploadAccepted(Schema):
    """The files are stored; a task reads them."""

    task: TaskRead
    resumes: list[UploadedResume] = Field(description="One per file, in the order given.")
