"""Reading stored resumes: what a worker does between upload and candidate.

Three steps, of which only the first and the last open a transaction: which files wait, read them in children, apply.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from talentflux.ai.documents import ReaderPool
from talentflux.ai.embeddings import Embedder
from talentflux.ai.taxonomy import Lexicon
from talentflux.core.crypto import Cipher
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import DependencyError, UnreadableFileError
from talentflux.core.queue import enqueue
from talentflux.models import Candidate, Resume
from talentflux.repositories.resume_repository import ResumeRepository
from talentflux.schemas.analysis import AnalysedResume
from talentflux.schemas.base import Schema
from talentflux.schemas.resume import ParsedResume
from talentflux.schemas.stored_resume import ResumeStatus
from talentflux.schemas.task import TaskError
from talentflux.services import (
    application_screening_service,
    application_service,
    candidate_service,
    resume_content,
    task_service,
)
from talentflux.services.encryption_service import organization_keys
from talentflux.services.resume_upload_service import GIVEN_UP, PARSE_TASK

_FIRST_WAIT_SECONDS: Final = 15.0
_LONGEST_WAIT_SECONDS: Final = 600.0
_DOUBLINGS: Final = 10


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A stored resume that has not been read.

    Attributes:
        resume_id: The resume.
        name: File name as uploaded.
        key: In the file store.
        cipher: Decrypts it.
    """

    resume_id: UUID
    name: str
    key: str
    cipher: Cipher


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What reading a file gave.

    Attributes:
        resume_id: The resume.
        name: File name as uploaded.
        analysed: All that is known of it; None where it cannot be read.
        error: Why it cannot be read, or None.
        vector: Of the masked text, length 1; None without one.
    """

    resume_id: UUID
    name: str
    analysed: AnalysedResume | None = None
    error: UnreadableFileError | None = None
    vector: NDArray[np.float32] | None = None


async def waiting(session: AnySession, resume_ids: Sequence[UUID]) -> list[WaitingFile]:
    """Return those of the resumes that have not been read, in order; a job that runs twice finds none the second time.

    Args:
        session: The transaction.
        resume_ids: A job's batch.
    """
    keys = await organization_keys(session)
    found = []
    for resume_id, file in await ResumeRepository(session).waiting(resume_ids):
        cipher = resume_content.cipher_of(keys, file)
        name = resume_content.open_meta(cipher, file.id, file.meta)["name"]
        found.append(WaitingFile(resume_id, name, file.key, cipher))
    return sorted(found, key=lambda each: resume_ids.index(each.resume_id))


def read_files(
    pool: ReaderPool[bytes],
    embedder: Embedder,
    files: Sequence[WaitingFile],
    load: Callable[[WaitingFile], bytes | None],
    *,
    need_vectors: bool = True,
) -> list[ReadFile]:
    """Read files in child processes and embed their masked texts; blocks, and needs no transaction.

    Args:
        pool: Children that run `talentflux.ai.analysis:analyse_file`.
        embedder: Makes the vectors.
        files: The files.
        load: Gives a file's bytes when its turn comes, so that few originals are in memory at a time; None where the
            file has to wait.
        need_vectors: Fail when a remote embedder does not answer; else the resumes go without vectors.

    Returns:
        One result per file that did not have to wait, in order.

    Raises:
        DependencyError: A remote embedder does not answer, and vectors are needed.
    """
    loaded: list[WaitingFile] = []

    def given() -> Iterator[tuple[str, bytes]]:
        for file in files:
            data = load(file)
            if data is not None:
                loaded.append(file)
                yield file.name, data

    outcomes = list(pool.map(given()))
    analysed = [AnalysedResume.model_validate_json(outcome.value) if outcome.value else None for outcome in outcomes]
    texts = [each.masked_text for each in analysed if each is not None]
    vectors = iter(_encode(embedder, texts, needed=need_vectors))
    results = []
    for file, outcome, each in zip(loaded, outcomes, analysed, strict=True):
        vector = next(vectors) if each is not None else None
        if vector is not None and not vector.any():
            vector = None  # no known word: similar to nothing
        results.append(ReadFile(file.resume_id, file.name, each, outcome.error, vector))
    return results


def _encode(embedder: Embedder, texts: list[str], *, needed: bool) -> Sequence[NDArray[np.float32] | None]:
    try:
        return list(embedder.encode(texts)) if texts else []
    except DependencyError:
        if needed:
            raise
        return [None] * len(texts)


async def apply(
    session: WriteSession, task_id: UUID, results: Sequence[ReadFile], embedder: str, lexicon: Lexicon
) -> None:
    """Write down what was read: resumes, candidates, applications, the task's progress.

    Resumes that somebody else has read in the meantime are left alone.

    Args:
        session: The transaction.
        task_id: The task that the resumes belong to.
        results: What `read_files` returned.
        embedder: Name of the embedder that made the vectors.
        lexicon: Says which skills imply which.
    """
    repository = ResumeRepository(session)
    locked = await repository.lock_waiting([result.resume_id for result in results])
    ciphers = await _ciphers(session, locked.values())
    errors = []
    found: dict[UUID, set[str]] = {}
    # In the order of the addresses, so that two batches that meet the same people do not wait for each other in turn.
    for result in sorted(results, key=_address):
        resume = locked.get(result.resume_id)
        if resume is None:
            continue
        if result.analysed is None:
            errors.append(_fail(resume, result, ciphers[resume.id]))
            await _owner(session, resume, None)
        else:
            candidate = await _owner(session, resume, result.analysed.parsed)
            found[resume.id] = _fill(resume, result.analysed, lexicon, ciphers[resume.id])
            resume.embedding = None if result.vector is None else result.vector.tolist()
            resume.embedder = None if result.vector is None else embedder
            await session.flush()
            if candidate is not None:
                await candidate_service.let_count(session, candidate, resume.id)
        await session.flush()
        if resume.requisition_id is not None and resume.candidate_id is not None:
            await application_service.ensure(session, resume.requisition_id, resume.candidate_id, resume.id)
    await repository.add_skills(found)
    await application_screening_service.request_of_resumes(session, locked)
    await _report(session, task_id, errors)


async def _owner(session: WriteSession, resume: Resume, parsed: ParsedResume | None) -> Candidate | None:
    """Return whose resume it is: who sent it, where they said so, else who it names; None where they are gone."""
    if resume.candidate_id is not None:
        return await candidate_service.complete(session, resume.candidate_id, parsed)
    candidate = await candidate_service.from_resume(session, parsed)
    resume.candidate_id = candidate.id
    return candidate


async def wait(session: WriteSession, task_id: UUID, files: Sequence[WaitingFile], waits: int) -> None:
    """Let files be read later that the file store does not give: a store that is away breaks no file.

    Args:
        session: The transaction.
        task_id: The task that they belong to.
        files: The files; the first is the one that was asked for in vain, and is asked for last the next time.
        waits: How often the store was waited for before.
    """
    ids = [file.resume_id for file in (*files[1:], *files[:1])]
    await enqueue(
        session,
        PARSE_TASK,
        delay_seconds=min(_FIRST_WAIT_SECONDS * 2 ** min(waits, _DOUBLINGS), _LONGEST_WAIT_SECONDS),
        queueing_lock=f"{PARSE_TASK}:{min(ids)}",  # a job that was killed at its end runs again, and waits once
        task_id=task_id,
        resume_ids=ids,
        waits=waits + 1,
    )


async def give_up(session: WriteSession, task_id: UUID, files: Sequence[WaitingFile]) -> None:
    """Mark resumes as failed that could not be read in any attempt, so that their task ends.

    Args:
        session: The transaction.
        task_id: The task that they belong to.
        files: The files.
    """
    detail = "The file could not be processed after several attempts. The log says why; send the file again."
    error = UnreadableFileError(GIVEN_UP, detail)
    results = [ReadFile(file.resume_id, file.name, error=error) for file in files]
    locked = await ResumeRepository(session).lock_waiting([result.resume_id for result in results])
    ciphers = await _ciphers(session, locked.values())
    errors = [
        _fail(locked[result.resume_id], result, ciphers[result.resume_id])
        for result in results
        if result.resume_id in locked
    ]
    await session.flush()
    await _report(session, task_id, errors)


async def _report(session: WriteSession, task_id: UUID, errors: list[TaskError]) -> None:
    """Bring the task's progress up to date; the lock makes the count see what other batches have committed."""
    task = await task_service.lock(session, task_id)
    left = await ResumeRepository(session).count_waiting(task_id)
    await task_service.report(session, task, processed=task.total - left, errors=errors)
    await session.flush()


