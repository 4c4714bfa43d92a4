"""Sessions: one transaction each, bound to a tenant, of two types that the type checker tells apart.

The connection runs in the driver's autocommit mode and this module opens the transaction itself, because `begin`
and the tenant's scope then travel as one simple query; step by step they cost three times as much. Connections act
as the role `talentflux_app`, which owns nothing and is subject to row-level security.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar
from uuid import UUID

import orjson
import psycopg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from talentflux.core.errors import ConfigurationError, DependencyError

APP_ROLE = "talentflux_app"
_CONNECT_SECONDS = 5
_BEGIN = {"read": "begin read only", "write": "begin"}


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may see; row-level security reads it.

    Attributes:
        organization_id: The tenant; None sees no tenant's rows.
        user_id: The person who acts; None for the system.
    """

    organization_id: UUID | None = None
    user_id: UUID | None = None


class _ScopedSession(AsyncSession):
    """A session that knows its scope and whose transaction is opened by `Database`."""

    scope: Scope

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """Return the driver's connection inside this transaction, to encode rows as they come."""
        return _driver(await self.connection())


class ReadSession(_ScopedSession):
    """A read-only transaction; PostgreSQL refuses writes in it."""


class WriteSession(_ScopedSession):
    """A transaction that commits when its block ends and rolls back when the block raises."""


AnySession = ReadSession | WriteSession
_S = TypeVar("_S", ReadSession, WriteSession)


class Database:
    """A pool of connections to one PostgreSQL and the sessions over it.

    Args:
        url: Connection URL (`postgresql://…`).
        pool_size: Most connections at a time.
        statement_timeout_seconds: A statement that runs longer is ended by the server.
    """

    def __init__(self, url: str, pool_size: int = 10, *, statement_timeout_seconds: float = 60.0) -> None:
        options = (
            f"-c role={APP_ROLE} -c timezone=UTC -c statement_timeout={statement_timeout_seconds * 1000:.0f}"
            " -c idle_in_transaction_session_timeout=60000"
        )
        self.engine: AsyncEngine = create_async_engine(
            driver_url(url),
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=False,  # a transaction of ours is open although the driver is in autocommit
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,  # an error's text may reach a log
            pool_timeout=10,
            json_serializer=dump_json,
            json_deserializer=orjson.loads,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "options": options},
        )

    @asynccontextmanager
    async def write_session(self, scope: Scope) -> AsyncIterator[WriteSession]:
        """Open a transaction that may write; commits at the end of the block.

        Args:
            scope: Whose rows it may see and write.

        Yields:
            The session.

        Raises:
            DependencyError: The database cannot be reached.
        """
        async with self._session(WriteSession, "write", scope) as session:
            yield session
            await session.commit()

    @asynccontextmanager
    async def read_session(self, scope: Scope) -> AsyncIterator[ReadSession]:
        """Open a read-only transaction.

        Args:
            scope: Whose rows it may see.

        Yields:
            The session.

        Raises:
            DependencyError: The database cannot be reached.
        """
        async with self._session(ReadSession, "read", scope) as session:
            yield session

    async def ping(self) -> None:
        """Ask the database for an answer.

        Raises:
            DependencyError: It cannot be reached.
        """
        async with self.read_session(Scope()) as session:
            await (await session.driver()).execute("select 1")

    async def check_role(self) -> None:
        """Make sure that row-level security binds these connections.

        Raises:
            ConfigurationError: The role is a superuser or may bypass row-level security.
            DependencyError: The database cannot be reached.
        """
        query = "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
        async with self.read_session(Scope()) as session:
            row = await (await (await session.driver()).execute(query)).fetchone()
        if row is None or row[0]:
            raise ConfigurationError(
                f"The role {APP_ROLE} is a superuser or may bypass row-level security, so tenants would not be kept "
                f"apart. Run as an administrator: ALTER ROLE {APP_ROLE} NOSUPERUSER NOBYPASSRLS"
            )

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    async def __aenter__(self) -> Self:
        """Return itself; connections open when first needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self.close()

    @asynccontextmanager
    async def _session(self, kind: type[_S], access: Literal["read", "write"], scope: Scope) -> AsyncIterator[_S]:
        connection = await self._begin(access, scope)
        try:
            # The session's commit ends the transaction; what is left open is rolled back when the connection returns.
            async with kind(bind=connection, expire_on_commit=False) as session:
                session.scope = scope
                yield session
        finally:
            await connection.close()

    async def _begin(self, access: Literal["read", "write"], scope: Scope) -> AsyncConnection:
        """Check a connection out and open the scoped transaction on it.

        A first failure on a pooled connection is taken for a restart of the server: every pooled connection is
        then as dead, so all are let go and a new one is tried. This replaces a query before each use.
        """
        query = (
            f"{_BEGIN[access]}; select set_config('app.organization_id', '{scope.organization_id or ''}', true), "
            f"set_config('app.user_id', '{scope.user_id or ''}', true)"
        ).encode()
        for attempt in (1, 2):
            try:
                connection = await self.engine.connect()
            except NoFreeConnectionError as error:
                raise DependencyError("All connections to the database are in use. Try again in a moment.") from error
            except DBAPIError as error:
                raise DependencyError("The database cannot be reached. Try again in a moment.") from error
            try:
                await _driver(connection).execute(query, prepare=False)
            except psycopg.OperationalError as error:
                await connection.invalidate()
                await connection.close()
                if attempt == 2:
                    raise DependencyError("The database cannot be reached. Try again in a moment.") from error
                await self.engine.dispose()
            except BaseException:
                await connection.close()
                raise
            else:
                return connection
        raise AssertionError("the loop returns or raises")


def dump_json(value: object) -> str:
    """Return the JSON text of a value for a JSONB column."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def driver_url(url: str) -> URL:
    """Return a URL with the driver that this program uses.

    Args:
        url: Any spelling of a PostgreSQL URL: `postgres://`, `postgresql://`, `postgresql+psycopg://`.

    Raises:
        ConfigurationError: It is not the URL of a PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The cause is left out: it quotes the URL, which may hold a password.
        raise ConfigurationError("DATABASE_URL is not a URL such as postgresql://user:password@host/name") from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigurationError(f"DATABASE_URL names {parsed.get_backend_name()}; only PostgreSQL is supported.")
    return parsed.set(drivername="postgresql+psycopg")


def _driver(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    opened = connection.sync_connection
    assert opened is not None
    driver = opened.connection.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    return driver
