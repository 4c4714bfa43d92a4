"""Webhooks: where events are sent, and what became of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.webhook import DeliveryStatus, DisabledReason


class WebhookEndpoint(TenantRow, Base):
    """An address that is told of events.

    Attributes:
        url: The address, encrypted, for it may hold a secret.
        events: Types, or stems as `candidate.*`; empty for all.
        secret: Signs what is sent, encrypted.
        previous_secret: Signs as well until `previous_until`, while receivers change over.
        failing_since: Since when nothing has arrived; None while all is well.
    """

    __tablename__ = "webhook_endpoint"

    url: Mapped[bytes]
    description: Mapped[str]
    events: Mapped[list[str]]
    secret: Mapped[bytes]
    previous_secret: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    created_by: Mapped[UUID | None]

    __table_args__ = (
        *tenant_keys(),
        one_of("disabled_reason", DisabledReason),
        ForeignKeyConstraint(["created_by"], ["user_account.id"]),
    )


class WebhookDelivery(TenantRow, Base):
    """One event on its way to one endpoint.

    Attributes:
        attempts: When each was made and what came of it.
        next_attempt_at: When the next one is due; None when there is none.
    """

    __tablename__ = "webhook_delivery"

    webhook_endpoint_id: Mapped[UUID]
    event_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=DeliveryStatus.PENDING)
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    next_attempt_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys("webhook_endpoint"),
        one_of("status", DeliveryStatus),
        Index(
            "webhook_delivery_organization_id_webhook_endpoint_id_id_idx",
            "organization_id",
            "webhook_endpoint_id",
            "id",
        ),
        Index("webhook_delivery_organization_id_event_id_idx", "organization_id", "event_id"),
    )
