"""Sending e-mail."""

import asyncio
from datetime import timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from psycopg import OperationalError
from sqlalchemy.exc import DBAPIError

from talentflux.core.config import Settings
from talentflux.core.database import Scope
from talentflux.core.errors import ConfigurationError, DependencyError
from talentflux.core.logging import get_logger
from talentflux.core.mailer import Delivery, Mailer, UnconfiguredMailer, open_mailer
from talentflux.services import email_service
from talentflux.services.email_service import SEND_TASK, SWEEP_TASK, Claim
from talentflux.workers.queue import Work, task

_log = get_logger("email")
_WRITE_DOWN: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between tries to write down a result: while the database restarts, the knowledge lies here alone."""


@task(SEND_TASK)
async def send(work: Work, email_id: UUID, platform: int) -> None:
    """Try once to send an e-mail.

    Args:
        work: Scope, sessions and settings.
        email_id: Which.
        platform: 1 where it is about an account and belongs to no organization.
    """
    scope = _scope(work, platform)
    mailer = open_mailer_of(work.settings)
    async with work.database.write_session(scope) as session:
        # Twice what an attempt takes: whoever is slower than that has ended.
        lease = timedelta(seconds=2 * mailer.longest_seconds)
        attempt = await email_service.claim(session, email_id, mailer.domain, lease)
    if attempt is None:
        return
    delivery = await mailer.deliver(attempt.letter)
    await _write_down(work, scope, attempt, delivery)


@task(SWEEP_TASK)
async def sweep(work: Work, platform: int) -> None:
    """Look after e-mails that were left behind, and drop what is kept no longer.

    Args:
        work: Scope, sessions and settings.
        platform: As for `send`.
    """
    async with work.database.write_session(_scope(work, platform)) as session:
        await email_service.sweep(session)


async def _write_down(work: Work, scope: Scope, attempt: Claim, delivery: Delivery) -> None:
    for pause in (*_WRITE_DOWN, None):
        try:
            async with work.database.write_session(scope) as session:
                await email_service.settle(session, attempt, delivery)
                await email_service.schedule_sweep(session)
        except (DependencyError, DBAPIError, OperationalError):
            if pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return


def _scope(work: Work, platform: int) -> Scope:
    return Scope(identity=True) if platform else Scope(work.scope.organization_id)


@lru_cache(maxsize=1)
def open_mailer_of(settings: Settings) -> Mailer:
    """Return the mailer of this process; where the settings are wrong, e-mails wait until they are right."""
    try:
        return open_mailer(settings)
    except ConfigurationError as error:
        _log.error("e-mail cannot be sent", reason=error.detail)
        return UnconfiguredMailer(settings)
