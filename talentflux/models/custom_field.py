"""Fields that an organization adds to what is known of candidates, requisitions, applications and jobs."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.custom_field import FieldResource, FieldType


class CustomField(TenantRow, Base):
    """A field. Its slug and type never change: stored values are found and read by them.

    Attributes:
        private: Shown only to those who may see private fields.
        options: What a field to select from offers.
        archived_at: Since when it is no longer filled in.
    """

    __tablename__ = "custom_field"

    resource: Mapped[str]
    slug: Mapped[str]
    name: Mapped[str]
    type: Mapped[str]
    required: Mapped[bool] = mapped_column(server_default="false")
    private: Mapped[bool] = mapped_column(server_default="false")
    options: Mapped[list[str]] = mapped_column(server_default="{}")
    archived_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys(),
        one_of("resource", FieldResource),
        one_of("type", FieldType),
        Index("custom_field_organization_id_resource_slug_key", "organization_id", "resource", "slug", unique=True),
    )
