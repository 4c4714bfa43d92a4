"""Uploads: originals are kept first, then entered together with the jobs that read them.

`keep` talks to the file store and opens no transaction; `register` is one transaction and talks to nothing else.
"""

import asyncio
import mimetypes
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from talentflux.ai.documents import ArchiveEntry, expand_archive, json_resume
from talentflux.ai.documents.limits import Limits
from talentflux.ai.documents.problems import printable
from talentflux.core.config import Settings
from talentflux.core.crypto import Cipher, Keys, digest_of
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import DependencyError, TooLargeError, UnreadableFileError
from talentflux.core.file_store import FileStore
from talentflux.core.logging import get_logger
from talentflux.core.queue import enqueue
from talentflux.models import File, Resume
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.repositories.resume_repository import ResumeRepository
from talentflux.schemas.stored_resume import ResumeStatus, UploadAccepted, UploadedResume
from talentflux.schemas.task import TaskError, TaskKind
from talentflux.services import application_service, audit_service, resume_content, task_service
from talentflux.utils.ids import new_id

BATCH: Final = 25
"""Resumes that one job reads."""

PARSE_TASK: Final = "resume.parse"
GIVEN_UP: Final = "internal"
"""Reason of a failure that is ours and not the file's."""

_MIB = 2**20
_log = get_logger("upload")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request.

    Attributes:
        name: As given by the user.
        size: Bytes.
        content: The bytes, at their beginning.
    """

    name: str
    size: int
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An original that lies in the file store and has no row yet.

    Attributes:
        file_id: Of the row to come.
        name: File name as given.
        size: Bytes.
        sha256: Of the original, hexadecimal.
        digest: Keyed hash of it, by which an original is known that was sent before.
        key: Where it lies.
        wrapped_key: The file's own key.
        cipher: Encrypts what belongs to the file.
    """

    file_id: UUID
    name: str
    size: int
    sha256: str
    digest: bytes
    key: str
    wrapped_key: bytes
    cipher: Cipher


@dataclass(slots=True)
class Kept:
    """What became of the files of a request.

    Attributes:
        stored: Originals in the file store, in the order given, members of archives in their archive's place.
        errors: Archives, and members of archives, that could not be taken apart.
        by_digest: The originals, each once.
        spare: Where originals lie that turned out to be there already; to be removed from the file store.
    """

    stored: list[StoredFile] = field(default_factory=list)
    errors: list[TaskError] = field(default_factory=list)
    by_digest: dict[bytes, StoredFile] = field(default_factory=dict)
    spare: list[str] = field(default_factory=list)


def is_archive(name: str) -> bool:
    """Return whether a file is taken for an archive of resumes: by its name, since DOCX and ODT are zip files too."""
    return name.lower().endswith(".zip")


def check_sizes(uploads: Iterable[Upload], settings: Settings) -> None:
    """Refuse uploads by their sizes before anything is kept.

    Args:
        uploads: The files of a request.
        settings: Give the limits.

    Raises:
        TooLargeError: A file is larger than allowed; the sentence names it.
    """
    for upload in uploads:
        limit = settings.archive_limit_mib if is_archive(upload.name) else settings.upload_limit_mib
        if upload.size > limit * _MIB:
            raise TooLargeError(
                f"“{printable(upload.name)}” has {upload.size / _MIB:.1f} MiB; at most {limit} MiB are taken. "
                "Make it smaller or send it alone."
            )


async def check_requisition(session: AnySession, requisition_id: UUID) -> None:
    """Make sure that a requisition exists before files are kept for it.

    Raises:
        NotFoundError: There is none in this organization.
    """
    await RequisitionRepository(session).get(requisition_id)


