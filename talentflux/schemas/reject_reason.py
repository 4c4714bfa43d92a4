"""Why an organization rejects."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.message import Line


class RejectReasonWrite(Schema):
    """A reason from which people choose."""

    name: Line = Field(description="As people see it.")


class RejectReasonRead(Schema):
    """A reason from which people choose."""

    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")
