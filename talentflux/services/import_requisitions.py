"""Rows that tell of requisitions: made with their openings, known again by their external ids."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import TalentFluxError
from talentflux.repositories.data_import_repository import DataImportRepository
from talentflux.schemas.data_import import ImportOptions, RowProblem, RowVerdict, Verdict
from talentflux.schemas.requisition import RequisitionCreate, RequisitionUpdate
from talentflux.services import requisition_service
from talentflux.services.import_people import Row

_NEEDED: Final = "is missing. Every requisition needs a title or a description, and an external id to be known again."
_CHANGES: Final = ("title", "description", "department")


async def check(session: AnySession, rows: Sequence[Row], options: ImportOptions) -> list[RowVerdict]:
    """Return what would become of rows.

    Args:
        session: The transaction.
        rows: Of one batch.
        options: How rows are taken.
    """
    known = await _known(session, rows)
    seen: set[str] = set()
    verdicts = []
    for row in rows:
        verdict = _verdict(row, known, options)
        external_id = row.cells.get("external_id", "")
        if verdict.verdict is Verdict.CREATE and external_id in seen:
            verdict.verdict = Verdict.DUPLICATE
        seen.add(external_id)
        verdicts.append(verdict)
    return verdicts


async def take(session: WriteSession, rows: Sequence[Row], options: ImportOptions) -> list[RowVerdict]:
    """Make requisitions, and change those that are here.

    Args:
        session: The transaction.
        rows: Of one batch.
        options: How rows are taken.
    """
    known = await _known(session, rows)
    verdicts = []
    for row in rows:
        verdict = _verdict(row, known, options)
        try:
            async with session.begin_nested():  # what a refused row has begun is undone
                await _take(session, row, verdict)
        except (TalentFluxError, ValidationError) as error:
            detail = error.detail if isinstance(error, TalentFluxError) else "holds a value that is not taken here."
            problem = RowProblem(field="", detail=detail)
            verdict = RowVerdict(row=row.number, verdict=Verdict.ERROR, problems=[problem])
        if verdict.id is not None:
            known[row.cells["external_id"]] = verdict.id
        verdicts.append(verdict)
    return verdicts


async def _known(session: AnySession, rows: Sequence[Row]) -> dict[UUID | str, UUID]:
    ids = {row.cells["external_id"] for row in rows if "external_id" in row.cells}
    return await DataImportRepository(session).requisitions([], ids)


def _verdict(row: Row, known: dict[UUID | str, UUID], options: ImportOptions) -> RowVerdict:
    if not row.problems:
        stated = row.cells.get("title") or row.cells.get("description")
        missing = [
            name for name, given in (("external_id", row.cells.get("external_id")), ("title", stated)) if not given
        ]
        row.problems += [RowProblem(field=name, detail=_NEEDED) for name in missing]
    if row.problems:
        return RowVerdict(row=row.number, verdict=Verdict.ERROR, problems=row.problems)
    here = known.get(row.cells["external_id"])
    if here is None:
        return RowVerdict(row=row.number, verdict=Verdict.CREATE)
    return RowVerdict(row=row.number, verdict=Verdict.UPDATE if options.update_existing else Verdict.DUPLICATE, id=here)


async def _take(session: WriteSession, row: Row, verdict: RowVerdict) -> None:
    cells: dict[str, Any] = row.cells
    if verdict.verdict is Verdict.UPDATE:
        assert verdict.id is not None
        await _change(session, verdict, cells)
    elif verdict.verdict is Verdict.CREATE:
        given = RequisitionCreate(
            title=cells.get("title"),
            description=cells.get("description") or cells["title"],
            external_id=cells["external_id"],
            department=cells.get("department"),
            confidential=cells.get("confidential", False),
            headcount=cells.get("headcount", 1),
        )
        job = await requisition_service.describe(given)
        made = await requisition_service.create(session, job, given)
        verdict.id = made.id


async def _change(session: WriteSession, verdict: RowVerdict, cells: dict[str, Any]) -> None:
    assert verdict.id is not None
    before = await requisition_service.get(session, verdict.id)
    given = {name: cells[name] for name in _CHANGES if name in cells and getattr(before, name, None) != cells[name]}
    if not given:
        verdict.verdict = Verdict.DUPLICATE
        return
    await requisition_service.update(session, verdict.id, RequisitionUpdate.model_validate(given))