async def keep(store: FileStore, keys: Keys, uploads: Sequence[Upload], settings: Settings) -> Kept:
    """Put the originals of a request into the file store, those inside archives one by one.

    Bytes that come twice in the request are put there once. Where this fails nothing stays behind.

    Args:
        store: Where to.
        keys: Of the organization whose they are.
        uploads: The files of a request.
        settings: Give the limits.

    Returns:
        What was kept and what could not be.

    Raises:
        TooLargeError: A file is larger than allowed.
        UnreadableFileError: The only file is an archive that cannot be opened.
        DependencyError: The file store does not answer.
    """
    check_sizes(uploads, settings)
    kept = Kept()
    try:
        for upload in uploads:
            name = printable(upload.name)
            if is_archive(name):
                try:
                    await _keep_archive(store, keys, upload, settings, kept)
                except UnreadableFileError as error:
                    if len(uploads) == 1 and not kept.stored:
                        raise
                    kept.errors.append(TaskError(file=name, reason=error.reason, detail=error.detail))
            else:
                data = await asyncio.to_thread(upload.content.read)
                for part, content in await asyncio.to_thread(json_resume.parts, data, name):
                    await _keep_file(store, keys, part, content, kept)
    except BaseException:
        await discard(store, kept.by_digest.values())
        raise
    return kept


async def discard(store: FileStore, files: Collection[StoredFile]) -> None:
    """Remove originals that will have no row from the file store.

    What cannot be removed stays, and nobody can read it: the key of each file would have been in its row.

    Args:
        store: Where they lie.
        files: What was put there.
    """
    try:
        await store.delete([stored.key for stored in files])
    except DependencyError:
        _log.warning("originals without a row stay in the file store", count=len(files))


async def _keep_file(store: FileStore, keys: Keys, name: str, data: bytes, kept: Kept) -> None:
    assert keys.owner is not None
    sha256 = await asyncio.to_thread(digest_of, data)
    digest = keys.blind_index("resume.digest", sha256)
    if same := kept.by_digest.get(digest):
        kept.stored.append(replace(same, name=name))
        return
    stored = await _put(store, keys, name, data, sha256)
    kept.by_digest[digest] = stored
    kept.stored.append(stored)


async def keep_one(store: FileStore, keys: Keys, name: str, data: bytes) -> StoredFile:
    """Put one original into the file store, as it came, also where it is an archive.

    Args:
        store: Where to.
        keys: Of the organization whose it is.
        name: As given by the user.
        data: The bytes.

    Raises:
        DependencyError: The file store does not answer.
    """
    return await _put(store, keys, printable(name), data, await asyncio.to_thread(digest_of, data))


async def _put(store: FileStore, keys: Keys, name: str, data: bytes, sha256: str) -> StoredFile:
    assert keys.owner is not None
    file_id = new_id()
    wrapped_key, cipher = keys.new_person_key(f"file:{file_id}")
    key = await store.put(keys.owner, file_id, data, cipher)
    digest = keys.blind_index("resume.digest", sha256)
    return StoredFile(file_id, name, len(data), sha256, digest, key, wrapped_key, cipher)


def file_row(stored: StoredFile) -> File:
    """Return the row of an original."""
    return File(
        id=stored.file_id,
        media_type=mimetypes.guess_type(stored.name)[0] or "application/octet-stream",
        size=stored.size,
        key=stored.key,
        wrapped_key=stored.wrapped_key,
        meta=resume_content.seal_meta(stored.cipher, stored.file_id, stored.name, stored.sha256),
    )


async def _keep_archive(store: FileStore, keys: Keys, upload: Upload, settings: Settings, kept: Kept) -> None:
    """Take an archive apart, one member in memory at a time."""
    limits = Limits(file_bytes=settings.upload_limit_mib * _MIB)
    archive_name = printable(upload.name)
    with tempfile.TemporaryDirectory(prefix="talentflux-upload-") as folder:
        path = Path(folder, "archive.zip")
        await asyncio.to_thread(_copy, upload.content, path)
        entries = expand_archive(path, archive_name, limits)
        while (entry := await asyncio.to_thread(_following, entries)) is not None:
            name = printable(f"{archive_name}/{entry.name}")
            if entry.error is None:
                await _keep_file(store, keys, name, entry.data, kept)
            else:
                kept.errors.append(TaskError(file=name, reason=entry.error.reason, detail=entry.error.detail))


