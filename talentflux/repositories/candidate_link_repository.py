"""SQL of candidates' links."""

from uuid import UUID

from talentflux.models import CandidateLink
from talentflux.repositories.base import TenantRepository


class CandidateLinkRepository(TenantRepository[CandidateLink]):
    """Links of candidates of the organization."""

    model = CandidateLink

    async def of_candidate(self, candidate_id: UUID) -> list[CandidateLink]:
        """Return the links of a candidate, the oldest first."""
        statement = self.live().where(CandidateLink.candidate_id == candidate_id).order_by(CandidateLink.id)
        return list(await self.session.scalars(statement))
