"""What people are to do about an application."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from talentflux.schemas.base import Schema
from talentflux.schemas.message import Line
from talentflux.schemas.page import ListParameters


class ApplicationTaskKind(StrEnum):
    """What a task asks for."""

    TASK = "task"
    SCORECARD = "scorecard"


class ApplicationTaskCreate(Schema):
    """A new task about an application."""

    title: Line = Field(description="What is to be done.")
    kind: ApplicationTaskKind = ApplicationTaskKind.TASK
    assignee_id: UUID | None = Field(default=None, description="Who is to do it; null for whoever takes it.")
    due_at: AwareDatetime | None = None


class ApplicationTaskUpdate(Schema):
    """Finishing a task, or taking it up again."""

    done: bool


class ApplicationTaskQuery(ListParameters):
    """What the list of tasks can be asked."""

    application_id: UUID | None = Field(default=None, description="Only those about this application.")
    assignee_id: UUID | None = Field(default=None, description="Only those of this user.")
    open: bool = Field(default=False, description="Only those that are still to be done.")


class ApplicationTaskRead(Schema):
    """A task about an application."""

    id: UUID
    application_id: UUID
    requisition_id: UUID
    candidate_id: UUID
    kind: ApplicationTaskKind
    title: str
    assignee_id: UUID | None
    due_at: datetime | None
    done_at: datetime | None
    done_by: UUID | None
    created_at: datetime
    updated_at: datetime
