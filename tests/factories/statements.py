"""How many statements a request sends to the database, as the driver's own trace of the wire tells it."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import psycopg
from psycopg import pq
from sqlalchemy import event

from talentflux.core.database import Database

# What a trace says of one message to the server. It quotes names and texts and escapes nothing in them.
_SENT: Final = re.compile(r"^F\t\d+\t(Query|Parse|Bind|Execute)\t(.*?)\n(?=[FB]\t\d+\t|\Z)", re.DOTALL | re.MULTILINE)
_NAMES: Final = re.compile(r' "([^"]*)"(?: "([^"]*)")?')
_PARSED: Final = re.compile(r' "([^"]*)" "(.*)" \d+(?: \d+)*', re.DOTALL)
_LITERAL: Final = re.compile(r"'(?:[^']|'')*'")
_FRAME: Final = re.compile(
    r"\s*(begin|commit|rollback|deallocate|prepare authorize_|execute authorize_|authorize_"
    r"|select set_config\('app\.)",
    re.IGNORECASE,
)
_asking: ContextVar[bool] = ContextVar("asking", default=False)


@contextmanager
def count_statements(database: Database, *, frame: bool = False) -> Iterator[list[str]]:
    """Note the statements that the requests made in a block send.

    Not counted is what every request's transaction is framed by: what opens it and finds out who asks (`begin`, the
    scope, `execute authorize_…`) and what ends it. Neither is what other tasks send meanwhile, as that which writes the
    audit log. Taken from the wire, statements of the ORM, of cursors and of the bare protocol are all seen.

    An organization's keys are read once in some seconds (`REFRESH_SECONDS`), not for each list: make them with
    `organization_keys` in a transaction that writes, and ask once, before the count.

        with count_statements(app.state.resources.database) as issued:
            await client.get("/api/v1/candidates")
        assert len(issued) <= 2, issued

    Args:
        database: The application's; not another one over the same server.
        frame: Note the frame as well.

    Yields:
        The statements in order, filled when the block has ended. One that the server has kept prepared is noted by
        its name, for its text is not sent again.
    """
    issued: list[str] = []
    open_traces: dict[int, tuple[psycopg.AsyncConnection[Any], Any]] = {}

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        if _asking.get():
            file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when the connection is given back
            pgconn = connection.driver_connection.pgconn
            pgconn.trace(os.dup(file.fileno()))
            pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
            open_traces[id(record)] = (connection.driver_connection, file)

    def given(_connection: Any, record: Any) -> None:
        if id(record) in open_traces:
            driver, file = open_traces.pop(id(record))
            driver.pgconn.untrace()
            file.seek(0)
            issued.extend(each for each in _statements(file.read().decode()) if frame or not _FRAME.match(each))
            file.close()

    event.listen(database.engine.sync_engine, "checkout", taken)
    event.listen(database.engine.sync_engine, "checkin", given)
    token = _asking.set(True)
    try:
        yield issued
    finally:
        _asking.reset(token)
        event.remove(database.engine.sync_engine, "checkout", taken)
        event.remove(database.engine.sync_engine, "checkin", given)


def _statements(trace: str) -> Iterator[str]:
    """Give the statements of a trace."""
    texts: dict[str, str] = {}
    portals: dict[str, str] = {}
    for kind, said in _SENT.findall(trace):
        found: list[str] = []
        if kind == "Query":
            found = _apart(said[2:-1])
        elif kind == "Parse" and (parsed := _PARSED.fullmatch(said)):
            texts[parsed[1]] = parsed[2]
        elif named := _NAMES.match(said):
            if kind == "Bind":
                portals[named[1]] = texts.get(named[2], named[2])
            else:
                found = [portals[named[1]]]
        yield from (each.strip() for each in found if each.strip())


def _apart(query: str) -> list[str]:
    """Return the statements of a simple query, each on its own."""
    bare = _LITERAL.sub(lambda literal: "'" + "_" * (len(literal[0]) - 2) + "'", query)
    ends = [place for place, sign in enumerate(bare) if sign == ";"]
    return [query[begin:end] for begin, end in zip([0, *(end + 1 for end in ends)], [*ends, len(query)], strict=True)]
