"""A candidate's application to a requisition."""

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.application import Stage


class Application(TenantRow, Base):
    """Candidate × requisition, with a stage; one live application per pair."""

    __tablename__ = "application"

    requisition_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    resume_id: Mapped[UUID | None]
    stage: Mapped[str] = mapped_column(server_default=Stage.APPLIED)

    __table_args__ = (
        *tenant_keys("requisition", "candidate", "resume"),
        one_of("stage", Stage),
        Index(
            "application_live_key",
            "organization_id",
            "requisition_id",
            "candidate_id",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("application_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
        Index("application_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )
