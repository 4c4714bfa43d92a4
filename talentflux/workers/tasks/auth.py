"""Cleaning up after log-ins."""

from talentflux.core.logging import get_logger
from talentflux.services import session_service
from talentflux.services.session_service import CLEAN_TASK, identity
from talentflux.workers.queue import Work, task

_log = get_logger("worker")


@task(CLEAN_TASK)
async def clean(work: Work) -> None:
    """Delete ended sessions, links, pauses and keys that are kept no longer.

    Args:
        work: Scope, sessions and settings.
    """
    async with identity(work.database) as session:
        gone = await session_service.clean(session)
    _log.info("ended log-ins deleted", rows=gone)
