"""Applying without a log-in: what came is kept first, in one transaction with the job that reads it, and read after.

Whoever applies gets one answer, whether or not their address is known here, and however often they send the form.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core import puzzle
from talentflux.core.config import Settings
from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, Database, Origin, Scope, WriteSession
from talentflux.core.errors import ConflictError, GoneError, InvalidInputError, TalentFluxError
from talentflux.core.file_store import FileStore
from talentflux.core.queue import enqueue
from talentflux.models import ApplicationAnswer, Candidate, Job
from talentflux.repositories.job_repository import JobRepository
from talentflux.repositories.public_application_repository import PublicApplicationRepository
from talentflux.schemas.application import Origin as Came
from talentflux.schemas.public_application import ApplyChallenge, PublicApplication, Received
from talentflux.schemas.stored_resume import ResumeStatus
from talentflux.schemas.task import TaskKind
from talentflux.services import (
    application_service,
    audit_service,
    candidate_service,
    email_service,
    event_service,
    job_answers,
    job_publishing,
    organization_service,
    public_job_service,
    task_service,
    tracking_link_service,
)
from talentflux.services import resume_upload_service as uploads
from talentflux.services.encryption_service import keys_of, organization_keys
from talentflux.services.job_answers import Answer
from talentflux.services.resume_upload_service import PARSE_TASK, StoredFile, Upload
from talentflux.utils.ids import new_id
from talentflux.utils.plain_text import without_controls

RECEIVED: Final = Received(detail="Your application was received.")
_LEAST_SECONDS: Final = 0.25
"""Every answer takes so long at least: it tells nobody whether an address was known."""
_JSON_RESUME: Final = "resume.json"


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent.

    Attributes:
        given: The form.
        resume: The file, None where there is none.
        files: Files that answer questions, by the questions' ids.
        origin: From where.
    """

    given: PublicApplication
    resume: Upload | None
    files: Mapping[str, Upload]
    origin: Origin


@dataclass(slots=True)
class _Kept:
    """Originals in the file store, until their rows are committed."""

    resume: StoredFile | None = None
    files: dict[str, StoredFile] = field(default_factory=dict)
    spare: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[StoredFile]:
        return [*([self.resume] if self.resume else []), *self.files.values()]


async def challenge(database: Database, settings: Settings, job_id: UUID) -> ApplyChallenge:
    """Return a puzzle for the form of a job that is offered now.

    Args:
        database: Opens a transaction of no organization.
        settings: Say how hard it is.
        job_id: Which job.

    Raises:
        NotFoundError: There is no such job, or it is not public.
    """
    assert database.keyring is not None
    owner = await public_job_service.organization_of(database, job_id)
    now = datetime.now(UTC)
    text = puzzle.issue(database.keyring.sign, owner, job_id, settings.apply_difficulty, now)
    made = puzzle.read(database.keyring.sign, text, now)
    return ApplyChallenge(challenge=text, difficulty=made.difficulty, algorithm="sha256", expires_at=made.expires_at)


async def receive(database: Database, store: FileStore, job_id: UUID, sent: Sent) -> Received:
    """Take an application.

    Args:
        database: Opens the transactions.
        store: Keeps the originals.
        job_id: What is applied to.
        sent: What came.

    Raises:
        InvalidInputError: The puzzle is not solved, a trap was filled in, or answers are missing or do not fit.
        ConflictError: The challenge was used for another form.
        GoneError: The job is not offered any more (`job_closed`).
        DependencyError: The database or the file store does not answer; nothing was taken.
    """
    began = time.monotonic()
    checked = _check(database, job_id, sent.given)
    scope = Scope(checked.owner)
    keys = await keys_of(database, checked.owner)
    fingerprint = await asyncio.to_thread(_fingerprint, keys, job_id, sent)
    async with database.read_session(scope, sent.origin) as session:
        used = await PublicApplicationRepository(session).used(checked.nonce)
        if used is None:
            job = await _offered(session, job_id)
            answers = job_answers.check(job_publishing.questions(job), sent.given.answers, sent.files.keys())
    if used is None:
        kept = await _keep(store, keys, sent)
        try:
            async with database.write_session(scope, sent.origin) as session:
                used = await _enter(session, job_id, checked, fingerprint, sent.given, answers, kept)
        except TalentFluxError as error:
            if error.status < 500:
                await store.delete([stored.key for stored in kept.all])
            raise
        await store.delete(kept.spare if used is None else [stored.key for stored in kept.all])
    if used is not None and used != fingerprint:
        raise ConflictError("This challenge was used for another form. Get a new one.", code="challenge_used")
    await asyncio.sleep(max(0.0, _LEAST_SECONDS - (time.monotonic() - began)))
    return RECEIVED


