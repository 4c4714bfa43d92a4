"""Deliveries of events to webhooks: scheduled with the change, signed, tried again over days.

What is sent follows Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature` over both and the
body. An endpoint gets an event at least once; `webhook-id` is the same in each attempt, so that it can tell.
"""

import base64
import hashlib
import hmac
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import NotFoundError
from talentflux.core.logging import get_logger
from talentflux.core.queue import enqueue
from talentflux.models import Event, WebhookDelivery, WebhookEndpoint
from talentflux.repositories.webhook_repository import WebhookDeliveryRepository, WebhookRepository
from talentflux.schemas.webhook import DeliveryStatus, DisabledReason
from talentflux.services import audit_service
from talentflux.services.encryption_service import organization_keys

DELIVER_TASK: Final = "webhook.deliver"
SWEEP_TASK: Final = "webhook.sweep"
QUEUE: Final = "webhook"
"""A queue of its own: work that waits for others' servers keeps no other work from being done."""
BATCH: Final = 50
"""Deliveries of one job."""

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 -- the beginning that Standard Webhooks give every secret
WAITS: Final = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
"""Between the attempts, as Standard Webhooks advise: ten attempts over three days."""

_FAILING_FOR: Final = timedelta(days=3)
_GONE: Final = 410
_SWEEP_SECONDS: Final = 24 * 3600.0
_SWEPT: Final = 10_000
_JITTER: Final = 0.1
_log = get_logger("webhook")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery as it is sent.

    Attributes:
        delivery_id: Which.
        url: Where to.
        body: What.
        headers: With the signatures.
    """

    delivery_id: UUID
    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt.

    Attributes:
        delivery_id: Of which delivery.
        at: When it began.
        status: HTTP status; None without an answer.
        error: `no_answer` or `address_refused`; None where there was an answer.
        milliseconds: How long it took.
        retry_after_seconds: What the receiver asked for.
    """

    delivery_id: UUID
    at: datetime
    status: int | None
    error: str | None
    milliseconds: int
    retry_after_seconds: int | None = None

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


async def schedule(session: WriteSession, events: Mapping[UUID, str]) -> None:
    """Let the organization's endpoints be told of events, in the transaction that writes them.

    Args:
        session: The transaction.
        events: Types by id.
    """
    listening = await WebhookRepository(session).listening()
    pairs = [
        (endpoint_id, event_id)
        for endpoint_id, wanted in listening
        for event_id, kind in events.items()
        if wants(wanted, kind)
    ]
    if pairs:
        await send_all(session, pairs)


def wants(patterns: Sequence[str], kind: str) -> bool:
    """Return whether an endpoint with these patterns is told of a type of events."""
    return not patterns or kind in patterns or f"{kind.partition('.')[0]}.*" in patterns


async def send_all(session: WriteSession, pairs: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    """Make deliveries and the jobs that carry them out.

    Args:
        session: The transaction.
        pairs: Endpoint and event of each.

    Returns:
        Ids of the deliveries, in order.
    """
    ids = await WebhookDeliveryRepository(session).add_all(pairs)
    by_endpoint: dict[UUID, list[UUID]] = {}
    for (endpoint_id, _), delivery_id in zip(pairs, ids, strict=True):
        by_endpoint.setdefault(endpoint_id, []).append(delivery_id)
    for endpoint_id, delivery_ids in by_endpoint.items():
        for start in range(0, len(delivery_ids), BATCH):
            await _enqueue(session, endpoint_id, delivery_ids[start : start + BATCH])
    return ids


async def prepare(session: AnySession, endpoint_id: UUID, delivery_ids: Sequence[UUID]) -> list[Parcel]:
    """Return what is to be sent now: what waits, is due and has an endpoint that is told of events.

    Args:
        session: The transaction; it is let go before anything is sent.
        endpoint_id: To whom.
        delivery_ids: A job's batch.
    """
    try:
        endpoint = await WebhookRepository(session).get(endpoint_id)
    except NotFoundError:
        return []  # deleted since; what waited was cancelled with it
    if endpoint.disabled_at is not None:
        return []
    keys = await organization_keys(session)
    url, secrets = open_url(keys, endpoint), _secrets(keys, endpoint)
    due = await WebhookDeliveryRepository(session).due(delivery_ids)
    now = datetime.now(UTC)
    parcels = []
    for delivery, event in due:
        body = payload(event)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": str(event.id),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(secrets, str(event.id), int(now.timestamp()), body),
        }
        parcels.append(Parcel(delivery.id, url, body, headers))
    return parcels


