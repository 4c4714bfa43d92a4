"""A person as one organization knows them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.application import Application
from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.consent import Consent


class Candidate(TenantRow, Base):
    """A candidate; made from a resume, found again by e-mail.

    Attributes:
        wrapped_key: The person's own key; without it nothing of `profile` can be read.
        profile: Name, e-mail address, telephone, location and headline as encrypted JSON.
        email_index: Keyed hash of the address in lower case: equal addresses are found, none can be read.
        phone_index: Keyed hash of the number in E.164; None for a number of another form.
        custom: Values of custom fields as encrypted JSON, by slug.
        external_id: Of the system that the candidate was imported from.
        contact_reason: Why there must be no e-mails, or again may be, encrypted under the person's key.
        consent: Whether the person agreed to be kept for other needs than the one they applied to.
        retain_until: When the data must go.
        total_years: Of experience, as the current resume says; a trigger keeps it.
        current_resume_id: The version of the resume by which the candidate is found.
    """

    __tablename__ = "candidate"

    wrapped_key: Mapped[bytes | None]
    profile: Mapped[bytes | None]
    email_index: Mapped[bytes | None]
    phone_index: Mapped[bytes | None]
    custom: Mapped[bytes | None] = mapped_column(deferred=True)
    external_id: Mapped[str | None]
    source_id: Mapped[UUID | None]
    do_not_contact: Mapped[bool] = mapped_column(server_default="false")
    contact_reason: Mapped[bytes | None]
    consent: Mapped[str] = mapped_column(server_default=Consent.UNKNOWN)
    consent_until: Mapped[datetime | None]
    retain_until: Mapped[datetime | None]
    total_years: Mapped[float | None]
    current_resume_id: Mapped[UUID | None]

    __table_args__ = (
        *tenant_keys("source"),
        # Candidate and resume point to each other; this key comes after both tables.
        ForeignKeyConstraint(
            ["organization_id", "current_resume_id"], ["resume.organization_id", "resume.id"], use_alter=True
        ),
        one_of("consent", Consent),
        Index(
            "candidate_organization_id_email_index_live_key",
            "organization_id",
            "email_index",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("candidate_organization_id_phone_index_idx", "organization_id", "phone_index"),
        Index("candidate_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
        Index(
            "candidate_organization_id_external_id_live_key",
            "organization_id",
            "external_id",
            unique=True,
            postgresql_where=text("deleted_at is null and external_id is not null"),
        ),
        Index("candidate_organization_id_source_id_id_idx", "organization_id", "source_id", "id"),
        Index("candidate_organization_id_total_years_idx", "organization_id", "total_years"),
        Index("candidate_organization_id_consent_id_idx", "organization_id", "consent", "id"),
        Index(
            "candidate_organization_id_do_not_contact_idx",
            "organization_id",
            "id",
            postgresql_where=text("do_not_contact and deleted_at is null"),
        ),
        Index("candidate_organization_id_current_resume_id_idx", "organization_id", "current_resume_id"),
    )


Index(
    "application_organization_id_stage_candidate_id_idx",
    Application.organization_id,
    Application.stage,
    Application.candidate_id,
    postgresql_where=Application.deleted_at.is_(None),
)


class CandidateNameToken(Base):
    """A keyed hash of the beginning of a word of a candidate's name or place, for search."""

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


class CandidateText(Base):
    """The words of a candidate's current resume, masked, for search; a trigger on the candidate keeps them.

    Row-level security reads what is searched for from a setting of the transaction, `app.words`: as part of the policy
    the condition may use the index, as a condition of a query it may not.
    """

    __tablename__ = "candidate_text"

    organization_id: Mapped[UUID] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)
    resume_id: Mapped[UUID]
    words: Mapped[str] = mapped_column(TSVECTOR, server_default="")

    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "candidate_id"], ["candidate.organization_id", "candidate.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organization_id", "resume_id"], ["resume.organization_id", "resume.id"], ondelete="CASCADE"
        ),
        Index("candidate_text_organization_id_resume_id_idx", "organization_id", "resume_id"),
        Index("candidate_text_words_idx", "organization_id", "words", postgresql_using="gin"),
    )
