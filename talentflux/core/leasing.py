"""Connections as they are taken from the pool and given back: what the driver is told there, and no more than that."""

import contextlib
from typing import Any, Final

import psycopg
from psycopg import generators
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection, PoolResetState, QueuePool
from sqlalchemy.util import greenlet_spawn

from talentflux.core.principal import PREPARE
from talentflux.core.statements import READY, Driver, answers

_AUTHORIZES: Final = "authorizes"  # in a connection's `info`: the server knows the statements of `PREPARE`
_ENDING: Final = "talentflux ending"  # in a connection's `info`: a commit is under way that nobody waits for


class Lender:
    """Takes connections from the pool of an engine.

    Where one lies ready nothing is waited for, and the switch of stacks that a wait needs is left out. One that was
    found dead lies there too, though, and is to be opened anew: from then on every one is taken as if it were.

    Args:
        engine: With a pool that neither renews old connections nor asks each whether it lives.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine, self._sound = engine.sync_engine, True
        event.listen(self._engine, "invalidate", lambda *_: self._trust(sound=False))
        event.listen(self._engine, "engine_disposed", lambda _: self._trust(sound=True))

    async def lease(self) -> PoolProxiedConnection:
        """Take a connection.

        Raises:
            sqlalchemy.exc.TimeoutError: None came free in time.
            sqlalchemy.exc.DBAPIError: A new one cannot be opened.
        """
        pool = self._engine.pool
        if self._sound and isinstance(pool, QueuePool) and pool.checkedin():
            return pool.connect()
        return await greenlet_spawn(pool.connect)

    def _trust(self, *, sound: bool) -> None:
        self._sound = sound


def driver_of(leased: PoolProxiedConnection) -> Driver:
    """Return the driver's connection."""
    driver = leased.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    return driver


async def make_ready(leased: PoolProxiedConnection) -> None:
    """Let the server plan what finds out who a caller is, unless it has.

    Args:
        leased: The connection.
    """
    if _AUTHORIZES not in leased.info:  # which lives as long as the connection to the server
        await driver_of(leased).execute(PREPARE.encode(), prepare=False)
        leased.info[_AUTHORIZES] = True


def forget(leased: PoolProxiedConnection) -> None:
    """Take note that the server has forgotten all that a connection had prepared.

    Args:
        leased: The connection.
    """
    leased.info.pop(_AUTHORIZES, None)
    leased.info.pop(READY, None)


async def one_row(driver: Driver, query: bytes) -> "Row | None":
    """Run statements without parameters and return the first row of the last one.

    What a cursor does beside that costs as much as the statements; it is used where statements are watched.

    Args:
        driver: The connection.
        query: One or more statements.

    Raises:
        psycopg.Error: The server refuses one of them.
    """
    if driver.cursor_factory is not psycopg.AsyncCursor:
        async with driver.cursor() as cursor:
            await cursor.execute(query, prepare=False)
            while cursor.nextset():
                pass
            assert cursor.pgresult is not None
            return Row.first(driver, cursor.pgresult)
    async with driver.lock:
        driver.pgconn.send_query(query)
        result = (await answers(driver))[-1]
    if result.status == ExecStatus.FATAL_ERROR:
        raise psycopg.errors.error_from_result(result)
    return Row.first(driver, result)


class Row:
    """A row as the server sent it, read when it is looked into.

    Args:
        driver: Reads it.
        result: Whose first row it is.
    """

    __slots__ = ("_driver", "_result", "sent")

    def __init__(self, driver: Driver, result: PGresult) -> None:
        self._driver, self._result = driver, result
        self.sent = tuple(result.get_value(0, place) for place in range(result.nfields))

    @classmethod
    def first(cls, driver: Driver, result: PGresult) -> "Row | None":
        """Return the first row of a result, if there is one."""
        return cls(driver, result) if result.ntuples else None

    def read(self) -> dict[str, Any]:
        """Return the values by the names of their columns."""
        transformer = Transformer(self._driver)
        transformer.set_pgresult(self._result)
        values = transformer.load_row(0, tuple)
        assert values is not None
        names = ((self._result.fname(place) or b"").decode() for place in range(self._result.nfields))
        return dict(zip(names, values, strict=True))


def end_reading(leased: PoolProxiedConnection) -> None:
    """Tell the server that a transaction that changed nothing ends, and wait for nothing.

    A commit, for after a rollback the driver would prepare all statements anew. Its answer is read by `settle`.

    Args:
        leased: The connection, inside the transaction.
    """
    driver = driver_of(leased)
    if driver.pgconn.transaction_status == TransactionStatus.INTRANS and not driver.lock.locked():
        with contextlib.suppress(psycopg.OperationalError):  # a lost connection is found out when it is given back
            driver.pgconn.send_query(b"commit")
            leased.info[_ENDING] = True


async def settle(leased: PoolProxiedConnection) -> None:
    """Read the answer to what `end_reading` sent, which came long ago unless the connection is used at once.

    Args:
        leased: The connection, just taken from the pool.

    Raises:
        psycopg.OperationalError: The connection is lost.
    """
    if not leased.info.pop(_ENDING, False):
        return
    driver = driver_of(leased)
    driver.pgconn.consume_input()
    if driver.pgconn.is_busy():
        await driver.wait(generators.execute(driver.pgconn))
    else:
        while driver.pgconn.get_result() is not None:
            pass
    if driver.pgconn.transaction_status != TransactionStatus.IDLE:
        raise psycopg.OperationalError("the connection was lost at the end of a transaction")


async def give_back(leased: PoolProxiedConnection) -> None:
    """Give a connection back to the pool, once what is open on it is rolled back."""
    if _clean(driver_of(leased), leased.info):
        leased.close()
    else:
        await greenlet_spawn(leased.close)


def reset(connection: Any, record: Any, state: PoolResetState) -> None:
    """Roll back what a connection that comes back to the pool has left open; a listener of the pool's.

    Args:
        connection: As SQLAlchemy wraps it.
        record: Of the pool; its `info` lives as long as the connection.
        state: Whether the server can be asked.
    """
    if state.asyncio_safe and not state.terminate_only and not _clean(connection.driver_connection, record.info):
        connection.rollback()


def _clean(driver: Driver, info: Any) -> bool:
    return driver.pgconn.transaction_status == TransactionStatus.IDLE or _ENDING in info
