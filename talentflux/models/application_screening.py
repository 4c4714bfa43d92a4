"""What was computed of an application, from what, and what a person said of it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Computed, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.application import Application
from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.models.candidate import Candidate
from talentflux.models.event import Event
from talentflux.models.resume import Resume
from talentflux.schemas.application_screening import Assessment, ScreeningReason, ScreeningState

_STANDING = (
    "case assessment when 'strong' then 100 when 'possible' then 50 when 'weak' then 0 else coalesce(total, -1) end"
)
_LIVE = text("current and deleted_at is null")


class ApplicationScreening(TenantRow, Base):
    """One screening; the latest of an application is `current`, the others are kept as a record.

    Attributes:
        input_hash: SHA-256 of what was compared.
        assessment_reason: In a person's words, encrypted with the candidate's key.
        assessed_by: `user:<id>` or `api_key:<id>`.
        standing: Made by the database: the order of the queue.
    """

    __tablename__ = "application_screening"

    application_id: Mapped[UUID]
    requisition_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    resume_id: Mapped[UUID | None]
    current: Mapped[bool] = mapped_column(server_default="true")
    state: Mapped[str] = mapped_column(server_default=ScreeningState.WAITING)
    reason: Mapped[str | None]
    requirements_version: Mapped[int | None]
    input_hash: Mapped[str | None]
    total: Mapped[float | None]
    result: Mapped[dict[str, Any] | None]
    scorer: Mapped[str | None]
    assessment: Mapped[str | None]
    assessment_reason: Mapped[bytes | None]
    assessed_by: Mapped[str | None]
    assessed_at: Mapped[datetime | None]
    standing: Mapped[float] = mapped_column(Computed(_STANDING, persisted=True))

    __table_args__ = (
        *tenant_keys("application", "requisition", "candidate", "resume"),
        one_of("state", ScreeningState),
        one_of("reason", ScreeningReason),
        one_of("assessment", Assessment),
        Index(
            "application_screening_current_key",
            "organization_id",
            "application_id",
            unique=True,
            postgresql_where=text("current"),
        ),
        Index(
            "application_screening_queue_idx",
            "organization_id",
            "requisition_id",
            "standing",
            "id",
            postgresql_where=_LIVE,
        ),
        Index("application_screening_standing_idx", "organization_id", "standing", "id", postgresql_where=_LIVE),
        Index("application_screening_application_idx", "organization_id", "application_id", "id"),
        Index("application_screening_candidate_idx", "organization_id", "candidate_id"),
    )


def _ordered(name: str, model: Any, columns: str, where: str | None = None) -> None:
    """Declare an index for a filter of a list, in the order of its rows."""
    named = [getattr(model, column) for column in columns.split()]
    Index(name, model.organization_id, *named, postgresql_where=None if where is None else text(where))


_DELETED: Final = "deleted_at is not null"
_CURRENT: Final = "current and deleted_at is null"
_ordered("application_due_ordered_idx", Application, "id stage_due_at", "stage_due_at is not null")
_ordered("application_answer_ordered_idx", Application, "id answer_due_at", "answer_due_at is not null")
_ordered("application_entered_ordered_idx", Application, "id entered_stage_at")
_ordered("application_deleted_idx", Application, "id", _DELETED)
_ordered("candidate_years_ordered_idx", Candidate, "id total_years", "total_years is not null")
_ordered("candidate_deleted_idx", Candidate, "id", _DELETED)
_ordered("resume_deleted_idx", Resume, "id", _DELETED)
_ordered("event_organization_id_type_id_idx", Event, "type id")
_ordered("event_organization_id_created_at_id_idx", Event, "created_at id")
_ordered("event_application_idx", Event, "application_id id", "application_id is not null")
_ordered("event_job_idx", Event, "job_id id", "job_id is not null")
_ordered("application_screening_state_idx", ApplicationScreening, "state standing id", _CURRENT)
_ordered(
    "application_screening_flagged_idx",
    ApplicationScreening,
    "standing id",
    f"{_CURRENT} and coalesce(jsonb_array_length(result -> 'flags'), 0) > 0",
)
