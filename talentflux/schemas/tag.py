"""Tags as they are answered and given."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters

MOST_CANDIDATES = 500
"""Candidates of one request."""

TagName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f-\x9f,]+$"),
]
"""A word or a few, without commas: lists of tags are divided by them."""


class TagRead(Schema):
    """A tag of the organization."""

    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class TagUpdate(Schema):
    """What changes of a tag."""

    name: TagName


class TagMerge(Schema):
    """Which tag goes into this one."""

    other_id: UUID = Field(description="The tag whose candidates this one takes over; it is deleted.")


class TagQuery(SyncParameters):
    """What the list of tags can be asked."""

    q: str | None = Field(default=None, min_length=1, max_length=60, description="Only tags that begin with this.")
    sort: Sort = "-created_at"


class CandidateTags(Schema):
    """The tags of one candidate, by name."""

    names: list[str]


class CandidateTagsUpdate(Schema):
    """All tags that a candidate is to have."""

    names: list[TagName] = Field(max_length=100, description="Those that do not exist yet are made.")


class TagChange(Schema):
    """Tags to add to candidates and to take from them."""

    candidate_ids: list[UUID] = Field(min_length=1, max_length=MOST_CANDIDATES)
    add: list[TagName] = Field(default_factory=list, max_length=50, description="Those that do not exist yet are made.")
    remove: list[TagName] = Field(default_factory=list, max_length=50)


class TagChanged(Schema):
    """What became of a change of tags."""

    added: int = Field(description="How many times a candidate got a tag that they did not have.")
    removed: int = Field(description="How many times a candidate lost one.")
