"""Sessions as services and repositories get them: of two types that the type checker tells apart."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.pool import PoolProxiedConnection

from talentflux.core.audit_trail import AuditTrail
from talentflux.core.keyring import Keyring
from talentflux.core.leasing import driver_of
from talentflux.core.permissions import RequisitionLevel
from talentflux.core.principal import Principal
from talentflux.core.statements import Statement, fetch, has_room

_ORM = frozenset({"sync_session", "_proxied"})  # attributes that the ORM's part brings


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may see; row-level security reads it.

    Attributes:
        organization_id: The tenant; None sees no tenant's rows.
        user_id: The person who acts; None for the system.
        requisitions: Which of the organization's requisitions are seen; what runs for the system sees all.
        identity: Find out who somebody is: accounts, sessions, members and keys of everybody, no rows of hiring.
    """

    organization_id: UUID | None = None
    user_id: UUID | None = None
    requisitions: RequisitionLevel = "all"
    identity: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a transaction comes from, for the audit log.

    Attributes:
        request_id: The X-Request-Id; empty for what no request caused.
        address: The caller's network address; empty where there is none.
    """

    request_id: str = ""
    address: str = ""


NOWHERE: Final = Origin()
"""For what no request caused."""


class _ScopedSession(AsyncSession):
    """A session that knows its scope and whose transaction is opened by `Database`.

    The ORM's part is made when it is first used: what reads through the driver alone never pays for it.

    Args:
        engine: Whose connection it is.
        leased: The connection, taken from the engine's pool.

    Attributes:
        scope: Whose rows it sees.
        principal: Who acts; None for the system.
        origin: Where the request came from.
        keys: Unwraps the keys of personal data; None where none is touched.
        trail: What this process still has to write to the audit log.
        plain: Whether it has run nothing but statements made ready at import.
    """

    scope: Scope
    trail: AuditTrail
    principal: Principal | None = None
    origin: Origin = NOWHERE
    keys: Keyring | None = None
    plain: bool = True

    def __init__(self, engine: AsyncEngine, leased: PoolProxiedConnection) -> None:
        self._engine, self._leased = engine, leased

    @property
    def keyring(self) -> Keyring:
        """Return what unwraps the keys of personal data.

        Raises:
            LookupError: The database was opened without one.
        """
        if self.keys is None:
            raise LookupError("this database was opened without a keyring")
        return self.keys

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """Return the driver's connection inside this transaction, to encode rows as they come."""
        return driver_of(self._leased)

    async def rows(
        self, statement: Statement, values: Mapping[str, object]
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Run a statement that was made ready at import.

        Args:
            statement: What to run.
            values: Of its parameters; those that it gives itself may be left out.

        Returns:
            The names of its columns, and the rows.

        Raises:
            psycopg.Error: The server refuses it, or the connection is lost.
        """
        driver = driver_of(self._leased)
        # What opened the transaction was prepared, so whatever else this connection had prepared is there too; in a
        # transaction that reads without the ORM nothing can have made the server forget it since.
        untouched = isinstance(self, ReadSession) and self.principal is not None and not self.used_orm
        if untouched and driver.cursor_factory is psycopg.AsyncCursor and has_room(self._leased, statement):
            return await fetch(self._leased, driver, statement, values)
        async with driver.cursor(row_factory=tuple_row, binary=True) as cursor:
            prepare = False if statement.anew else None
            await cursor.execute(statement.sql.encode(), {**statement.constants, **values}, prepare=prepare)
            found = await cursor.fetchall()
            return tuple(column.name for column in cursor.description or ()), found

    def __getattr__(self, name: str) -> Any:
        if name not in _ORM:
            raise AttributeError(name)
        self.plain = False
        connection = AsyncConnection(self._engine, Connection(self._engine.sync_engine, self._leased))
        super().__init__(bind=connection, expire_on_commit=False)
        return self.__dict__[name]

    @property
    def used_orm(self) -> bool:
        """Whether the ORM's part was made."""
        return "sync_session" in self.__dict__


class ReadSession(_ScopedSession):
    """A read-only transaction; PostgreSQL refuses writes in it."""

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """Return the driver's connection inside this transaction."""
        self.plain = False
        return await super().driver()


class WriteSession(_ScopedSession):
    """A transaction that commits when its block ends and rolls back when the block raises.

    Attributes:
        before_commit: Awaited in order inside the transaction, after the block, before the commit.
        after_commit: Called in order when the transaction has committed; must not raise and must not wait.
    """

    before_commit: list[Callable[[], Awaitable[None]]]
    after_commit: list[Callable[[], None]]


AnySession = ReadSession | WriteSession
