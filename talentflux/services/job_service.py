"""Jobs: written, held against the truth, published, taken back, ended on time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.models import Job, Requisition
from talentflux.repositories.job_repository import JobRepository
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.job import (
    JobCheck,
    JobCreate,
    JobPublish,
    JobQuery,
    JobRead,
    JobStatus,
    JobTerms,
    JobUpdate,
)
from talentflux.schemas.job_question import Question
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import job_notices, job_publishing, job_truth
from talentflux.services.job_text import to_slug
from talentflux.utils.plain_text import without_controls

_TERMS: Final = tuple(JobTerms.model_fields)
_PLAIN: Final = ("language", "description", "pay_shown", "screening", "screening_notice", "expire_at")


async def page(session: AnySession, asked: JobQuery) -> RowPage:
    """Read a page of postings.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.
    """
    found = await JobRepository(session).page(asked)
    return replace(found, items=[row | {"status": _status(row["status"], row["expire_at"])} for row in found.items])


async def get(session: AnySession, job_id: UUID, public_url: str) -> JobRead:
    """Return a posting.

    Args:
        session: The transaction.
        job_id: Which.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return await _read(session, await JobRepository(session).get(job_id), public_url)


async def create(session: WriteSession, given: JobCreate, public_url: str) -> JobRead:
    """Make a posting, as a draft.

    Args:
        session: The transaction.
        given: What it says; the rest is the requisition's.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is no such requisition.
    """
    requisition = await RequisitionRepository(session).get(given.requisition_id)
    language = given.language or requisition.language or "en"
    title = without_controls(given.title or requisition.title)
    terms = given.terms.model_dump(mode="python") if given.terms else _terms_of(requisition)
    notice = given.screening_notice
    if notice is None and given.screening and "screening_notice" not in given.model_fields_set:
        notice = job_notices.notice(language)
    row = Job(
        requisition_id=requisition.id,
        title=title,
        slug=to_slug(title),
        language=language,
        description=given.description or requisition.description,
        **_stored(terms),
        pay_shown=given.pay_shown,
        screening=given.screening,
        screening_notice=notice,
        form=_form(given.form),
        expire_at=given.expire_at,
    )
    made = await JobRepository(session).add(row)
    job_publishing.tell(session, "create", "created", made, after=_shown(made))
    return await _read(session, made, public_url)


async def update(
    session: WriteSession, job_id: UUID, changes: JobUpdate, public_url: str, versions: Versions = ANY_VERSION
) -> JobRead:
    """Change a posting. What is published must stay publishable, and its public card changes with it.

    Args:
        session: The transaction.
        job_id: Which.
        changes: The fields that were given; the others stay.
        public_url: Where this server is reached.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: It is published and would not pass the gate (`posting_refused`).
    """
    job = await JobRepository(session).get(job_id, lock=True, versions=versions)
    before = _shown(job)
    given = changes.model_dump(exclude_unset=True)
    nullable = {"screening_notice", "expire_at"}
    for name in _PLAIN:
        if name in given and (given[name] is not None or name in nullable):
            setattr(job, name, given[name])
    if changes.title is not None:
        job.title = without_controls(changes.title)
        job.slug = to_slug(job.title)
    if changes.terms is not None:
        for name, value in _stored(changes.terms.model_dump(mode="python")).items():
            setattr(job, name, value)
    if changes.form is not None:
        job.form = _form(changes.form)
    await session.flush()
    if job.status == JobStatus.PUBLISHED:
        await job_publishing.refresh(session, job)
    job_publishing.tell(
        session, "update", "updated", job, before=before, after=_shown(job), data={"fields": sorted(given)}
    )
    return await _read(session, job, public_url)


async def check(session: AnySession, job_id: UUID) -> JobCheck:
    """Return what the gate finds in a posting as it is now.

    Raises:
        NotFoundError: There is none in this organization.
    """
    job = await JobRepository(session).get(job_id)
    requisition = await RequisitionRepository(session).get(job.requisition_id)
    found = job_truth.findings(job, requisition, job_publishing.questions(job), datetime.now(UTC))
    return JobCheck(publishable=not any(each.blocking for each in found), findings=found)


async def delete(session: WriteSession, job_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Delete a posting; applications that came through it stay.

    Args:
        session: The transaction.
        job_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = JobRepository(session)
    job = await repository.get(job_id, lock=True, versions=versions)
    if job.status == JobStatus.PUBLISHED:
        job.status = JobStatus.UNPUBLISHED
    job.publish_at = None
    await repository.delete(job)
    await job_publishing.hide(session, job)
    job_publishing.tell(session, "delete", "deleted", job)


async def restore(session: WriteSession, job_id: UUID, public_url: str, versions: Versions = ANY_VERSION) -> JobRead:
    """Bring a deleted posting back, unpublished.

    Args:
        session: The transaction.
        job_id: Which.
        public_url: Where this server is reached.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or it is not deleted.
        PreconditionFailedError: It has another version.
    """
    job = await JobRepository(session).get_deleted(job_id, versions=versions)
    job.deleted_at = None
    await session.flush()
    job_publishing.tell(session, "restore", "restored", job)
    return await _read(session, job, public_url)


def _terms_of(requisition: Requisition) -> dict[str, Any]:
    return {name: getattr(requisition, name) for name in _TERMS}


def _stored(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, list) else value for name, value in terms.items()}


def _form(form: list[Question]) -> list[dict[str, Any]]:
    return [question.model_dump(mode="json") for question in form]


def _status(status: str, expire_at: datetime | None) -> JobStatus:
    ended = status == JobStatus.PUBLISHED and expire_at is not None and expire_at <= datetime.now(UTC)
    return JobStatus.EXPIRED if ended else JobStatus(status)


def _shown(job: Job) -> dict[str, object]:
    """Return what the audit log keeps of a posting."""
    names = ("requisition_id", "title", "language", "description", *_TERMS, *_PLAIN[2:], "form")
    return {name: getattr(job, name) for name in names}


async def publish(
    session: WriteSession, job_id: UUID, given: JobPublish, public_url: str, versions: Versions = ANY_VERSION
) -> JobRead:
    """Publish a posting, now or later; raises as `job_publishing.publish` does."""
    return await _read(session, await job_publishing.publish(session, job_id, given, versions), public_url)


async def unpublish(session: WriteSession, job_id: UUID, public_url: str, versions: Versions = ANY_VERSION) -> JobRead:
    """Take a posting out of everybody's sight; raises as `job_publishing.unpublish` does."""
    return await _read(session, await job_publishing.unpublish(session, job_id, versions), public_url)


async def _read(session: AnySession, job: Job, public_url: str) -> JobRead:
    named = JobRead.model_fields.keys() - {"status", "public", "url"}
    return JobRead.model_validate(
        {name: getattr(job, name) for name in named}
        | {
            "status": _status(job.status, job.expire_at),
            "public": await JobRepository(session).is_public(job.id),
            "url": f"{public_url.rstrip('/')}/jobs/{job.id}",
        }
    )
