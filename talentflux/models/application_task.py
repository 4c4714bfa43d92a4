"""What people are to do about an application."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.application_task import ApplicationTaskKind


class ApplicationTask(TenantRow, Base):
    """A task for a person.

    Attributes:
        candidate_id: With whose key the title is encrypted.
        title: What is to be done.
        assignee_id: Who is to do it; None for whoever takes it.
    """

    __tablename__ = "application_task"

    application_id: Mapped[UUID]
    requisition_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    kind: Mapped[str]
    title: Mapped[bytes]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (
        *tenant_keys("application", "requisition", "candidate"),
        one_of("kind", ApplicationTaskKind),
        Index("application_task_application_idx", "organization_id", "application_id", "id"),
        Index("application_task_assignee_idx", "organization_id", "assignee_id", "id"),
    )
