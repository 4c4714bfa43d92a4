"""SQL of saved searches."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, func, literal, or_, select, union_all

from talentflux.models import Requisition, SavedSearch, Tag, TalentPool
from talentflux.repositories.base import ResourceList, TenantRepository, parameter
from talentflux.schemas.page import RowPage
from talentflux.schemas.saved_search import SavedSearchQuery

_seen: ColumnElement[bool] = or_(
    SavedSearch.shared.is_(True), SavedSearch.user_id == parameter("user_id", SavedSearch.user_id)
)
_LIST = ResourceList(
    SavedSearch,
    select(
        SavedSearch.id,
        SavedSearch.user_id,
        SavedSearch.shared,
        SavedSearch.content,
        SavedSearch.created_at,
        SavedSearch.updated_at,
        SavedSearch.deleted_at,
    ),
    filters=[_seen],
)


class SavedSearchRepository(TenantRepository[SavedSearch]):
    """Saved searches of the organization: one's own and those that are shared."""

    model = SavedSearch

    async def page(self, asked: SavedSearchQuery) -> RowPage:
        """Read a page of saved searches."""
        return await _LIST.page(self.session, asked, asked.sort, user_id=self.session.scope.user_id)

    async def known(self, row_ids: Collection[UUID]) -> set[UUID]:
        """Return those ids that are of tags, talent pools and requisitions which are there and seen."""
        wanted = literal(list(row_ids), ARRAY(Uuid()))
        statement = union_all(
            *(
                select(model.id).where(
                    model.organization_id == self.organization_id,
                    model.id == func.any(wanted),
                    model.deleted_at.is_(None),
                )
                for model in (Tag, TalentPool, Requisition)
            )
        )
        return set(await self.session.scalars(statement)) if row_ids else set()
