"""Exports: asked for, made by a worker, kept encrypted for a day, handed out piece by piece."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from uuid import UUID, uuid5

from talentflux.core.crypto import Cipher, Keys
from talentflux.core.database import AnySession, Database, Scope, WriteSession
from talentflux.core.errors import ConflictError, ForbiddenError, NotFoundError
from talentflux.core.file_store import FileStore
from talentflux.core.permissions import Permission, RequisitionLevel
from talentflux.core.queue import enqueue
from talentflux.models import DataExport
from talentflux.repositories.data_export_repository import DataExportRepository
from talentflux.schemas.data_export import ExportKind, ExportQuery, ExportRead, ExportStatus
from talentflux.schemas.page import RowPage
from talentflux.services import audit_service, export_tables
from talentflux.services.archive_writer import write_archive
from talentflux.services.encryption_service import keys_of, organization_keys
from talentflux.utils.ids import new_id

MAKE_TASK: Final = "data_export.make"
EXPIRE_TASK: Final = "data_export.expire"
KEPT: Final = timedelta(hours=24)
MEDIA_TYPES: Final = {
    ExportKind.ARCHIVE: ("application/zip", "talentflux.zip"),
    ExportKind.CANDIDATES: ("text/csv; charset=utf-8", "candidates.csv"),
    ExportKind.APPLICATIONS: ("text/csv; charset=utf-8", "applications.csv"),
}
"""Media type and file name by kind."""

_NOT_SEEN: Final = "confidential_not_seen"
_REPORTED: Final = timedelta(seconds=1)
_WAITING: Final = frozenset({ExportStatus.QUEUED, ExportStatus.RUNNING})


async def create(session: WriteSession, kind: ExportKind) -> ExportRead:
    """Ask for an export; a worker makes it.

    Args:
        session: The transaction.
        kind: What is exported.

    Raises:
        ForbiddenError: Everything was asked for by who does not see all requisitions (`confidential_not_seen`).
    """
    level = session.scope.requisitions
    if kind is ExportKind.ARCHIVE and level != "all":
        raise _not_seen("An archive holds confidential requisitions too, and you do not see all of them.")
    export_id = new_id()
    wrapped_key, _ = (await organization_keys(session)).new_person_key(f"data_export:{export_id}")
    row = await DataExportRepository(session).add(
        DataExport(
            id=export_id,
            kind=kind,
            status=ExportStatus.QUEUED,
            requisitions=level,
            created_by=session.scope.user_id,
            wrapped_key=wrapped_key,
            parts=0,
            size=0,
            total=0,
            processed=0,
            expires_at=datetime.now(UTC) + KEPT,
        )
    )
    audit_service.record(session, "data_export.create", "data_export", row.id, after={"kind": kind})
    await enqueue(session, MAKE_TASK, lock=f"data_export:{row.id}", export_id=row.id)
    await enqueue(session, EXPIRE_TASK, delay_seconds=KEPT.total_seconds() + 1, export_id=row.id)
    return _read(row)


async def page(session: AnySession, asked: ExportQuery) -> RowPage:
    """Read a page of exports, the newest first.

    Args:
        session: The transaction.
        asked: Place.
    """
    found = await DataExportRepository(session).page(asked)
    for row in found.items:
        row["percentage"] = _percentage(row["processed"], row["total"], row["status"])
    return found


async def get(session: AnySession, export_id: UUID) -> ExportRead:
    """Return an export.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await DataExportRepository(session).get(export_id))


async def open_file(session: AnySession, export_id: UUID) -> tuple[ExportRead, Cipher]:
    """Return an export whose file can be handed out, and what opens it.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: It is not made yet, could not be made, or was destroyed.
        ForbiddenError: It may hold requisitions that the caller does not see (`confidential_not_seen`).
    """
    row = await DataExportRepository(session).get(export_id)
    if row.status != ExportStatus.SUCCEEDED or row.wrapped_key is None or row.expires_at <= datetime.now(UTC):
        raise ConflictError(f"This export is {row.status}; there is no file to hand out. Ask for a new one.")
    level = session.scope.requisitions
    if level != "all" and (level, session.scope.user_id) != (row.requisitions, row.created_by):
        raise _not_seen("This export may hold confidential requisitions that you do not see.")
    details = {"kind": row.kind, "size": row.size}
    await audit_service.viewed(session, "data_export.download", "data_export", export_id, details=details)
    return _read(row), _cipher(await organization_keys(session), row)


async def pieces(store: FileStore, organization_id: UUID, export: ExportRead, cipher: Cipher) -> AsyncIterator[bytes]:
    """Give the bytes of an export's file.

    Args:
        store: Where the parts lie.
        organization_id: Whose.
        export: Which.
        cipher: Opens the parts.

    Raises:
        DependencyError: The store does not answer.
    """
    size = number = 0
    while size < export.size:
        part = await store.get(FileStore.place(organization_id, _part(export.id, number)), cipher)
        size, number = size + len(part), number + 1
        yield part


async def make(database: Database, store: FileStore, organization_id: UUID, export_id: UUID) -> None:
    """Make the file of an export; what a worker that was killed had made of it is made anew.

    Args:
        database: Sessions.
        store: Takes the parts, encrypted.
        organization_id: Whose.
        export_id: Which; nothing happens where it is gone or made already.
    """
    making = _Making(database, store, organization_id, export_id)
    if not await making.begin():
        return
    if making.kind == ExportKind.ARCHIVE:
        counts = await write_archive(database, store, organization_id, making.put, making.progress)
    else:
        counts = await export_tables.write_table(database, making.seen, making.kind, making.put, making.progress)
    await making.end(counts)


