"""Saved searches as they are answered, asked for and changed."""

from datetime import datetime
from uuid import UUID

from pydantic import Field, model_validator

from talentflux.schemas.base import Schema, TypedSchema
from talentflux.schemas.candidate_filter import CandidateFilters, Words
from talentflux.schemas.page import Cursor, Limit, Sort, SyncParameters


class SavedFilters(CandidateFilters):
    """Filters of a saved search, as the list of candidates takes them, with a name."""

    name: Words | None = Field(
        default=None, min_length=1, max_length=100, description="Words that begin words of the candidate's name."
    )


class _Content(TypedSchema):
    """What a saved search consists of."""

    name: str = Field(min_length=1, max_length=200)
    shared: bool = Field(default=False, description="Whether the whole organization sees and runs it.")
    q: Words | None = Field(
        default=None, min_length=1, max_length=500, description="As the search over candidates takes it."
    )
    filters: SavedFilters = SavedFilters()


class SavedSearchRead(_Content):
    """A search that can be run again."""

    id: UUID
    user_id: UUID = Field(description="Whose it is.")
    mine: bool = Field(description="Whether whoever asks may change it.")
    gone: list[str] = Field(
        description="Filters that name a tag, talent pool or requisition which is no longer there, or which whoever "
        "asks does not see. The search is not run until they are changed, for it would find nobody."
    )
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class SavedSearchCreate(_Content):
    """A search to keep. Words, filters or both."""

    @model_validator(mode="after")
    def _something(self) -> "SavedSearchCreate":
        if self.q is None and not self.filters.model_dump(exclude_none=True):
            raise ValueError("give q or a filter")
        return self


class SavedSearchUpdate(TypedSchema):
    """What may be changed. Fields that are left out stay; `filters` are replaced as a whole."""

    name: str = Field(default="", min_length=1, max_length=200)
    shared: bool = False
    q: Words | None = Field(default=None, min_length=1, max_length=500)
    filters: SavedFilters = SavedFilters()


class SavedSearchQuery(SyncParameters):
    """What the list of saved searches can be asked."""

    sort: Sort = "-created_at"


class SavedSearchRun(Schema):
    """Which page of the answers to a saved search."""

    limit: Limit = 20
    cursor: Cursor | None = Field(default=None, description="Where the page before ended: its `next_cursor`.")
