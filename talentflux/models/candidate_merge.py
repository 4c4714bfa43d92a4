"""Merges of two candidates who are one person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class CandidateMerge(TenantRow, Base):
    """That one candidate was merged into another.

    Attributes:
        candidate_id: Who stays.
        other_id: Who was merged into them, and is hidden.
        record: What is needed to undo it, encrypted under the key of who stays.
        undone_at: When it was undone.
    """

    __tablename__ = "candidate_merge"

    candidate_id: Mapped[UUID]
    other_id: Mapped[UUID]
    merged_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    record: Mapped[bytes | None]
    undone_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys("candidate"),
        ForeignKeyConstraint(["organization_id", "other_id"], ["candidate.organization_id", "candidate.id"]),
        Index("candidate_merge_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
        Index(
            "candidate_merge_other_standing_key",
            "organization_id",
            "other_id",
            unique=True,
            postgresql_where=text("undone_at is null"),
        ),
    )
