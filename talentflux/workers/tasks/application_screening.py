"""Screening of applications."""

import asyncio
from uuid import UUID

from talentflux.ai.analysis import skill_matcher
from talentflux.ai.matching.scoring import Scorer
from talentflux.core.logging import get_logger
from talentflux.services import application_screening_service as screenings
from talentflux.services.application_screening_service import SCREEN_TASK
from talentflux.utils.faults import trace
from talentflux.workers.queue import Work, task
from talentflux.workers.tasks.resume import embedder_of

_log = get_logger("worker")


@task(SCREEN_TASK)
async def screen(work: Work, application_ids: list[UUID]) -> None:
    """Compare applications with their requisitions.

    Args:
        work: Scope, sessions and settings.
        application_ids: A batch.
    """
    try:
        async with work.read_session() as session:
            waiting, targets = await screenings.load(session, application_ids)
        if not waiting:
            return
        scorer = Scorer(skill_matcher().lexicon, embedder_of(work.settings))
        screened = await asyncio.to_thread(screenings.score, scorer, waiting, targets)
        async with work.write_session() as session:
            await screenings.store(session, screened)
    except Exception as error:
        if not work.last_attempt:
            raise
        _log.error("screening given up", trace=trace(error), count=len(application_ids))
        async with work.write_session() as session:
            await screenings.give_up(session, application_ids)
