"""The stages that applications go through."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.application import Stage


class Pipeline(TenantRow, Base):
    """An ordered set of stages: of the organization, or a requisition's own.

    Attributes:
        requisition_id: Whose own it is; None for one of the organization.
        shared_id: The pipeline of the organization that the requisition goes on with; None for stages of its own.
        is_default: Whether requisitions without their own use it; one per organization.
        rejection_delay_minutes: How long an e-mail that rejects waits, and can be called back.
        rejection_subject: Its subject, with tokens; None for ours.
        rejection_body: Its text, with tokens; None for ours.
    """

    __tablename__ = "pipeline"

    requisition_id: Mapped[UUID | None]
    shared_id: Mapped[UUID | None]
    name: Mapped[str]
    is_default: Mapped[bool] = mapped_column(server_default="false")
    rejection_delay_minutes: Mapped[int] = mapped_column(server_default="2880")
    rejection_subject: Mapped[str | None]
    rejection_body: Mapped[str | None]

    __table_args__ = (
        *tenant_keys("requisition"),
        ForeignKeyConstraint(["organization_id", "shared_id"], ["pipeline.organization_id", "pipeline.id"]),
        Index(
            "pipeline_default_key",
            "organization_id",
            unique=True,
            postgresql_where=text("is_default and deleted_at is null"),
        ),
        Index(
            "pipeline_requisition_key",
            "organization_id",
            "requisition_id",
            unique=True,
            postgresql_where=text("deleted_at is null and requisition_id is not null"),
        ),
    )


class PipelineStage(TenantRow, Base):
    """One stage of a pipeline.

    Attributes:
        kind: What it means, whatever it is called.
        position: Its place, from 1.
        max_days: Days after which an application has been here for too long; None for never.
    """

    __tablename__ = "pipeline_stage"

    pipeline_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[str]
    position: Mapped[int]
    max_days: Mapped[int | None]

    __table_args__ = (
        *tenant_keys("pipeline"),
        one_of("kind", Stage),
        Index("pipeline_stage_organization_id_pipeline_id_position_idx", "organization_id", "pipeline_id", "position"),
    )
