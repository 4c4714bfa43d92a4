"""SQL of webhooks."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import load_only

from talentflux.core.errors import NotFoundError
from talentflux.models import Event, WebhookDelivery, WebhookEndpoint
from talentflux.repositories.base import (
    LAST_ID,
    ListQuery,
    ResourceList,
    TenantRepository,
    newest_first,
    of_tenant,
    optional,
    parameter,
)
from talentflux.schemas.event_types import PING
from talentflux.schemas.page import RowPage
from talentflux.schemas.webhook import DeliveryQuery, DeliveryStatus, DisabledReason, ReplayRequest, WebhookQuery
from talentflux.utils.ids import new_id

_LIST = ResourceList(
    WebhookEndpoint,
    select(
        WebhookEndpoint.id,
        WebhookEndpoint.url,
        WebhookEndpoint.description,
        WebhookEndpoint.events,
        WebhookEndpoint.disabled_at.is_(None).label("enabled"),
        WebhookEndpoint.disabled_at,
        WebhookEndpoint.disabled_reason,
        WebhookEndpoint.failing_since,
        WebhookEndpoint.previous_until.label("previous_secret_until"),
        WebhookEndpoint.created_at,
        WebhookEndpoint.updated_at,
        WebhookEndpoint.deleted_at,
    ),
)


def _delivery() -> Select[*tuple[Any, ...]]:
    """Return the select of a delivery as it is shown."""
    return select(
        WebhookDelivery.id,
        WebhookDelivery.webhook_endpoint_id.label("webhook_id"),
        WebhookDelivery.event_id,
        Event.type.label("event_type"),
        WebhookDelivery.status,
        WebhookDelivery.attempts,
        WebhookDelivery.next_attempt_at,
        WebhookDelivery.delivered_at,
        WebhookDelivery.created_at,
        WebhookDelivery.updated_at,
    ).join(Event, (Event.organization_id == WebhookDelivery.organization_id) & (Event.id == WebhookDelivery.event_id))


_after, _order = newest_first(WebhookDelivery)
_DELIVERIES: Final = ListQuery(
    _delivery()
    .where(
        *of_tenant(WebhookDelivery),
        _after,
        WebhookDelivery.webhook_endpoint_id == parameter("webhook_id", WebhookDelivery.webhook_endpoint_id),
        optional(WebhookDelivery.status, "status"),
        optional(WebhookDelivery.event_id, "event_id"),
    )
    .order_by(_order),
    key={"id": LAST_ID},
)
_INSERT: Final = b"""
insert into webhook_delivery (id, organization_id, webhook_endpoint_id, event_id, next_attempt_at)
select d.id, %(organization_id)s, d.endpoint_id, d.event_id, now()
from unnest(%(ids)s::uuid[], %(endpoints)s::uuid[], %(events)s::uuid[]) d(id, endpoint_id, event_id)"""


class WebhookRepository(TenantRepository[WebhookEndpoint]):
    """Endpoints of the organization."""

    model = WebhookEndpoint

    async def page(self, asked: WebhookQuery) -> RowPage:
        """Read a page; addresses are encrypted."""
        return await _LIST.page(self.session, asked, asked.sort)

    async def count_live(self) -> int:
        """Return how many endpoints there are."""
        statement = select(func.count()).select_from(self.live().subquery())
        return (await self.session.execute(statement)).scalar_one()

    async def listening(self) -> list[tuple[UUID, list[str]]]:
        """Return the endpoints that are told of events, each with what it wants."""
        statement = select(WebhookEndpoint.id, WebhookEndpoint.events).where(
            WebhookEndpoint.organization_id == self.organization_id,
            WebhookEndpoint.deleted_at.is_(None),
            WebhookEndpoint.disabled_at.is_(None),
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    async def disable(self, endpoint: WebhookEndpoint, reason: DisabledReason) -> None:
        """Tell an endpoint of nothing any more; what waits for it is cancelled."""
        endpoint.disabled_at, endpoint.disabled_reason = await self.now(), reason
        await self.cancel_waiting(endpoint.id)

    async def cancel_waiting(self, endpoint_id: UUID) -> None:
        """Cancel what waits for an endpoint."""
        await self.session.execute(
            update(WebhookDelivery)
            .where(
                WebhookDelivery.organization_id == self.organization_id,
                WebhookDelivery.webhook_endpoint_id == endpoint_id,
                WebhookDelivery.status == DeliveryStatus.PENDING,
            )
            .values(status=DeliveryStatus.CANCELLED, next_attempt_at=None)
            .execution_options(synchronize_session="fetch")
        )


class WebhookDeliveryRepository(TenantRepository[WebhookDelivery]):
    """Deliveries of the organization."""

    model = WebhookDelivery

    async def add_all(self, pairs: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
        """Insert deliveries that are due at once.

        Args:
            pairs: Endpoint and event of each.

        Returns:
            Their ids, in order.
        """
        ids = [new_id() for _ in pairs]
        await (await self.session.driver()).execute(
            _INSERT,
            {
                "organization_id": self.organization_id,
                "ids": ids,
                "endpoints": [endpoint_id for endpoint_id, _ in pairs],
                "events": [event_id for _, event_id in pairs],
            },
        )
        return ids

    async def missed(self, endpoint_id: UUID, asked: ReplayRequest, most: int) -> list[Event]:
        """Return past events, the earliest first, without their data.

        Args:
            endpoint_id: For whom.
            asked: From when to when, and whether those that arrived are left out.
            most: Most events.
        """
        statement = (
            select(Event)
            .options(load_only(Event.id, Event.type, Event.created_at))
            .where(Event.organization_id == self.organization_id, Event.created_at >= asked.since)
        )
        if asked.until is not None:
            statement = statement.where(Event.created_at < asked.until)
        mine = select(WebhookDelivery.event_id).where(
            WebhookDelivery.organization_id == self.organization_id,
            WebhookDelivery.webhook_endpoint_id == endpoint_id,
            WebhookDelivery.event_id == Event.id,
        )
        statement = statement.where((Event.type != PING) | mine.exists())  # a ping is for the one that was tried
        if asked.only_missing:
            arrived = mine.where(WebhookDelivery.status.in_([DeliveryStatus.DELIVERED, DeliveryStatus.PENDING]))
            statement = statement.where(~arrived.exists())
        return list(await self.session.scalars(statement.order_by(Event.created_at, Event.id).limit(most)))

    async def page(self, endpoint_id: UUID, asked: DeliveryQuery) -> RowPage:
        """Read a page of an endpoint's deliveries, the latest first."""
        filters: dict[str, object] = {"webhook_id": endpoint_id, "status": asked.status, "event_id": asked.event_id}
        return await _DELIVERIES.asked(self.session, asked, **filters)

    async def shown(self, endpoint_id: UUID, delivery_id: UUID) -> dict[str, Any]:
        """Return one delivery as lists show it.

        Raises:
            NotFoundError: There is none at this endpoint.
        """
        statement = _delivery().where(
            WebhookDelivery.organization_id == self.organization_id,
            WebhookDelivery.webhook_endpoint_id == endpoint_id,
            WebhookDelivery.id == delivery_id,
        )
        row = (await self.session.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("There is no delivery with this id at this endpoint.")
        return dict(row)

    async def due(self, delivery_ids: Sequence[UUID]) -> list[tuple[WebhookDelivery, Event]]:
        """Return those of the deliveries that wait and whose time has come, with their events."""
        statement = (
            select(WebhookDelivery, Event)
            .join(
                Event,
                (Event.organization_id == WebhookDelivery.organization_id) & (Event.id == WebhookDelivery.event_id),
            )
            .where(
                WebhookDelivery.organization_id == self.organization_id,
                WebhookDelivery.id.in_(delivery_ids),
                WebhookDelivery.status == DeliveryStatus.PENDING,
                WebhookDelivery.next_attempt_at <= func.clock_timestamp(),
            )
            .order_by(WebhookDelivery.event_id)
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    async def locked(self, delivery_ids: Sequence[UUID]) -> dict[UUID, WebhookDelivery]:
        """Return those of the deliveries that still wait, kept from others until the transaction ends."""
        statement = (
            self.live()
            .where(WebhookDelivery.id.in_(delivery_ids), WebhookDelivery.status == DeliveryStatus.PENDING)
            .order_by(WebhookDelivery.id)
            .with_for_update()
        )
        return {row.id: row for row in await self.session.scalars(statement)}

    async def remove_before(self, made_before: UUID, most: int) -> int:
        """Remove deliveries that ended; return how many there were.

        Args:
            made_before: Ids begin with the time: only those with smaller ones.
            most: Most of them.
        """
        old = (
            select(WebhookDelivery.id)
            .where(
                WebhookDelivery.organization_id == self.organization_id,
                WebhookDelivery.id < made_before,
                WebhookDelivery.status != DeliveryStatus.PENDING,
            )
            .order_by(WebhookDelivery.id)
            .limit(most)
        )
        done = await self.session.execute(
            delete(WebhookDelivery)
            .where(WebhookDelivery.organization_id == self.organization_id, WebhookDelivery.id.in_(old))
            .execution_options(synchronize_session=False)
        )
        return int(done.rowcount)  # type: ignore[attr-defined] # a delete has one

    async def remain(self) -> bool:
        """Return whether there is any delivery."""
        statement = select(WebhookDelivery.id).where(WebhookDelivery.organization_id == self.organization_id)
        return await self.session.scalar(statement.limit(1)) is not None
