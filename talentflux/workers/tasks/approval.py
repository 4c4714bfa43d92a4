"""Telling approvers what waits for them."""

from uuid import UUID

from talentflux.core.logging import get_logger
from talentflux.services import approval_mail
from talentflux.services.approval_service import REMIND_TASK
from talentflux.workers.queue import Work, task

_log = get_logger("approval")


@task(REMIND_TASK)
async def remind(work: Work, approval_step_id: UUID) -> None:
    """Write to those whose decision on a step is awaited, if it is time.

    Args:
        work: Scope, sessions and settings.
        approval_step_id: Which step.
    """
    async with work.write_session() as session:
        number = await approval_mail.remind(session, approval_step_id, work.settings.public_url)
    _log.info("approvers told", approval_step_id=str(approval_step_id), emails=number)
