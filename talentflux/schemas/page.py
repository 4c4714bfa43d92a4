"""Pages of lists."""

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field

from talentflux.schemas.base import Schema

T = TypeVar("T")

Limit = Annotated[int, Field(ge=1, le=200, description="Most items of one page.")]
Cursor = Annotated[
    str, Field(max_length=500, description="Where the page before ended: its `next_cursor`. Absent for the first page.")
]


class Page(Schema, Generic[T]):
    """One page of a list, in a stable order."""

    items: list[T]
    next_cursor: str | None = Field(description="Give it as `cursor` to read on; null on the last page.")


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page as it comes from the database: rows that are encoded once.

    Attributes:
        items: The summary columns of each row.
        next_cursor: Where this page ends; None on the last page.
    """

    items: list[dict[str, Any]]
    next_cursor: str | None
