"""One seat of a requisition."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.opening import OpeningStatus


class Opening(TenantRow, Base):
    """A seat that somebody is looked for, filled by an application.

    Attributes:
        external_id: Its number in another system, as a headcount plan has it.
        application_id: Who fills it.
    """

    __tablename__ = "opening"

    requisition_id: Mapped[UUID]
    external_id: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=OpeningStatus.OPEN)
    target_date: Mapped[date | None]
    application_id: Mapped[UUID | None]
    filled_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys("requisition", "application"),
        one_of("status", OpeningStatus),
        Index(
            "opening_organization_id_external_id_live_key",
            "organization_id",
            "external_id",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("opening_organization_id_requisition_id_id_idx", "organization_id", "requisition_id", "id"),
        Index("opening_organization_id_application_id_idx", "organization_id", "application_id"),
    )
