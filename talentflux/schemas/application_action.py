"""What is due to happen to an application by itself."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.stage_automation import AutomationAction


class ActionPurpose(StrEnum):
    """Why something is due."""

    AUTOMATION = "automation"
    REJECTION = "rejection"
    MESSAGE = "message"


class ActionState(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class ApplicationActionRead(Schema):
    """Something that is due, was done, or was called back."""

    id: UUID
    purpose: ActionPurpose
    action: AutomationAction
    state: ActionState
    outcome: str | None = Field(
        description="Why it was not done: left_stage, called_back, do_not_contact, no_address, undone, unreadable, …"
    )
    due_at: datetime
    automation_id: UUID | None
    email_id: UUID | None = Field(description="The e-mail, once it was handed over to be sent.")
    created_at: datetime
    updated_at: datetime
