"""What is done by itself when an application enters a stage."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from talentflux.schemas.base import Schema
from talentflux.schemas.message import Body, Line, Subject

LONGEST_DELAY = 60 * 24 * 90


class AutomationAction(StrEnum):
    """What is done."""

    SEND_EMAIL = "send_email"
    REQUEST_SCORECARD = "request_scorecard"
    CREATE_TASK = "create_task"


class AutomationCreate(Schema):
    """A new automation of a stage."""

    action: AutomationAction
    delay_minutes: int = Field(
        default=0, ge=0, le=LONGEST_DELAY, description="After entering; who leaves before is left alone."
    )
    subject: Subject | None = Field(default=None, description="Of the e-mail; needed for one.")
    body: Body | None = Field(default=None, description="Of the e-mail; needed for one.")
    title: Line | None = Field(default=None, description="Of the task; needed for one.")
    assignee_id: UUID | None = Field(default=None, description="Whose task; null for whoever takes it.")
    enabled: bool = True

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.action is AutomationAction.SEND_EMAIL:
            if self.subject is None or self.body is None or self.title is not None or self.assignee_id is not None:
                raise ValueError("an e-mail has subject and body, and neither title nor assignee_id")
        elif self.title is None or self.subject is not None or self.body is not None:
            raise ValueError("a task has a title, and neither subject nor body")
        return self


class AutomationUpdate(Schema):
    """Changing an automation: off and on, or later and sooner. What is left out stays."""

    delay_minutes: int | None = Field(default=None, ge=0, le=LONGEST_DELAY)
    enabled: bool | None = None


class AutomationRead(Schema):
    """An automation of a stage."""

    id: UUID
    stage_id: UUID
    action: AutomationAction
    delay_minutes: int
    subject: str | None
    body: str | None
    title: str | None
    assignee_id: UUID | None
    enabled: bool
    created_at: datetime
    updated_at: datetime
