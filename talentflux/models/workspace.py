"""A team inside an organization: a brand, a country."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class Workspace(TenantRow, Base):
    """A workspace."""

    __tablename__ = "workspace"

    name: Mapped[str]
    slug: Mapped[str]

    __table_args__ = (
        *tenant_keys(),
        Index(
            "workspace_organization_id_slug_live_key",
            "organization_id",
            "slug",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
    )


class WorkspaceMember(Base):
    """That a member belongs to a workspace."""

    __tablename__ = "workspace_member"

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "workspace_id"], ["workspace.organization_id", "workspace.id"]),
        ForeignKeyConstraint(["organization_id", "member_id"], ["member.organization_id", "member.id"]),
        Index("workspace_member_organization_id_member_id_idx", "organization_id", "member_id"),
    )
