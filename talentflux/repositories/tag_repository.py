"""SQL of tags."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, delete, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from talentflux.models import Candidate, CandidateTag, Tag
from talentflux.repositories.base import ResourceList, TenantRepository, parameter
from talentflux.schemas.page import RowPage
from talentflux.schemas.tag import TagQuery
from talentflux.utils.ids import new_id

_begins = parameter("q", Tag.folded)
_LIST = ResourceList(
    Tag,
    select(Tag.id, Tag.name, Tag.created_at, Tag.updated_at, Tag.deleted_at),
    filters=[or_(_begins.is_(None), func.left(Tag.folded, func.length(_begins)) == _begins)],
)
_IDS = ARRAY(Uuid())
# In the order of the key, for two who tag the same candidates would otherwise wait for each other.
_TAG = text(
    """insert into candidate_tag (organization_id, tag_id, candidate_id)
       select c.organization_id, t.id, c.id
       from candidate c cross join unnest(:tags) t (id)
       where c.organization_id = :organization_id and c.id = any(:candidates) and c.deleted_at is null
       order by t.id, c.id
       on conflict do nothing returning candidate_id, tag_id"""
).bindparams(bindparam("tags", type_=_IDS), bindparam("candidates", type_=_IDS))


class TagRepository(TenantRepository[Tag]):
    """Tags of the organization."""

    model = Tag

    async def page(self, asked: TagQuery, begins: str | None) -> RowPage:
        """Read a page of tags.

        Args:
            asked: Order, view and place.
            begins: How the folded name begins.
        """
        return await _LIST.page(self.session, asked, asked.sort, q=begins)

    async def ensure(self, names: dict[str, str]) -> dict[str, UUID]:
        """Return the tags of names, made where there are none.

        Args:
            names: By folded name.
        """
        rows = [
            {"id": new_id(), "organization_id": self.organization_id, "name": name, "folded": folded}
            for folded, name in sorted(names.items())
        ]
        if rows:
            await self.session.execute(insert(Tag).values(rows).on_conflict_do_nothing())
        return await self.by_name(names)

    async def by_name(self, folded: Sequence[str] | dict[str, str]) -> dict[str, UUID]:
        """Return the ids of live tags by their folded names; names of none are left out."""
        statement = self.live().where(Tag.folded == func.any(literal(list(folded), ARRAY(Text))))
        return {tag.folded: tag.id for tag in await self.session.scalars(statement)}

    async def known(self, candidate_ids: Sequence[UUID]) -> set[UUID]:
        """Return those of the ids that are live candidates."""
        statement = select(Candidate.id).where(
            Candidate.organization_id == self.organization_id,
            Candidate.id == func.any(literal(list(candidate_ids), _IDS)),
            Candidate.deleted_at.is_(None),
        )
        return set(await self.session.scalars(statement))

    async def tag(self, candidate_ids: Sequence[UUID], tag_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
        """Give candidates tags; return the pairs (candidate, tag) that are new."""
        given = {"organization_id": self.organization_id, "candidates": candidate_ids, "tags": tag_ids}
        return [(row[0], row[1]) for row in await self.session.execute(_TAG, given)]

    async def untag(self, candidate_ids: Sequence[UUID], tag_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
        """Take tags from candidates; return the pairs (candidate, tag) that are gone."""
        statement = (
            delete(CandidateTag)
            .where(
                CandidateTag.organization_id == self.organization_id,
                CandidateTag.tag_id == func.any(literal(list(tag_ids), _IDS)),
                CandidateTag.candidate_id == func.any(literal(list(candidate_ids), _IDS)),
            )
            .returning(CandidateTag.candidate_id, CandidateTag.tag_id)
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    async def of_candidate(self, candidate_id: UUID) -> dict[UUID, str]:
        """Return the names of a candidate's tags by their ids, in the order of the names."""
        statement = (
            select(Tag.id, Tag.name)
            .join(CandidateTag, (CandidateTag.organization_id == Tag.organization_id) & (CandidateTag.tag_id == Tag.id))
            .where(Tag.organization_id == self.organization_id, CandidateTag.candidate_id == candidate_id)
            .order_by(Tag.folded)
        )
        return {row[0]: row[1] for row in await self.session.execute(statement)}

    async def take_over(self, tag: Tag, other: Tag) -> None:
        """Give a tag to all who have another one, and hide that one."""
        mine: Any = select(CandidateTag.organization_id, literal(tag.id, Uuid()), CandidateTag.candidate_id).where(
            CandidateTag.organization_id == self.organization_id, CandidateTag.tag_id == other.id
        )
        columns = ["organization_id", "tag_id", "candidate_id"]
        await self.session.execute(insert(CandidateTag).from_select(columns, mine).on_conflict_do_nothing())
        await self.remove(other)

    async def remove(self, tag: Tag) -> None:
        """Take a tag from all who have it and hide it."""
        await self.session.execute(
            delete(CandidateTag).where(
                CandidateTag.organization_id == self.organization_id, CandidateTag.tag_id == tag.id
            )
        )
        await self.delete(tag)
