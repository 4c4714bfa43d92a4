"""SQL of reasons to reject."""

from typing import Final

from sqlalchemy import select

from talentflux.models import RejectReason
from talentflux.repositories.base import FIRST_ID, ListQuery, TenantRepository, of_tenant, parameter
from talentflux.schemas.page import RowPage

_LIST: Final = ListQuery(
    select(
        RejectReason.id, RejectReason.name, RejectReason.created_at, RejectReason.updated_at, RejectReason.deleted_at
    )
    .where(*of_tenant(RejectReason), RejectReason.id > parameter("after_id", RejectReason.id))
    .order_by(RejectReason.id),
    key={"id": FIRST_ID},
)


class RejectReasonRepository(TenantRepository[RejectReason]):
    """Reasons to reject of the organization."""

    model = RejectReason

    async def page(self, limit: int, cursor: str | None) -> RowPage:
        """Read a page, the oldest first."""
        return await _LIST.page(self.session, limit, cursor)
