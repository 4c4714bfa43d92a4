"""Publishing of jobs: through the gate, now or by schedule, until somebody or the time ends it."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from talentflux.core.database import WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.core.queue import enqueue
from talentflux.models import Job, Requisition
from talentflux.repositories.job_repository import JobRepository
from talentflux.repositories.organization_repository import OrganizationRepository
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.job import JobFinding, JobPublish, JobStatus
from talentflux.schemas.job_question import Question
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, event_service, job_truth, public_pages
from talentflux.services.job_rendering import Employer, card_of

PUBLISH_TASK: Final = "job.publish"
EXPIRE_TASK: Final = "job.expire"
_AT_ONCE: Final = 100
"""Postings that one transaction renders."""
_OF_REQUISITION: Final = frozenset({"requisition_not_open", "requisition_confidential"})


async def publish(session: WriteSession, job_id: UUID, given: JobPublish, versions: Versions = ANY_VERSION) -> Job:
    """Publish a posting, now or later.

    Args:
        session: The transaction.
        job_id: Which.
        given: When it begins and ends.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: The gate keeps it (`posting_refused`), the fields name each finding; or it is to begin later and
            is public (`job_published`).
        InvalidInputError: It would end before it begins.
    """
    repository = JobRepository(session)
    job = await repository.get(job_id, lock=True, versions=versions)
    now = await repository.now()
    if "expire_at" in given.model_fields_set:
        job.expire_at = given.expire_at
    begin = given.publish_at if given.publish_at is not None and given.publish_at > now else now
    if job.expire_at is not None and job.expire_at <= begin:
        raise InvalidInputError(
            "The posting would end before it begins.", fields={"body.expire_at": "is not after the beginning"}
        )
    if begin > now and job.status == JobStatus.PUBLISHED:
        raise ConflictError(
            "This posting is public. Take it back first, then say when it begins.", code="job_published"
        )
    if begin == now:
        await _publish(session, job)
    else:
        await _pass(session, job)
        job.publish_at = begin
        await session.flush()
        delay = (begin - now).total_seconds()
        await enqueue(session, PUBLISH_TASK, delay_seconds=delay, job_id=job.id)
        tell(session, "schedule", "scheduled", job, after={"publish_at": begin, "expire_at": job.expire_at})
    return job


async def unpublish(session: WriteSession, job_id: UUID, versions: Versions = ANY_VERSION) -> Job:
    """Take a posting out of everybody's sight, or call off what was to be published.

    Args:
        session: The transaction.
        job_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: It is neither published nor to be published.
    """
    job = await JobRepository(session).get(job_id, lock=True, versions=versions)
    if job.status != JobStatus.PUBLISHED and job.publish_at is None:
        raise ConflictError("This posting is not published.", code="job_not_published")
    before = {"status": job.status, "publish_at": job.publish_at}
    if job.status == JobStatus.PUBLISHED:
        job.status = JobStatus.UNPUBLISHED
    job.publish_at = None
    await session.flush()
    await hide(session, job)
    tell(session, "unpublish", "unpublished", job, before=before, after={"status": job.status, "publish_at": None})
    return job


async def publish_due(session: WriteSession, job_id: UUID) -> None:
    """Publish a posting whose time has come; nothing happens where that was called off or put off.

    Args:
        session: The transaction.
        job_id: Which.
    """
    repository = JobRepository(session)
    job = await repository.find(job_id, lock=True)
    if job is None or job.publish_at is None:
        return
    left = (job.publish_at - await repository.now()).total_seconds()
    if left > 0:
        await enqueue(
            session, PUBLISH_TASK, delay_seconds=left + 1, queueing_lock=f"{PUBLISH_TASK}:{job_id}", job_id=job_id
        )
        return
    try:
        await _publish(session, job)
    except (ConflictError, NotFoundError) as error:
        # Somebody has to look: what passed the gate when it was planned does not pass it now.
        job.publish_at = None
        await session.flush()
        codes = sorted(error.fields)
        tell(session, "refuse", "refused", job, after={"findings": codes}, data={"findings": codes})


async def expire_due(session: WriteSession, job_id: UUID) -> None:
    """End a posting whose time is over; nothing happens where it was given more.

    Args:
        session: The transaction.
        job_id: Which.
    """
    repository = JobRepository(session)
    job = await repository.find(job_id, lock=True)
    if job is None or job.status != JobStatus.PUBLISHED or job.expire_at is None:
        return
    if job.expire_at > await repository.now():
        await _schedule_end(session, job)
        return
    job.status = JobStatus.EXPIRED
    await session.flush()
    await hide(session, job)
    tell(session, "expire", "expired", job, before={"status": JobStatus.PUBLISHED}, after={"status": job.status})


async def render_all(session: WriteSession, after: UUID) -> UUID | None:
    """Render some of the organization's published postings anew, for its name stands on each.

    Args:
        session: The transaction.
        after: The posting before the first of them.

    Returns:
        The last of them; None where there are no more.
    """
    repository = JobRepository(session)
    jobs = await repository.published(after, _AT_ONCE)
    shown = await repository.shown({job.requisition_id for job in jobs})
    for job in jobs:
        await _show(session, job, hidden=job.requisition_id not in shown)
    return jobs[-1].id if len(jobs) == _AT_ONCE else None


async def _publish(session: WriteSession, job: Job) -> None:
    repository = JobRepository(session)
    before = {"status": job.status, "published_at": job.published_at}
    await _pass(session, job)
    job.status, job.publish_at = JobStatus.PUBLISHED, None
    job.published_at = await repository.now()
    await session.flush()
    await _show(session, job)
    await _schedule_end(session, job)
    after = {"status": job.status, "published_at": job.published_at, "expire_at": job.expire_at}
    tell(session, "publish", "published", job, before=before, after=after)


async def _pass(session: WriteSession, job: Job, *, besides: frozenset[str] = frozenset()) -> Requisition:
    """Return the requisition, which nobody closes before this transaction ends, if the gate lets the posting pass."""
    requisition = await RequisitionRepository(session).get(job.requisition_id, lock=True)
    found = job_truth.findings(job, requisition, questions(job), await JobRepository(session).now())
    blocking = [each for each in found if each.blocking and each.code not in besides]
    if blocking:
        fields = {f"{each.field}:{each.code}" if each.field else each.code: _said(each) for each in blocking}
        raise ConflictError("The posting cannot be published as it is.", code="posting_refused", fields=fields)
    return requisition


def _said(finding: JobFinding) -> str:
    return f"{finding.detail} ({finding.source})" if finding.source else finding.detail


async def refresh(session: WriteSession, job: Job) -> None:
    """Render a published posting anew after a change.

    While its requisition is on hold it stays out of sight, and may be changed all the same.

    Args:
        session: The transaction.
        job: The posting, locked.

    Raises:
        ConflictError: It would not pass the gate (`posting_refused`).
    """
    requisition = await _pass(session, job, besides=_OF_REQUISITION)
    hidden = requisition.status != RequisitionStatus.OPEN or requisition.confidential
    await _show(session, job, hidden=hidden)
    await _schedule_end(session, job)


async def _show(session: WriteSession, job: Job, *, hidden: bool = False) -> None:
    """Render what anybody may read."""
    organization = await OrganizationRepository(session).current()
    assert job.published_at is not None
    employer = Employer(organization.name, organization.slug)
    await JobRepository(session).put_card(card_of(job, employer, job.published_at, hidden=hidden))
    public_pages.forget_on_commit(session)


async def hide(session: WriteSession, job: Job) -> None:
    """Take a posting out of everybody's sight."""
    await JobRepository(session).drop_card(job.id)
    public_pages.forget_on_commit(session)


async def _schedule_end(session: WriteSession, job: Job) -> None:
    if job.expire_at is not None:
        left = (job.expire_at - await JobRepository(session).now()).total_seconds()
        await enqueue(session, EXPIRE_TASK, delay_seconds=max(left, 0) + 1, job_id=job.id)


def questions(job: Job) -> list[Question]:
    """Return the questions of a posting's form."""
    return [Question.model_validate(question) for question in job.form]


def tell(  # noqa: PLR0913 -- what the log and followers are told; all but four by name
    session: WriteSession,
    action: str,
    happened: str,
    job: Job,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Write down what happened to a posting, for the audit log and for followers."""
    audit_service.record(session, f"job.{action}", "job", job.id, before=before, after=after)
    told = {"title": job.title, **(data or {})}
    event_service.emit(session, f"job.{happened}", requisition_id=job.requisition_id, job_id=job.id, data=told)
