"""Who works on one requisition."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.core.permissions import TeamRole
from talentflux.models.base import Base, TenantRow, one_of, tenant_keys


class HiringTeam(TenantRow, Base):
    """A user's part in the hiring team of a requisition; adds rights on that requisition only."""

    __tablename__ = "hiring_team"

    requisition_id: Mapped[UUID]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str]

    __table_args__ = (
        *tenant_keys("requisition"),
        one_of("role", TeamRole),
        Index(
            "hiring_team_live_key",
            "organization_id",
            "requisition_id",
            "user_id",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("hiring_team_organization_id_user_id_idx", "organization_id", "user_id"),
    )
