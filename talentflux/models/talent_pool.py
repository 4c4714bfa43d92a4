"""Talent pools: people to think of again, and why."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class TalentPool(TenantRow, Base):
    """A talent pool."""

    __tablename__ = "talent_pool"

    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        *tenant_keys(),
        Index(
            "talent_pool_organization_id_name_live_key",
            "organization_id",
            "name",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("talent_pool_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )


class TalentPoolMember(TenantRow, Base):
    """That a candidate is in a talent pool.

    Attributes:
        added_by: The user who thought of them; None for a key of a service.
        reason: Why, encrypted under the candidate's key.
    """

    __tablename__ = "talent_pool_member"

    talent_pool_id: Mapped[UUID]
    candidate_id: Mapped[UUID]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[bytes | None]

    __table_args__ = (
        *tenant_keys("talent_pool", "candidate"),
        Index(
            "talent_pool_member_live_key",
            "organization_id",
            "talent_pool_id",
            "candidate_id",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("talent_pool_member_organization_id_talent_pool_id_id_idx", "organization_id", "talent_pool_id", "id"),
        Index("talent_pool_member_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
    )
