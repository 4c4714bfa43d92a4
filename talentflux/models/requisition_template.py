"""What new requisitions begin with."""

from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from talentflux.models.base import Base, TenantRow, tenant_keys


class RequisitionTemplate(TenantRow, Base):
    """A form of requisition under a name.

    Attributes:
        content: As `schemas.requisition_template.TemplateContent`.
    """

    __tablename__ = "requisition_template"

    name: Mapped[str]
    content: Mapped[dict[str, Any]]

    __table_args__ = (
        *tenant_keys(),
        Index(
            "requisition_template_organization_id_name_live_key",
            "organization_id",
            "name",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
    )
