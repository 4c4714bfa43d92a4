"""Candidates who may be one person."""

from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.candidate_duplicate import ContactKind, DuplicateState


class CandidateContact(Base):
    """A keyed hash of one of a candidate's addresses, numbers or links, wherever it stands.

    Attributes:
        contact: Equal ones are found, none can be read.
        merged_from: The candidate whose it was before a merge.
    """

    __tablename__ = "candidate_contact"

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    contact: Mapped[bytes] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    merged_from: Mapped[UUID | None]

    __table_args__ = (
        one_of("kind", ContactKind),
        ForeignKeyConstraint(
            ["organization_id", "candidate_id"], ["candidate.organization_id", "candidate.id"], ondelete="CASCADE"
        ),
        Index("candidate_contact_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
    )


class CandidateDuplicate(TenantRow, Base):
    """A pair of candidates who may be one person; `candidate_id` is the smaller id.

    Attributes:
        score: How sure the search is, 0 to 1.
        reasons: Names of what speaks for it, the strongest first.
        decided_by: Who dismissed or merged the pair.
    """

    __tablename__ = "candidate_duplicate"

    candidate_id: Mapped[UUID]
    other_id: Mapped[UUID]
    score: Mapped[float]
    reasons: Mapped[list[str]]
    state: Mapped[str] = mapped_column(server_default=DuplicateState.OPEN)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))

    __table_args__ = (
        *tenant_keys("candidate"),
        ForeignKeyConstraint(["organization_id", "other_id"], ["candidate.organization_id", "candidate.id"]),
        one_of("state", DuplicateState),
        Index("candidate_duplicate_pair_key", "organization_id", "candidate_id", "other_id", unique=True),
        Index("candidate_duplicate_organization_id_other_id_idx", "organization_id", "other_id"),
        Index(
            "candidate_duplicate_organization_id_score_id_idx",
            "organization_id",
            "score",
            "id",
            postgresql_where=text("state = 'open'"),
        ),
    )
