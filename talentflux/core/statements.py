"""Statements made ready at import, and the shortest way to run them: one send, one wait, no cursor.

What the driver's cursor does around a prepared statement costs as much as the wait for its answer. Each connection
prepares a statement once and keeps what reads its rows.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import abc, generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

_NAMED: Final = PGDialect_psycopg()  # type: ignore[no-untyped-call] # no hints there
_NUMBERED: Final = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call] # as above
READY: Final = "talentflux statements"
"""In a connection's `info`: what it has prepared."""
_READER: Final = "talentflux reader"  # in a connection's `info`: what turns values and rows into each other
_MOST_READY: Final = 100
_numbers: Final = count()
_CANCEL_SECONDS: Final = 5.0
Driver = psycopg.AsyncConnection[Any]
Call = tuple[bytes, list[bytes | None]]
"""Name of a prepared statement and its parameters as text."""
_Prepared = tuple[bytes, tuple[str, ...]]
_Parameters = tuple[Sequence[abc.Buffer | None], Sequence[Format] | None, tuple[int, ...]]


class Statement:
    """A statement that is turned into SQL once.

    Args:
        clause: With named parameters.
        anew: Let the server plan it for the values of each run: for conditions that some values share with most rows
            and others with few, so that one plan for all would read a table from one end to the other.

    Attributes:
        anew: As given.
        sql: As the driver's cursor takes it, with `%(name)s`.
        constants: Parameters that the clause itself gives.
    """

    def __init__(self, clause: ClauseElement, *, anew: bool = False) -> None:
        self._clause, self.anew = clause, anew
        compiled = _compiled(clause, _NAMED)
        self.sql = str(compiled)
        self.constants = {name: value for name, value in compiled.params.items() if value is not None}

    @cached_property
    def name(self) -> str:
        """Return what tells it from all others."""
        return sha256(self.sql.encode()).hexdigest()

    @cached_property
    def numbered(self) -> tuple[bytes, list[str]]:
        """Return the SQL as the server takes it, with `$1`, and the names of its parameters in that order."""
        compiled = _compiled(self._clause, _NUMBERED)
        return str(compiled).encode(), list(compiled.positiontup or ())


def _compiled(clause: ClauseElement, dialect: PGDialect_psycopg) -> SQLCompiler:
    compiled = clause.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    return compiled