def payload(event: Event) -> bytes:
    """Return the body that tells of an event: the same bytes in each attempt."""
    named = {name: getattr(event, name) for name in ("candidate_id", "requisition_id", "application_id", "job_id")}
    data = {"organization_id": event.organization_id, "actor": event.actor, **named, "changes": event.data}
    return orjson.dumps(
        {"type": event.type, "timestamp": event.created_at.astimezone(UTC), "data": data},
        option=orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS,
    )


def signature(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the header that proves who sent a message: one HMAC-SHA256 for each secret, by spaces.

    Args:
        secrets: The present one first.
        message_id: As `webhook-id`.
        timestamp: Seconds since 1970, as `webhook-timestamp`.
        body: As it is sent.
    """
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    digests = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


async def settle(session: WriteSession, endpoint_id: UUID, outcomes: Sequence[Outcome]) -> None:
    """Write down what came of attempts, and when the next ones are.

    Args:
        session: A transaction of its own.
        endpoint_id: To whom they went.
        outcomes: One for each delivery that was tried.
    """
    repository = WebhookRepository(session)
    try:
        endpoint = await repository.get(endpoint_id, lock=True)
    except NotFoundError:
        return
    waiting = await WebhookDeliveryRepository(session).locked([each.delivery_id for each in outcomes])
    now = await repository.now()
    again: dict[float, list[UUID]] = {}
    spread = 1 + random.uniform(0, _JITTER)  # noqa: S311 -- spreads load, keeps no secret
    for outcome in outcomes:
        delivery = waiting.get(outcome.delivery_id)
        if delivery is None:
            continue
        wait = _note(delivery, outcome, now)
        if wait is not None:
            wait *= spread
            delivery.next_attempt_at = now + wait
            again.setdefault(wait.total_seconds(), []).append(delivery.id)
    await _judge(session, repository, endpoint, outcomes, now)
    await session.flush()
    if endpoint.disabled_at is None:
        for seconds, delivery_ids in again.items():
            await _enqueue(session, endpoint_id, delivery_ids, seconds)


async def postpone(session: WriteSession, endpoint_id: UUID, delivery_ids: Sequence[UUID]) -> None:
    """Let deliveries wait that were not tried, because the endpoint did not answer to those before them.

    Args:
        session: A transaction of its own.
        endpoint_id: To whom they go.
        delivery_ids: Which.
    """
    waiting = await WebhookDeliveryRepository(session).locked(delivery_ids)
    if not waiting:
        return
    now = await WebhookRepository(session).now()
    for delivery in waiting.values():
        delivery.next_attempt_at = now + WAITS[1]
    await session.flush()
    await _enqueue(session, endpoint_id, list(waiting), WAITS[1].total_seconds())


async def hand_on(session: WriteSession, endpoint_id: UUID, delivery_ids: Sequence[UUID]) -> None:
    """Let another job carry deliveries to a slow receiver out, once nothing else waits.

    Args:
        session: A transaction of its own.
        endpoint_id: To whom they go.
        delivery_ids: Which; they stay due.
    """
    await _enqueue(session, endpoint_id, delivery_ids, slow=True)


async def sweep(session: WriteSession, kept: timedelta) -> bool:
    """Remove old deliveries that ended, and come back in a day while there are any. Events stay: timelines show them.

    Args:
        session: A transaction of an organization.
        kept: For how long.

    Returns:
        Whether there may be more to remove now.
    """
    repository = WebhookDeliveryRepository(session)
    milliseconds = int((datetime.now(UTC) - kept).timestamp() * 1000)
    if await repository.remove_before(UUID(int=milliseconds << 80), _SWEPT) == _SWEPT:  # ids begin with the time
        return True
    if await repository.remain():
        await schedule_sweep(session)
    return False


async def schedule_sweep(session: WriteSession) -> None:
    """Let `sweep` run within a day, once for all who ask.

    Args:
        session: A transaction of an organization.
    """
    lock = f"{SWEEP_TASK}:{session.scope.organization_id}"
    await enqueue(session, SWEEP_TASK, delay_seconds=_SWEEP_SECONDS, queueing_lock=lock)


def _note(delivery: WebhookDelivery, outcome: Outcome, now: datetime) -> timedelta | None:
    """Write an attempt into a delivery; return how long to wait for the next, None when there is none."""
    error = None if outcome.arrived else outcome.error or "answer"
    attempt: dict[str, Any] = {
        "at": outcome.at.isoformat(),
        "status": outcome.status,
        "error": error,
        "milliseconds": outcome.milliseconds,
    }
    delivery.attempts = [*delivery.attempts, attempt]
    delivery.next_attempt_at = None
    if outcome.arrived:
        delivery.status, delivery.delivered_at = DeliveryStatus.DELIVERED, now
        return None
    if len(delivery.attempts) > len(WAITS) or outcome.status == _GONE:
        delivery.status = DeliveryStatus.FAILED
        return None
    asked = timedelta(seconds=min(outcome.retry_after_seconds or 0, 24 * 3600))
    return max(WAITS[len(delivery.attempts) - 1], asked)


async def _judge(
    session: WriteSession,
    repository: WebhookRepository,
    endpoint: WebhookEndpoint,
    outcomes: Sequence[Outcome],
    now: datetime,
) -> None:
    """Keep since when an endpoint fails, and stop one that is gone or has taken nothing for days."""
    reason = None
    if any(outcome.status == _GONE for outcome in outcomes):
        reason = DisabledReason.GONE
    elif any(outcome.arrived for outcome in outcomes):
        endpoint.failing_since = None
    elif endpoint.failing_since is None:
        endpoint.failing_since = now
    elif now - endpoint.failing_since >= _FAILING_FOR:
        reason = DisabledReason.FAILING
    if reason is None or endpoint.disabled_at is not None:
        return
    await session.flush()
    await repository.disable(endpoint, reason)
    audit_service.record(session, "webhook.disable", "webhook", endpoint.id, after={"reason": reason})
    _log.warning("webhook disabled", webhook_id=str(endpoint.id), reason=reason.value)


def open_url(keys: Keys, endpoint: WebhookEndpoint) -> str:
    """Return an endpoint's address."""
    return keys.decrypt(endpoint.url, context("url", endpoint.id)).decode()


def context(column: str, endpoint_id: UUID) -> str:
    """Return the place of an encrypted value of an endpoint."""
    return f"webhook_endpoint.{column}:{endpoint_id}"


def _secrets(keys: Keys, endpoint: WebhookEndpoint) -> list[bytes]:
    secrets = [keys.decrypt(endpoint.secret, context("secret", endpoint.id))]
    until = endpoint.previous_until
    if endpoint.previous_secret is not None and until is not None and until > datetime.now(UTC):
        secrets.append(keys.decrypt(endpoint.previous_secret, context("previous_secret", endpoint.id)))
    return secrets


async def _enqueue(
    session: WriteSession,
    endpoint_id: UUID,
    delivery_ids: Sequence[UUID],
    delay_seconds: float | None = None,
    *,
    slow: bool = False,
) -> None:
    await enqueue(
        session,
        DELIVER_TASK,
        queue=QUEUE,
        # A slow receiver holds up its own deliveries alone. A job that waits must not, so it has no lock.
        lock=None if delay_seconds else f"webhook:{endpoint_id}",
        priority=-1 if slow else 0,
        delay_seconds=delay_seconds,
        endpoint_id=endpoint_id,
        delivery_ids=list(delivery_ids),
        slow=int(slow),
    )
