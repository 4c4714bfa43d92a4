"""The approved need for people."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.requisition import RequisitionStatus


class Requisition(TenantRow, Base):
    """A requisition with its description and the requirements read from it or given by a person."""

    __tablename__ = "requisition"

    title: Mapped[str]
    description: Mapped[str]
    language: Mapped[str | None]
    location: Mapped[str | None]
    requirements: Mapped[list[dict[str, Any]]]
    requirements_version: Mapped[int] = mapped_column(server_default="1")
    warnings: Mapped[list[str]]
    status: Mapped[str] = mapped_column(server_default=RequisitionStatus.OPEN)
    confidential: Mapped[bool] = mapped_column(server_default="false")
    workspace_id: Mapped[UUID | None]

    __table_args__ = (
        *tenant_keys("workspace"),
        one_of("status", RequisitionStatus),
        Index("requisition_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )
