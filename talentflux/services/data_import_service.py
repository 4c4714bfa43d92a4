"""Imports of tables: uploaded, mapped, tried, run batch by batch, reported row by row.

`read` parses and `prepare` encrypts, both without a transaction; what a worker does is in `import_batches`.
"""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.ai.documents import ReaderPool, table
from talentflux.ai.documents.problems import printable
from talentflux.core.config import Settings
from talentflux.core.crypto import Cipher, Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.core.permissions import RequisitionLevel
from talentflux.core.queue import enqueue
from talentflux.models import DataImport, DataImportBatch
from talentflux.repositories.data_import_repository import DataImportRepository
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.data_import import (
    ImportColumn,
    ImportCounts,
    ImportKind,
    ImportOptions,
    ImportQuery,
    ImportRead,
    ImportStatus,
    ImportUpdate,
    RowVerdict,
    Table,
)
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, import_fields
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

BATCH: Final = 500
"""Rows that one job takes."""

CHECK_TASK: Final = "data_import.check"
BATCH_TASK: Final = "data_import.batch"
EXPIRE_TASK: Final = "data_import.expire"
KEPT: Final = timedelta(days=7)
"""How long the cells of a file are kept."""

LEVELS: Final[tuple[RequisitionLevel, ...]] = ("all", "open", "team")
"""Which requisitions whoever runs an import sees; a job names it by its number, and sees no more."""

_SAMPLES, _SAMPLE_LENGTH, _REFUSED = 3, 80, 50
_FASTEST: Final = 1
_CHANGEABLE: Final = frozenset({ImportStatus.UPLOADED, ImportStatus.CHECKED})
_RUNNABLE: Final = _CHANGEABLE | {ImportStatus.FAILED}


@dataclass(frozen=True, slots=True)
class Prepared:
    """An import whose cells are encrypted and that has no row yet."""

    row: DataImport
    batches: list[DataImportBatch]


def read(  # noqa: PLR0913 -- what can be said of a file; all but two by name
    data: bytes,
    name: str,
    settings: Settings,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
) -> Table:
    """Read a file as a table; blocks, and takes a spreadsheet apart in a confined child.

    Args:
        data: The file.
        name: Its name.
        settings: Limits of the child.
        encoding: Of text; found out by default.
        delimiter: Of text; found out by default.
        header: Whether the first row names the columns; found out by default.

    Raises:
        UnreadableFileError: It is no table, or one without rows.
    """
    if not table.is_spreadsheet(data):
        return table.read_text(data, name, encoding=encoding, delimiter=delimiter, header=header)
    memory = settings.parser_memory_mib * 2**20
    child = "talentflux.ai.documents.table:read_sheet"
    with ReaderPool[bytes](1, child, settings.parser_timeout_seconds, memory) as pool:
        return Table.model_validate_json(pool.run(data, name))


def prepare(keys: Keys, kind: ImportKind, name: str, given: Table) -> Prepared:
    """Encrypt the cells of a table under a key of the import's own; blocks.

    Args:
        keys: Of the organization.
        kind: What the rows are.
        name: Of the file.
        given: Its table.
    """
    import_id = new_id()
    wrapped_key, cipher = keys.new_person_key(f"data_import:{import_id}")
    samples = [
        [row[number][:_SAMPLE_LENGTH] for row in given.rows if row[number]][:_SAMPLES]
        for number in range(len(given.header))
    ]
    meta = {"name": printable(name), "header": given.header, "samples": samples}
    row = DataImport(
        id=import_id,
        kind=kind,
        status=ImportStatus.UPLOADED,
        wrapped_key=wrapped_key,
        meta=cipher.encrypt(orjson.dumps(meta), f"data_import.meta:{import_id}"),
        encoding=given.encoding,
        delimiter=given.delimiter,
        mapping=import_fields.suggest(kind, given.header, given.rows[: 10 * _SAMPLES]),
        options=ImportOptions().model_dump(),
        total=len(given.rows),
        processed=0,
        counts={},
        expires_at=datetime.now(UTC) + KEPT,
    )
    return Prepared(row, [_batch(cipher, import_id, given, start) for start in range(0, len(given.rows), BATCH)])


