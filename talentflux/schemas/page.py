"""Pages of lists, and what every list can be asked."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from pydantic import AwareDatetime, Field, model_validator

from talentflux.schemas.base import Schema

T = TypeVar("T")

Limit = Annotated[int, Field(ge=1, le=200, description="Most items of one page.")]
_CURSOR: Final = "Where the page before ended: its `next_cursor`. Absent for the first page."
Cursor = Annotated[str, Field(max_length=500, description=_CURSOR)]


Sort = Annotated[
    Literal["-created_at", "created_at", "-updated_at", "updated_at"],
    Field(description="The order: by the time of making or of the last change; `-` begins with the latest."),
]


class Page(Schema, Generic[T]):
    """One page of a list, in a stable order."""

    items: list[T]
    next_cursor: str | None = Field(description="Give it as `cursor` to read on; null on the last page.")
    total: int | None = Field(default=None, description="How many items there are; null unless `include_total` asks.")


class ListParameters(Schema):
    """What every list of rows can be asked. Each list adds its filters and the orders that it knows."""

    limit: Limit = 50
    cursor: Cursor | None = Field(default=None, description=_CURSOR)
    include_total: bool = Field(default=False, description="Count the items too; costs as much as reading them all.")


class SyncParameters(ListParameters):
    """What lists can be asked whose rows others keep a copy of."""

    deleted: bool = Field(
        default=False, description="List the deleted items instead; needs the permission to delete them."
    )
    updated_since: AwareDatetime | None = Field(
        default=None,
        description="Only what changed at or after this time, the earliest change first, deleted items included with "
        "`deleted_at`. Changes of the last seconds may wait for the next call. To follow a list, give the largest "
        "`updated_at` that you have seen: none is missed, some come twice.",
        examples=["2026-11-21T09:00:00Z"],
    )

    @model_validator(mode="after")
    def _one_view(self) -> "SyncParameters":
        if self.updated_since is not None and (self.deleted or "sort" in self.model_fields_set):
            raise ValueError("updated_since has its own order and includes deleted items: leave out deleted and sort")
        return self


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page as it comes from the database: rows that are encoded once.

    Attributes:
        items: The summary columns of each row.
        next_cursor: Where this page ends; None on the last page.
        total: How many there are in all; None unless asked for.
    """

    items: list[dict[str, Any]]
    next_cursor: str | None
    total: int | None = None
