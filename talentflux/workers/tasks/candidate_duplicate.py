"""Looking for candidates who may be one person."""

from uuid import UUID

from talentflux.services import duplicate_search
from talentflux.services.duplicate_search import FIND_TASK
from talentflux.workers.queue import Work, task


@task(FIND_TASK)
async def find(work: Work, candidate_ids: list[UUID]) -> None:
    """Look for duplicates of candidates, one short transaction each.

    Args:
        work: Scope, sessions and settings.
        candidate_ids: Who was made or changed.
    """
    failed = None
    for candidate_id in candidate_ids:
        try:
            async with work.write_session() as session:
                await duplicate_search.find(session, candidate_id)
        except Exception as error:  # noqa: BLE001 -- raised below; one candidate does not keep the others waiting
            failed = error
    if failed is not None:
        raise failed