async def enter(session: WriteSession, prepared: Prepared, requisition_id: UUID | None = None) -> ImportRead:
    """Write down an import; nothing of it is taken before it is run.

    Args:
        session: The transaction.
        prepared: What `prepare` returned.
        requisition_id: What the candidates of the file apply to.

    Raises:
        NotFoundError: There is no such requisition.
        InvalidInputError: The file tells of requisitions itself.
    """
    row = prepared.row
    if requisition_id is not None:
        if row.kind != ImportKind.APPLICATIONS:
            detail = "belongs to imports of applications"
            raise InvalidInputError("Leave the requisition out.", fields={"body.requisition_id": detail})
        await RequisitionRepository(session).get(requisition_id)
    row.requisition_id = requisition_id
    row.created_by = session.scope.user_id
    repository = DataImportRepository(session)
    await repository.add(row)
    await repository.add_batches(prepared.batches)
    given = {"kind": row.kind, "rows": row.total, "requisition_id": requisition_id}
    audit_service.record(session, "data_import.create", "data_import", row.id, after=given)
    await enqueue(session, EXPIRE_TASK, delay_seconds=KEPT.total_seconds(), import_id=row.id)
    return await _read(session, row)


async def page(session: AnySession, asked: ImportQuery) -> RowPage:
    """Read a page of imports, the newest first.

    Args:
        session: The transaction.
        asked: Filter and place.
    """
    found = await DataImportRepository(session).page(asked)
    for row in found.items:
        row["percentage"] = _percentage(row["processed"], row["total"])
        row["counts"] = ImportCounts.model_validate(row["counts"]).model_dump()
    return found


