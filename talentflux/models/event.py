"""What happened, as timelines show it and followers are told of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base
from talentflux.utils.ids import new_id


class Event(Base):
    """One change of a candidate, requisition, job or application. It names rows and values, never persons.

    Attributes:
        type: As `application.moved`.
        actor: `user:<id>`, `api_key:<id>`, `system` or `anonymous`.
        data: What changed, without personal data.
    """

    __tablename__ = "event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[UUID]
    type: Mapped[str]
    actor: Mapped[str]
    candidate_id: Mapped[UUID | None]
    requisition_id: Mapped[UUID | None]
    application_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        Index("event_organization_id_id_idx", "organization_id", "id"),
        Index(
            "event_organization_id_candidate_id_id_idx",
            "organization_id",
            "candidate_id",
            "id",
            postgresql_where=text("candidate_id is not null"),
        ),
        Index(
            "event_organization_id_requisition_id_id_idx",
            "organization_id",
            "requisition_id",
            "id",
            postgresql_where=text("requisition_id is not null"),
        ),
    )
