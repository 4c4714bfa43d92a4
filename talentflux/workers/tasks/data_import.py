"""Rows of imported tables: checked, and taken batch by batch."""

from dataclasses import replace
from uuid import UUID

from talentflux.core.database import Scope
from talentflux.core.logging import get_logger
from talentflux.services import data_import_service, import_batches
from talentflux.utils.faults import trace
from talentflux.workers.queue import Work, task

_log = get_logger("worker")


@task(data_import_service.CHECK_TASK)
async def check(work: Work, import_id: UUID, level: int) -> None:
    """Find out what would become of all rows of an import; each batch is a transaction of its own.

    Args:
        work: Scope, sessions and settings.
        import_id: Which import.
        level: Which requisitions whoever asked sees.
    """
    scope = _scope(work, level)
    try:
        async with work.read_session() as session:
            numbers = await import_batches.numbers(session, import_id)
        people = None
        for number in numbers:
            async with work.database.write_session(scope) as session:
                people = await import_batches.check(session, import_id, number, people)
            if people is None:
                return
    except Exception as error:
        if not work.last_attempt:
            raise
        await _give_up(work, import_id, error)


@task(data_import_service.BATCH_TASK)
async def batch(work: Work, import_id: UUID, number: int, level: int) -> None:
    """Take the rows of one batch.

    Args:
        work: Scope, sessions and settings.
        import_id: Which import.
        number: Of the batch.
        level: Which requisitions whoever asked sees.
    """
    try:
        async with work.database.write_session(_scope(work, level)) as session:
            await import_batches.run(session, import_id, number)
    except Exception as error:
        if not work.last_attempt:
            raise
        await _give_up(work, import_id, error)


@task(data_import_service.EXPIRE_TASK)
async def expire(work: Work, import_id: UUID) -> None:
    """Destroy the cells of an import whose time has come.

    Args:
        work: Scope, sessions and settings.
        import_id: Which import.
    """
    async with work.write_session() as session:
        await data_import_service.expire(session, import_id)


def _scope(work: Work, level: int) -> Scope:
    return replace(work.scope, requisitions=data_import_service.LEVELS[level])


async def _give_up(work: Work, import_id: UUID, error: Exception) -> None:
    """Mark an import as failed after the last attempt."""
    _log.error("import given up", trace=trace(error), import_id=str(import_id))
    async with work.write_session() as session:
        await import_batches.give_up(session, import_id)
