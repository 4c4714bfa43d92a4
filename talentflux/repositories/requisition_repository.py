"""SQL of requisitions."""

from sqlalchemy import select, update

from talentflux.models import Application, Match, Requisition
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant, optional
from talentflux.schemas.page import RowPage

_after, _order = newest_first(Requisition)
_LIST = ListQuery(
    select(
        Requisition.id,
        Requisition.title,
        Requisition.status,
        Requisition.language,
        Requisition.location,
        Requisition.requirements_version,
        Requisition.created_at,
        Requisition.updated_at,
    )
    .where(*of_tenant(Requisition), _after, optional(Requisition.status, "status"))
    .order_by(_order),
    key={"id": LAST_ID},
)


class RequisitionRepository(TenantRepository[Requisition]):
    """Requisitions of the organization."""

    model = Requisition

    async def page(self, limit: int, cursor: str | None, status: str | None) -> RowPage:
        """Read a page of summaries, newest first.

        Args:
            limit: Most rows.
            cursor: Where the page before ended.
            status: Only those with this status.
        """
        return await _LIST.page(self.session, limit, cursor, status=status)

    async def delete_with_all(self, requisition: Requisition) -> None:
        """Hide a requisition with its applications and matches."""
        await self.delete(requisition)
        for model in (Application, Match):
            await self.session.execute(
                update(model)
                .where(model.organization_id == self.organization_id, model.requisition_id == requisition.id)
                .values(deleted_at=requisition.deleted_at)
                .execution_options(synchronize_session=False)
            )
