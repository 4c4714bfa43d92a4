"""Files of exports: made, and destroyed when their time has come."""

from uuid import UUID

from talentflux.core.logging import get_logger
from talentflux.services import data_export_service
from talentflux.utils.faults import trace
from talentflux.workers.queue import Work, task
from talentflux.workers.tasks.resume import file_store

_log = get_logger("worker")


@task(data_export_service.MAKE_TASK)
async def make(work: Work, export_id: UUID) -> None:
    """Make the file of an export.

    Args:
        work: Scope, sessions and settings.
        export_id: Which.
    """
    assert work.scope.organization_id is not None
    try:
        await data_export_service.make(work.database, file_store(work.settings), work.scope.organization_id, export_id)
    except Exception as error:
        if not work.last_attempt:
            raise
        _log.error("export given up", trace=trace(error), export_id=str(export_id))
        async with work.write_session() as session:
            await data_export_service.give_up(session, export_id)


@task(data_export_service.EXPIRE_TASK)
async def expire(work: Work, export_id: UUID) -> None:
    """Destroy the file of an export.

    Args:
        work: Scope, sessions and settings.
        export_id: Which.
    """
    assert work.scope.organization_id is not None
    await data_export_service.expire(work.database, file_store(work.settings), work.scope.organization_id, export_id)
