"""A person as one organization knows them."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from talentflux.models.base import Base, TenantRow, tenant_keys


class Candidate(TenantRow, Base):
    """A candidate; made from a resume, found again by e-mail."""

    __tablename__ = "candidate"

    name: Mapped[str | None]
    email: Mapped[str | None]  # in lower case: a plain column can be looked up by index under row-level security
    phone: Mapped[str | None]
    location: Mapped[str | None]
    headline: Mapped[str | None]

    __table_args__ = (
        *tenant_keys(),
        Index(
            "candidate_organization_id_email_live_key",
            "organization_id",
            "email",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
    )
