"""Pairs of candidates who may be one person."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters


class ContactKind(StrEnum):
    """What a keyed hash of a contact was made of."""

    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"


class DuplicateState(StrEnum):
    """What a person said about a pair."""

    OPEN = "open"
    DISMISSED = "dismissed"
    MERGED = "merged"


class DuplicateReason(StrEnum):
    """What speaks for two candidates being one person."""

    EMAIL = "email"
    PHONE = "phone"
    LINK = "link"
    NAME_AND_EMPLOYER = "name_and_employer"
    SIMILAR_NAME_AND_EMPLOYER = "similar_name_and_employer"
    NAME = "name"
    SIMILAR_NAME = "similar_name"


class ReasonRead(Schema):
    """One reason, explained."""

    kind: DuplicateReason
    explanation: str = Field(description="A sentence for people.")


class DuplicateSide(Schema):
    """One of the two candidates."""

    id: UUID
    name: str | None = Field(description="Null when no name is known.")
    headline: str | None
    location: str | None


class DuplicateRead(Schema):
    """A pair of candidates who may be one person."""

    id: UUID
    score: float = Field(description="How sure the search is, 0 to 1. It orders; a person decides.")
    reasons: list[ReasonRead] = Field(description="The strongest first.")
    state: DuplicateState
    candidate: DuplicateSide
    other: DuplicateSide
    created_at: datetime
    updated_at: datetime


class DuplicateQuery(ListParameters):
    """What the list of pairs can be asked."""

    min_score: float | None = Field(default=None, ge=0, le=1, description="Only pairs of at least this score.")


class DuplicateList(Schema):
    """The open pairs of one candidate, the surest first."""

    items: list[DuplicateRead]
