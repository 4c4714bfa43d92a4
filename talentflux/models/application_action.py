"""What is due to happen to an application by itself, and can be called back until then."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.application_action import ActionPurpose, ActionState
from talentflux.schemas.stage_automation import AutomationAction


class ApplicationAction(TenantRow, Base):
    """One e-mail or task that is due at a time.

    Attributes:
        stage_id: It is cancelled when the application leaves this stage; None for what does not depend on one.
        outcome: Why it was skipped or cancelled, a short name.
        content: Subject and text, or title, encrypted with the candidate's key.
        email_id: The e-mail in the outbox, once it was handed over.
    """

    __tablename__ = "application_action"

    application_id: Mapped[UUID]
    requisition_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    stage_id: Mapped[UUID | None]
    automation_id: Mapped[UUID | None]
    purpose: Mapped[str]
    action: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=ActionState.WAITING)
    outcome: Mapped[str | None]
    due_at: Mapped[datetime]
    content: Mapped[bytes]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    email_id: Mapped[UUID | None]

    __table_args__ = (
        *tenant_keys("application", "requisition", "candidate"),
        ForeignKeyConstraint(["organization_id", "stage_id"], ["pipeline_stage.organization_id", "pipeline_stage.id"]),
        ForeignKeyConstraint(
            ["organization_id", "automation_id"], ["stage_automation.organization_id", "stage_automation.id"]
        ),
        one_of("purpose", ActionPurpose),
        one_of("action", AutomationAction),
        one_of("state", ActionState),
        Index("application_action_application_idx", "organization_id", "application_id", "id"),
        Index(
            "application_action_due_idx",
            "organization_id",
            "due_at",
            postgresql_where=text("state = 'waiting'"),
        ),
    )
