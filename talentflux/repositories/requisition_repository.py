"""SQL of requisitions."""

from uuid import UUID

from sqlalchemy import select

from talentflux.models import Requisition
from talentflux.repositories import cascade
from talentflux.repositories.base import ResourceList, TenantRepository, optional
from talentflux.schemas.page import RowPage
from talentflux.schemas.requisition import RequisitionQuery
from talentflux.schemas.version import Versions

_LIST = ResourceList(
    Requisition,
    select(
        Requisition.id,
        Requisition.title,
        Requisition.status,
        Requisition.language,
        Requisition.location,
        Requisition.requirements_version,
        Requisition.confidential,
        Requisition.workspace_id,
        Requisition.created_at,
        Requisition.updated_at,
        Requisition.deleted_at,
    ),
    filters=[optional(Requisition.status, "status")],
)


class RequisitionRepository(TenantRepository[Requisition]):
    """Requisitions of the organization."""

    model = Requisition

    async def page(self, asked: RequisitionQuery) -> RowPage:
        """Read a page of summaries."""
        return await _LIST.page(self.session, asked, asked.sort, status=asked.status)

    async def delete_with_all(self, requisition: Requisition) -> None:
        """Hide a requisition with its applications and matches."""
        await self.delete(requisition)
        await cascade.hide(self.session, requisition)

    async def restore(self, row_id: UUID, versions: Versions) -> Requisition:
        """Show a deleted requisition again with what was hidden with it.

        What belongs to a candidate that is hidden too stays hidden until that candidate comes back.

        Args:
            row_id: Its id.
            versions: Those that the caller means.

        Raises:
            NotFoundError: There is none, or it is not deleted.
            PreconditionFailedError: It has another version.
        """
        requisition = await self.get_deleted(row_id, versions=versions)
        hidden_at, requisition.deleted_at = requisition.deleted_at, None
        await self.session.flush()
        await cascade.show(self.session, requisition, hidden_at)
        return requisition
