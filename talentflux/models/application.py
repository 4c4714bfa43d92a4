"""A candidate's application to a requisition, and its way through the stages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Computed, ForeignKeyConstraint, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.application import Origin, Stage


def _key(column: str, table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["organization_id", column], [f"{table}.organization_id", f"{table}.id"])


def _index(name: str, *columns: str, where: str | None = None) -> Index:
    condition = text(where) if where else None
    return Index(f"application_{name}_idx", "organization_id", *columns, postgresql_where=condition)


class Application(TenantRow, Base):
    """Candidate × requisition, with a stage; one live application per pair.

    Attributes:
        stage: Kind of the stage.
        stage_id: The stage; None for what a former version of the program entered.
        status: Made by the database: active, hired, rejected, withdrawn or transferred.
        position: Its place in the column of the board; places sort as bytes, ids decide among equal ones.
        do_not_screen: The candidate asked for no automated screening.
        custom: Values of custom fields, encrypted with the candidate's key.
        stage_due_at: When it has been in its stage for longer than the stage allows.
        stage_alerted_at: When somebody was told that it has.
        answer_due_at: Until when the law of the place asks for an answer.
    """

    __tablename__ = "application"

    requisition_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    resume_id: Mapped[UUID | None]
    stage: Mapped[str] = mapped_column(server_default=Stage.APPLIED)
    stage_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(
        Computed(
            "case when transferred_to_id is not null then 'transferred'::text "
            "when withdrawn_at is not null then 'withdrawn'::text "
            "when stage = any (array['hired'::text, 'rejected'::text]) then stage else 'active'::text end",
            persisted=True,
        )
    )
    position: Mapped[str] = mapped_column(Text(collation="C"), server_default="")
    origin: Mapped[str] = mapped_column(server_default=Origin.RESUME_UPLOAD)
    source_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]
    external_id: Mapped[str | None]
    do_not_screen: Mapped[bool] = mapped_column(server_default="false")
    custom: Mapped[bytes | None]
    entered_stage_at: Mapped[datetime] = mapped_column(server_default=func.now())
    stage_due_at: Mapped[datetime | None]
    stage_alerted_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]
    hired_at: Mapped[datetime | None]
    rejected_at: Mapped[datetime | None]
    reject_reason_id: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    transferred_to_id: Mapped[UUID | None]
    transferred_from_id: Mapped[UUID | None]

    __table_args__ = (
        *tenant_keys("requisition", "candidate", "resume", "source", "job", "reject_reason"),
        _key("stage_id", "pipeline_stage"),
        _key("transferred_to_id", "application"),
        _key("transferred_from_id", "application"),
        one_of("stage", Stage),
        one_of("origin", Origin),
        Index(
            "application_live_key",
            "organization_id",
            "requisition_id",
            "candidate_id",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index(
            "application_external_key",
            "organization_id",
            "external_id",
            unique=True,
            postgresql_where=text("deleted_at is null and external_id is not null"),
        ),
        Index("application_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
        Index(
            "application_organization_id_job_id_id_idx",
            "organization_id",
            "job_id",
            "id",
            postgresql_where=text("job_id is not null"),
        ),
        Index("application_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
        _index(
            "board",
            "requisition_id",
            "stage_id",
            "position",
            "id",
            where="deleted_at is null and withdrawn_at is null and transferred_to_id is null",
        ),
        _index("requisition", "requisition_id", "id"),
        _index("resume", "resume_id", where="resume_id is not null"),
        _index("stage", "stage", "id"),
        _index("stage_id", "stage_id", "id"),
        _index("status", "status", "id"),
        _index("origin", "origin", "id"),
        _index("source", "source_id", "id", where="source_id is not null"),
        _index("reject_reason", "reject_reason_id", "id", where="reject_reason_id is not null"),
        _index("entered", "entered_stage_at", "id"),
        _index("stage_due", "stage_due_at", "id", where="stage_due_at is not null"),
        _index("answer_due", "answer_due_at", "id", where="answer_due_at is not null"),
    )


class ApplicationStageChange(TenantRow, Base):
    """One step of an application, kept for good.

    Attributes:
        cause: What happened, as `moved`.
        seconds: How long it was in the stage that it left; None for the first step.
        actor: `user:<id>`, `api_key:<id>` or `system`.
    """

    __tablename__ = "application_stage_change"

    application_id: Mapped[UUID]
    requisition_id: Mapped[UUID]
    cause: Mapped[str]
    from_stage_id: Mapped[UUID | None]
    to_stage_id: Mapped[UUID | None]
    from_kind: Mapped[str | None]
    to_kind: Mapped[str]
    seconds: Mapped[float | None]
    reject_reason_id: Mapped[UUID | None]
    actor: Mapped[str]

    __table_args__ = (
        *tenant_keys("application", "requisition", "reject_reason"),
        _key("from_stage_id", "pipeline_stage"),
        _key("to_stage_id", "pipeline_stage"),
        Index("application_stage_change_application_idx", "organization_id", "application_id", "id"),
        Index("application_stage_change_requisition_idx", "organization_id", "requisition_id", "id"),
    )
