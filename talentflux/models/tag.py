"""Tags: words of the organization's own that candidates are found by."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class Tag(TenantRow, Base):
    """A tag.

    Attributes:
        folded: The name without case, by which equal names are known.
    """

    __tablename__ = "tag"

    name: Mapped[str]
    folded: Mapped[str]

    __table_args__ = (
        *tenant_keys(),
        Index(
            "tag_organization_id_folded_live_key",
            "organization_id",
            "folded",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("tag_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )


class CandidateTag(Base):
    """That a candidate has a tag."""

    __tablename__ = "candidate_tag"

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "tag_id"], ["tag.organization_id", "tag.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["organization_id", "candidate_id"], ["candidate.organization_id", "candidate.id"], ondelete="CASCADE"
        ),
        Index("candidate_tag_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
    )
