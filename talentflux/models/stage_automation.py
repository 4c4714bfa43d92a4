"""What is done by itself when an application enters a stage."""

from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.stage_automation import AutomationAction


class StageAutomation(TenantRow, Base):
    """One automation of a stage.

    Attributes:
        delay_minutes: How long after entering; who leaves the stage before is left alone.
        subject: Of an e-mail, with tokens.
        body: Of an e-mail, with tokens.
        title: Of a task or a request for a scorecard.
        assignee_id: Whose task; None for whoever takes it.
    """

    __tablename__ = "stage_automation"

    stage_id: Mapped[UUID]
    action: Mapped[str]
    delay_minutes: Mapped[int] = mapped_column(server_default="0")
    subject: Mapped[str | None]
    body: Mapped[str | None]
    title: Mapped[str | None]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    enabled: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        *tenant_keys(),
        ForeignKeyConstraint(["organization_id", "stage_id"], ["pipeline_stage.organization_id", "pipeline_stage.id"]),
        one_of("action", AutomationAction),
        Index("stage_automation_organization_id_stage_id_idx", "organization_id", "stage_id"),
    )
