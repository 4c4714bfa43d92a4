"""The board of a requisition: its stages as columns, its applications as cards."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from talentflux.schemas.application import ApplicationStatus, Origin, Stage
from talentflux.schemas.base import Schema

MOST_CARDS = 500


class BoardCard(Schema):
    """One application on the board."""

    id: UUID
    candidate_id: UUID
    candidate_name: str | None
    stage_id: UUID
    status: ApplicationStatus
    origin: Origin
    entered_stage_at: datetime
    stage_due_at: datetime | None
    answer_due_at: datetime | None
    updated_at: datetime


class BoardColumn(Schema):
    """One stage with its applications in order."""

    id: UUID
    name: str
    kind: Stage
    max_days: int | None
    total: int = Field(description="Applications in the stage.")
    cards: list[BoardCard] = Field(description="The first of them.")
    next_cursor: str | None = Field(description="Where the column goes on; null where all are shown.")


class BoardRead(Schema):
    """The board of a requisition."""

    requisition_id: UUID
    pipeline_id: UUID | None = Field(description="Null until the first application makes the usual pipeline.")
    columns: list[BoardColumn]
