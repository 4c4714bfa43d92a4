"""Why an organization rejects."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from talentflux.models.base import Base, TenantRow, tenant_keys


class RejectReason(TenantRow, Base):
    """One reason from which people choose."""

    __tablename__ = "reject_reason"

    name: Mapped[str]

    __table_args__ = (
        *tenant_keys(),
        Index(
            "reject_reason_name_key",
            "organization_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
    )
