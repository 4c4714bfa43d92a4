"""A person as one organization knows them."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class Candidate(TenantRow, Base):
    """A candidate; made from a resume, found again by e-mail.

    Attributes:
        wrapped_key: The person's own key; without it nothing of `profile` can be read.
        profile: Name, e-mail address, telephone, location and headline as encrypted JSON.
        email_index: Keyed hash of the address in lower case: equal addresses are found, none can be read.
        phone_index: Keyed hash of the number in E.164; None for a number of another form.
    """

    __tablename__ = "candidate"

    wrapped_key: Mapped[bytes | None]
    profile: Mapped[bytes | None]
    email_index: Mapped[bytes | None]
    phone_index: Mapped[bytes | None]

    __table_args__ = (
        *tenant_keys(),
        Index(
            "candidate_organization_id_email_index_live_key",
            "organization_id",
            "email_index",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("candidate_organization_id_phone_index_idx", "organization_id", "phone_index"),
        Index("candidate_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )


class CandidateNameToken(Base):
    """A keyed hash of the beginning of a word of a candidate's name, for search."""

    __tablename__ = "candidate_name_token"

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[bytes] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "candidate_id"], ["candidate.organization_id", "candidate.id"], ondelete="CASCADE"
        ),
        Index("candidate_name_token_organization_id_candidate_id_idx", "organization_id", "candidate_id"),
    )
