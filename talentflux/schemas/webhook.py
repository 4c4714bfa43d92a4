"""Webhooks: endpoints, and the deliveries of events to them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters, Sort, SyncParameters

EventPattern = Annotated[
    str,
    Field(
        pattern=r"^[a-z_]{1,40}\.(\*|[a-z_]{1,40})$",
        description="A type of events as `application.moved`, or all of a stem as `application.*`.",
        examples=["application.*"],
    ),
]


class DisabledReason(StrEnum):
    """Why an endpoint is told of nothing any more."""

    PERSON = "person"
    GONE = "gone"
    FAILING = "failing"


class DeliveryStatus(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WebhookCreate(Schema):
    """An endpoint to make."""

    url: str = Field(min_length=10, max_length=2000, description="An https:// address on the open internet.")
    description: str = Field(default="", max_length=200)
    events: list[EventPattern] = Field(
        default_factory=list, max_length=100, description="What it is told of; empty for every event."
    )


class WebhookUpdate(Schema):
    """What changes of an endpoint; what is absent stays as it is."""

    url: str | None = Field(default=None, min_length=10, max_length=2000)
    description: str | None = Field(default=None, max_length=200)
    events: list[EventPattern] | None = Field(default=None, max_length=100)
    enabled: bool | None = Field(default=None, description="False stops it; true lets it go on with what happens next.")


class WebhookRead(Schema):
    """An endpoint. Its secret is shown when it is made and when it is changed, never again."""

    id: UUID
    url: str
    description: str
    events: list[str]
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: DisabledReason | None = Field(
        description="`person`: somebody stopped it; `gone`: it answered 410; `failing`: nothing arrived for days."
    )
    failing_since: datetime | None = Field(description="Since when deliveries fail; null while they arrive.")
    previous_secret_until: datetime | None = Field(description="Until when the former secret signs as well.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class WebhookWithSecret(WebhookRead):
    """An endpoint with the secret that signs what it is sent."""

    secret: str = Field(description="Keep it: it is not shown again.", examples=["whsec_…"])


class WebhookQuery(SyncParameters):
    """What the list of endpoints can be asked."""

    sort: Sort = "-created_at"


class SecretRotation(Schema):
    """How an endpoint's secret is changed."""

    overlap_hours: int = Field(
        default=24, ge=0, le=168, description="For how long the former secret signs as well; 0 ends it at once."
    )


class DeliveryAttempt(Schema):
    """One attempt to deliver."""

    at: datetime
    status: int | None = Field(description="HTTP status of the answer; null when there was none.")
    error: str | None = Field(description="`no_answer`, `address_refused`, `answer`; null when it arrived.")
    milliseconds: int = Field(ge=0)


class DeliveryRead(Schema):
    """An event on its way to an endpoint."""

    id: UUID
    webhook_id: UUID
    event_id: UUID = Field(description="Sent as `webhook-id`: the same in each attempt and replay.")
    event_type: str
    status: DeliveryStatus
    attempts: list[DeliveryAttempt]
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    updated_at: datetime


class DeliveryQuery(ListParameters):
    """What the list of deliveries can be asked."""

    status: DeliveryStatus | None = Field(default=None, description="Only those with this status.")
    event_id: UUID | None = Field(default=None, description="Only those of this event.")


class ReplayRequest(Schema):
    """Which events are sent once more."""

    since: AwareDatetime = Field(description="Events from this time on.")
    until: AwareDatetime | None = Field(default=None, description="Events before this time; now when absent.")
    only_missing: bool = Field(default=True, description="Leave out what has arrived at this endpoint already.")

    @model_validator(mode="after")
    def _ordered(self) -> "ReplayRequest":
        if self.until is not None and self.until <= self.since:
            raise ValueError("until must be later than since")
        return self


class ReplayAccepted(Schema):
    """What is sent once more."""

    deliveries: int = Field(description="How many events; at most 10,000 in one request.")
    more: bool = Field(description="Whether there are further events: ask again with `since` as `next_since`.")
    next_since: datetime | None
