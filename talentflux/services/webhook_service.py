"""Webhooks: the endpoints of an organization, their secrets, and the log of what they were told."""

import base64
import os
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError
from talentflux.core.outbound import OutboundPolicy, OutboundRefusedError
from talentflux.models import Event, WebhookEndpoint
from talentflux.repositories.event_repository import EventRepository
from talentflux.repositories.webhook_repository import WebhookDeliveryRepository, WebhookRepository
from talentflux.schemas.event_types import PING
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.schemas.webhook import (
    DeliveryQuery,
    DeliveryRead,
    DisabledReason,
    ReplayAccepted,
    ReplayRequest,
    SecretRotation,
    WebhookCreate,
    WebhookQuery,
    WebhookRead,
    WebhookUpdate,
    WebhookWithSecret,
)
from talentflux.services import audit_service, webhook_delivery
from talentflux.services.encryption_service import organization_keys
from talentflux.services.webhook_delivery import SECRET_PREFIX, context
from talentflux.utils.ids import new_id

MOST: Final = 50
"""Endpoints of one organization."""

MOST_REPLAYED: Final = 10_000
_SECRET_BYTES: Final = 32


async def page(session: AnySession, asked: WebhookQuery) -> RowPage:
    """Read a page of endpoints.

    Args:
        session: The transaction.
        asked: Order, view and place.
    """
    found = await WebhookRepository(session).page(asked)
    keys = await organization_keys(session)
    for row in found.items:
        row["url"] = keys.decrypt(row["url"], context("url", row["id"])).decode()
    return found


async def get(session: AnySession, webhook_id: UUID) -> WebhookRead:
    """Return an endpoint.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await organization_keys(session), await WebhookRepository(session).get(webhook_id))


async def create(session: WriteSession, policy: OutboundPolicy, given: WebhookCreate) -> WebhookWithSecret:
    """Make an endpoint.

    Args:
        session: The transaction.
        policy: Where this server may send to.
        given: Address and events.

    Raises:
        OutboundRefusedError: The address is not one of the open internet.
        ConflictError: There are too many.
    """
    _check(policy, given.url)
    repository = WebhookRepository(session)
    if await repository.count_live() >= MOST:
        raise ConflictError(f"An organization has at most {MOST} webhooks. Delete one that is not used any more.")
    keys = await organization_keys(session)
    row_id, secret = new_id(), os.urandom(_SECRET_BYTES)
    row = WebhookEndpoint(
        id=row_id,
        url=keys.encrypt(given.url.encode(), context("url", row_id)),
        description=given.description,
        events=given.events,
        secret=keys.encrypt(secret, context("secret", row_id)),
        created_by=session.scope.user_id,
    )
    await repository.add(row)
    shown = {"description": given.description, "events": given.events, "url": given.url}
    audit_service.record(session, "webhook.create", "webhook", row_id, after=shown, personal=["url"])
    return _with_secret(_read(keys, row), secret)


async def update(
    session: WriteSession,
    policy: OutboundPolicy,
    webhook_id: UUID,
    changes: WebhookUpdate,
    versions: Versions = ANY_VERSION,
) -> WebhookRead:
    """Change an endpoint, stop it or let it go on.

    Args:
        session: The transaction.
        policy: Where this server may send to.
        webhook_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        OutboundRefusedError: The address is not one of the open internet.
    """
    repository = WebhookRepository(session)
    row = await repository.get(webhook_id, lock=True, versions=versions)
    keys = await organization_keys(session)
    given = changes.model_dump(exclude_none=True)
    before = _shown(keys, row)
    if changes.url is not None:
        _check(policy, changes.url)
        row.url = keys.encrypt(changes.url.encode(), context("url", row.id))
    for name in given.keys() & {"description", "events"}:
        setattr(row, name, given[name])
    if changes.enabled is False and row.disabled_at is None:
        await repository.disable(row, DisabledReason.PERSON)
    elif changes.enabled:
        row.disabled_at = row.disabled_reason = row.failing_since = None
    await session.flush()
    after = _shown(keys, row)
    audit_service.record(
        session, "webhook.update", "webhook", row.id,
        before={name: before[name] for name in given}, after={name: after[name] for name in given}, personal=["url"],
    )  # fmt: skip
    return _read(keys, row)


async def rotate_secret(
    session: WriteSession, webhook_id: UUID, given: SecretRotation, versions: Versions = ANY_VERSION
) -> WebhookWithSecret:
    """Give an endpoint a new secret; the former one signs as well for a while.

    Args:
        session: The transaction.
        webhook_id: Which.
        given: For how long.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = WebhookRepository(session)
    row = await repository.get(webhook_id, lock=True, versions=versions)
    keys = await organization_keys(session)
    former, secret = keys.decrypt(row.secret, context("secret", row.id)), os.urandom(_SECRET_BYTES)
    row.secret = keys.encrypt(secret, context("secret", row.id))
    row.previous_secret = row.previous_until = None
    if given.overlap_hours:
        row.previous_secret = keys.encrypt(former, context("previous_secret", row.id))
        row.previous_until = await repository.now() + timedelta(hours=given.overlap_hours)
    await session.flush()
    audit_service.record(session, "webhook.rotate_secret", "webhook", row.id, after=given.model_dump())
    return _with_secret(_read(keys, row), secret)


