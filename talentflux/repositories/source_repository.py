"""SQL of sources."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Source
from talentflux.repositories.base import ResourceList, TenantRepository, optional
from talentflux.schemas.page import RowPage
from talentflux.schemas.source import SourceKind, SourceQuery
from talentflux.utils.ids import new_id

_LIST = ResourceList(
    Source,
    select(Source.id, Source.name, Source.kind, Source.created_at, Source.updated_at, Source.deleted_at),
    filters=[optional(Source.kind, "kind")],
)


class SourceRepository(TenantRepository[Source]):
    """Sources of the organization."""

    model = Source

    async def page(self, asked: SourceQuery) -> RowPage:
        """Read a page of sources."""
        return await _LIST.page(self.session, asked, asked.sort, kind=asked.kind)

    async def find(self, source_id: UUID) -> UUID | None:
        """Return the id of a source; None where there is none."""
        statement = self.live().with_only_columns(Source.id).where(Source.id == source_id)
        return await self.session.scalar(statement)

    async def named(self, kind: SourceKind, name: str) -> UUID | None:
        """Return the id of the source of a kind and name; None where there is none."""
        statement = self.live().with_only_columns(Source.id).where(Source.kind == kind, Source.name == name)
        return await self.session.scalar(statement)

    async def make(self, kind: SourceKind, name: str) -> UUID | None:
        """Make a source; None where others have just made it."""
        new = insert(Source).values(id=new_id(), organization_id=self.organization_id, kind=kind, name=name)
        return await self.session.scalar(new.on_conflict_do_nothing().returning(Source.id))
