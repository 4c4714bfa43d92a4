"""Custom fields and their values as they are answered and given."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.user import PlainName


class FieldResource(StrEnum):
    """What can have custom fields."""

    CANDIDATE = "candidate"
    REQUISITION = "requisition"
    APPLICATION = "application"
    JOB = "job"


class FieldType(StrEnum):
    """What the values of a field are."""

    TEXT = "text"
    NUMBER = "number"
    CURRENCY = "currency"
    RANGE = "range"
    SELECT = "select"
    DATE = "date"
    URL = "url"
    USER = "user"


FieldSlug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
"""The name of a field for programs."""

_Option = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Options = Annotated[list[_Option], Field(max_length=200)]


class CustomFieldRead(Schema):
    """A field that the organization added."""

    id: UUID
    resource: FieldResource
    slug: str = Field(description="Never changes.")
    name: str
    type: FieldType = Field(description="Never changes.")
    required: bool
    private: bool = Field(description="Values are shown with `candidate:read_private` only.")
    options: list[str] = Field(description="What can be selected; empty for other types.")
    archived_at: datetime | None = Field(description="Since when it is no longer filled in; null while it is.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Always null: fields are archived.")


class CustomFieldCreate(Schema):
    """A field to add."""

    resource: FieldResource
    slug: FieldSlug = Field(description="The name for programs. Chosen once.")
    name: PlainName
    type: FieldType
    required: bool = False
    private: bool = False
    options: _Options = Field(default_factory=list, description="What can be selected; for `select` only.")

    @model_validator(mode="after")
    def _options_of_select(self) -> "CustomFieldCreate":
        if (self.type is FieldType.SELECT) != bool(self.options):
            raise ValueError("a field of type select has options, and no other type has")
        if len(set(self.options)) < len(self.options):
            raise ValueError("two options are equal")
        return self


class CustomFieldUpdate(Schema):
    """What changes of a field; what is absent stays as it is. Slug and type never change."""

    name: PlainName | None = None
    required: bool | None = None
    private: bool | None = None
    options: _Options | None = Field(
        default=None, description="All that can be selected. Values stored before stay, also those no longer offered."
    )
    archived: bool | None = Field(default=None, description="True to stop filling it in; false to go on.")


class CustomFieldQuery(SyncParameters):
    """What the list of custom fields can be asked."""

    resource: FieldResource | None = Field(default=None, description="Only fields of this resource.")
    sort: Sort = "created_at"


class CustomValue(Schema):
    """The value of one field."""

    slug: str
    name: str
    type: FieldType
    value: Any = Field(
        description="Text, number, date (`2026-11-21`), address or id of a user; `{amount, currency}` for `currency`; "
        "`{min, max}` for `range`; null where there is none."
    )


class CustomValues(Schema):
    """All values that a row is to have."""

    values: dict[str, Any] = Field(
        max_length=200, description="By slug. Fields that are left out, or null, are emptied."
    )


class CandidateCustomFields(Schema):
    """The values of a candidate's custom fields, in the order of the fields."""

    candidate_id: UUID
    custom_fields: list[CustomValue]
    updated_at: datetime = Field(description="Of the candidate.")
