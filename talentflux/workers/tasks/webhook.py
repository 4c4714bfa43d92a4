"""Telling webhooks of events."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from talentflux.core.config import Settings
from talentflux.core.outbound import OutboundClient, OutboundFailedError, OutboundPolicy, OutboundRefusedError
from talentflux.services import webhook_delivery
from talentflux.services.webhook_delivery import DELIVER_TASK, SWEEP_TASK, Outcome, Parcel
from talentflux.workers.queue import Work, task

_AT_ONCE: Final = 5
_LONGEST_RETRY_AFTER: Final = 6
_SLOW_SECONDS: Final = 2.0
_REMEMBERED_SECONDS: Final = 600.0
_MOST_REMEMBERED: Final = 10_000
_slow_until: Final[dict[UUID, float]] = {}
"""Endpoints that this process found slow, each until when it is taken for slow."""


@task(DELIVER_TASK)
async def deliver(work: Work, endpoint_id: UUID, delivery_ids: list[UUID], slow: int = 0) -> None:
    """Try once to send each delivery of a batch; when the endpoint does not answer, the others wait.

    A slow endpoint is sent a few at a time, and only when nothing waits for a quicker one.

    Args:
        work: Scope, sessions and settings.
        endpoint_id: To whom.
        delivery_ids: Which.
        slow: 1 where the job has let others go first.
    """
    if not slow and _slow_until.get(endpoint_id, 0.0) > time.monotonic():
        await _hand_on(work, endpoint_id, delivery_ids)
        return
    async with work.read_session() as reading:
        parcels = await webhook_delivery.prepare(reading, endpoint_id, delivery_ids)
    client = client_of(work.settings)
    for start in range(0, len(parcels), _AT_ONCE):
        begun, rest = time.monotonic(), parcels[start + _AT_ONCE :]
        outcomes = await asyncio.gather(*(_send(client, each) for each in parcels[start : start + _AT_ONCE]))
        is_slow = _remember(endpoint_id, time.monotonic() - begun)
        async with work.write_session() as session:
            await webhook_delivery.settle(session, endpoint_id, outcomes)
            if not start:
                await webhook_delivery.schedule_sweep(session)
        if not any(outcome.arrived for outcome in outcomes):
            await _postpone(work, endpoint_id, rest)
            return
        if is_slow and rest:
            await _hand_on(work, endpoint_id, [each.delivery_id for each in rest])
            return


@task(SWEEP_TASK)
async def sweep(work: Work) -> None:
    """Remove deliveries that are older than they are kept.

    Args:
        work: Scope, sessions and settings.
    """
    more = True
    while more:
        async with work.write_session() as session:
            more = await webhook_delivery.sweep(session, timedelta(days=work.settings.webhook_delivery_days))


def _remember(endpoint_id: UUID, seconds: float) -> bool:
    """Keep whether an endpoint is slow, and return it."""
    _slow_until.pop(endpoint_id, None)
    if seconds < _SLOW_SECONDS:
        return False
    if len(_slow_until) >= _MOST_REMEMBERED:
        _slow_until.clear()
    _slow_until[endpoint_id] = time.monotonic() + _REMEMBERED_SECONDS
    return True


async def _hand_on(work: Work, endpoint_id: UUID, delivery_ids: Sequence[UUID]) -> None:
    async with work.write_session() as session:
        await webhook_delivery.hand_on(session, endpoint_id, delivery_ids)


async def _postpone(work: Work, endpoint_id: UUID, parcels: Sequence[Parcel]) -> None:
    if parcels:
        async with work.write_session() as session:
            await webhook_delivery.postpone(session, endpoint_id, [each.delivery_id for each in parcels])


async def _send(client: OutboundClient, parcel: Parcel) -> Outcome:
    at, begun = datetime.now(UTC), time.monotonic()
    status: int | None = None
    error: str | None = None
    retry_after: int | None = None
    try:
        answer = await client.post(parcel.url, parcel.body, headers=parcel.headers)
        status, retry_after = answer.status, _seconds(answer.retry_after)
    except OutboundRefusedError as refused:
        error = refused.code
    except OutboundFailedError as failed:
        error = failed.code
    taken = int((time.monotonic() - begun) * 1000)
    return Outcome(parcel.delivery_id, at, status, error, taken, retry_after)


def _seconds(retry_after: str | None) -> int | None:
    """Return the seconds that a receiver asks for; a date or anything else is left to our own waits."""
    given = (retry_after or "").strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) <= _LONGEST_RETRY_AFTER else None


@lru_cache(maxsize=1)
def client_of(settings: Settings) -> OutboundClient:
    """Return what calls the receivers of this process."""
    return OutboundClient(OutboundPolicy.from_settings(settings))
