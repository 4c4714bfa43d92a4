"""The approved need for people."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.application import Application
from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.requisition import EmploymentType, PayPeriod, Remote, RequisitionStatus

MONEY: Final = Numeric(15, 4)
"""Amounts in whole units of their currency: no currency has more than four places."""
_LIVE: Final = text("deleted_at is null")


class Requisition(TenantRow, Base):
    """A requisition with its description and the requirements read from it or given by a person.

    Attributes:
        headcount: How many openings it has that are not closed; kept by `opening_service`.
        filled: How many of them are filled; kept as above.
        approved: What was approved, as `schemas.approval.ApprovalSubject`; None where nothing was.
        custom: Values of the organization's own fields, by slug.
    """

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
    external_id: Mapped[str | None]
    employment_type: Mapped[str | None]
    pay_min: Mapped[Decimal | None] = mapped_column(MONEY)
    pay_max: Mapped[Decimal | None] = mapped_column(MONEY)
    pay_currency: Mapped[str | None]
    pay_period: Mapped[str | None]
    places: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    remote: Mapped[str] = mapped_column(server_default=Remote.NONE)
    remote_countries: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    department: Mapped[str | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    target_date: Mapped[date | None]
    status_reason: Mapped[str | None]
    headcount: Mapped[int] = mapped_column(server_default="0")
    filled: Mapped[int] = mapped_column(server_default="0")
    custom: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    interview_plan: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    approved: Mapped[dict[str, Any] | None]

    __table_args__ = (
        *tenant_keys("workspace"),
        one_of("status", RequisitionStatus),
        one_of("employment_type", EmploymentType),
        one_of("pay_period", PayPeriod),
        one_of("remote", Remote),
        CheckConstraint("pay_min <= pay_max", name="pay_range"),
        CheckConstraint("filled <= headcount", name="filled"),
        Index("requisition_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
        Index(
            "requisition_organization_id_external_id_live_key",
            "organization_id",
            "external_id",
            unique=True,
            postgresql_where=_LIVE,
        ),
        Index("requisition_organization_id_status_id_idx", "organization_id", "status", "id", postgresql_where=_LIVE),
        Index(
            "requisition_organization_id_department_id_idx",
            "organization_id",
            "department",
            "id",
            postgresql_where=_LIVE,
        ),
        Index(
            "requisition_organization_id_workspace_id_id_idx",
            "organization_id",
            "workspace_id",
            "id",
            postgresql_where=_LIVE,
        ),
    )


class RequirementVersion(TenantRow, Base):
    """The requirements of a requisition as they were or are.

    Attributes:
        actor: Who made them so: `user:<id>`, `api_key:<id>` or `system`.
        restored_from: The version whose list this one has again.
    """

    __tablename__ = "requirement_version"

    requisition_id: Mapped[UUID]
    version: Mapped[int]
    requirements: Mapped[list[dict[str, Any]]]
    actor: Mapped[str]
    restored_from: Mapped[int | None]

    __table_args__ = (
        *tenant_keys("requisition"),
        Index(
            "requirement_version_organization_id_requisition_id_version_key",
            "organization_id",
            "requisition_id",
            "version",
            unique=True,
        ),
    )


Index(
    "application_counted_idx",
    Application.organization_id,
    Application.requisition_id,
    Application.stage,
    postgresql_where=Application.deleted_at.is_(None),
)
