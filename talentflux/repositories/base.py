"""What every repository does: keep to one organization, hide deleted rows, read lists page by page."""

from collections import namedtuple
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Final, Generic, TypeVar, cast, get_args
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import ColumnElement, Select, bindparam, func, inspect, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import BindParameter

from talentflux.core.cursor import make_cursor, read_cursor
from talentflux.core.database import AnySession, ReadSession
from talentflux.core.errors import ConflictError, NotFoundError, PreconditionFailedError
from talentflux.core.statements import Statement, as_dicts
from talentflux.models.base import TenantRow
from talentflux.repositories.horizon import HORIZON, horizon
from talentflux.repositories.variant import in_all, optional_name, optional_names, variant
from talentflux.schemas.page import ListParameters, RowPage, Sort, SyncParameters
from talentflux.schemas.version import ANY_VERSION, Versions, version_of

M = TypeVar("M", bound=TenantRow)
Given = Mapping[str, object]
KeyPart = float | str | UUID | datetime

LAST_ID: Final = UUID(int=2**128 - 1)
"""Behind every id: where a list that runs from new to old begins."""
FIRST_ID: Final = UUID(int=0)
"""Before every id: where a list that runs from old to new begins."""
LAST_TIME: Final = datetime(9000, 1, 1, tzinfo=UTC)
FIRST_TIME: Final = datetime(1, 1, 2, tzinfo=UTC)


class ListQuery:
    """A list of summary columns, turned into SQL once at import and run through the driver.

    The statement is limited by `:organization_id`, `:rows` and by one parameter for each part of its key. For each set
    of its optional filters that is asked for a variant without the others is made ready once.

    Args:
        statement: What is read, in the order of the key, without deleted rows.
        key: Columns that order the list, each with its value before the first row.
        filtered: Whether it has filters that are always given.
    """

    def __init__(
        self, statement: Select[*tuple[Any, ...]], key: Mapping[str, KeyPart], *, filtered: bool = False
    ) -> None:
        self.key, self._filtered = dict(key), filtered
        self._statement, self.optional = statement, tuple(optional_names(statement))
        self._statements: dict[tuple[frozenset[str], bool], Statement] = {}
        self._rows = Statement(statement.limit(bindparam("rows")))
        for name in ("organization_id", *(f"after_{part}" for part in key)):
            if f"%({name})s" not in self._rows.sql:
                raise ValueError(f"the list is not bound by :{name}")

    async def page(self, session: AnySession, limit: int, cursor: str | None, **filters: object) -> RowPage:
        """Read one page.

        Args:
            session: The transaction; its scope gives the organization.
            limit: Most rows.
            cursor: Where the page before ended, None for the first page.
            **filters: The statement's other parameters; None leaves a filter out. They bind the cursor.

        Raises:
            InvalidInputError: The cursor is not one of this list with these filters.
        """
        return await self.asked(session, ListParameters.model_construct(limit=limit, cursor=cursor), **filters)

    async def asked(self, session: AnySession, asked: ListParameters, **filters: object) -> RowPage:
        """Read one page, as `page` does, and count all rows where that is asked for."""
        return await self.read(session, asked, filters, {})

    async def read(self, session: AnySession, asked: ListParameters, filters: Given, moving: Given) -> RowPage:
        """Read one page, as `asked` does.

        Args:
            session: The transaction; its scope gives the organization.
            asked: Limit, cursor, and whether to count.
            filters: Parameters that bind the cursor.
            moving: Parameters that differ from page to page.
        """
        limit, cursor, counted = asked.limit, asked.cursor, asked.include_total
        place = self._place(session, filters)
        after = self._after(cursor, place, session) if cursor else self.key
        parameters = self._parameters(session, {**filters, **moving}, after)
        parameters |= self._begin("first") if counted else {}
        ready = self.ready(parameters, counted=counted)
        names, found = await session.rows(ready, {**parameters, "rows": limit + 1})
        total = None
        if counted:
            total = await self._whole(session, parameters, found, behind=cursor is not None)
            names, found = names[:-1], [row[:-1] for row in found]
        more = len(found) > limit
        items = as_dicts(names, found[:limit])
        following = [items[-1][part] for part in self.key] if more else []
        return RowPage(items, make_cursor(following, place, session.keyring.sign) if more else None, total)

    async def _whole(self, session: AnySession, parameters: Given, found: Sequence[Any], *, behind: bool) -> int:
        """Return how many rows there are in all, which each row says; where none is left behind a cursor, the first."""
        if not found and behind:
            given = {**parameters, **self._begin("after"), "rows": 1}
            _, found = await session.rows(self.ready(parameters, counted=True), given)
        return int(found[0][-1]) if found else 0

    def ready(self, parameters: Mapping[str, object], *, counted: bool = False) -> Statement:
        """Return what reads, and counts, with the filters that are given; None leaves one out."""
        given = frozenset(name for name in self.optional if parameters.get(name) is not None)
        ready = self._statements.get((given, counted))
        if ready is None:
            rows = variant(self._statement, given) if self.optional else self._statement
            rows = rows.add_columns(in_all(rows)) if counted else rows
            anew = self._filtered or bool(given)
            ready = self._statements[given, counted] = Statement(rows.limit(bindparam("rows")), anew=anew)
        return ready

    def _parameters(
        self, session: AnySession, filters: Mapping[str, object], after: Mapping[str, KeyPart]
    ) -> dict[str, object]:
        return {
            **filters,
            "organization_id": session.scope.organization_id,
            **{f"after_{part}": value for part, value in after.items()},
        }

    def _begin(self, prefix: str) -> dict[str, object]:
        return {f"{prefix}_{part}": value for part, value in self.key.items()}

    def _place(self, session: AnySession, filters: Mapping[str, object]) -> str:
        scope = session.scope
        owner = scope.organization_id or scope.user_id
        return orjson.dumps([self._rows.name, owner, sorted(filters.items())], default=_plain).decode()

    def _after(self, cursor: str, place: str, session: AnySession) -> dict[str, KeyPart]:
        values = read_cursor(cursor, place, session.keyring.sign)
        return {
            part: datetime.fromisoformat(value) if isinstance(first, datetime) else type(first)(value)
            for (part, first), value in zip(self.key.items(), values, strict=True)
        }