async def give_up(session: WriteSession, export_id: UUID) -> None:
    """Mark an export as failed that could not be made in any attempt."""
    row = await _find(session, export_id)
    if row is not None and row.status in _WAITING:
        row.status, row.failure = ExportStatus.FAILED, "internal"
        audit_service.record(session, "data_export.fail", "data_export", export_id)


async def expire(database: Database, store: FileStore, organization_id: UUID, export_id: UUID) -> None:
    """Destroy the file of an export whose time has come: its key first, then its parts.

    Args:
        database: Sessions.
        store: Where the parts lie.
        organization_id: Whose.
        export_id: Which.
    """
    scope = Scope(organization_id)
    async with database.write_session(scope) as session:
        row = await _find(session, export_id)
        if row is None or row.expires_at > await DataExportRepository(session).now():
            return
        row.wrapped_key, row.status = None, ExportStatus.EXPIRED
        audit_service.record(session, "data_export.expire", "data_export", export_id)
        parts = row.parts
    await store.delete(_places(organization_id, export_id, parts))


class _Making:
    """Writes the parts of one export and how far it has come.

    Args:
        database: Sessions.
        store: Takes the parts.
        organization_id: Whose.
        export_id: Which.
    """

    def __init__(self, database: Database, store: FileStore, organization_id: UUID, export_id: UUID) -> None:
        self._database, self._store = database, store
        self._organization_id, self._export_id = organization_id, export_id
        self._scope = Scope(organization_id)
        self._parts = self._size = 0
        self._reported = datetime.now(UTC)
        self.kind, self.seen = ExportKind.ARCHIVE, self._scope

    async def begin(self) -> bool:
        """Take the work up; return whether there is any."""
        keys = await keys_of(self._database, self._organization_id)
        async with self._database.write_session(self._scope) as session:
            row = await _find(session, self._export_id)
            if row is None or row.status not in _WAITING or row.wrapped_key is None:
                return False
            self.kind, self._cipher = ExportKind(row.kind), _cipher(keys, row)
            self.seen = Scope(self._organization_id, row.created_by, cast("RequisitionLevel", row.requisitions))
            row.status = ExportStatus.RUNNING
            former = row.parts
        await self._store.delete(_places(self._organization_id, self._export_id, former))
        return True

    async def put(self, data: bytes) -> None:
        """Keep a piece; its number is written down first, so that it can be deleted whatever happens."""
        if not data:
            return
        async with self._database.write_session(self._scope) as session:
            row = await _found(session, self._export_id)
            row.parts = max(row.parts, self._parts + 1)
        await self._store.put(self._organization_id, _part(self._export_id, self._parts), data, self._cipher)
        self._parts, self._size = self._parts + 1, self._size + len(data)

    async def progress(self, done: int, total: int) -> None:
        """Write down how far it has come, once a second at most."""
        now = datetime.now(UTC)
        if now - self._reported < _REPORTED and done:
            return
        self._reported = now
        async with self._database.write_session(self._scope) as session:
            row = await _found(session, self._export_id)
            row.processed, row.total = done, total

    async def end(self, counts: dict[str, int]) -> None:
        """Write down that the file is whole."""
        async with self._database.write_session(self._scope) as session:
            row = await _found(session, self._export_id)
            row.total = row.processed = max(1, sum(counts.values()))
            row.size, row.parts, row.counts, row.status = self._size, self._parts, counts, ExportStatus.SUCCEEDED
            details = {"kind": row.kind, "size": row.size, "rows": counts}
            audit_service.record(session, "data_export.finish", "data_export", row.id, after=details)


def _not_seen(said: str) -> ForbiddenError:
    return ForbiddenError(f"{said} This needs {Permission.REQUISITION_READ_CONFIDENTIAL}.", code=_NOT_SEEN)


async def _found(session: WriteSession, export_id: UUID) -> DataExport:
    return await DataExportRepository(session).get(export_id, lock=True)


async def _find(session: WriteSession, export_id: UUID) -> DataExport | None:
    try:
        return await _found(session, export_id)
    except NotFoundError:
        return None


def _cipher(keys: Keys, row: DataExport) -> Cipher:
    assert row.wrapped_key is not None
    return keys.person(row.wrapped_key, f"data_export:{row.id}")


def _part(export_id: UUID, number: int) -> UUID:
    return uuid5(export_id, str(number))


def _places(organization_id: UUID, export_id: UUID, parts: int) -> list[str]:
    return [FileStore.place(organization_id, _part(export_id, number)) for number in range(parts)]


def _read(row: DataExport) -> ExportRead:
    return ExportRead(
        id=row.id,
        kind=ExportKind(row.kind),
        status=ExportStatus(row.status),
        processed=row.processed,
        total=row.total,
        percentage=_percentage(row.processed, row.total, row.status),
        size=row.size,
        failure=row.failure,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
    )


def _percentage(processed: int, total: int, status: str) -> float:
    if not total:
        return 100.0 if status == ExportStatus.SUCCEEDED else 0.0
    return min(100.0, round(100 * processed / total, 1))
