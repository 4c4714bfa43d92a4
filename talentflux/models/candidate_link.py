"""Addresses in the web under which candidates show themselves."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.candidate_link import LinkKind


class CandidateLink(TenantRow, Base):
    """A profile or website of a candidate.

    Attributes:
        url: Encrypted under the candidate's key.
    """

    __tablename__ = "candidate_link"

    candidate_id: Mapped[UUID]
    kind: Mapped[str]
    url: Mapped[bytes | None]

    __table_args__ = (
        *tenant_keys("candidate"),
        one_of("kind", LinkKind),
        Index("candidate_link_organization_id_candidate_id_id_idx", "organization_id", "candidate_id", "id"),
    )
