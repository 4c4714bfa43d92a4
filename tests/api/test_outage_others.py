"""Redis, the mail server and the file store going away: what goes on, and what is said where it cannot."""

import asyncio
import contextlib
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from talentflux.core.config import Settings
from talentflux.core.database import Database
from talentflux.main import create_app
from tests.api.conftest import Work
from tests.api.support import assert_problem, imported, resume_text, upload, zipped
from tests.factories.accounts import PASSWORD, bearer, log_in, register
from tests.factories.blocking import end_blocked
from tests.factories.database import TestDatabase
from tests.factories.mailbox import letters
from tests.factories.redis_server import RedisServer, redis_server

SLOWEST = 2.0


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest_asyncio.fixture
async def limited(settings: Settings, redis: RedisServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application with Redis and all limits."""
    limits = {f"rate_limit_{kind}": 1000 for kind in ("address", "login", "account", "key")}
    given = settings.model_copy(update={"redis_url": SecretStr(redis.url), **limits})
    app = create_app(given)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        yield client


async def whole_round(client: httpx.AsyncClient, database: Database, newcomer: str) -> None:
    """Register, reset the password, log in, refresh, read; each quickly."""

    async def quick(sent: Any) -> httpx.Response:
        began = time.monotonic()
        answer: httpx.Response = await sent
        assert time.monotonic() - began < SLOWEST
        return answer

    assert (await quick(register(client, newcomer))).status_code == 202
    assert (await quick(client.post("/api/v1/auth/password-reset", json={"email": newcomer}))).status_code == 202
    secret = (await letters(database, newcomer))[0].secret
    confirmed = {"token": secret, "password": PASSWORD}
    assert (await quick(client.post("/api/v1/auth/verify-email", json=confirmed))).status_code == 204
    pair = (await quick(log_in(client, newcomer))).json()
    again = await quick(client.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]}))
    assert again.status_code == 200
    assert (await quick(client.get("/api/v1/users/me", headers=bearer(again.json())))).status_code == 200


async def test_accounts_go_on_while_redis_is_killed_hangs_and_comes_back(
    limited: httpx.AsyncClient, redis: RedisServer, database: Database
) -> None:
    await whole_round(limited, database, "before@example.org")
    assert redis.ask("DBSIZE") != b":0\r\n"
    redis.kill()
    await whole_round(limited, database, "killed@example.org")
    redis.start()
    await asyncio.sleep(1.1)
    await whole_round(limited, database, "back@example.org")
    assert redis.ask("DBSIZE") != b":0\r\n"
    with redis.stopped():
        await whole_round(limited, database, "hanging@example.org")


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow beyond a few bytes: the kernel refuses, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def stored(settings: Settings) -> list[Path]:
    """Return what lies in the file store."""
    return [path for path in (settings.data_folder / "files").rglob("*") if path.is_file()]


FILES = {
    "small": {"mara.txt": resume_text()},
    "one that is spooled": {"mara.txt": resume_text() + b" " * (2**20 - 500)},
    "archive": {"a.zip": zipped({"mara.txt": resume_text(), "other.txt": os.urandom(900_000)})},
}


@pytest.mark.parametrize("case", FILES)
async def test_upload_to_a_full_disk_is_answered_503_and_leaves_nothing(
    case: str, client: httpx.AsyncClient, settings: Settings, admin_connection: psycopg.Connection
) -> None:
    assert (await upload(client, {"first.txt": resume_text("Ada Byron")})).status_code == 202
    before = stored(settings)
    with full_disk():
        answer = await upload(client, FILES[case])
    assert_problem(answer, 503, "dependency_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert stored(settings) == before
    assert admin_connection.execute("select count(*) from resume").fetchone() == (1,)
    assert (await upload(client, FILES[case])).status_code == 202


async def test_folder_of_originals_that_cannot_be_entered_is_answered_503_until_it_can(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    folder = settings.data_folder / "files"
    folder.write_text("no folder")
    for _ in range(2):
        answer = await upload(client, {"first.txt": resume_text()})
        assert_problem(answer, 503, "dependency_unavailable")
    folder.unlink()
    assert (await upload(client, {"first.txt": resume_text()})).status_code == 202


async def test_original_counts_as_removed_only_where_the_folder_of_all_is_there(
    client: httpx.AsyncClient, settings: Settings, work: Work
) -> None:
    await imported(client, work, {"first.txt": resume_text("Ada Byron")})
    accepted = (await upload(client, {"second.txt": resume_text()})).json()
    path = f"/api/v1/resumes/{accepted['resumes'][0]['resume_id']}"
    folder = settings.data_folder / "files"
    away = folder.rename(folder.with_name("away"))
    assert_problem(await client.get(f"{path}/file"), 503, "dependency_unavailable")
    await work()
    assert (await client.get(path)).json()["status"] == "stored"
    folder.write_text("no folder")
    assert_problem(await client.get(f"{path}/file"), 503, "dependency_unavailable")
    folder.unlink()
    away.rename(folder)
    assert (await client.get(f"{path}/file")).status_code == 200
    for file in stored(settings):
        file.unlink()
    assert_problem(await client.get(f"{path}/file"), 404, "not_found")


@pytest.mark.parametrize("table", ["resume", "idempotency_key"])
async def test_original_of_an_upload_that_is_not_entered_is_removed(
    table: str,
    client: httpx.AsyncClient,
    settings: Settings,
    test_database: TestDatabase,
    admin_connection: psycopg.Connection,
) -> None:
    key = {"Idempotency-Key": "upload-1"}
    with psycopg.connect(test_database.admin_url) as holding:
        holding.execute(f"lock table {table} in share mode")
        given = [("files", ("mara.txt", resume_text(), "text/plain"))]
        asked = asyncio.create_task(client.post("/api/v1/resumes", files=given, headers=key))
        await end_blocked(admin_connection)
        assert_problem(await asked, 503, "dependency_unavailable")
    assert stored(settings) == []
    answer = await client.post("/api/v1/resumes", files=given, headers=key)
    assert answer.status_code == 202
    assert len(stored(settings)) == 1


async def test_original_of_an_upload_that_is_refused_is_removed_and_one_that_was_entered_is_not(
    client: httpx.AsyncClient, settings: Settings, admin_connection: psycopg.Connection
) -> None:
    assert (await upload(client, {"first.txt": resume_text("Ada Byron")})).status_code == 202
    (first,) = stored(settings)
    given = [("files", ("mara.txt", resume_text(), "text/plain")) for _ in range(2)]
    answers = await asyncio.gather(
        *(client.post("/api/v1/resumes", files=given, headers={"Idempotency-Key": "same"}) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} <= {202, 409}
    keys = {row[0] for row in admin_connection.execute("select key from file").fetchall()}
    assert {path.relative_to(settings.data_folder / "files").as_posix() for path in stored(settings)} == keys
    assert len(keys) == 2
    assert first in stored(settings)
