"""SQL of bulk work on applications."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from talentflux.models import Application, ApplicationBulk, Candidate
from talentflux.repositories.base import TenantRepository


class ApplicationBulkRepository(TenantRepository[ApplicationBulk]):
    """Bulk work of the organization."""

    model = ApplicationBulk

    async def locked(self, application_ids: Sequence[UUID]) -> dict[UUID, Application]:
        """Return those of some applications that the transaction sees, locked in the order of their ids."""
        statement = (
            select(Application)
            .where(
                Application.organization_id == self.organization_id,
                Application.id.in_(application_ids),
                Application.deleted_at.is_(None),
            )
            .order_by(Application.id)
            .with_for_update(key_share=True)
        )
        return {row.id: row for row in await self.session.scalars(statement)}

    async def reachable(self, candidate_ids: Sequence[UUID]) -> dict[UUID, tuple[bool, bool]]:
        """Return of candidates whether e-mails may be sent to them, and whether there is an address."""
        statement = select(Candidate.id, Candidate.do_not_contact, Candidate.email_index.is_not(None)).where(
            Candidate.organization_id == self.organization_id,
            Candidate.id.in_(candidate_ids),
            Candidate.deleted_at.is_(None),
        )
        return {row[0]: (not row[1], row[2]) for row in await self.session.execute(statement)}
