"""What is due to happen to applications, and bulk work on them."""

from uuid import UUID

from talentflux.services import application_action_service
from talentflux.services.application_action_service import ACT_TASK, SWEEP_TASK
from talentflux.workers.queue import Work, task


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