def _check(database: Database, job_id: UUID, given: PublicApplication) -> puzzle.Challenge:
    assert database.keyring is not None
    if given.website:
        raise InvalidInputError(
            "This form looks as if a program had filled it in.",
            code="trap_filled",
            fields={"body.website": "leave it empty"},
        )
    found = puzzle.read(database.keyring.sign, given.challenge, datetime.now(UTC))
    if found.subject != job_id:
        raise puzzle.refused("challenge_invalid", "is good for another job")
    puzzle.check_solution(given.challenge, given.solution, found.difficulty)
    return found


async def _offered(session: AnySession, job_id: UUID) -> Job:
    repository = JobRepository(session)
    if not await repository.is_public(job_id):
        raise GoneError("This job is not offered any more.", code="job_closed")
    return await repository.get(job_id)


async def _keep(store: FileStore, keys: Keys, sent: Sent) -> _Kept:
    """Put the originals into the file store; where that fails nothing stays behind."""
    kept = _Kept()
    try:
        kept.resume = await _put(store, keys, sent.resume if sent.resume is not None else _written(sent.given))
        for question_id, upload in sent.files.items():
            kept.files[question_id] = await _put(store, keys, upload)
    except BaseException:
        await store.delete([stored.key for stored in kept.all])
        raise
    return kept


async def _put(store: FileStore, keys: Keys, given: Upload | bytes) -> StoredFile:
    if isinstance(given, bytes):
        return await uploads.keep_one(store, keys, _JSON_RESUME, given)
    return await uploads.keep_one(store, keys, given.name, await asyncio.to_thread(given.content.read))


def _written(given: PublicApplication) -> bytes:
    """Return what was typed in as JSON Resume: the document that was sent, else the fields of the form."""
    if given.json_resume is not None:
        return json.dumps(given.json_resume).encode()
    basics = {
        "name": given.name,
        "label": given.headline,
        "email": given.email,
        "phone": given.phone,
        "summary": given.summary,
        "location": {"address": given.location} if given.location else None,
        "profiles": [{"url": link} for link in given.links],
    }
    return orjson.dumps({"basics": {name: value for name, value in basics.items() if value}})


async def _enter(  # noqa: PLR0913, PLR0917 -- all that an application consists of
    session: WriteSession,
    job_id: UUID,
    checked: puzzle.Challenge,
    fingerprint: str,
    given: PublicApplication,
    answers: Sequence[Answer],
    kept: _Kept,
) -> str | None:
    """Write all rows; return the fingerprint of what the challenge was used for before, None where it is new."""
    repository = PublicApplicationRepository(session)
    if not await repository.use(job_id, checked.nonce, fingerprint, checked.expires_at):
        return await repository.used(checked.nonce)
    job = await _offered(session, job_id)
    source_id = await tracking_link_service.credited(session, job_id, given.source)
    candidate = await candidate_service.enter(session, _profile(given), source_id=source_id)
    resume_id = await _resume(session, repository, candidate, kept)
    application_id = await application_service.ensure(
        session,
        job.requisition_id,
        candidate.id,
        resume_id,
        origin=Came.PUBLIC_FORM,
        source_id=source_id,
        job_id=job_id,
        do_not_screen=given.do_not_screen or not job.screening,
    )
    is_new = application_id is not None
    if application_id is None:
        application_id = await repository.application_of(job.requisition_id, candidate.id)
    await _answers(session, repository, job, candidate, application_id, answers, kept)
    if is_new and not candidate.do_not_contact:
        await _confirm(session, job, given)
    told: dict[str, Any] = {"job_id": job_id, "resume_id": resume_id, "source_id": source_id, "again": not is_new}
    audit_service.record(session, "application.apply", "application", application_id, after=told)
    if not is_new:
        event_service.emit(
            session,
            "application.sent_again",
            candidate_id=candidate.id,
            requisition_id=job.requisition_id,
            application_id=application_id,
            job_id=job_id,
            data={"resume_id": resume_id},
        )
    return None