def as_dicts(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return rows as dictionaries.

    Args:
        names: Of the columns.
        rows: Their values.
    """
    return _naming(names)(rows)


@lru_cache(maxsize=512)
def _naming(names: tuple[str, ...]) -> Callable[[list[tuple[Any, ...]]], list[dict[str, Any]]]:
    """Return what makes rows dictionaries: written out it takes a quarter of what `dict(zip(…))` does."""
    values = [f"v{place}" for place in range(len(names))]
    pairs = ", ".join(f"{name!r}: {value}" for name, value in zip(names, values, strict=True))
    made: Callable[[list[tuple[Any, ...]]], list[dict[str, Any]]] = eval(  # noqa: S307 -- quoted names of columns
        f"lambda rows: [{{{pairs}}} for ({', '.join(values)},) in rows]"
    )
    return made


def has_room(leased: PoolProxiedConnection, statement: Statement) -> bool:
    """Return whether a connection has prepared a statement, or may prepare one more."""
    ready = leased.info.get(READY, {})
    return statement.anew or len(ready) < _MOST_READY or any(name == statement.name for name, _ in ready)


async def fetch(
    leased: PoolProxiedConnection, driver: Driver, statement: Statement, values: Mapping[str, object]
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Run a statement and return the names of its columns and its rows.

    Args:
        leased: A connection on which nothing can have made the server forget statements since `forget` was considered.
        driver: The same, as the driver knows it.
        statement: What to run.
        values: Of its parameters; those in `constants` may be left out.

    Raises:
        psycopg.Error: The server refuses it, or the connection is lost.
    """
    reader, given, types = _given(leased, driver, statement, values)
    async with driver.lock:
        known = await _known(leased, driver, statement, types)
        _send(driver, known, statement, (given, reader.formats, types))
        result = _good((await answers(driver))[-1], driver)
    reader.set_pgresult(result)
    return _names(known, result), reader.load_rows(0, result.ntuples, tuple)


async def fetch_behind(
    leased: PoolProxiedConnection,
    driver: Driver,
    before: Sequence[Call],
    statement: Statement,
    values: Mapping[str, object],
) -> tuple[tuple[bytes | None, ...] | None, tuple[str, ...], list[tuple[Any, ...]]]:
    """Run prepared statements and right behind them another one, as one transaction, with one send and one wait.

    Args:
        leased: A connection on which no transaction is open.
        driver: The same, as the driver knows it.
        before: Names and parameters of prepared statements; the last one gives a row or none.
        statement: What is run behind them.
        values: Of its parameters; those in `constants` may be left out.

    Returns:
        The row before, as it was sent, the names of the columns, and the rows.

    Raises:
        psycopg.Error: The server refuses one of them, or the connection is lost.
    """
    reader, given, types = _given(leased, driver, statement, values)
    pgconn = driver.pgconn
    async with driver.lock:
        known = await _known(leased, driver, statement, types)
        pgconn.enter_pipeline_mode()
        try:
            for name, parameters in before:
                pgconn.send_query_prepared(name, parameters)
            _send(driver, known, statement, (given, reader.formats, types))
            pgconn.pipeline_sync()
            results = await _piped(driver)
            pgconn.exit_pipeline_mode()
        except BaseException:
            pgconn.finish()  # what it would still answer belongs to nobody
            raise
    for result in results:
        _good(result, driver)
    first, last = results[-2:]
    reader.set_pgresult(last)
    sent = tuple(first.get_value(0, place) for place in range(first.nfields)) if first.ntuples else None
    return sent, _names(known, last), reader.load_rows(0, last.ntuples, tuple)


def _send(driver: Driver, known: _Prepared | None, statement: Statement, parameters: _Parameters) -> None:
    """Send a statement by the name that it was prepared under, or whole where it is planned anew."""
    given, formats, types = parameters
    if known is None:
        driver.pgconn.send_query_params(statement.numbered[0], given, types, formats, result_format=Format.BINARY)
    else:
        driver.pgconn.send_query_prepared(known[0], given, formats, result_format=Format.BINARY)


def _names(known: _Prepared | None, result: PGresult) -> tuple[str, ...]:
    return _columns(result) if known is None else known[1]


def _columns(described: PGresult) -> tuple[str, ...]:
    return tuple((described.fname(place) or b"").decode() for place in range(described.nfields))


def _given(
    leased: PoolProxiedConnection, driver: Driver, statement: Statement, values: Mapping[str, object]
) -> tuple[abc.Transformer, Sequence[abc.Buffer | None], tuple[int, ...]]:
    """Return what reads rows on a connection, and a statement's parameters as they are sent, with their types."""
    reader: abc.Transformer | None = leased.info.get(_READER)
    if reader is None:
        reader = leased.info[_READER] = Transformer(driver)
    constants = statement.constants
    ordered = [values[name] if name in values else constants[name] for name in statement.numbered[1]]
    given = reader.dump_sequence(ordered, [PyFormat.AUTO] * len(ordered))  # as the cursor does
    return reader, given, tuple(reader.types or ())


async def _known(
    leased: PoolProxiedConnection, driver: Driver, statement: Statement, types: tuple[int, ...]
) -> _Prepared | None:
    """Return the name that a statement has on a connection, and those of its columns; None where it is planned anew."""
    if statement.anew:
        return None
    ready: dict[tuple[str, tuple[int, ...]], _Prepared] = leased.info.setdefault(READY, {})
    known = ready.get((statement.name, types))
    if known is None:
        name = b"list_%d" % next(_numbers)  # never one that a server may still know after it was to forget
        known = ready[statement.name, types] = await _prepare(driver, name, statement.numbered[0], types)
    return known


async def _prepare(driver: Driver, name: bytes, sql: bytes, types: Sequence[int]) -> tuple[bytes, tuple[str, ...]]:
    """Let the server plan a statement; return the name it has there, and those of its columns."""
    driver.pgconn.send_prepare(name, sql, types)
    _good((await answers(driver))[-1], driver)
    driver.pgconn.send_describe_prepared(name)
    described = _good((await answers(driver))[-1], driver)
    return name, _columns(described)


def _good(result: PGresult, driver: Driver) -> PGresult:
    if result.status == ExecStatus.FATAL_ERROR:
        raise psycopg.errors.error_from_result(result, driver.info.encoding)
    if result.status == ExecStatus.PIPELINE_ABORTED:
        raise psycopg.errors.InFailedSqlTransaction("a statement before this one failed")
    return result


async def answers(driver: Driver) -> list[PGresult]:
    """Wait for the answers to what was just sent; what the driver's own wait does beside that costs as much again.

    Args:
        driver: Its `lock` is held.

    Raises:
        psycopg.OperationalError: The connection is lost.
    """
    pgconn = driver.pgconn
    if pgconn.flush():  # more than the socket took at once
        return await driver.wait(generators.execute(pgconn))
    try:
        return await _come(driver, piped=False)
    except (asyncio.CancelledError, KeyboardInterrupt):
        await _end(driver)
        raise


async def _piped(driver: Driver) -> list[PGresult]:
    """Wait for the answers to what was sent up to a synchronization, one for each statement."""
    if driver.pgconn.flush():
        raise psycopg.OperationalError("the server takes nothing")
    return await _come(driver, piped=True)


async def _come(driver: Driver, *, piped: bool) -> list[PGresult]:
    """Wait until all answers are there. Each piece is read as it comes; nobody is woken before the last of them."""
    pgconn, found = driver.pgconn, list[PGresult]()
    if _complete(pgconn, found, piped=piped):
        return found
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def read() -> None:
        if done.done():
            return
        try:
            pgconn.consume_input()
            if _complete(pgconn, found, piped=piped):
                done.set_result(None)
        except Exception as error:  # noqa: BLE001 -- whoever waits raises it
            done.set_exception(error)

    socket = pgconn.socket
    loop.add_reader(socket, read)
    try:
        await done
    finally:
        loop.remove_reader(socket)
    return found


def _complete(pgconn: PGconn, found: list[PGresult], *, piped: bool) -> bool:
    """Take the answers that are there whole; return whether the last one is."""
    while not pgconn.is_busy():
        result = pgconn.get_result()
        if result is not None:
            if result.status == ExecStatus.PIPELINE_SYNC:
                return True
            found.append(result)
        elif not piped:
            return True
        elif pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection was lost")
    return False


async def _end(driver: Driver) -> None:
    """Let the server give up what nobody waits for any more; close the connection where it does not."""
    try:
        await driver.cancel_safe(timeout=_CANCEL_SECONDS)
        await driver.wait(generators.execute(driver.pgconn), timeout=_CANCEL_SECONDS)
    except BaseException:  # noqa: BLE001 -- whatever it is, the connection is in no known state; the first error goes on
        driver.pgconn.finish()
