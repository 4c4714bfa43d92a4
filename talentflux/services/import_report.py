"""What became of every row of an import, as a CSV file that is safe to open in a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

from talentflux.core.database import ReadSession
from talentflux.models import DataImportBatch
from talentflux.repositories.data_import_repository import DataImportRepository
from talentflux.services import audit_service
from talentflux.services.data_import_service import cipher_of, meta_of, open_rows
from talentflux.utils.spreadsheet import spreadsheet_safe


async def report(
    opening: Callable[[], AbstractAsyncContextManager[ReadSession]], import_id: UUID
) -> AsyncIterator[bytes]:
    """Give a CSV file that says what became of each row, with its cells; batch by batch.

    Args:
        opening: Opens a short transaction of whoever asks, for each batch.
        import_id: Which.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: Its cells are gone.
    """
    async with opening() as session:
        repository = DataImportRepository(session)
        row = await repository.get(import_id)
        cipher = await cipher_of(session, row)
        numbers = await repository.batch_numbers(import_id)
        header = meta_of(cipher, row)["header"]
        await audit_service.viewed(session, "data_import.report", "data_import", import_id)
    yield "\ufeff".encode() + _csv([["row", "verdict", "id", "field", "problem", *header]])
    for number in numbers:
        async with opening() as session:
            batch = await DataImportRepository(session).batch(import_id, number)
        if batch is not None:
            yield _csv(_reported(batch, open_rows(cipher, batch)))


def _reported(batch: DataImportBatch, opened: dict[str, Any]) -> list[list[object]]:
    """Return the lines of a report, one per row of the file; what is wrong with several fields stands together."""
    verdicts = {verdict["row"]: verdict for verdict in batch.verdicts}
    lines: list[list[object]] = []
    for number, row in enumerate(opened["rows"], opened["first"]):
        verdict = verdicts.get(number, {})
        problems = verdict.get("problems", [])
        fields = "; ".join(problem["field"] for problem in problems)
        details = " ".join(problem["detail"] for problem in problems)
        lines.append([number, verdict.get("verdict", ""), verdict.get("id") or "", fields, details, *row])
    return lines


def _csv(lines: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([spreadsheet_safe(cell) for cell in line] for line in lines)
    return text.getvalue().encode()
