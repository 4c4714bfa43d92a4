"""Merges of candidates as they are asked for and answered."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema


class MergeField(StrEnum):
    """A field of a candidate of which only one can stay."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    LOCATION = "location"
    HEADLINE = "headline"


class CandidateMergeCreate(Schema):
    """Whom to merge into a candidate, and what to take from them."""

    other_id: UUID = Field(description="The candidate who is hidden afterwards.")
    take: list[MergeField] = Field(
        default_factory=list,
        max_length=5,
        description="Fields to take from the other. What the candidate lacks is taken from them in any case.",
    )
    take_custom: list[str] = Field(
        default_factory=list, max_length=200, description="Slugs of custom fields whose values to take, likewise."
    )


class CandidateMergeRead(Schema):
    """A merge."""

    id: UUID
    candidate_id: UUID = Field(description="Who stays.")
    other_id: UUID = Field(description="Who was merged into them.")
    merged_by: UUID | None = Field(description="Id of the user; null for a key of a service.")
    created_at: datetime
    updated_at: datetime
    undone_at: datetime | None = Field(description="When it was undone; null while it stands.")


class CandidateMerges(Schema):
    """The merges into one candidate, the latest first."""

    items: list[CandidateMergeRead]
