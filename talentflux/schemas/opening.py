"""Openings: the seats of a requisition."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema


class OpeningStatus(StrEnum):
    """Whether somebody may be looked for, is, was found, or is looked for no longer."""

    PENDING_APPROVAL = "pending_approval"
    OPEN = "open"
    FILLED = "filled"
    CLOSED = "closed"


class OpeningCreate(Schema):
    """A further seat."""

    external_id: str | None = Field(
        default=None, min_length=1, max_length=200, description="Its number in another system; unique."
    )
    target_date: date | None = Field(default=None, description="When somebody should be there.")


class OpeningUpdate(Schema):
    """What changes of a seat; what is absent stays as it is."""

    external_id: str | None = Field(default=None, min_length=1, max_length=200, description="Null for none.")
    target_date: date | None = Field(default=None, description="Null for none.")
    status: OpeningStatus | None = Field(
        default=None, description="`closed` gives the seat up, `open` takes it up again. Hiring fills it."
    )


class OpeningRead(Schema):
    """A seat of a requisition."""

    id: UUID
    requisition_id: UUID
    external_id: str | None
    status: OpeningStatus = Field(
        description="`pending_approval`: it is more than was approved, so that was asked for; it does not count yet."
    )
    target_date: date | None
    application_id: UUID | None = Field(description="Who fills it.")
    filled_at: datetime | None
    created_at: datetime
    updated_at: datetime


class OpeningList(Schema):
    """The seats of one requisition, the oldest first."""

    items: list[OpeningRead]
