"""Imports of tables: what is uploaded, how its columns are read, what becomes of each row."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters


class ImportKind(StrEnum):
    """What the rows of a table are."""

    CANDIDATES = "candidates"
    APPLICATIONS = "applications"
    REQUISITIONS = "requisitions"


class ImportStatus(StrEnum):
    """Where an import stands."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class BatchPhase(StrEnum):
    """What was done with a batch of rows."""

    WAITING = "waiting"
    CHECKED = "checked"
    DONE = "done"


class Verdict(StrEnum):
    """What becomes of a row."""

    CREATE = "create"
    UPDATE = "update"
    DUPLICATE = "duplicate"
    ERROR = "error"


class RowProblem(Schema):
    """What is wrong with one field of a row."""

    field: str = Field(description="The field that the column is read as; empty where it is the row as a whole.")
    detail: str = Field(description="What to do about it. It never repeats what the cell holds.")


class RowVerdict(Schema):
    """What becomes of one row."""

    row: int = Field(ge=1, description="Number of the row in the file, the header not counted.")
    verdict: Verdict
    id: UUID | None = Field(default=None, description="The row here: of the candidate, application or requisition.")
    problems: list[RowProblem] = Field(default_factory=list)


class ImportColumn(Schema):
    """One column of the file."""

    index: int = Field(ge=0, description="From 0.")
    name: str = Field(description="From the header; `column 3` where there is none.")
    field: str | None = Field(description="What it is read as; null: it is passed over.")
    sample: list[str] = Field(description="Its first values, each cut at 80 characters.")


class ImportOptions(Schema):
    """How rows are taken."""

    update_existing: bool = Field(
        default=True, description="Give those who are here already what the row says; else they count as duplicates."
    )
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=20)] = Field(
        default_factory=list, description="Every candidate of the file gets these tags."
    )


class ImportUpdate(Schema):
    """What can be changed of an import before it runs."""

    mapping: (
        Annotated[list[Annotated[str, Field(max_length=60)] | None], Field(min_length=1, max_length=1000)] | None
    ) = Field(
        default=None,
        description="For each column, in order, the field that it is read as; null in the list passes it over. "
        "Absent: it stays.",
        examples=[["name", "email", None]],
    )
    options: ImportOptions | None = Field(default=None, description="Absent: they stay.")


class ImportCounts(Schema):
    """How many rows came to which end."""

    create: int = 0
    update: int = 0
    duplicate: int = 0
    error: int = 0


class ImportSummary(Schema):
    """An import as lists show it."""

    id: UUID
    kind: ImportKind
    status: ImportStatus
    requisition_id: UUID | None
    total: int = Field(description="Rows in all, the header not counted.")
    processed: int = Field(description="Rows that the check, or the run, has come to.")
    percentage: float = Field(ge=0, le=100, description="100 × processed ÷ total.")
    counts: ImportCounts
    created_at: datetime
    updated_at: datetime
    expires_at: datetime = Field(description="When the cells of the file are destroyed; the counts stay.")


class ImportRead(ImportSummary):
    """An import with its columns."""

    file_name: str
    encoding: str | None = Field(description="utf-8, utf-8-sig, utf-16 or windows-1252; null for a spreadsheet.")
    delimiter: str | None = Field(description="Between cells; null for a spreadsheet.")
    columns: list[ImportColumn]
    options: ImportOptions
    fields: list[str] = Field(description="What columns can be read as.")
    problems: list[RowVerdict] = Field(description="The first 50 rows that were not taken.")
    failure: str | None = Field(description="Why the import as a whole ended; null where it did not.")


class ImportQuery(ListParameters):
    """What the list of imports can be asked."""

    sort: Literal["-created_at"] = Field(default="-created_at", description="The order.")
    kind: ImportKind | None = Field(default=None, description="Only imports of this kind.")


class Table(BaseModel):
    """A table as the confined child reads it.

    Attributes:
        encoding: Of the text; None for a spreadsheet.
        delimiter: Between cells; None for a spreadsheet.
        header: The first row, or made-up names.
        rows: Cells as text, each row as long as the header.
        problems: By number of the row, from 0: what is wrong with it as a whole.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: list[str]
    rows: list[list[str]]
    problems: dict[int, str] = Field(default_factory=dict)


Cells = dict[str, Any]
"""The cells of one row by the field that each is read as."""
