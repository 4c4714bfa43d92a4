"""Jobs: the public postings of a requisition, and what anybody may read of them."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.models.requisition import MONEY
from talentflux.schemas.job import JobStatus


class Job(TenantRow, Base):
    """One posting of a requisition, in one language."""

    __tablename__ = "job"

    requisition_id: Mapped[UUID]
    title: Mapped[str]
    slug: Mapped[str]
    language: Mapped[str]
    description: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=JobStatus.DRAFT)
    employment_type: Mapped[str | None]
    department: Mapped[str | None]
    places: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    remote: Mapped[str] = mapped_column(server_default="none")
    remote_countries: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    pay_min: Mapped[Decimal | None] = mapped_column(MONEY)
    pay_max: Mapped[Decimal | None] = mapped_column(MONEY)
    pay_currency: Mapped[str | None]
    pay_period: Mapped[str | None]
    pay_shown: Mapped[bool] = mapped_column(server_default="true")
    screening: Mapped[bool] = mapped_column(server_default="true")
    screening_notice: Mapped[str | None]
    form: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    publish_at: Mapped[datetime | None]
    expire_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys("requisition"),
        one_of("status", JobStatus),
        Index("job_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
        Index("job_organization_id_requisition_id_idx", "organization_id", "requisition_id", "id"),
    )


class JobCard(Base):
    """What anybody may read of a published job: texts made when it changes. It holds no personal data.

    Attributes:
        hidden: Whether the requisition is not open, confidential or deleted; the database keeps it.
        organization_closed: Whether the organization is closed; the database keeps it.
        words: Title, department, places and the organization's name in small letters, for search.
        card: The job in lists, as JSON.
        body: The job with its description, form and JSON-LD, as JSON.
        feed: What feeds need of it, as JSON.
    """

    __tablename__ = "job_card"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID]
    requisition_id: Mapped[UUID]
    rendered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    hidden: Mapped[bool] = mapped_column(server_default="false")
    organization_closed: Mapped[bool] = mapped_column(server_default="false")
    organization_slug: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    words: Mapped[str]
    place_words: Mapped[str]
    remote: Mapped[str]
    employment_type: Mapped[str | None]
    department: Mapped[str | None]
    card: Mapped[str]
    body: Mapped[str]
    feed: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        ForeignKeyConstraint(["organization_id", "job_id"], ["job.organization_id", "job.id"]),
        ForeignKeyConstraint(["organization_id", "requisition_id"], ["requisition.organization_id", "requisition.id"]),
        Index("job_card_published_at_job_id_idx", "published_at", "job_id"),
        Index("job_card_organization_slug_published_at_job_id_idx", "organization_slug", "published_at", "job_id"),
        Index("job_card_organization_id_requisition_id_idx", "organization_id", "requisition_id"),
    )
