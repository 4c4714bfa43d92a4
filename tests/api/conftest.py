"""A client of the whole application over a database of the test's own, and a worker that runs when told."""

import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import procrastinate
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from talentflux.core.config import LogFormat, Settings
from talentflux.core.database import APP_ROLE, Database
from talentflux.core.logging import configure_logging
from talentflux.dependencies import Resources
from talentflux.main import create_app
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.workers.queue import build_app
from talentflux.workers.tasks.resume import reader_pool
from tests.factories.database import TestDatabase
from tests.factories.people import Person, add_person
from tests.factories.sharing import share_description, share_statements

OTHER_ORGANIZATION = UUID("01936c00-0000-7000-8000-0000000000ff")
READERS = (1, 10.0, 512)
MASTER_KEY = base64.b64encode(hashlib.sha256(b"a master key for tests").digest()).decode()  # of Keyring.for_tests
Work = Callable[[], Awaitable[None]]


@pytest.fixture
def settings(test_database: TestDatabase, tmp_path: Path) -> Settings:
    """The settings of the application under test."""
    return Settings(
        database_url=SecretStr(test_database.app_url),
        data_folder=tmp_path,
        database_pool_size=5,
        upload_limit_mib=1,
        archive_limit_mib=2,
        parser_processes=READERS[0],
        parser_timeout_seconds=READERS[1],
        parser_memory_mib=READERS[2],
        master_key=SecretStr(MASTER_KEY),
        dns_server="127.0.0.1:1",  # nobody answers there
        rate_limit_address=0,
        rate_limit_login=0,
        rate_limit_apply=0,
        apply_difficulty=4,
        rate_limit_account=0,
        rate_limit_key=0,
        _env_file=None,
    )


@pytest_asyncio.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application."""
    application = create_app(settings)
    share_statements(application.state.resources.database)
    share_description(application)
    async with application.router.lifespan_context(application):
        yield application


@pytest_asyncio.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application without a log-in; errors come as answers, as over a network."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as opened:
        yield opened


@pytest_asyncio.fixture
async def owner(app: FastAPI) -> Person:
    """The owner of the local organization, logged in."""
    resources: Resources = app.state.resources
    return await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID)


@pytest_asyncio.fixture
async def client(app: FastAPI, owner: Person) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, logged in as the owner of the local organization."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=owner.headers) as opened:
        yield opened


@pytest.fixture
def work(settings: Settings, test_database: TestDatabase, database: Database) -> Work:
    """Run all jobs that wait, as a worker does."""

    async def run() -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=test_database.app_url, kwargs={"options": f"-c role={APP_ROLE}"}, min_size=1, max_size=4
        )
        queue = build_app(connector)
        async with queue.open_async():
            await queue.run_worker_async(
                wait=False,
                install_signal_handlers=False,
                listen_notify=False,
                additional_context={"database": database, "settings": settings},
            )

    return run


@pytest.fixture(scope="session", autouse=True)
def ended_readers() -> Iterator[None]:
    """Log as in production; end the children that read resumes after the last test, for they are shared by all."""
    configure_logging(Settings(log_format=LogFormat.JSON, _env_file=None))
    yield
    reader_pool(*READERS).close()
    reader_pool.cache_clear()


@pytest.fixture
def foreign(admin_connection: psycopg.Connection) -> dict[str, UUID]:
    """Rows of another organization, by the name of their table."""
    admin_connection.execute(
        "insert into organization (id, slug, name) values (%s, 'other', 'Other')", [OTHER_ORGANIZATION]
    )
    ids: dict[str, UUID] = {}
    columns: dict[str, dict[str, Any]] = {
        "candidate": {"name": "Foreign Canary", "email": "canary@example.org"},
        "requisition": {"title": "Foreign canary", "description": "x", "requirements": "[]", "warnings": []},
        "task": {"kind": "match"},
        "file": {"name": "canary.txt", "media_type": "text/plain", "size": 1, "sha256": "x", "key": "none"},
    }
    for number, (table, values) in enumerate(columns.items(), 1):
        ids[table] = UUID(int=OTHER_ORGANIZATION.int + number)
        _insert(admin_connection, table, {"id": ids[table], **values})
    ids["resume"] = UUID(int=OTHER_ORGANIZATION.int + 20)
    _insert(
        admin_connection,
        "resume",
        {"id": ids["resume"], "file_id": ids["file"], "candidate_id": ids["candidate"], "sha256": "x"},
    )
    ids["application"] = UUID(int=OTHER_ORGANIZATION.int + 21)
    _insert(
        admin_connection,
        "application",
        {"id": ids["application"], "requisition_id": ids["requisition"], "candidate_id": ids["candidate"]},
    )
    return ids


def _insert(connection: psycopg.Connection, table: str, values: dict[str, Any]) -> None:
    columns = {"organization_id": OTHER_ORGANIZATION, **values}
    marks = ", ".join(["%s"] * len(columns))
    connection.execute(f"insert into {table} ({', '.join(columns)}) values ({marks})", list(columns.values()))