class ResourceList:
    """A list in each of its views: the orders of live rows, those of deleted ones, and all rows by time of change.

    Args:
        model: Whose rows.
        columns: What is read of each, with joins and without conditions.
        filters: Conditions on parameters, as `optional` gives them.
        live: Conditions on rows that are not deleted.
    """

    def __init__(
        self,
        model: Any,
        columns: Select[*tuple[Any, ...]],
        *,
        filters: Sequence[ColumnElement[bool]] = (),
        live: Sequence[ColumnElement[bool]] = (),
    ) -> None:
        rows = columns.where(model.organization_id == parameter("organization_id", model.organization_id), *filters)
        views = {False: rows.where(model.deleted_at.is_(None), *live), True: rows.where(model.deleted_at.is_not(None))}
        filtered = any(optional_name(condition) is None for condition in filters)
        self._views = {
            (deleted, sort): _ordered(model, view, sort, filtered=filtered)
            for deleted, view in views.items()
            for sort in get_args(get_args(Sort)[0])
        }
        changed = rows.where(
            model.updated_at >= parameter("since", model.updated_at),
            model.updated_at < parameter("horizon", model.updated_at),
        )
        self._changed = _ordered(model, changed, "updated_at", filtered=True)

    def view(self, sort: Sort = "-created_at", *, deleted: bool = False) -> ListQuery:
        """Return one of the views.

        Args:
            sort: The order.
            deleted: Whether it is of deleted rows.
        """
        return self._views[deleted, sort]

    async def page(
        self,
        session: AnySession,
        asked: SyncParameters,
        sort: Sort,
        moving: Given = MappingProxyType({}),
        /,
        **filters: object,
    ) -> RowPage:
        """Read one page of the view that is asked for.

        Args:
            session: The transaction; its scope gives the organization.
            asked: Limit, cursor and view.
            sort: The order.
            moving: Parameters that may differ from page to page, `horizon` among them where it was looked at already.
            **filters: None leaves a filter out.

        Raises:
            InvalidInputError: The cursor is not one of this list with these filters.
        """
        query = self.view(sort, deleted=asked.deleted)
        if asked.updated_since is not None:
            query, filters["since"] = self._changed, asked.updated_since
            if "horizon" not in moving:
                moving = {**moving, "horizon": await horizon(session)}
        return await query.read(session, asked, filters, moving)


