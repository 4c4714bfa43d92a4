"""Publishing and ending jobs by schedule."""

from uuid import UUID

from talentflux.services import job_publishing
from talentflux.services.job_publishing import EXPIRE_TASK, PUBLISH_TASK
from talentflux.services.organization_service import RENDER_JOBS_TASK
from talentflux.workers.queue import Work, task


@task(PUBLISH_TASK)
async def publish(work: Work, job_id: UUID) -> None:
    """Publish a job whose time has come.

    Args:
        work: Scope, sessions and settings.
        job_id: Which.
    """
    async with work.write_session() as session:
        await job_publishing.publish_due(session, job_id)


@task(RENDER_JOBS_TASK)
async def render(work: Work) -> None:
    """Render what is public of all jobs anew, because the name on them changed.

    Args:
        work: Scope, sessions and settings.
    """
    after: UUID | None = UUID(int=0)
    while after is not None:
        async with work.write_session() as session:
            after = await job_publishing.render_all(session, after)


@task(EXPIRE_TASK)
async def expire(work: Work, job_id: UUID) -> None:
    """End a job whose time is over; until then it was hidden by its time alone.

    Args:
        work: Scope, sessions and settings.
        job_id: Which.
    """
    async with work.write_session() as session:
        await job_publishing.expire_due(session, job_id)
