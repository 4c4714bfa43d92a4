"""SQL of exports, and of archives: whole tables read from one moment, and written with their own ids and times."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from pgvector.sqlalchemy import HALFVEC
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import JSONB

from talentflux.core.database import AnySession, ReadSession
from talentflux.models import Base, DataExport, File, Organization, User
from talentflux.repositories.base import LAST_ID, ListQuery, TenantRepository, newest_first, of_tenant
from talentflux.schemas.data_export import ExportQuery
from talentflux.schemas.page import RowPage

_LIST: Final = ListQuery(
    select(
        DataExport.id,
        DataExport.kind,
        DataExport.status,
        DataExport.processed,
        DataExport.total,
        DataExport.size,
        DataExport.failure,
        DataExport.created_at,
        DataExport.updated_at,
        DataExport.expires_at,
    )
    .where(*of_tenant(DataExport), newest_first(DataExport)[0])
    .order_by(newest_first(DataExport)[1]),
    {"id": LAST_ID},
)
_ROWS_AT_A_TIME: Final = 500
_SNAPSHOT: Final = b"rollback; begin transaction isolation level repeatable read, read only"
# Who was merged into somebody who was merged in turn is known by the one who stands at the end.
_MERGED_CONTACTS: Final = b"""
with recursive merged as (
    select organization_id, candidate_id, other_id, other_id as whose from candidate_merge
    where organization_id = %s and undone_at is null and deleted_at is null
    union
    select m.organization_id, m.candidate_id, m.other_id, e.whose from merged e
    join candidate_merge m on m.organization_id = e.organization_id and m.other_id = e.candidate_id
        and m.undone_at is null and m.deleted_at is null
)
insert into candidate_contact (organization_id, contact, candidate_id, kind, merged_from)
select e.organization_id, k.contact, e.candidate_id, k.kind, e.other_id from merged e
join candidate c on c.organization_id = e.organization_id and c.id = e.whose
cross join lateral (values ('email', c.email_index), ('phone', c.phone_index)) k (kind, contact)
where k.contact is not null
on conflict do nothing"""
_SCOPE: Final = (
    b"select set_config('app.organization_id', %s, true), set_config('app.user_id', %s, true), "
    b"set_config('app.requisitions', %s, true)"
)


class DataExportRepository(TenantRepository[DataExport]):
    """Exports of the organization."""

    model = DataExport

    async def page(self, asked: ExportQuery) -> RowPage:
        """Read a page of exports, the newest first."""
        return await _LIST.asked(self.session, asked)


class ArchiveSource:
    """Reads whole tables of one organization as they were at one moment.

    Args:
        session: A transaction that only reads.
    """

    def __init__(self, session: ReadSession) -> None:
        self._session = session
        self._organization_id = session.scope.organization_id

    async def freeze(self) -> None:
        """Begin the transaction anew: whatever others commit from now on is not seen."""
        driver = await self._session.driver()
        await driver.execute(_SNAPSHOT, prepare=False)
        scope = self._session.scope
        await driver.execute(_SCOPE, [str(self._organization_id), str(scope.user_id or ""), scope.requisitions])

    async def count(self, table: str) -> int:
        """Return how many rows of the organization a table has."""
        query = sql.SQL("select count(*) from {} where organization_id = %s").format(sql.Identifier(table))
        return int((await self._all(query, [self._organization_id]))[0]["count"])

    async def rows(
        self, table: str, columns: Sequence[str], order: Sequence[str], owners: Mapping[str, str]
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """Give the rows of a table in batches; JSON and vectors come as text.

        Args:
            table: Its name.
            columns: What is read.
            order: By what.
            owners: By column: the table with the key of the row that it points to; the key comes as `key <column>`.
        """
        types = Base.metadata.tables[table].columns
        parts = [
            sql.SQL("t.{0}::text as {0}" if isinstance(types[name].type, (JSONB, HALFVEC)) else "t.{0}").format(
                sql.Identifier(name)
            )
            for name in columns
        ]
        parts += [
            sql.SQL(
                "(select k.wrapped_key from {} k where k.organization_id = t.organization_id and k.id = t.{}) as {}"
            ).format(sql.Identifier(owner), sql.Identifier(column), sql.Identifier(f"key {column}"))
            for column, owner in owners.items()
        ]
        query = sql.SQL("select {} from {} t where t.organization_id = %s order by {}").format(
            sql.SQL(", ").join(parts),
            sql.Identifier(table),
            sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in order),
        )
        driver = await self._session.driver()
        async with driver.cursor(name="archive", row_factory=dict_row) as cursor:
            await cursor.execute(query, [self._organization_id], binary=True)
            while batch := await cursor.fetchmany(_ROWS_AT_A_TIME):
                yield batch

    async def people(self, table: str, columns: Sequence[str]) -> AsyncIterator[list[dict[str, Any]]]:
        """Give rows that are not deleted, with their candidates, in batches.

        Args:
            table: `candidate`, or one with a column `candidate_id`.
            columns: What is read; of the candidate also `person_id`, `person_key` and `person_profile`.
        """
        own = sql.SQL("t.id" if table == "candidate" else "t.candidate_id")
        query = sql.SQL(
            "select {}, c.id as person_id, c.wrapped_key as person_key, c.profile as person_profile from {} t "
            "join candidate c on c.organization_id = t.organization_id and c.id = {} "
            "where t.organization_id = %s and t.deleted_at is null and c.deleted_at is null order by t.id"
        ).format(
            sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in columns),
            sql.Identifier(table),
            own,
        )
        driver = await self._session.driver()
        async with driver.cursor(name="people", row_factory=dict_row) as cursor:
            await cursor.execute(query, [self._organization_id], binary=True)
            while batch := await cursor.fetchmany(_ROWS_AT_A_TIME):
                yield batch

    async def users(self, table: str, column: str) -> set[UUID]:
        """Return the accounts that a column names."""
        query = sql.SQL("select distinct {0} as id from {1} where organization_id = %s and {0} is not null").format(
            sql.Identifier(column), sql.Identifier(table)
        )
        return {row["id"] for row in await self._all(query, [self._organization_id])}

    async def files(self) -> list[tuple[UUID, str, bytes]]:
        """Return id, place and wrapped key of all originals that can be opened."""
        statement = select(File.id, File.key, File.wrapped_key).where(
            File.organization_id == self._organization_id, File.wrapped_key.is_not(None)
        )
        rows = await self._session.execute(statement.order_by(File.id))
        return [(row[0], row[1], row[2]) for row in rows if row[2] is not None]

    async def organization(self) -> Organization:
        """Return the organization."""
        return (await self._session.scalars(select(Organization).where(Organization.id == self._organization_id))).one()

    async def _all(self, query: sql.Composed, values: Sequence[object]) -> list[dict[str, Any]]:
        driver = await self._session.driver()
        async with driver.cursor(row_factory=dict_row, binary=True) as cursor:
            await cursor.execute(query, values)
            return await cursor.fetchall()


async def accounts(session: AnySession, ids: Collection[UUID]) -> list[User]:
    """Return accounts by their ids, deleted ones too.

    Args:
        session: A transaction that finds out who somebody is.
        ids: Which.
    """
    return list(await session.scalars(select(User).where(User.id.in_(list(ids)))))


class ArchiveTarget:
    """Writes rows with their own ids and times into one organization.

    Args:
        session: The transaction; its scope is the organization's.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session
        self._organization_id = session.scope.organization_id

    async def keep_times(self) -> None:
        """Let the rows of this transaction keep their times of change."""
        await self._session.execute(text("select set_config('app.rewrapping', 'on', true)"))

    async def holds(self, table: str) -> bool:
        """Return whether the organization has rows in a table."""
        query = sql.SQL("select exists (select from {} where organization_id = %s)").format(sql.Identifier(table))
        driver = await self._session.driver()
        row = await (await driver.execute(query, [self._organization_id])).fetchone()
        return bool(row and row[0])

    async def clear(self, table: str) -> None:
        """Delete all rows of a table: those that every organization begins with."""
        query = sql.SQL("delete from {} where organization_id = %s").format(sql.Identifier(table))
        await (await self._session.driver()).execute(query, [self._organization_id])

    async def drop_members(self, user_ids: Collection[UUID]) -> None:
        """Delete the memberships of accounts whose membership the archive brings."""
        query = b"delete from member where organization_id = %s and user_id = any(%s)"
        await (await self._session.driver()).execute(query, [self._organization_id, list(user_ids)])

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        r"""Insert rows; their organization is the transaction's, whatever they say.

        Args:
            table: Its name.
            columns: What the rows hold.
            rows: Values as JSON has them; bytes as hexadecimal with `\x` before.
        """
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        query = sql.SQL(
            "insert into {0} (organization_id, {1}) select %s, {1} from json_populate_recordset(null::{0}, %s::json)"
        ).format(sql.Identifier(table), names)
        await (await self._session.driver()).execute(query, [self._organization_id, orjson.dumps(rows).decode()])

    async def point(self, table: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Set columns of rows that point to rows which had not been there.

        Args:
            table: Its name.
            columns: Which are set.
            rows: With `id` and those columns.
        """
        sets = sql.SQL(", ").join(sql.SQL("{0} = r.{0}").format(sql.Identifier(name)) for name in columns)
        query = sql.SQL(
            "update {0} set {1} from json_populate_recordset(null::{0}, %s::json) r "
            "where {0}.organization_id = %s and {0}.id = r.id"
        ).format(sql.Identifier(table), sets)
        await (await self._session.driver()).execute(query, [orjson.dumps(rows).decode(), self._organization_id])

    async def add_merged_contacts(self) -> None:
        """Let candidates be found by the addresses and numbers of those who were merged into them."""
        await (await self._session.driver()).execute(_MERGED_CONTACTS, [self._organization_id])

    async def live_candidates(self) -> list[UUID]:
        """Return the ids of all candidates who are not deleted."""
        query = b"select id from candidate where organization_id = %s and deleted_at is null order by id"
        rows = await (await self._session.driver()).execute(query, [self._organization_id])
        return [row[0] for row in await rows.fetchall()]

    async def insert_tokens(self, table: str, parent: str, tokens: Sequence[tuple[bytes, UUID]]) -> None:
        """Insert tokens under which rows are found.

        Args:
            table: Of tokens.
            parent: The table of the rows.
            tokens: Each with the id of its row.
        """
        query = sql.SQL(
            "insert into {} (organization_id, token, {}) select %s, t.* from unnest(%s::bytea[], %s::uuid[]) t"
        )
        composed = query.format(sql.Identifier(table), sql.Identifier(f"{parent}_id"))
        values = [self._organization_id, [token for token, _ in tokens], [row for _, row in tokens]]
        driver = await self._session.driver()
        async with driver.cursor(binary=True) as cursor:
            await cursor.execute(composed, values)