async def _ciphers(session: WriteSession, resumes: Collection[Resume]) -> dict[UUID, Cipher]:
    """Return the ciphers of the originals by the ids of the resumes."""
    keys = await organization_keys(session)
    files = await ResumeRepository(session).files_of(resumes)
    return {resume.id: resume_content.cipher_of(keys, files[resume.file_id]) for resume in resumes}


def _address(result: ReadFile) -> str:
    emails = result.analysed.parsed.emails if result.analysed else []
    return emails[0].value.lower() if emails else ""


def _fail(resume: Resume, result: ReadFile, cipher: Cipher) -> TaskError:
    error = result.error or UnreadableFileError("damaged", f"“{result.name}” could not be read. Save it again as PDF.")
    resume.status = ResumeStatus.FAILED
    resume.failure_reason = error.reason
    resume.failure = resume_content.seal_failure(cipher, resume.id, error.detail)
    return TaskError(file=result.name, reason=error.reason, detail=error.detail)


def _fill(resume: Resume, analysed: AnalysedResume, lexicon: Lexicon, cipher: Cipher) -> set[str]:
    """Put what was read into the row; return the skills under which it is found, implied ones too."""
    skills = {mention.skill_id for mention in analysed.features.skills}
    resume.status = ResumeStatus.PARSED
    resume.language = analysed.parsed.language
    resume.total_years = analysed.parsed.total_years
    resume.skill_ids = sorted(skills)
    resume.content = resume_content.seal_content(
        cipher, resume.id, storable(analysed.document), storable(analysed.parsed)
    )
    resume.features = storable(analysed.features, leave_out={"text"})
    resume.masked_text = _without_nul(analysed.masked_text)
    return skills.union(*(lexicon.implied(skill) for skill in skills if skill in lexicon))


def storable(document: Schema, *, leave_out: set[str] | None = None) -> dict[str, Any]:
    """Return a document as a JSONB column takes it.

    Args:
        document: Any schema.
        leave_out: Fields that are stored elsewhere.
    """
    dumped: dict[str, Any] = _without_nul(document.model_dump(mode="json", exclude=leave_out))
    return dumped


def _without_nul(value: Any) -> Any:
    """Replace U+0000, which PostgreSQL stores in no text, character by character, so that spans stay right."""
    rules: dict[type, Callable[[Any], Any]] = {
        str: lambda text: text.replace("\0", "�"),
        list: lambda items: [_without_nul(item) for item in items],
        dict: lambda items: {key: _without_nul(item) for key, item in items.items()},
    }
    rule = rules.get(type(value))
    return rule(value) if rule else value
