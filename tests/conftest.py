"""What every test stands on: a real PostgreSQL built by the real migrations, and no network."""

import ipaddress
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio

from talentflux.core.database import Database
from talentflux.core.keyring import Keyring
from talentflux.db.embedded import EmbeddedConnection
from tests.factories.database import TestDatabase, database_copy, remove_server, test_server
from tests.factories.sharing import share_statements

_SERVER_FOLDER = "TALENTFLUX_TEST_SERVER_FOLDER"  # set by the controlling process, inherited by xdist's workers


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of this run's server."""
    if not hasattr(config, "workerinput"):
        os.environ[_SERVER_FOLDER] = str(Path(tempfile.gettempdir()) / f"talentflux-tests-{uuid4().hex[:12]}")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process that is started compiles all modules anew


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove what the run's server left, after the workers have ended."""
    if not hasattr(session.config, "workerinput"):
        remove_server(Path(os.environ[_SERVER_FOLDER]))


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    try:
        return ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback
    except ValueError:
        return str(address[0]) in ("localhost", "")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Let a test fail that talks to anything but this machine."""
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def checked_connect(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        if not _is_local(address):
            raise AssertionError(f"a test tried to connect to {address}")
        return connect_ex(self, address)

    def checked_resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        if host is not None and not _is_local((host.decode() if isinstance(host, bytes) else host,)):
            raise AssertionError(f"a test tried to look up {host!r}")
        return resolve(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", checked_connect)
        patch.setattr(socket.socket, "connect_ex", checked_connect_ex)
        patch.setattr(socket, "getaddrinfo", checked_resolve)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedConnection]:
    """The run's PostgreSQL, shared by all workers, with a migrated database to copy."""
    with test_server(Path(os.environ[_SERVER_FOLDER])) as connection:
        yield connection


@pytest.fixture
def test_database(server: EmbeddedConnection) -> Iterator[TestDatabase]:
    """A migrated database of this test's own: its name and URLs."""
    with database_copy(server) as copy:
        yield copy


@pytest_asyncio.fixture
async def database(test_database: TestDatabase) -> AsyncIterator[Database]:
    """Sessions over this test's own database, as the application's role."""
    async with Database(test_database.app_url, pool_size=5, keyring=Keyring.for_tests()) as opened:
        share_statements(opened)
        yield opened


@pytest.fixture
def owner_connection(test_database: TestDatabase) -> Iterator[psycopg.Connection]:
    """A connection as the owner of the tables, in autocommit; row-level security binds it too."""
    with psycopg.connect(test_database.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def admin_connection(test_database: TestDatabase) -> Iterator[psycopg.Connection]:
    """A connection as the superuser, in autocommit; sees every tenant's rows."""
    with psycopg.connect(test_database.admin_url, autocommit=True) as connection:
        yield connection
