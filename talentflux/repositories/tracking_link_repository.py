"""SQL of tracking links."""

from uuid import UUID

from sqlalchemy import select, update

from talentflux.core.database import WriteSession
from talentflux.models import TrackingLink
from talentflux.repositories.base import ResourceList, TenantRepository, optional
from talentflux.schemas.page import RowPage
from talentflux.schemas.tracking_link import TrackingLinkQuery

_LIST = ResourceList(
    TrackingLink,
    select(
        TrackingLink.id,
        TrackingLink.job_id,
        TrackingLink.source_id,
        TrackingLink.code,
        TrackingLink.name,
        TrackingLink.clicks,
        TrackingLink.created_at,
        TrackingLink.updated_at,
        TrackingLink.deleted_at,
    ),
    filters=[optional(TrackingLink.job_id, "job_id")],
)


class TrackingLinkRepository(TenantRepository[TrackingLink]):
    """Links of the organization."""

    model = TrackingLink

    async def page(self, asked: TrackingLinkQuery) -> RowPage:
        """Read a page."""
        return await _LIST.page(self.session, asked, asked.sort, job_id=asked.job_id)

    async def source_of(self, job_id: UUID, code: str) -> UUID | None:
        """Return the source that a link of a job credits; None where there is no such link, or it names none."""
        statement = select(TrackingLink.source_id).where(
            TrackingLink.organization_id == self.organization_id,
            TrackingLink.code == code,
            TrackingLink.job_id == job_id,
            TrackingLink.deleted_at.is_(None),
        )
        return (await self.session.execute(statement)).scalar_one_or_none()


async def follow(session: WriteSession, code: str) -> UUID | None:
    """Count a click and return the job that a link of any organization leads to, None where there is no such link.

    Args:
        session: A transaction that finds out whose link it is.
        code: Of the link.
    """
    statement = (
        update(TrackingLink)
        .where(TrackingLink.code == code, TrackingLink.deleted_at.is_(None))
        .values(clicks=TrackingLink.clicks + 1)
        .returning(TrackingLink.job_id)
    )
    found: UUID | None = (await session.execute(statement)).scalar_one_or_none()
    return found
