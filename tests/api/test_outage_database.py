"""The database going away in the midst of requests: said as what it is, and nothing acknowledged is lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from talentflux.core.config import Settings
from talentflux.core.database import Database
from talentflux.db import migrate
from talentflux.db.embedded import EmbeddedPostgres
from talentflux.dependencies import Resources
from talentflux.main import create_app
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import assert_problem, resume_text, upload
from tests.factories.accounts import EMAIL, PASSWORD, add_owner, log_in, register, registered
from tests.factories.blocking import end_blocked
from tests.factories.database import TestDatabase
from tests.factories.people import add_person
from tests.factories.processes import kill_9

Send = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


async def reset(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/api/v1/auth/password-reset", json={"email": EMAIL})


async def refresh(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/api/v1/auth/refresh", json={"refresh_token": "x" * 43})


async def send_files(client: httpx.AsyncClient) -> httpx.Response:
    return await upload(client, {"mara.txt": resume_text()})


async def candidates(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get("/api/v1/candidates")


WAITING_FOR: dict[str, tuple[Send, str]] = {
    "log-in": (log_in, "login_throttle"),
    "log-in with the right password": (log_in, "refresh_token"),
    "registration": (register, "user_account"),
    "reset": (reset, "login_throttle"),
    "refresh": (refresh, "refresh_token"),
    "upload": (send_files, "resume"),
    "list": (candidates, "candidate"),
}


@pytest.mark.parametrize("case", WAITING_FOR)
async def test_connection_that_is_lost_inside_a_transaction_is_answered_503(
    case: str,
    client: httpx.AsyncClient,
    database: Database,
    test_database: TestDatabase,
    admin_connection: psycopg.Connection,
) -> None:
    send, table = WAITING_FOR[case]
    await add_owner(database)
    with psycopg.connect(test_database.admin_url) as holding:
        holding.execute(f"lock table {table} in access exclusive mode")
        asked = asyncio.create_task(send(client))
        await end_blocked(admin_connection)
        answer = await asked
    assert_problem(answer, 503, "dependency_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert (await send(client)).status_code in {200, 202, 401}


@pytest_asyncio.fixture
async def own_server(settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[EmbeddedPostgres, FastAPI]]:
    """A server that a test may kill, and the application over it; here a commit is on the disk when it returns."""
    server = EmbeddedPostgres(tmp_path / "postgres")
    with server as connection:
        migrate.upgrade(connection.owner_url)
        given = settings.model_copy(update={"database_url": SecretStr(connection.app_url)})
        app = create_app(given)
        async with app.router.lifespan_context(app):
            yield server, app


@pytest.mark.timeout(240)
async def test_killed_database_loses_nothing_acknowledged_and_is_back_within_ten_seconds(
    own_server: tuple[EmbeddedPostgres, FastAPI],
) -> None:
    server, app = own_server
    resources: Resources = app.state.resources
    owner = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID)
    statuses: set[int] = set()
    accepted: list[str] = []
    stop = asyncio.Event()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        await registered(client, resources.database)

        async def keep_sending(number: int) -> None:
            turn = 0
            while not stop.is_set():
                turn += 1
                name = f"resume-{number}-{turn}.txt"
                files = [("files", (name, resume_text(f"Person {number}-{turn}"), "text/plain"))]
                answer = await client.post("/api/v1/resumes", files=files, headers=owner.headers)
                statuses.add(answer.status_code)
                if answer.status_code == 202:
                    accepted.append(answer.json()["resumes"][0]["resume_id"])
                else:
                    assert_problem(answer, 503, "dependency_unavailable")
                    await asyncio.sleep(0.05)

        senders = [asyncio.create_task(keep_sending(number)) for number in range(3)]
        await asyncio.sleep(1)
        kill_9(int((server.folder / "cluster" / "postmaster.pid").read_text().split()[0]))
        for send in (log_in, register, reset, refresh):
            answer = await send(client)
            assert_problem(answer, 503, "dependency_unavailable")
            assert int(answer.headers["retry-after"]) > 0
        before = len(accepted)
        await asyncio.to_thread(server.start)
        back = time.monotonic()
        while (await log_in(client, EMAIL, PASSWORD)).status_code != 200:
            assert time.monotonic() - back < 10
            await asyncio.sleep(0.1)
        while len(accepted) < before + 5:
            assert time.monotonic() - back < 10
            await asyncio.sleep(0.05)
        stop.set()
        await asyncio.gather(*senders)
        assert before > 0
        assert statuses == {202, 503}
        for resume_id in accepted:
            path = f"/api/v1/resumes/{resume_id}/file"
            assert (await client.get(path, headers=owner.headers)).status_code == 200
