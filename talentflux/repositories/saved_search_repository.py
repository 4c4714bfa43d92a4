"""SQL of saved searches."""

from sqlalchemy import ColumnElement, or_, select

from talentflux.models import SavedSearch
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