async def register(session: WriteSession, kept: Kept, requisition_id: UUID | None = None) -> UploadAccepted:
    """Enter kept originals and the jobs that read them, in one transaction.

    Bytes that the organization has already are not entered again; those given up for a fault of ours are read again.

    Args:
        session: The transaction.
        kept: What `keep` returned.
        requisition_id: What the candidates apply to, None for the pool.

    Returns:
        The task and what became of each file.

    Raises:
        NotFoundError: There is no such requisition.
    """
    if requisition_id is not None:
        await check_requisition(session, requisition_id)
    repository = ResumeRepository(session)
    await repository.lock_uploads()
    known = await repository.by_digest(kept.by_digest)
    new = [stored for digest, stored in kept.by_digest.items() if digest not in known]
    kept.spare = [stored.key for digest, stored in kept.by_digest.items() if digest in known]
    total = len(kept.stored) + len(kept.errors)
    task = await task_service.create(session, TaskKind.RESUME_IMPORT, total=total, requisition_id=requisition_id)
    ids = await _enter(repository, new, task.id, requisition_id)
    waiting = [*ids.values(), *_again(known.values(), task.id)]
    errors = [*kept.errors, *await _apply_known(session, known, requisition_id)]
    if errors or not waiting:
        await task_service.report(session, task, processed=total - len(waiting), errors=errors)
    task.result = {"new": len(new), "duplicates": len(kept.stored) - len(new)}
    await session.flush()
    entered = {"resumes": list(ids.values()), "requisition_id": requisition_id, **task.result}
    audit_service.record(session, "resume.upload", "task", task.id, after=entered)
    for start in range(0, len(waiting), BATCH):
        await enqueue(session, PARSE_TASK, task_id=task.id, resume_ids=waiting[start : start + BATCH])
    return UploadAccepted(task=await task_service.read(session, task), resumes=_answers(kept.stored, known, ids))


def _again(known: Iterable[Resume], task_id: UUID) -> list[UUID]:
    """Let resumes wait again that were given up for a fault of ours; return their ids."""
    again = [resume for resume in known if resume.failure_reason == GIVEN_UP]
    for resume in again:
        resume.status, resume.task_id = ResumeStatus.STORED, task_id
        resume.failure_reason = resume.failure = None
    return [resume.id for resume in again]


def _answers(stored: Sequence[StoredFile], known: dict[bytes, Resume], ids: dict[bytes, UUID]) -> list[UploadedResume]:
    """Say for each file under which id it is found; the second of two equal files is a duplicate of the first."""
    seen = set(known)
    answers = []
    for item in stored:
        resume_id = ids[item.digest] if item.digest in ids else known[item.digest].id
        answers.append(UploadedResume(resume_id=resume_id, file_name=item.name, duplicate=item.digest in seen))
        seen.add(item.digest)
    return answers


async def _enter(
    repository: ResumeRepository, new: Sequence[StoredFile], task_id: UUID, requisition_id: UUID | None
) -> dict[bytes, UUID]:
    """Insert files and resumes; return the resumes' ids by digest, in the order given."""
    files = [file_row(stored) for stored in new]
    resumes = [
        Resume(
            id=new_id(),
            file_id=stored.file_id,
            digest=stored.digest,
            status=ResumeStatus.STORED,
            task_id=task_id,
            requisition_id=requisition_id,
        )
        for stored in new
    ]
    await repository.add_all(files, resumes)
    return {stored.digest: resume.id for stored, resume in zip(new, resumes, strict=True)}


async def _apply_known(
    session: WriteSession, known: dict[bytes, Resume], requisition_id: UUID | None
) -> list[TaskError]:
    """Let the candidates of resumes that were there before apply to the requisition."""
    if requisition_id is None:
        return []
    errors = []
    for resume in known.values():
        if resume.candidate_id is not None:
            await application_service.ensure(session, requisition_id, resume.candidate_id, resume.id)
        elif resume.requisition_id is None:
            resume.requisition_id = requisition_id
        elif resume.requisition_id != requisition_id:
            detail = "This file is still being read for another requisition. Send it again in a moment."
            errors.append(TaskError(file=None, reason="busy", detail=detail))
    return errors


def _copy(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(source, target, _MIB)


def _following(entries: Iterator[ArchiveEntry]) -> ArchiveEntry | None:
    return next(entries, None)
