"""Candidates as they are answered and changed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.private import PRIVATE


class Consent(StrEnum):
    """Whether a person agreed to be kept for other needs than the one they applied to."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class CandidateSummary(Schema):
    """A candidate in a list."""

    id: UUID
    name: str | None = Field(description="Null when no name could be read.")
    email: str | None = Field(description="Null without `candidate:read_private`.", json_schema_extra=PRIVATE)
    phone: str | None = Field(description="Null without `candidate:read_private`.", json_schema_extra=PRIVATE)
    location: str | None
    headline: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class CandidateQuery(SyncParameters):
    """What the list of candidates can be asked."""

    email: str | None = Field(
        default=None,
        max_length=320,
        description="Only the candidate with this address. Needs `candidate:read_private`.",
    )
    phone: str | None = Field(
        default=None,
        max_length=40,
        description="Only candidates with this telephone number, given with its country. "
        "Needs `candidate:read_private`.",
    )
    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Only candidates whose name has words that begin with all of these. A page may hold fewer than "
        "`limit` and not be the last.",
    )
    sort: Sort = "-created_at"


class CandidateResume(Schema):
    """One version of a candidate's resume."""

    id: UUID
    file_name: str
    status: str
    created_at: datetime


class CandidateRead(CandidateSummary):
    """A candidate with the versions of the resume, newest first."""

    resumes: list[CandidateResume]


class CandidateUpdate(Schema):
    """What a person may correct. Fields that are left out stay; null empties a field."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    email: str | None = Field(default=None, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")
    phone: str | None = Field(default=None, min_length=3, max_length=40)
    location: str | None = Field(default=None, min_length=1, max_length=200)
    headline: str | None = Field(default=None, min_length=1, max_length=300)
