"""Ranking stored resumes for a requisition."""

import asyncio
from uuid import UUID

from talentflux.ai.analysis import skill_matcher
from talentflux.ai.matching.scoring import Scorer
from talentflux.core.errors import NotFoundError
from talentflux.core.logging import get_logger
from talentflux.schemas.ranking import MatchScope
from talentflux.schemas.task import TaskError
from talentflux.services import match_service, requisition_service, task_service
from talentflux.services.match_service import MATCH_TASK
from talentflux.utils.faults import trace
from talentflux.workers.queue import Work, task
from talentflux.workers.tasks.resume import embedder_of

_log = get_logger("worker")


@task(MATCH_TASK)
async def run(work: Work, task_id: UUID, requisition_id: UUID, among: int, limit: int) -> None:
    """Make a new ranking.

    Args:
        work: Scope, sessions and settings.
        task_id: The task that somebody waits for.
        requisition_id: For which requisition.
        among: Whose resumes are looked at, as a place in `MatchScope`.
        limit: Most candidates.
    """
    try:
        await _rank(work, task_id, requisition_id, among=list(MatchScope)[among], limit=limit)
    except Exception as error:
        if not (work.last_attempt or isinstance(error, NotFoundError)):
            raise
        _log.error("ranking given up", trace=trace(error), task_id=str(task_id))
        detail = "The ranking could not be made. Check that the requisition still exists and ask again."
        async with work.write_session() as session:
            row = await task_service.lock(session, task_id)
            await task_service.report(
                session, row, processed=0, errors=[TaskError(file=None, reason="internal", detail=detail)], failed=True
            )
            await session.flush()


async def _rank(work: Work, task_id: UUID, requisition_id: UUID, *, among: MatchScope, limit: int) -> None:
    """Load, score outside of any transaction, store."""
    async with work.read_session() as session:
        requisition = await requisition_service.get(session, requisition_id)
    job = requisition_service.job_of(requisition)
    embedder = embedder_of(work.settings)
    needed = not work.last_attempt
    wanted = await asyncio.to_thread(
        match_service.query, job, embedder, requisition_id, among=among, need_vector=needed
    )
    async with work.read_session() as session:
        found = await match_service.retrieve(session, wanted, limit)
        resumes = await match_service.load(session, found)
    scorer = Scorer(skill_matcher().lexicon, embedder)
    scored = await asyncio.to_thread(match_service.score, scorer, job, resumes)
    if among is MatchScope.REDISCOVERY:
        scored = match_service.shown(scored)
    async with work.write_session() as session:
        await match_service.store(session, task_id, requisition_id, requisition.requirements_version, scored)