async def delete(session: WriteSession, webhook_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide an endpoint; what waits for it is cancelled.

    Args:
        session: The transaction.
        webhook_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = WebhookRepository(session)
    row = await repository.get(webhook_id, lock=True, versions=versions)
    await repository.delete(row)
    await repository.cancel_waiting(row.id)
    audit_service.record(session, "webhook.delete", "webhook", row.id)


async def restore(session: WriteSession, webhook_id: UUID, versions: Versions = ANY_VERSION) -> WebhookRead:
    """Show a deleted endpoint again; it is told of what happens from now on.

    Args:
        session: The transaction.
        webhook_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or it is not deleted.
        PreconditionFailedError: It has another version.
    """
    row = await WebhookRepository(session).get_deleted(webhook_id, versions=versions)
    row.deleted_at = None
    await session.flush()
    audit_service.record(session, "webhook.restore", "webhook", row.id)
    return _read(await organization_keys(session), row)


async def ping(session: WriteSession, webhook_id: UUID) -> DeliveryRead:
    """Send an endpoint a test event of type `webhook.ping`.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: It is disabled.
    """
    await _enabled(session, webhook_id)
    event_id = new_id()
    row = dict.fromkeys(("candidate_id", "requisition_id", "application_id", "job_id"))
    actor = audit_service.actor_of(session)
    await EventRepository(session).append([{**row, "id": event_id, "type": PING, "actor": actor, "data": "{}"}])
    audit_service.record(session, "webhook.ping", "webhook", webhook_id)
    return await _send(session, webhook_id, event_id)


async def replay(session: WriteSession, webhook_id: UUID, given: ReplayRequest) -> ReplayAccepted:
    """Send an endpoint what happened in a span of time once more, the earliest first.

    Args:
        session: The transaction.
        webhook_id: Which.
        given: From when to when.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: It is disabled.
    """
    row = await _enabled(session, webhook_id)
    found = await WebhookDeliveryRepository(session).missed(webhook_id, given, MOST_REPLAYED + 1)
    chosen, rest = found[:MOST_REPLAYED], found[MOST_REPLAYED:]
    wanted: list[Event] = [event for event in chosen if webhook_delivery.wants(row.events, event.type)]
    await webhook_delivery.send_all(session, [(webhook_id, event.id) for event in wanted])
    span = given.model_dump(mode="json")
    audit_service.record(session, "webhook.replay", "webhook", webhook_id, after={**span, "deliveries": len(wanted)})
    next_since = rest[0].created_at if rest else None
    return ReplayAccepted(deliveries=len(wanted), more=bool(rest), next_since=next_since)


async def deliveries(session: AnySession, webhook_id: UUID, asked: DeliveryQuery) -> RowPage:
    """Read a page of an endpoint's deliveries, the latest first.

    Args:
        session: The transaction.
        webhook_id: Which.
        asked: Filters and place.

    Raises:
        NotFoundError: There is none in this organization.
    """
    found = await WebhookDeliveryRepository(session).page(webhook_id, asked)
    if not found.items:
        await WebhookRepository(session).get(webhook_id)
    return found


async def delivery(session: AnySession, webhook_id: UUID, delivery_id: UUID) -> DeliveryRead:
    """Return one delivery with its attempts.

    Raises:
        NotFoundError: There is none at this endpoint.
    """
    return DeliveryRead.model_validate(await WebhookDeliveryRepository(session).shown(webhook_id, delivery_id))


async def send_again(session: WriteSession, webhook_id: UUID, delivery_id: UUID) -> DeliveryRead:
    """Send the event of a delivery once more, as a new delivery.

    Raises:
        NotFoundError: There is none at this endpoint.
        ConflictError: The endpoint is disabled.
    """
    await _enabled(session, webhook_id)
    former = await WebhookDeliveryRepository(session).shown(webhook_id, delivery_id)
    event_id = former["event_id"]
    audit_service.record(session, "webhook.send_again", "webhook", webhook_id, after={"event_id": event_id})
    return await _send(session, webhook_id, event_id)


async def _send(session: WriteSession, webhook_id: UUID, event_id: UUID) -> DeliveryRead:
    (delivery_id,) = await webhook_delivery.send_all(session, [(webhook_id, event_id)])
    return await delivery(session, webhook_id, delivery_id)


async def _enabled(session: WriteSession, webhook_id: UUID) -> WebhookEndpoint:
    row = await WebhookRepository(session).get(webhook_id, lock=True)
    if row.disabled_at is not None:
        raise ConflictError("This webhook is disabled. Enable it first.", code="webhook_disabled")
    return row


def _check(policy: OutboundPolicy, url: str) -> None:
    try:
        policy.check_url(url)
    except OutboundRefusedError as error:
        raise OutboundRefusedError(error.detail, fields={"body.url": error.detail}) from None


def _shown(keys: Keys, row: WebhookEndpoint) -> dict[str, Any]:
    return {
        "url": webhook_delivery.open_url(keys, row),
        "description": row.description,
        "events": row.events,
        "enabled": row.disabled_at is None,
    }


def _read(keys: Keys, row: WebhookEndpoint) -> WebhookRead:
    return WebhookRead(
        id=row.id,
        **_shown(keys, row),
        disabled_at=row.disabled_at,
        disabled_reason=None if row.disabled_reason is None else DisabledReason(row.disabled_reason),
        failing_since=row.failing_since,
        previous_secret_until=row.previous_until,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
    )


def _with_secret(read: WebhookRead, secret: bytes) -> WebhookWithSecret:
    return WebhookWithSecret(**read.model_dump(), secret=f"{SECRET_PREFIX}{base64.b64encode(secret).decode()}")
