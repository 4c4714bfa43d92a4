"""Imports that the operator of a server runs at the console: tables at once, resumes some hundred at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select

from talentflux.core.config import Settings
from talentflux.core.crypto import Keys
from talentflux.core.database import Database, Scope
from talentflux.core.errors import NotFoundError, TooLargeError, UnreadableFileError
from talentflux.core.file_store import FileStore
from talentflux.models import Organization
from talentflux.schemas.data_import import ImportKind, ImportOptions, ImportRead, ImportUpdate
from talentflux.schemas.stored_resume import UploadAccepted
from talentflux.schemas.task import TaskError, TaskRead
from talentflux.services import data_import_service, import_batches, resume_upload_service, task_service
from talentflux.services.encryption_service import keys_of
from talentflux.services.resume_upload_service import Kept, Upload

FILES_AT_A_TIME: Final = 100
Progress = Callable[[int, int], Awaitable[None]]
Read = Callable[[UUID, list[UUID]], Awaitable[None]]
"""Reads stored resumes of a task, as a worker does."""


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What became of one file.

    Attributes:
        name: As given.
        verdict: `create`, `duplicate` or `error`.
        resume_id: Where it is kept; None where it could not be.
        problem: Why it cannot be read; empty where it can.
    """

    name: str
    verdict: str
    resume_id: UUID | None
    problem: str = ""


async def organization_of(database: Database, named: str | None) -> UUID:
    """Return the organization that is meant.

    Args:
        database: Sessions.
        named: Id or slug; None where there is only one.

    Raises:
        NotFoundError: There is none, or there are several and none is named.
    """
    async with database.read_session(Scope(identity=True)) as session:
        rows = (await session.execute(select(Organization.id, Organization.slug).order_by(Organization.id))).all()
    found = [row[0] for row in rows if named is None or named in {str(row[0]), row[1]}]
    if len(found) != 1:
        listed = ", ".join(row[1] for row in rows[:10])
        raise NotFoundError(f"Name the organization with --organization; there are: {listed}.")
    return UUID(str(found[0]))


async def import_table(  # noqa: PLR0913 -- what the console gives; all but three by name
    database: Database,
    settings: Settings,
    path: Path,
    *,
    organization_id: UUID,
    kind: ImportKind,
    requisition_id: UUID | None,
    only_check: bool,
    options: ImportOptions,
    progress: Progress,
) -> ImportRead:
    """Import a table. Interrupted, it goes on with the next worker that starts.

    Args:
        database: Sessions.
        settings: Limits of spreadsheets.
        path: Of the file.
        organization_id: Where to.
        kind: What the rows are.
        requisition_id: What all candidates apply to.
        only_check: Change nothing.
        options: How rows are taken.
        progress: Told as it goes on.

    Raises:
        UnreadableFileError: It is no table.
        NotFoundError: There is no such requisition.
    """
    data = await asyncio.to_thread(path.read_bytes)
    table = data_import_service.read(data, path.name, settings)
    prepared = data_import_service.prepare(await keys_of(database, organization_id), kind, path.name, table)
    scope = Scope(organization_id)
    async with database.write_session(scope) as session:
        made = await data_import_service.enter(session, prepared, requisition_id)
        await data_import_service.update(session, made.id, ImportUpdate(options=options))
        begin = data_import_service.check if only_check else data_import_service.run
        await begin(session, made.id)
    people, done = None, 0
    for number in range(len(prepared.batches)):
        async with database.write_session(scope) as session:
            if only_check:
                people = await import_batches.check(session, made.id, number, people)
            else:
                await import_batches.run(session, made.id, number)
        done += prepared.batches[number].size
        await progress(done, made.total)
    async with database.read_session(scope) as reading:
        return await data_import_service.get(reading, made.id)


def resume_files(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Return the files that are meant, with their names: those given, and all in folders given but hidden ones."""
    found: list[tuple[str, Path]] = []
    for path in paths:
        if not path.is_dir():
            found.append((path.name, path))
            continue
        for each in sorted(path.rglob("*")):
            inside = each.relative_to(path)
            if each.is_file() and not any(part.startswith(".") for part in inside.parts):
                found.append((str(inside), each))
    return found


async def import_resumes(  # noqa: PLR0913 -- what the console gives; all but three by name
    database: Database,
    store: FileStore,
    settings: Settings,
    *,
    files: Sequence[tuple[str, Path]],
    organization_id: UUID,
    requisition_id: UUID | None,
    read: Read,
    progress: Progress,
) -> list[FileVerdict]:
    """Import resumes: files, zip archives and lists of JSON Resume documents.

    Interrupted, the same command goes on: what is kept already is known by its digest, and read where it was not.

    Args:
        database: Sessions.
        store: Takes the originals.
        settings: Limits.
        files: As `resume_files` gives them.
        organization_id: Where to.
        requisition_id: What the candidates apply to.
        read: Reads what was kept.
        progress: Told as it goes on.

    Returns:
        What became of each file, members of archives one by one.

    Raises:
        NotFoundError: There is no such requisition.
    """
    keys = await keys_of(database, organization_id)
    scope = Scope(organization_id)
    verdicts: list[FileVerdict] = []
    for start in range(0, len(files), FILES_AT_A_TIME):
        some = files[start : start + FILES_AT_A_TIME]
        with ExitStack() as stack:
            uploads = [_upload(stack, name, path) for name, path in some]
            kept = await _kept(store, keys, uploads, settings)
        async with database.write_session(scope) as session:
            accepted = await resume_upload_service.register(session, kept, requisition_id)
        await store.delete(kept.spare)
        await read(accepted.task.id, list(dict.fromkeys(each.resume_id for each in accepted.resumes)))
        async with database.read_session(scope) as reading:
            task = await task_service.get(reading, accepted.task.id)
        verdicts += _verdicts(accepted, task)
        await progress(start + len(some), len(files))
    return verdicts


def _verdicts(accepted: UploadAccepted, task: TaskRead) -> Iterator[FileVerdict]:
    problems = {error.file: error.detail for error in task.errors if error.file is not None}
    named = set()
    for each in accepted.resumes:
        named.add(each.file_name)
        verdict = "duplicate" if each.duplicate else "error" if each.file_name in problems else "create"
        yield FileVerdict(each.file_name, verdict, each.resume_id, problems.get(each.file_name, ""))
    for name, problem in problems.items():
        if name not in named:
            yield FileVerdict(name, "error", None, problem)


def _upload(stack: ExitStack, name: str, path: Path) -> Upload:
    return Upload(name, path.stat().st_size, stack.enter_context(path.open("rb")))


async def _kept(store: FileStore, keys: Keys, uploads: Sequence[Upload], settings: Settings) -> Kept:
    """Keep files; one that is too large, or an archive that cannot be opened, costs itself alone."""
    taken, errors = [], []
    for upload in uploads:
        try:
            resume_upload_service.check_sizes([upload], settings)
        except TooLargeError as error:
            errors.append(TaskError(file=upload.name, reason="too_large", detail=error.detail))
        else:
            taken.append(upload)
    try:
        kept = await resume_upload_service.keep(store, keys, taken, settings)
    except UnreadableFileError as error:  # of the only file
        kept = Kept(errors=[TaskError(file=taken[0].name, reason=error.reason, detail=error.detail)])
    kept.errors += errors
    return kept