def _ordered(model: Any, rows: Select[*tuple[Any, ...]], sort: str, *, filtered: bool) -> ListQuery:
    """Return a list in one order. Ids sort by the time of making; times of change may be equal, so the id decides."""
    descending = sort.startswith("-")
    columns = {"id": model.id} if sort.endswith("created_at") else {"updated_at": model.updated_at, "id": model.id}
    starts: dict[str, tuple[KeyPart, KeyPart]] = {"id": (FIRST_ID, LAST_ID), "updated_at": (FIRST_TIME, LAST_TIME)}
    key = tuple_(*columns.values())
    after = tuple_(*(parameter(f"after_{name}", column) for name, column in columns.items()))
    statement = rows.where(key < after if descending else key > after)
    order = [column.desc() if descending else column.asc() for column in columns.values()]
    return ListQuery(
        statement.order_by(*order), {name: starts[name][descending] for name in columns}, filtered=filtered
    )


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

    async def get(self, row_id: UUID, *, lock: bool = False, versions: Versions = ANY_VERSION) -> M:
        """Return one row.

        Args:
            row_id: Its id.
            lock: Keep others from changing it until the transaction ends. Rows that point to it may still be written,
                for two who each wrote one and then want the lock would wait for each other.
            versions: Those that the caller means.

        Raises:
            NotFoundError: There is none in this organization.
            PreconditionFailedError: It has another version.
        """
        if isinstance(self.session, ReadSession):
            return self._expected(await self._record(row_id), versions)
        statement = self.live().where(self.model.id == row_id)
        return self._expected(await self.session.scalar(_locked(statement) if lock else statement), versions)

    async def get_followed(self, row_id: UUID, asked: SyncParameters) -> tuple[M, Given]:
        """Return a row and, in the same statement, what the list that is read next of what belongs to it is bound by.

        Args:
            row_id: Its id.
            asked: Of that list.

        Raises:
            NotFoundError: There is none in this organization.
        """
        if asked.updated_since is None or not isinstance(self.session, ReadSession):
            return await self.get(row_id), {}
        row = self._expected(await self._record(row_id, followed=True), ANY_VERSION)
        return row, {"horizon": row.horizon}  # type: ignore[attr-defined] # a column of this record

    async def _record(self, row_id: UUID, *, followed: bool = False) -> M | None:
        """Read a row that nobody will change, for a third of what the ORM takes: its columns, and no more."""
        given = {"organization_id": self.organization_id, "row_id": row_id}
        statement, record = _row_statement(cast("Hashable", self.model), followed=followed)
        _, found = await self.session.rows(statement, given)
        return cast("M", record(*found[0])) if found else None

    async def get_deleted(self, row_id: UUID, *, versions: Versions = ANY_VERSION) -> M:
        """Return one deleted row, kept from being changed by others until the transaction ends.

        Args:
            row_id: Its id.
            versions: Those that the caller means.

        Raises:
            NotFoundError: There is none in this organization, or it is not deleted.
            PreconditionFailedError: It has another version.
        """
        statement = select(self.model).where(
            self.model.organization_id == self.organization_id,
            self.model.id == row_id,
            self.model.deleted_at.is_not(None),
        )
        return self._expected(await self.session.scalar(_locked(statement)), versions)

    def _expected(self, row: M | None, versions: Versions) -> M:
        if row is None:
            raise NotFoundError(f"There is no {self.model.__tablename__.replace('_', ' ')} with this id.")
        if version_of(row.updated_at) not in versions:
            raise PreconditionFailedError(
                "Somebody changed it after you read it. Read it again and repeat your change on what it says now."
            )
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


@cache
def _row_statement(model: Any, *, followed: bool) -> tuple[Statement, Callable[..., Any]]:
    """Return what reads one row that is not deleted, without the columns that are loaded on demand, and its form."""
    columns = {each.key: getattr(model, each.key) for each in inspect(model).column_attrs if not each.deferred}
    columns |= {"horizon": HORIZON} if followed else {}
    statement = select(*columns.values()).where(
        model.organization_id == parameter("organization_id", model.organization_id),
        model.id == parameter("row_id", model.id),
        model.deleted_at.is_(None),
    )
    return Statement(statement), namedtuple(model.__name__, columns)  # noqa: PYI024 -- the model tells the types


@contextmanager
def unique(detail: str) -> Iterator[None]:
    """Turn a row that there may be only one of into an error that can be answered.

    Args:
        detail: What there is already, and what to do.

    Raises:
        ConflictError: A unique key is violated in the block.
    """
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise
        raise ConflictError(detail) from error


def _locked(statement: Select[M]) -> Select[M]:
    return statement.with_for_update(key_share=True)


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


def _plain(value: object) -> str:
    """Return a value of a filter that JSON does not know, such as a blind index."""
    return value.hex() if isinstance(value, bytes) else str(value)
