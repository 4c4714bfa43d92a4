"""SQL of merges: what points to one candidate goes over to another, and back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ForeignKeyConstraint,
    LargeBinary,
    Table,
    Uuid,
    bindparam,
    delete,
    func,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from talentflux.models import (
    Application,
    Base,
    Candidate,
    CandidateContact,
    CandidateMerge,
    CandidateTag,
)
from talentflux.repositories.base import TenantRepository

STAYING: Final = {
    "candidate_contact": "copied with a note of whose it was, for the search for duplicates makes it anew",
    "candidate_duplicate": "looked for again",
    "candidate_merge": "says which merge came first; later ones are undone first",
    "candidate_name_token": "made of the candidate's own name",
    "candidate_tag": "copied; what the hidden candidate had stays known",
    "candidate_text": "follows the resume that counts",
}
"""Tables that point to candidates and whose rows do not go over as they are, with the reason."""

ONE_EACH: Final[dict[str, tuple[str, ...]]] = {
    "match": ("requisition_id",),
    "referral": ("requisition_id", "user_id"),
    "talent_pool_member": ("talent_pool_id",),
}
"""Tables with one row per candidate and these columns: what both candidates have stays where it is."""

_WITH_APPLICATION: Final = frozenset({"note", "application_link"})
"""Tables whose rows tell of a person, not only of the application that they name."""


def moving_tables() -> dict[str, Table]:
    """Return the tables whose rows go over in a merge: all that point to a candidate by `candidate_id`."""
    return {
        name: table
        for name, table in sorted(Base.metadata.tables.items())
        if name not in STAYING and _points_to_candidate(table)
    }


def _points_to_candidate(table: Table) -> bool:
    return any(
        isinstance(key, ForeignKeyConstraint)
        and key.referred_table.name == "candidate"
        and "candidate_id" in key.column_keys
        for key in table.constraints
    )


class CandidateMergeRepository(TenantRepository[CandidateMerge]):
    """Merges of candidates of the organization."""

    model = CandidateMerge

    async def lock(self, candidate_ids: Sequence[UUID]) -> dict[UUID, Candidate]:
        """Return candidates, deleted ones too, kept from being changed by others; locked in the order of their ids."""
        statement = (
            select(Candidate)
            .where(Candidate.organization_id == self.organization_id, Candidate.id.in_(candidate_ids))
            .order_by(Candidate.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return {candidate.id: candidate for candidate in await self.session.scalars(statement)}

    async def standing(self, other_id: UUID) -> CandidateMerge | None:
        """Return the merge by which a candidate went into another, if it was not undone."""
        return await self.session.scalar(
            self.live().where(CandidateMerge.other_id == other_id, CandidateMerge.undone_at.is_(None))
        )

    async def into(self, candidate_id: UUID) -> list[CandidateMerge]:
        """Return the merges into a candidate, the latest first."""
        statement = self.live().where(CandidateMerge.candidate_id == candidate_id).order_by(CandidateMerge.id.desc())
        return list(await self.session.scalars(statement))

    async def same_applications(self, candidate_id: UUID, other_id: UUID) -> list[tuple[Application, Application]]:
        """Return the live applications of two candidates to the same requisition, the first candidate's first."""
        mine, theirs = aliased(Application), aliased(Application)
        statement = (
            select(mine, theirs)
            .join(
                theirs,
                (theirs.organization_id == mine.organization_id) & (theirs.requisition_id == mine.requisition_id),
            )
            .where(
                mine.organization_id == self.organization_id,
                mine.candidate_id == candidate_id,
                theirs.candidate_id == other_id,
                mine.deleted_at.is_(None),
                theirs.deleted_at.is_(None),
            )
            .order_by(mine.id)
            .with_for_update(key_share=True)
        )
        return [(row[0], row[1]) for row in await self.session.execute(statement)]

    async def hide_applications(self, application_ids: Sequence[UUID], at: datetime | None) -> list[UUID]:
        """Hide applications, or show those again that are hidden where no time is given; return which it were."""
        if not application_ids:
            return []
        hidden = Application.deleted_at.is_(None) if at is not None else Application.deleted_at.is_not(None)
        statement = (
            update(Application)
            .where(Application.organization_id == self.organization_id, Application.id.in_(application_ids), hidden)
            .values(deleted_at=at if at is not None else null())
            .returning(Application.id)
            .execution_options(synchronize_session=False)
        )
        return list(await self.session.scalars(statement))

    async def going(
        self, table: Table, candidate_id: UUID, other_id: UUID, sealed: Collection[str], staying: Collection[UUID]
    ) -> list[dict[str, Any]]:
        """Return ids and sealed columns of the rows of one candidate that may go over to another.

        Args:
            table: Of `moving_tables`.
            candidate_id: To whom they go.
            other_id: Whose they are.
            sealed: Columns under the candidate's key.
            staying: Applications that do not go; what belongs to them stays with them.
        """
        columns = table.c
        statement = select(columns.id, *(columns[name] for name in sorted(sealed))).where(
            columns.organization_id == self.organization_id, columns.candidate_id == other_id
        )
        if staying and table.name == "application":
            statement = statement.where(columns.id.not_in(staying))
        elif staying and "application_id" in columns and table.name not in _WITH_APPLICATION:
            statement = statement.where(columns.application_id.is_(None) | columns.application_id.not_in(staying))
        if table.name in ONE_EACH:
            held = table.alias()
            same = [held.c[name].is_not_distinct_from(columns[name]) for name in ONE_EACH[table.name]]
            taken = select(held.c.id).where(
                held.c.organization_id == self.organization_id, held.c.candidate_id == candidate_id, *same
            )
            if table.name != "match":
                taken = taken.where(held.c.deleted_at.is_(None))
                statement = statement.where(~taken.exists() | columns.deleted_at.is_not(None))
            else:
                statement = statement.where(~taken.exists())
        return [dict(row) for row in (await self.session.execute(statement.order_by(columns.id))).mappings()]

    async def coming_back(
        self, table: Table, candidate_id: UUID, row_ids: Sequence[UUID], sealed: Collection[str]
    ) -> list[dict[str, Any]]:
        """Return ids and sealed columns of rows that went over to a candidate and are still there."""
        columns = table.c
        statement = select(columns.id, *(columns[name] for name in sorted(sealed))).where(
            columns.organization_id == self.organization_id,
            columns.candidate_id == candidate_id,
            columns.id == func.any(literal(list(row_ids), ARRAY(Uuid()))),
        )
        return [dict(row) for row in (await self.session.execute(statement.order_by(columns.id))).mappings()]

    async def give(self, table: Table, candidate_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
        """Let rows belong to a candidate.

        Args:
            table: Of `moving_tables`.
            candidate_id: To whom.
            rows: Ids, and columns under the candidate's key, sealed for them.
        """
        if not rows:
            return
        names = [name for name in rows[0] if name != "id"]
        mine = table.c.organization_id == self.organization_id
        if not names:
            ids = literal([row["id"] for row in rows], ARRAY(Uuid()))
            await self.session.execute(
                update(table).where(mine, table.c.id == func.any(ids)).values(candidate_id=candidate_id)
            )
            return
        values = {name: bindparam(f"new_{name}", type_=LargeBinary()) for name in names}
        statement = (
            update(table).where(mine, table.c.id == bindparam("row_id")).values(candidate_id=candidate_id, **values)
        )
        given = [{"row_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
        await (await self.session.connection()).execute(statement, given)

    async def copy_tags(self, candidate_id: UUID, other_id: UUID) -> list[UUID]:
        """Give a candidate the tags of another; return those that they did not have."""
        theirs = select(CandidateTag.organization_id, CandidateTag.tag_id, literal(candidate_id, Uuid())).where(
            CandidateTag.organization_id == self.organization_id, CandidateTag.candidate_id == other_id
        )
        columns = ["organization_id", "tag_id", "candidate_id"]
        statement = insert(CandidateTag).from_select(columns, theirs).on_conflict_do_nothing()
        return list(await self.session.scalars(statement.returning(CandidateTag.tag_id)))

    async def drop_tags(self, candidate_id: UUID, tag_ids: Sequence[UUID]) -> None:
        """Take tags from a candidate."""
        await self.session.execute(
            delete(CandidateTag).where(
                CandidateTag.organization_id == self.organization_id,
                CandidateTag.candidate_id == candidate_id,
                CandidateTag.tag_id.in_(tag_ids),
            )
        )

    async def copy_contacts(self, candidate_id: UUID, other_id: UUID) -> None:
        """Let a candidate be found by the contacts of another too."""
        theirs = select(
            CandidateContact.organization_id,
            CandidateContact.contact,
            literal(candidate_id, Uuid()),
            CandidateContact.kind,
            literal(other_id, Uuid()),
        ).where(CandidateContact.organization_id == self.organization_id, CandidateContact.candidate_id == other_id)
        columns = ["organization_id", "contact", "candidate_id", "kind", "merged_from"]
        await self.session.execute(insert(CandidateContact).from_select(columns, theirs).on_conflict_do_nothing())

    async def drop_contacts(self, candidate_id: UUID, other_id: UUID) -> None:
        """Let a candidate be found no longer by contacts that came from another."""
        await self.session.execute(
            delete(CandidateContact).where(
                CandidateContact.organization_id == self.organization_id,
                CandidateContact.candidate_id == candidate_id,
                CandidateContact.merged_from == other_id,
            )
        )
