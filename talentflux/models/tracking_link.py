"""Tracking links: where those come from who apply."""

from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class TrackingLink(TenantRow, Base):
    """A short address that leads to a job and names a source.

    Attributes:
        code: Of the address; one in the whole installation.
        clicks: How often it was followed.
    """

    __tablename__ = "tracking_link"

    job_id: Mapped[UUID]
    source_id: Mapped[UUID | None]
    code: Mapped[str]
    name: Mapped[str]
    clicks: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __table_args__ = (
        *tenant_keys("job", "source"),
        UniqueConstraint("code"),
        Index("tracking_link_organization_id_job_id_idx", "organization_id", "job_id", "id"),
    )