async def _resume(
    session: WriteSession, repository: PublicApplicationRepository, candidate: Candidate, kept: _Kept
) -> UUID:
    """Enter the original with the job that reads it; the same bytes of the same person are there already."""
    stored = kept.resume
    assert stored is not None
    known = await repository.same_resume(stored.digest)
    if known is not None and known[1] == candidate.id:
        kept.spare.append(stored.key)
        return known[0]
    task = await task_service.create(session, TaskKind.RESUME_IMPORT, total=1)
    columns = {"candidate_id": candidate.id, "status": ResumeStatus.STORED, "task_id": task.id}
    digest = None if known is not None else stored.digest
    resume_id = await repository.add_resume(uploads.file_row(stored), columns, digest)
    await enqueue(session, PARSE_TASK, task_id=task.id, resume_ids=[resume_id])
    return resume_id


async def _answers(  # noqa: PLR0913, PLR0917 -- whose answers, to what, in which transaction
    session: WriteSession,
    repository: PublicApplicationRepository,
    job: Job,
    candidate: Candidate,
    application_id: UUID,
    answers: Sequence[Answer],
    kept: _Kept,
) -> None:
    assert candidate.wrapped_key is not None
    for stored in kept.files.values():
        await repository.add_file(uploads.file_row(stored))
    row_id = new_id()
    cipher = (await organization_keys(session)).person(candidate.wrapped_key, f"candidate:{candidate.id}")
    plain = [_kept_form(answer, kept.files.get(answer.question.id)) for answer in answers]
    await repository.add(
        ApplicationAnswer(
            id=row_id,
            application_id=application_id,
            candidate_id=candidate.id,
            requisition_id=job.requisition_id,
            job_id=job.id,
            flagged=any(answer.flagged for answer in answers),
            answers=cipher.encrypt(orjson.dumps(plain), f"application_answer.answers:{row_id}"),
        )
    )


def _kept_form(answer: Answer, stored: StoredFile | None) -> dict[str, Any]:
    question = answer.question
    file = None
    if stored is not None:
        media_type = uploads.file_row(stored).media_type
        file = {"id": str(stored.file_id), "name": stored.name, "size": stored.size, "media_type": media_type}
    return {
        "question_id": question.id,
        "kind": question.kind,
        "label": question.label,
        "value": answer.value,
        "file": file,
        "flagged": answer.flagged,
    }


async def _confirm(session: WriteSession, job: Job, given: PublicApplication) -> None:
    organization = await organization_service.current(session)
    language = (given.language or job.language).partition("-")[0]
    await email_service.send(
        session,
        "application_received",
        to=str(given.email),
        language=language,
        organization=without_controls(organization.name),
        title=job.title,
    )


def _profile(given: PublicApplication) -> dict[str, str | None]:
    fields = {
        "name": given.name, "email": str(given.email), "phone": given.phone, "location": given.location,
        "headline": given.headline,
    }  # fmt: skip
    return {name: without_controls(value) or None if value else None for name, value in fields.items()}


def _fingerprint(keys: Keys, job_id: UUID, sent: Sent) -> str:
    """Return a keyed hash of all that was sent; files are left at their beginnings."""
    digest = hashlib.sha256(f"{job_id}\n".encode() + sent.given.model_dump_json().encode())
    for name, upload in [("", sent.resume), *sorted(sent.files.items())]:
        if upload is not None:
            digest.update(f"\n{name}\n{len(upload.name)} {upload.name}\n".encode(errors="surrogatepass"))
            digest.update(hashlib.file_digest(upload.content, "sha256").digest())  # type: ignore[arg-type] # a file
            upload.content.seek(0)
    return keys.blind_index("job_submission.fingerprint", digest.hexdigest()).hex()
