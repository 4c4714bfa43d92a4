"""SQL of openings."""

from uuid import UUID

from sqlalchemy import func, select

from talentflux.models import Opening
from talentflux.repositories.base import TenantRepository
from talentflux.schemas.opening import OpeningStatus


class OpeningRepository(TenantRepository[Opening]):
    """Openings of the organization."""

    model = Opening

    async def of(self, requisition_id: UUID) -> list[Opening]:
        """Return the openings of a requisition, the oldest first."""
        statement = self.live().where(Opening.requisition_id == requisition_id).order_by(Opening.id)
        return list(await self.session.scalars(statement))

    async def counts(self, requisition_id: UUID) -> tuple[int, int]:
        """Return how many openings a requisition has, without those closed or waiting, and how many are filled."""
        statement = select(
            func.count().filter(Opening.status.in_([OpeningStatus.OPEN, OpeningStatus.FILLED])),
            func.count().filter(Opening.status == OpeningStatus.FILLED),
        ).where(
            Opening.organization_id == self.organization_id,
            Opening.requisition_id == requisition_id,
            Opening.deleted_at.is_(None),
        )
        total, filled = (await self.session.execute(statement)).one()
        return int(total), int(filled)

    async def waiting(self, requisition_id: UUID) -> list[Opening]:
        """Return the openings of a requisition that wait for an approval, the oldest first."""
        statement = self.live().where(
            Opening.requisition_id == requisition_id, Opening.status == OpeningStatus.PENDING_APPROVAL
        )
        return list(await self.session.scalars(statement.order_by(Opening.id)))

    async def filled_by(self, requisition_id: UUID, application_id: UUID) -> Opening | None:
        """Return the opening that an application fills."""
        return await self.session.scalar(
            self.live().where(Opening.requisition_id == requisition_id, Opening.application_id == application_id)
        )

    async def first_open(self, requisition_id: UUID) -> Opening | None:
        """Return the opening that is filled next: the one that is due first, then the oldest."""
        statement = self.live().where(Opening.requisition_id == requisition_id, Opening.status == OpeningStatus.OPEN)
        return await self.session.scalar(statement.order_by(Opening.target_date.nulls_last(), Opening.id).limit(1))
