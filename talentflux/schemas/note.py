"""Notes as they are answered and given."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema, TypedSchema
from talentflux.schemas.page import Sort, SyncParameters

LONGEST_BODY = 20_000
_MENTIONS = "Members to be told of it by e-mail; the e-mail holds a link and nothing of the note."
_PRIVATE = "For the author and those with `candidate:read_private` only."


class NoteRead(Schema):
    """A note about a candidate."""

    id: UUID
    candidate_id: UUID
    application_id: UUID | None = Field(description="The application that it is about, if one.")
    author: str = Field(description="`user:<id>` or `api_key:<id>`.")
    author_name: str | None = Field(description="Null for a key of a service.")
    private: bool = Field(description=_PRIVATE)
    body: str | None = Field(description="Markdown; null once the person's data was erased, or deleted.")
    mentions: list[UUID] = Field(description="Users who were told of it.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class NoteCreate(TypedSchema):
    """A note to write."""

    body: str = Field(min_length=1, max_length=LONGEST_BODY, description="Markdown.")
    application_id: UUID | None = Field(default=None, description="An application of this candidate.")
    private: bool = Field(default=False, description=_PRIVATE)
    mentions: list[UUID] = Field(default_factory=list, max_length=20, description=_MENTIONS)


class NoteUpdate(TypedSchema):
    """What changes of a note; what is absent stays as it is."""

    body: str | None = Field(default=None, min_length=1, max_length=LONGEST_BODY, description="Markdown.")
    private: bool | None = Field(default=None, description=_PRIVATE)
    mentions: list[UUID] | None = Field(
        default=None, max_length=20, description="Who is named anew is told by e-mail; the others were told before."
    )


class NoteQuery(SyncParameters):
    """What the list of a candidate's notes can be asked."""

    application_id: UUID | None = Field(default=None, description="Only notes about this application.")
    sort: Sort = "-created_at"
