"""Candidates and applications as CSV files for spreadsheets. No cell is taken for a formula."""

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from talentflux.core.crypto import Keys
from talentflux.core.database import Database, Scope
from talentflux.repositories.data_export_repository import ArchiveSource
from talentflux.schemas.data_export import ExportKind
from talentflux.services import candidate_profile
from talentflux.services.archive_writer import PART_BYTES, Progress, Put
from talentflux.services.encryption_service import keys_of
from talentflux.utils.spreadsheet import spreadsheet_safe

_COLUMNS: Final = {
    ExportKind.CANDIDATES: ("external_id", "source_id", "do_not_contact", "consent", "consent_until", "retain_until"),
    ExportKind.APPLICATIONS: ("external_id", "candidate_id", "requisition_id", "stage", "origin", "rejected_at"),
}
_TIMES: Final = ("created_at", "updated_at")
_PERSON: Final = (*candidate_profile.FIELDS,)


async def write_table(
    database: Database, scope: Scope, kind: ExportKind, put: Put, progress: Progress
) -> dict[str, int]:
    """Write one table as CSV in UTF-8 with its mark, which spreadsheet programs need.

    Args:
        database: Sessions.
        scope: Whose, and which requisitions whoever asked for it sees; of others nothing is written.
        kind: `candidates` or `applications`.
        put: Takes the file piece by piece.
        progress: Told as it goes on.

    Returns:
        Rows by table.

    Raises:
        DependencyError: The database does not answer.
        TamperedError: Something stored does not open.
    """
    assert scope.organization_id is not None
    keys = await keys_of(database, scope.organization_id)
    table = "candidate" if kind is ExportKind.CANDIDATES else "application"
    columns = ("id", *_COLUMNS[kind], *_TIMES)
    waiting = bytearray("\ufeff".encode() + _csv([[*_PERSON, *columns]]))
    async with database.read_session(scope) as session:
        source = ArchiveSource(session)
        await source.freeze()
        total, done = await source.count(table), 0
        async for batch in source.people(table, columns):
            waiting += await asyncio.to_thread(_lines, keys, batch, columns)
            done += len(batch)
            await progress(done, total)
            if len(waiting) >= PART_BYTES:
                await put(bytes(waiting))
                waiting.clear()
    await put(bytes(waiting))
    return {table: done}


def _lines(keys: Keys, batch: Sequence[dict[str, Any]], columns: Sequence[str]) -> bytes:
    lines = []
    for row in batch:
        person = row["person_id"], row["person_key"], row["person_profile"]
        profile = candidate_profile.open_profile(keys, *person)
        lines.append([*(profile.get(name) for name in _PERSON), *(row[name] for name in columns)])
    return _csv(lines)


def _csv(lines: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_cell(cell) for cell in line] for line in lines)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return spreadsheet_safe(value.isoformat() if hasattr(value, "isoformat") else str(value))
