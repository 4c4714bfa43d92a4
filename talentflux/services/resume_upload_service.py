"""Uploads: originals are kept first, then entered together with the jobs that read them.

`keep` talks to the file store and opens no transaction; `register` is one transaction and talks to nothing else.
"""

import asyncio
import mimetypes
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from talentflux.ai.documents import ArchiveEntry, expand_archive
from talentflux.ai.documents.limits import Limits
from talentflux.ai.documents.problems import printable
from talentflux.core.config import Settings
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import TooLargeError, UnreadableFileError
from talentflux.core.file_store import FileStore, StoredBytes
from talentflux.core.queue import enqueue
from talentflux.models import File, Resume
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.repositories.resume_repository import ResumeRepository
from talentflux.schemas.stored_resume import ResumeStatus, UploadAccepted, UploadedResume
from talentflux.schemas.task import TaskError, TaskKind
from talentflux.services import application_service, task_service
from talentflux.utils.ids import new_id

BATCH: Final = 25
"""Resumes that one job reads."""

PARSE_TASK: Final = "resume.parse"
GIVEN_UP: Final = "internal"
"""Reason of a failure that is ours and not the file's."""

_MIB = 2**20


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


@dataclass(slots=True)
class Kept:
    """What became of the files of a request.

    Attributes:
        stored: Originals in the file store, in the order given, members of archives in their archive's place.
        errors: Archives, and members of archives, that could not be taken apart.
    """

    stored: list[StoredBytes] = field(default_factory=list)
    errors: list[TaskError] = field(default_factory=list)


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


async def keep(store: FileStore, organization_id: UUID, uploads: Sequence[Upload], settings: Settings) -> Kept:
    """Put the originals of a request into the file store, those inside archives one by one.

    Args:
        store: Where to.
        organization_id: Whose they are.
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
    for upload in uploads:
        name = printable(upload.name)
        if is_archive(name):
            try:
                await _keep_archive(store, organization_id, upload, settings, kept)
            except UnreadableFileError as error:
                if len(uploads) == 1 and not kept.stored:
                    raise
                kept.errors.append(TaskError(file=name, reason=error.reason, detail=error.detail))
        else:
            data = await asyncio.to_thread(upload.content.read)
            kept.stored.append(await store.put(organization_id, name, data))
    return kept


async def _keep_archive(
    store: FileStore, organization_id: UUID, upload: Upload, settings: Settings, kept: Kept
) -> None:
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
                kept.stored.append(await store.put(organization_id, name, entry.data))
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
    known = await repository.by_digest(stored.sha256 for stored in kept.stored)
    new: dict[str, StoredBytes] = {}
    for stored in kept.stored:
        if stored.sha256 not in known:
            new.setdefault(stored.sha256, stored)
    total = len(kept.stored) + len(kept.errors)
    task = await task_service.create(session, TaskKind.RESUME_IMPORT, total=total, requisition_id=requisition_id)
    ids = await _enter(repository, list(new.values()), task.id, requisition_id)
    waiting = [*ids.values(), *_again(known.values(), task.id)]
    errors = [*kept.errors, *await _apply_known(session, known, requisition_id)]
    if errors or not waiting:
        task_service.report(task, processed=total - len(waiting), errors=errors)
    task.result = {"new": len(new), "duplicates": len(kept.stored) - len(new)}
    await session.flush()
    for start in range(0, len(waiting), BATCH):
        await enqueue(session, PARSE_TASK, task_id=task.id, resume_ids=waiting[start : start + BATCH])
    return UploadAccepted(task=task_service.read(task), resumes=_answers(kept.stored, known, ids))


def _again(known: Iterable[Resume], task_id: UUID) -> list[UUID]:
    """Let resumes wait again that were given up for a fault of ours; return their ids."""
    again = [resume for resume in known if resume.failure_reason == GIVEN_UP]
    for resume in again:
        resume.status, resume.task_id = ResumeStatus.STORED, task_id
        resume.failure_reason = resume.failure_detail = None
    return [resume.id for resume in again]


def _answers(stored: Sequence[StoredBytes], known: dict[str, Resume], ids: dict[str, UUID]) -> list[UploadedResume]:
    """Say for each file under which id it is found; the second of two equal files is a duplicate of the first."""
    seen = set(known)
    answers = []
    for item in stored:
        resume_id = ids[item.sha256] if item.sha256 in ids else known[item.sha256].id
        answers.append(UploadedResume(resume_id=resume_id, file_name=item.name, duplicate=item.sha256 in seen))
        seen.add(item.sha256)
    return answers


async def _enter(
    repository: ResumeRepository, new: Sequence[StoredBytes], task_id: UUID, requisition_id: UUID | None
) -> dict[str, UUID]:
    """Insert files and resumes; return the resumes' ids by digest, in the order given."""
    files = [
        File(
            id=new_id(),
            name=stored.name,
            media_type=mimetypes.guess_type(stored.name)[0] or "application/octet-stream",
            size=stored.size,
            sha256=stored.sha256,
            key=stored.key,
        )
        for stored in new
    ]
    resumes = [
        Resume(
            id=new_id(),
            file_id=file.id,
            sha256=file.sha256,
            status=ResumeStatus.STORED,
            task_id=task_id,
            requisition_id=requisition_id,
        )
        for file in files
    ]
    await repository.add_all(files, resumes)
    return {resume.sha256: resume.id for resume in resumes}


async def _apply_known(session: WriteSession, known: dict[str, Resume], requisition_id: UUID | None) -> list[TaskError]:
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
