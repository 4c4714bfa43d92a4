"""The audit log as an organization's owners read it: page by page, one event, or all of it as a file."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.database import AnySession, Database, Scope
from talentflux.repositories.audit_repository import AuditRepository
from talentflux.schemas.audit import AuditEventRead, AuditFilter, AuditQuery, ExportFormat
from talentflux.schemas.page import RowPage

_ROWS: Final = 500
_FIELDS: Final = tuple(AuditEventRead.model_fields)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_OWN: Final = frozenset({"limit", "cursor", "format"})


async def page(session: AnySession, asked: AuditQuery) -> RowPage:
    """Read a page of the organization's events, newest first.

    Args:
        session: The transaction.
        asked: Filters, limit and cursor.

    Raises:
        InvalidInputError: The cursor is not one of this list with these filters.
    """
    found = await AuditRepository(session).page(asked.limit, asked.cursor, _filters(asked))
    return RowPage([_read(row) for row in found.items], found.next_cursor)


async def get(session: AnySession, event_id: UUID) -> AuditEventRead:
    """Return one event of the organization.

    Raises:
        NotFoundError: There is none with this id.
    """
    return AuditEventRead.model_validate(_read(await AuditRepository(session).get(event_id)))


async def export(database: Database, scope: Scope, asked: AuditFilter, form: ExportFormat) -> AsyncIterator[bytes]:
    """Yield the organization's events as lines, newest first.

    Each batch is read in a transaction of its own, so that a slow reader keeps no connection.

    Args:
        database: Sessions.
        scope: Whose events.
        asked: Which.
        form: How.
    """
    if form is ExportFormat.CSV:
        yield _csv([list(_FIELDS)])
    cursor: str | None = None
    while True:
        async with database.read_session(scope) as session:
            found = await AuditRepository(session).page(_ROWS, cursor, _filters(asked))
        rows = [_read(row) for row in found.items]
        if form is ExportFormat.CSV:
            yield _csv([[_cell(row[name]) for name in _FIELDS] for row in rows])
        else:
            yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in rows)
        cursor = found.next_cursor
        if cursor is None:
            return


def _filters(asked: AuditFilter) -> dict[str, Any]:
    return asked.model_dump(exclude=set(_OWN))


def _read(row: dict[str, Any]) -> dict[str, Any]:
    entry = orjson.loads(row["entry"])
    return {name: row[name] if name in row else entry[name] for name in _FIELDS}


def _cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, dict):  # half the world's spreadsheets begin a new cell at a semicolon
        return orjson.dumps(value).decode().replace(";", "\\u003b")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