async def get(session: AnySession, import_id: UUID) -> ImportRead:
    """Return an import with its columns and the first rows that were not taken.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return await _read(session, await DataImportRepository(session).get(import_id))


async def update(
    session: WriteSession, import_id: UUID, changes: ImportUpdate, versions: Versions = ANY_VERSION
) -> ImportRead:
    """Read columns as other fields, or take rows otherwise; a check must then be made anew.

    Args:
        session: The transaction.
        import_id: Which.
        changes: What was given; the rest stays.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: It runs or has run.
        InvalidInputError: A field is unknown or named twice, or there are more or fewer columns.
    """
    repository = DataImportRepository(session)
    row = await repository.get(import_id, lock=True, versions=versions)
    if row.status not in _CHANGEABLE:
        raise ConflictError("This import runs or has run. Upload the file again to read it otherwise.")
    before = {"mapping": row.mapping, "options": row.options}
    if changes.mapping is not None:
        _check_mapping(row, changes.mapping)
        row.mapping = changes.mapping
    if changes.options is not None:
        row.options = changes.options.model_dump()
    row.status, row.processed, row.counts = ImportStatus.UPLOADED, 0, {}
    await repository.forget_checks(import_id)
    await session.flush()
    after = {"mapping": row.mapping, "options": row.options}
    audit_service.record(session, "data_import.update", "data_import", import_id, before=before, after=after)
    return await _read(session, row)


async def check(session: WriteSession, import_id: UUID) -> ImportRead:
    """Let a worker find out what would become of each row; nothing is changed.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: It runs or has run, or its cells are gone.
    """
    row = await _begin(session, import_id, ImportStatus.CHECKING, _CHANGEABLE)
    audit_service.record(session, "data_import.check", "data_import", import_id)
    level = LEVELS.index(session.scope.requisitions)
    await enqueue(session, CHECK_TASK, lock=_lock(import_id), import_id=import_id, level=level)
    return await _read(session, row)


async def run(session: WriteSession, import_id: UUID) -> ImportRead:
    """Let workers take the rows, batch by batch; what failed before goes on where it was.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: It runs or has run, or its cells are gone.
    """
    row = await _begin(session, import_id, ImportStatus.RUNNING, _RUNNABLE)
    audit_service.record(session, "data_import.run", "data_import", import_id, after={"rows": row.total})
    level = LEVELS.index(session.scope.requisitions)
    for number in await DataImportRepository(session).batch_numbers(import_id, undone=True):
        await enqueue(session, BATCH_TASK, lock=_lock(import_id), import_id=import_id, number=number, level=level)
    return await _read(session, row)


async def expire(session: WriteSession, import_id: UUID) -> None:
    """Destroy the cells of an import with their key; what became of the rows stays as counts.

    Args:
        session: The transaction.
        import_id: Which; nothing happens where it is gone or its time has not come.
    """
    repository = DataImportRepository(session)
    try:
        row = await repository.get(import_id, lock=True)
    except NotFoundError:
        return
    if row.expires_at > await repository.now():
        return
    row.wrapped_key = row.meta = None
    if row.status not in {ImportStatus.SUCCEEDED, ImportStatus.FAILED}:
        row.status, row.failure = ImportStatus.FAILED, "expired"
    await repository.forget_rows(import_id)
    audit_service.record(session, "data_import.expire", "data_import", import_id)


def open_rows(cipher: Cipher, batch: DataImportBatch) -> dict[str, Any]:
    """Return `first` (number of the first row, from 1), `rows` and `problems` of a batch.

    Raises:
        TamperedError: They were changed or moved.
    """
    assert batch.rows is not None
    plain = cipher.decrypt(batch.rows, f"data_import_batch.rows:{batch.id}")
    opened: dict[str, Any] = orjson.loads(zlib.decompress(plain))
    return opened


async def cipher_of(session: AnySession, row: DataImport) -> Cipher:
    """Return the cipher of an import's cells.

    Raises:
        ConflictError: They are gone.
    """
    if row.wrapped_key is None:
        raise ConflictError("The cells of this file are gone: they are kept for seven days. Upload the file again.")
    return (await organization_keys(session)).person(row.wrapped_key, f"data_import:{row.id}")


async def _begin(
    session: WriteSession, import_id: UUID, status: ImportStatus, from_status: frozenset[ImportStatus]
) -> DataImport:
    row = await DataImportRepository(session).get(import_id, lock=True)
    if row.status not in from_status:
        raise ConflictError(f"This import is {row.status}. To import the rows again, upload the file again.")
    await cipher_of(session, row)
    _check_mapping(row, row.mapping)
    row.status, row.processed, row.counts, row.failure = status, 0, {}, None
    await session.flush()
    return row


def _check_mapping(row: DataImport, mapping: list[str | None]) -> None:
    fields = import_fields.FIELDS[ImportKind(row.kind)]
    named = [field for field in mapping if field is not None]
    said = None
    if len(mapping) != len(row.mapping):
        said = f"the file has {len(row.mapping)} columns; name a field or null for each"
    elif unknown := [field for field in named if field not in fields]:
        said = f"“{printable(unknown[0])}” is no field; there are {', '.join(fields)}"
    elif len(set(named)) < len(named):
        said = "each field may be named once"
    elif not named:
        said = "no column is read as anything"
    if said:
        raise InvalidInputError("The columns cannot be read like this.", fields={"body.mapping": said})


async def _read(session: AnySession, row: DataImport) -> ImportRead:
    refused = await DataImportRepository(session).refused(row.id, _REFUSED)
    meta: dict[str, Any] = {"name": "(expired)", "header": [], "samples": []}
    if row.wrapped_key is not None:
        meta = meta_of(await cipher_of(session, row), row)
    columns = zip(meta["header"], meta["samples"], row.mapping, strict=False)
    return ImportRead(
        **{name: getattr(row, name) for name in ("id", "kind", "status", "requisition_id", "total", "processed")},
        **{name: getattr(row, name) for name in ("encoding", "delimiter", "failure")},
        **{name: getattr(row, name) for name in ("created_at", "updated_at", "expires_at")},
        percentage=_percentage(row.processed, row.total),
        counts=ImportCounts.model_validate(row.counts),
        file_name=meta["name"],
        columns=[
            ImportColumn(index=number, name=name, field=field, sample=sample)
            for number, (name, sample, field) in enumerate(columns)
        ],
        options=ImportOptions.model_validate(row.options),
        fields=list(import_fields.FIELDS[ImportKind(row.kind)]),
        problems=[RowVerdict.model_validate(verdict) for verdict in refused],
    )


def meta_of(cipher: Cipher, row: DataImport) -> dict[str, Any]:
    """Return `name`, `header` and `samples` of an import's file.

    Raises:
        TamperedError: They were changed or moved.
    """
    assert row.meta is not None
    opened: dict[str, Any] = orjson.loads(cipher.decrypt(row.meta, f"data_import.meta:{row.id}"))
    return opened


def _batch(cipher: Cipher, import_id: UUID, given: Table, start: int) -> DataImportBatch:
    rows = given.rows[start : start + BATCH]
    problems = {number - start: said for number, said in given.problems.items() if start <= number < start + BATCH}
    plain = orjson.dumps({"first": start + 1, "rows": rows, "problems": problems}, option=orjson.OPT_NON_STR_KEYS)
    batch_id = new_id()
    return DataImportBatch(
        id=batch_id,
        data_import_id=import_id,
        number=start // BATCH,
        size=len(rows),
        rows=cipher.encrypt(zlib.compress(plain, _FASTEST), f"data_import_batch.rows:{batch_id}"),
    )


def _percentage(processed: int, total: int) -> float:
    return round(100 * processed / total, 1) if total else 100.0


def _lock(import_id: UUID) -> str:
    return f"data_import:{import_id}"
