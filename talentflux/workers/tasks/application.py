"""What is due to happen to applications, and bulk work on them."""

from uuid import UUID

from talentflux.core.errors import NotFoundError
from talentflux.core.logging import get_logger
from talentflux.services import application_action_service, application_bulk_service
from talentflux.services.application_action_service import ACT_TASK, SWEEP_TASK
from talentflux.services.application_bulk_service import BULK_TASK
from talentflux.utils.faults import trace
from talentflux.workers.queue import Work, task

_log = get_logger("worker")


@task(ACT_TASK)
async def act(work: Work, action_id: UUID) -> None:
    """Do what is due for an application, unless it was called back.

    Args:
        work: Scope, sessions and settings.
        action_id: What.
    """
    async with work.write_session() as session:
        await application_action_service.act(session, action_id)


@task(SWEEP_TASK)
async def sweep(work: Work) -> None:
    """Look after what was left behind, and tell of applications that are in their stage for too long.

    Args:
        work: Scope, sessions and settings.
    """
    async with work.write_session() as session:
        await application_action_service.sweep(session, work.settings.public_url)


@task(BULK_TASK)
async def bulk(work: Work, bulk_id: UUID) -> None:
    """Do one thing to many applications.

    Args:
        work: Scope, sessions and settings.
        bulk_id: What, to which.
    """
    try:
        await application_bulk_service.run(work.database, work.scope, bulk_id)
    except Exception as error:
        if not (work.last_attempt or isinstance(error, NotFoundError)):
            raise
        _log.error("bulk work given up", trace=trace(error), bulk_id=str(bulk_id))
        async with work.write_session() as session:
            await application_bulk_service.give_up(session, bulk_id)
