"""What a worker does with the rows of an import: a check that changes nothing, and batches that each run once.

A batch is one transaction that ends with the batch marked as done: a worker that is killed leaves it waiting as a
whole, and a job that runs twice finds it done.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import NotFoundError, TalentFluxError
from talentflux.models import DataImport, DataImportBatch
from talentflux.repositories.data_import_repository import DataImportRepository
from talentflux.schemas.application import Origin
from talentflux.schemas.data_import import (
    BatchPhase,
    ImportKind,
    ImportOptions,
    ImportStatus,
    RowProblem,
    RowVerdict,
    Verdict,
)
from talentflux.services import (
    application_service,
    audit_service,
    candidate_profile,
    data_import_service,
    event_service,
    import_fields,
    import_people,
    import_requisitions,
    tag_service,
)
from talentflux.services.duplicate_search import look_for
from talentflux.services.encryption_service import organization_keys
from talentflux.services.import_people import People, Planned, Row

_NO_REQUISITION: Final = "names no requisition. Give its id or external id, or upload the file for one requisition."
_UNKNOWN_REQUISITION: Final = "is no requisition here. Copy its id, or its external id, or import requisitions first."


async def numbers(session: AnySession, import_id: UUID) -> list[int]:
    """Return the numbers of the batches to be checked; none where no check waits.

    Args:
        session: The transaction.
        import_id: Which import.
    """
    repository = DataImportRepository(session)
    row = await _found(repository, import_id, lock=False)
    if row is None or row.status != ImportStatus.CHECKING:
        return []
    return await repository.batch_numbers(import_id)


async def check(session: WriteSession, import_id: UUID, number: int, people: People | None) -> People | None:
    """Find out what would become of the rows of a batch.

    Args:
        session: The transaction.
        import_id: Which import.
        number: Of the batch.
        people: Whom earlier batches would have made; None before the first.

    Returns:
        The same with those whom this batch would make; None where there is nothing to check any more.
    """
    repository = DataImportRepository(session)
    row = await _found(repository, import_id, lock=True)
    batch = await repository.batch(import_id, number)
    if row is None or row.status != ImportStatus.CHECKING or batch is None:
        return None
    keys = await organization_keys(session)
    known = people or People(keys)
    rows = await _rows(session, row, batch)
    verdicts = await _tried(repository, row, rows, known)
    batch.verdicts = [verdict.model_dump(mode="json", exclude_defaults=True) for verdict in verdicts]
    batch.phase = BatchPhase.CHECKED
    await session.flush()
    await _tally(repository, row, BatchPhase.CHECKED, ImportStatus.CHECKED)
    return known


async def run(session: WriteSession, import_id: UUID, number: int) -> None:
    """Take the rows of a batch, once.

    Args:
        session: The transaction.
        import_id: Which import.
        number: Of the batch.
    """
    repository = DataImportRepository(session)
    row = await _found(repository, import_id, lock=True)
    if row is None or row.status != ImportStatus.RUNNING:
        return
    batch = await repository.batch(import_id, number, lock=True)
    if batch is None or batch.phase == BatchPhase.DONE:
        return
    await repository.alone()
    rows = await _rows(session, row, batch)
    if row.kind == ImportKind.REQUISITIONS:
        verdicts = await import_requisitions.take(session, rows, ImportOptions.model_validate(row.options))
    else:
        verdicts = await _taken(session, repository, row, rows)
    batch.verdicts = [verdict.model_dump(mode="json", exclude_defaults=True) for verdict in verdicts]
    batch.phase = BatchPhase.DONE
    await session.flush()
    await _tally(repository, row, BatchPhase.DONE, ImportStatus.SUCCEEDED)
    taken = {str(verdict.id): str(verdict.verdict) for verdict in verdicts if verdict.id is not None}
    audit_service.record(session, "data_import.batch", "data_import", import_id, after={"batch": number, "rows": taken})


async def give_up(session: WriteSession, import_id: UUID) -> None:
    """Mark an import as failed that could not go on in any attempt; it can be run again."""
    row = await _found(DataImportRepository(session), import_id, lock=True)
    if row is not None and row.status in {ImportStatus.CHECKING, ImportStatus.RUNNING}:
        row.status, row.failure = ImportStatus.FAILED, "internal"
        audit_service.record(session, "data_import.fail", "data_import", import_id)


async def _found(repository: DataImportRepository, import_id: UUID, *, lock: bool) -> DataImport | None:
    try:
        row = await repository.get(import_id, lock=lock)
    except NotFoundError:
        return None
    return row if row.wrapped_key is not None else None


async def _rows(session: AnySession, row: DataImport, batch: DataImportBatch) -> list[Row]:
    cipher = await data_import_service.cipher_of(session, row)
    opened = data_import_service.open_rows(cipher, batch)
    rows = []
    for place, cells in enumerate(opened["rows"]):
        values, problems = import_fields.read_row(ImportKind(row.kind), row.mapping, cells)
        if whole := opened["problems"].get(str(place)):
            problems.insert(0, RowProblem(field="", detail=whole))
        rows.append(Row(opened["first"] + place, values, problems))
    return rows


async def _tally(repository: DataImportRepository, row: DataImport, phase: BatchPhase, end: ImportStatus) -> None:
    """Bring progress and counts up to date; the lock on the import makes them see what other batches committed."""
    row.processed, row.counts = await repository.tally(row.id, [phase])
    if row.processed >= row.total:
        row.status = end
    await repository.session.flush()


async def _tried(
    repository: DataImportRepository, row: DataImport, rows: Sequence[Row], people: People
) -> list[RowVerdict]:
    options = ImportOptions.model_validate(row.options)
    if row.kind == ImportKind.REQUISITIONS:
        return await import_requisitions.check(repository.session, rows, options)
    fresh = People(people.keys)
    fresh.learn(await repository.people(*fresh.lookups(rows), lock=False))
    # Who is here comes from the database each time; who would be made is remembered from batch to batch.
    fresh.by_email |= people.by_email
    fresh.by_external_id |= people.by_external_id
    fresh.by_phone |= people.by_phone
    await _point_to_requisitions(repository, row, rows)
    planned = await asyncio.to_thread(import_people.plan, fresh, rows, options)
    for each in planned:
        if each.person is not None and each.person.wrapped_key is None:
            people.know(each.person)
    return [each.verdict for each in planned]


async def _taken(
    session: WriteSession, repository: DataImportRepository, row: DataImport, rows: Sequence[Row]
) -> list[RowVerdict]:
    keys = await organization_keys(session)
    options = ImportOptions.model_validate(row.options)
    people = People(keys)
    people.learn(await repository.people(*people.lookups(rows), lock=True))
    targets = await _point_to_requisitions(repository, row, rows)
    planned = await asyncio.to_thread(import_people.plan, people, rows, options)
    await _write_people(session, repository, keys, planned, row.id)
    await _tag(session, planned, options)
    if row.kind == ImportKind.APPLICATIONS:
        await _apply_all(session, [each for each in planned if each.person is not None], targets)
    return [each.verdict for each in planned]


async def _write_people(
    session: WriteSession, repository: DataImportRepository, keys: Keys, planned: Sequence[Planned], import_id: UUID
) -> None:
    """Insert who is new and change who differs, each person once, in a few statements."""
    people = {each.person.id: each.person for each in planned if each.person is not None}
    new = [person for person in people.values() if person.wrapped_key is None]
    changed = [person for person in people.values() if person.wrapped_key is not None and person.changed]

    def seal() -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[UUID, list[bytes]]]:
        tokens = {person.id: candidate_profile.tokens(keys, person.profile) for person in (*new, *changed)}
        return (
            [import_people.sealed(keys, person) for person in new],
            [import_people.sealed(keys, person) for person in changed],
            tokens,
        )

    made, altered, tokens = await asyncio.to_thread(seal)
    if made:
        await repository.insert_people(made)
        await repository.set_tokens({person.id: tokens[person.id] for person in new}, fresh=True)
    if altered:
        await repository.update_people(altered)
        await repository.set_tokens({person.id: tokens[person.id] for person in changed}, fresh=False)
    for kind, some in (("candidate.created", new), ("candidate.updated", changed)):
        for person in some:
            event_service.emit(session, kind, candidate_id=person.id, data={"import_id": import_id})
    look_for(session, *(person.id for person in (*new, *changed)))


async def _tag(session: WriteSession, planned: Sequence[Planned], options: ImportOptions) -> None:
    """Give the tags of the import and of the rows, all who get the same ones at once."""
    groups: dict[tuple[str, ...], list[UUID]] = {}
    for each in planned:
        names = tuple(dict.fromkeys([*options.tags, *each.row.cells.get("tags", [])]))
        if each.person is not None and names:
            groups.setdefault(names, []).append(each.person.id)
    for names, ids in groups.items():
        await tag_service.add(session, list(dict.fromkeys(ids)), names)


async def _point_to_requisitions(
    repository: DataImportRepository, row: DataImport, rows: Sequence[Row]
) -> dict[int, UUID]:
    """Return the requisition of each row of an import of applications; a row without one gets a problem."""
    if row.kind != ImportKind.APPLICATIONS:
        return {}
    if row.requisition_id is not None:
        return {each.number: row.requisition_id for each in rows}
    ids = {each.cells["requisition_id"] for each in rows if "requisition_id" in each.cells}
    external = {each.cells["requisition_external_id"] for each in rows if "requisition_external_id" in each.cells}
    known = await repository.requisitions(ids, external)
    targets: dict[int, UUID] = {}
    for each in rows:
        field = "requisition_id" if "requisition_id" in each.cells else "requisition_external_id"
        named = each.cells.get(field)
        if named in known:
            targets[each.number] = known[named]
            continue
        detail = _NO_REQUISITION if named is None else _UNKNOWN_REQUISITION
        each.problems.append(RowProblem(field=field, detail=detail))
    return targets


async def _apply_all(session: WriteSession, planned: Sequence[Planned], targets: dict[int, UUID]) -> None:
    """Let people apply. A requisition that took one takes all of the batch: its first stage is held until the end."""
    takes: set[UUID] = set()
    for each in planned:
        requisition_id = targets[each.row.number]
        if requisition_id in takes:
            await _apply(session, each, requisition_id)
            continue
        try:
            async with session.begin_nested():  # what a refused row has begun is undone
                await _apply(session, each, requisition_id)
        except TalentFluxError as error:
            verdict = each.verdict
            verdict.verdict, verdict.id = Verdict.ERROR, None
            verdict.problems = [RowProblem(field="requisition_id", detail=error.detail)]
        else:
            takes.add(requisition_id)


async def _apply(session: WriteSession, planned: Planned, requisition_id: UUID) -> None:
    """Let a person apply; the verdict then tells of the application."""
    assert planned.person is not None
    applied_at: datetime | None = planned.row.cells.get("applied_at")
    verdict = planned.verdict
    made = await application_service.ensure(
        session,
        requisition_id,
        planned.person.id,
        None,
        origin=Origin.IMPORT,
        external_id=planned.row.cells.get("application_external_id"),
        created_at=applied_at,
    )
    verdict.verdict, verdict.id = (Verdict.CREATE, made) if made else (Verdict.DUPLICATE, planned.person.id)
