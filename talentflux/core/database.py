"""Sessions: one transaction each, bound to a tenant, of two types that the type checker tells apart.

The connection runs in the driver's autocommit mode and this module opens the transaction itself, because `begin`
and the tenant's scope then travel as one simple query; step by step they cost three times as much. Connections act
as the role `talentflux_app`, which owns nothing and is subject to row-level security.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from types import TracebackType
from typing import Literal, Self, TypeVar

import orjson
import psycopg
from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from talentflux.core.audit_trail import AuditTrail
from talentflux.core.errors import ConfigurationError, DependencyError
from talentflux.core.foreseeing import ForeseenSession
from talentflux.core.keyring import Keyring
from talentflux.core.leasing import (
    Lender,
    Row,
    driver_of,
    end_reading,
    forget,
    give_back,
    make_ready,
    one_row,
    reset,
    settle,
)
from talentflux.core.principal import Authorization, Principals
from talentflux.core.sessions import NOWHERE, AnySession, Origin, ReadSession, Scope, WriteSession

__all__ = [
    "APP_ROLE",
    "NOWHERE",
    "AnySession",
    "Database",
    "Origin",
    "ReadSession",
    "Scope",
    "WriteSession",
    "driver_url",
    "dump_json",
]

APP_ROLE = "talentflux_app"
_CONNECT_SECONDS = 5
_BEGIN = {"read": "begin read only", "write": "begin"}


_S = TypeVar("_S", ReadSession, WriteSession)


class Database:
    """A pool of connections to one PostgreSQL and the sessions over it.

    Args:
        url: Connection URL (`postgresql://…`).
        pool_size: Most connections at a time.
        keyring: Unwraps the keys of personal data; None where none is touched.
        statement_timeout_seconds: A statement that runs longer is ended by the server.

    Attributes:
        lender: Takes connections from the pool.
        on_wait: Told the seconds until a connection was free, for each transaction.
    """

    def __init__(
        self,
        url: str,
        pool_size: int = 10,
        *,
        keyring: Keyring | None = None,
        statement_timeout_seconds: float = 60.0,
    ) -> None:
        self.keyring = keyring
        self.trail = AuditTrail()
        self.on_wait: Callable[[float], None] = _ignore
        self.principals = Principals()
        options = (
            f"-c role={APP_ROLE} -c timezone=UTC -c statement_timeout={statement_timeout_seconds * 1000:.0f}"
            " -c idle_in_transaction_session_timeout=60000"
        )
        self.engine: AsyncEngine = create_async_engine(
            driver_url(url),
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=False,  # a transaction of ours is open although the driver is in autocommit
            pool_reset_on_return=None,  # `reset` does it, and asks the server only where there is something to do
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,  # an error's text may reach a log
            pool_timeout=10,
            json_serializer=dump_json,
            json_deserializer=orjson.loads,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "options": options},
        )
        event.listen(self.engine.sync_engine, "reset", reset)
        self.lender = Lender(self.engine)

    def write_session(self, scope: Scope, origin: Origin = NOWHERE) -> AbstractAsyncContextManager[WriteSession]:
        """Open a transaction that may write; commits at the end of the block.

        Args:
            scope: Whose rows it may see and write.
            origin: Where the request came from.

        Returns:
            What opens the session.

        Raises:
            DependencyError: The database cannot be reached.
        """
        return _Transaction(self, WriteSession, scope, origin)

    def authorized_write_session(
        self, authorization: Authorization, origin: Origin = NOWHERE
    ) -> AbstractAsyncContextManager[WriteSession]:
        """Open a transaction that may write, for whoever a credential proves the caller to be.

        Args:
            authorization: Made of the credential by `core.principal.authorization`.
            origin: Where the request came from.

        Returns:
            What opens the session; its `principal` says who acts and what they may do.

        Raises:
            UnauthenticatedError: The credential is not or no longer good.
            NotFoundError: The caller is no member of the organization asked for.
            DependencyError: The database cannot be reached.
        """
        return _Transaction(self, WriteSession, authorization, origin)

    def authorized_read_session(
        self, authorization: Authorization, origin: Origin = NOWHERE
    ) -> AbstractAsyncContextManager[ReadSession]:
        """Open a read-only transaction for whoever a credential proves the caller to be; as for writing."""
        return _Transaction(self, ReadSession, authorization, origin)

    def foreseen_session(self, authorization: Authorization, origin: Origin = NOWHERE) -> ForeseenSession | None:
        """Return a session for a read by somebody whom this process knows; None for whom it does not.

        Args:
            authorization: Made of the credential by `core.principal.authorization`.
            origin: Where the request came from.
        """
        known = self.principals.last(authorization)
        return None if known is None else ForeseenSession(self, authorization, known, origin)

    def read_session(self, scope: Scope, origin: Origin = NOWHERE) -> AbstractAsyncContextManager[ReadSession]:
        """Open a read-only transaction.

        Args:
            scope: Whose rows it may see.
            origin: Where the request came from.

        Returns:
            What opens the session.

        Raises:
            DependencyError: The database cannot be reached.
        """
        return _Transaction(self, ReadSession, scope, origin)

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

    async def begin(
        self, access: Literal["read", "write"], whose: Scope | Authorization
    ) -> tuple[PoolProxiedConnection, Row | None]:
        """Check a connection out and open the scoped transaction on it.

        A first failure on a pooled connection is taken for a restart of the server: every pooled connection is
        then as dead, so all are let go and a new one is tried. This replaces a query before each use.

        Args:
            access: What the transaction may do.
            whose: Whose rows it may see, or how it finds that out.

        Returns:
            The connection, and the row that the last statement of an authorization gave.

        Raises:
            DependencyError: The database cannot be reached.
        """
        opening = whose.sql if isinstance(whose, Authorization) else _scope_sql(whose)
        query = f"{_BEGIN[access]}; {opening}".encode()
        again = True
        while True:
            try:
                began = perf_counter()
                leased = await self.lender.lease()
                self.on_wait(perf_counter() - began)
            except NoFreeConnectionError as error:
                raise DependencyError("All connections to the database are in use. Try again in a moment.") from error
            except (DBAPIError, psycopg.Error) as error:
                raise DependencyError("The database cannot be reached. Try again in a moment.") from error
            try:
                await settle(leased)
                row = await self._open(leased, query, authorize=isinstance(whose, Authorization))
            except psycopg.OperationalError as error:
                await greenlet_spawn(leased.invalidate)
                leased.close()
                if not again:
                    raise DependencyError("The database cannot be reached. Try again in a moment.") from error
                again = False
                await self.engine.dispose()
            except BaseException:
                await give_back(leased)
                raise
            else:
                return leased, row

    async def _open(self, leased: PoolProxiedConnection, query: bytes, *, authorize: bool) -> Row | None:
        """Run what opens a transaction; return the row about the caller, where it asks for one."""
        driver = driver_of(leased)
        if not authorize:
            await driver.execute(query, prepare=False)
            return None
        await make_ready(leased)
        try:
            return await one_row(driver, query)
        except psycopg.errors.InvalidSqlStatementName:
            # After a rollback the driver lets the server forget all prepared statements, ours too.
            forget(leased)
            await driver.execute(b"rollback", prepare=False)
            await make_ready(leased)
            return await one_row(driver, query)


class _Transaction(AbstractAsyncContextManager[_S]):
    """Opens a session and ends its transaction; generators nested in each other would cost twice as much."""

    __slots__ = ("_database", "_kind", "_leased", "_origin", "_session", "_whose")
    _session: _S
    _leased: PoolProxiedConnection

    def __init__(self, database: Database, kind: type[_S], whose: Scope | Authorization, origin: Origin) -> None:
        self._kind: type[_S] = kind
        self._database, self._whose, self._origin = database, whose, origin

    async def __aenter__(self) -> _S:
        """Open the transaction."""
        database, whose = self._database, self._whose
        self._leased, row = await database.begin("read" if self._kind is ReadSession else "write", whose)
        session: _S = self._kind(database.engine, self._leased)
        self._session = session
        session.origin, session.keys, session.trail = self._origin, database.keyring, database.trail
        if isinstance(session, WriteSession):
            session.before_commit, session.after_commit = [], []
        if isinstance(whose, Scope):
            session.scope = whose
            return session
        try:
            principal = session.principal = database.principals.of(whose, row)
        except BaseException:
            await _let_go(session, self._leased)
            raise
        organization_id = None if whose.own else principal.organization_id
        session.scope = Scope(organization_id, principal.user_id, principal.requisitions)
        return session

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it: by a commit unless the block raised."""
        try:
            if kind is None and isinstance(self._session, WriteSession):
                await _commit(self._session)
            elif kind is None and not self._session.used_orm:
                end_reading(self._leased)
            elif kind is None:
                await (await self._session.driver()).commit()
        finally:
            await _let_go(self._session, self._leased)


def _ignore(_seconds: float) -> None:
    """Take a figure that nobody asked for."""


def _scope_sql(scope: Scope) -> str:
    return (
        f"select set_config('app.organization_id', '{scope.organization_id or ''}', true), "
        f"set_config('app.user_id', '{scope.user_id or ''}', true), "
        f"set_config('app.requisitions', '{scope.requisitions}', true), "
        f"set_config('app.identity', '{'on' if scope.identity else ''}', true)"
    )


async def _commit(session: WriteSession) -> None:
    for call in session.before_commit:
        await call()
    if session.used_orm:
        await session.commit()
    await (await session.driver()).commit()  # does nothing where the ORM did it
    for done in session.after_commit:
        done()


async def _let_go(session: ReadSession | WriteSession, leased: PoolProxiedConnection) -> None:
    """Give a session's connection back; what is left open on it is rolled back."""
    if session.used_orm:
        assert isinstance(session.bind, AsyncConnection)
        try:
            await session.close()
        finally:
            await session.bind.close()
    else:
        await give_back(leased)


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
