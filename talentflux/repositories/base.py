"""What every repository does: keep to one organization, hide deleted rows, read lists page by page."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Generic, TypeVar
from uuid import UUID

import orjson
from psycopg.rows import dict_row
from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.elements import BindParameter

from talentflux.core.database import AnySession
from talentflux.core.errors import InvalidInputError, NotFoundError
from talentflux.models.base import TenantRow
from talentflux.schemas.page import RowPage

M = TypeVar("M", bound=TenantRow)

LAST_ID: Final = UUID(int=2**128 - 1)
"""Behind every id: where a list that runs from new to old begins."""

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call] # no hints there


class ListQuery:
    """A list of summary columns, turned into SQL once at import and run through the driver.

    The statement is limited by `:organization_id`, `:rows` and by one parameter for each part of its key.

    Args:
        statement: What is read, in the order of the key, without deleted rows.
        key: Columns that order the list, each with its value before the first row.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], key: Mapping[str, float | UUID]) -> None:
        compiled = statement.limit(bindparam("rows")).compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.constants = {name: value for name, value in compiled.params.items() if value is not None}
        self.key = dict(key)
        for name in ("organization_id", *(f"after_{part}" for part in key)):
            if f"%({name})s" not in self.sql:
                raise ValueError(f"the list is not bound by :{name}")

    async def page(self, session: AnySession, limit: int, cursor: str | None, **filters: object) -> RowPage:
        """Read one page.

        Args:
            session: The transaction; its scope gives the organization.
            limit: Most rows.
            cursor: Where the page before ended, None for the first page.
            **filters: The statement's other parameters; None leaves a filter out.

        Returns:
            The rows and where they end.

        Raises:
            InvalidInputError: The cursor is not one of ours.
        """
        after = _decode_cursor(cursor, self.key) if cursor else self.key
        parameters = {
            **self.constants,
            **filters,
            "organization_id": session.scope.organization_id,
            "rows": limit + 1,
            **{f"after_{part}": value for part, value in after.items()},
        }
        driver = await session.driver()
        async with driver.cursor(row_factory=dict_row, binary=True) as rows:
            await rows.execute(self.sql.encode(), parameters)
            found = await rows.fetchall()
        more = len(found) > limit
        items = found[:limit]
        return RowPage(items, _encode_cursor([items[-1][part] for part in self.key]) if more else None)


class TenantRepository(Generic[M]):
    """Rows of one model in the organization of the session's scope.

    Row-level security is what holds; the filter here is the second guard and lets the indexes be used.

    Args:
        session: The transaction.
    """

    model: ClassVar[type[Any]]

    def __init__(self, session: AnySession) -> None:
        if session.scope.organization_id is None:
            raise LookupError("a tenant's rows are read without an organization")
        self.session = session
        self.organization_id: UUID = session.scope.organization_id

    def live(self) -> Select[M]:
        """Return a select of all rows that are not deleted."""
        return select(self.model).where(
            self.model.organization_id == self.organization_id, self.model.deleted_at.is_(None)
        )

    async def get(self, row_id: UUID, *, lock: bool = False) -> M:
        """Return one row.

        Args:
            row_id: Its id.
            lock: Keep others from changing it until the transaction ends. Rows that point to it may still be written,
                for two who each wrote one and then want the lock would wait for each other.

        Raises:
            NotFoundError: There is none in this organization.
        """
        statement = self.live().where(self.model.id == row_id)
        row = await self.session.scalar(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFoundError(f"There is no {self.model.__tablename__} with this id.")
        return row

    async def add(self, row: M) -> M:
        """Insert a row into this organization and return it with the values that the database set."""
        row.organization_id = self.organization_id
        self.session.add(row)
        await self.session.flush()
        return row

    async def delete(self, row: M) -> None:
        """Hide a row from now on."""
        row.deleted_at = await self.now()
        await self.session.flush()

    async def now(self) -> datetime:
        """Return the time of the transaction."""
        moment: datetime = (await self.session.execute(select(func.now()))).scalar_one()
        return moment


def parameter(name: str, like: Any) -> BindParameter[Any]:
    """Return a named parameter of the type of a column."""
    return bindparam(name, type_=like.type)


def optional(column: Any, name: str) -> ColumnElement[bool]:
    """Return a filter that holds for all rows while its parameter is null."""
    return or_(parameter(name, column).is_(None), column == parameter(name, column))


def of_tenant(model: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the filters that every list begins with: the organization's rows that are not deleted."""
    return model.organization_id == parameter("organization_id", model.organization_id), model.deleted_at.is_(None)


def newest_first(model: Any) -> tuple[ColumnElement[bool], Any]:
    """Return filter and order of a list from new to old: ids sort by the time they were made."""
    return model.id < parameter("after_id", model.id), model.id.desc()


def _encode_cursor(values: list[object]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _decode_cursor(cursor: str, key: Mapping[str, float | UUID]) -> dict[str, float | UUID]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return {part: type(first)(value) for (part, first), value in zip(key.items(), values, strict=True)}
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise InvalidInputError(
            "The cursor is not one of this list.",
            fields={"query.cursor": "give the `next_cursor` of the page before, unchanged, or leave it out"},
        ) from error
