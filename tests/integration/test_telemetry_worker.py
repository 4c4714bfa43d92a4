"""The figures of a worker over HTTP: who gets them, what is in them, and that its work goes on without them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.queue import enqueue
from talentflux.services.session_service import CLEAN_TASK
from talentflux.workers.worker import work
from tests.factories.database import TestDatabase

TOKEN = "a token that watchers of tests show 1234"
Running = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
def running(test_database: TestDatabase, tmp_path: Path) -> Running:
    """Run a worker; yield where its figures are."""

    @asynccontextmanager
    async def run(**given: Any) -> AsyncIterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        values: dict[str, Any] = {"data_folder": tmp_path, "worker_metrics_port": port, **given}
        stop = asyncio.Event()
        worker = asyncio.create_task(work(test_database.app_url, Settings(**values, _env_file=None), stop=stop))
        yield f"http://127.0.0.1:{values['worker_metrics_port']}"
        stop.set()
        await asyncio.wait_for(worker, 30)

    return run


async def get(address: str, path: str = "/metrics", **headers: str) -> httpx.Response:
    """Ask until somebody answers."""
    async with asyncio.timeout(40), httpx.AsyncClient(timeout=30) as client:
        while True:
            try:
                return await client.get(address + path, headers=headers)
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


async def run_a_job(database: Database, admin: psycopg.Connection) -> None:
    async with database.write_session(Scope(identity=True)) as session:
        job = await enqueue(session, CLEAN_TASK)
    query = "select 1 from procrastinate_jobs where id = %s and status = 'succeeded'"
    async with asyncio.timeout(20):
        while not admin.execute(query, [job]).fetchone():  # noqa: ASYNC110 -- the condition lies in the database
            await asyncio.sleep(0.05)


async def test_figures_are_refused_without_the_token_that_is_set(running: Running) -> None:
    async with running(metrics_token=SecretStr(TOKEN)) as address:
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            answer = await get(address, **given)
            assert answer.status_code == 401
            assert "talentflux_" not in answer.text
        assert (await get(address, Authorization=f"Bearer {TOKEN}")).status_code == 200


async def test_nothing_else_is_served(running: Running) -> None:
    async with running() as address:
        for path in ("/", "/metrics/", "/api/v1/users/me", "/health"):
            assert (await get(address, path)).status_code == 404
        async with httpx.AsyncClient() as client:
            assert (await client.post(f"{address}/metrics")).status_code == 404


async def test_jobs_are_timed_and_the_queue_is_counted(
    running: Running, database: Database, admin_connection: psycopg.Connection
) -> None:
    async with running() as address:
        name = f'talentflux_job_seconds_count{{outcome="done",task="{CLEAN_TASK}"}} '
        before = (await get(address)).text
        await run_a_job(database, admin_connection)
        after = (await get(address)).text
    assert after.partition(name)[2].split("\n")[0] != before.partition(name)[2].split("\n")[0]
    assert 'talentflux_queue_jobs{state="failed"}' in after
    assert "talentflux_database_pool_wait_seconds_count" in after


async def test_jobs_run_where_the_port_is_taken(
    running: Running, database: Database, admin_connection: psycopg.Connection
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with running(worker_metrics_port=taken.getsockname()[1]):
            await run_a_job(database, admin_connection)


async def test_no_port_is_opened_by_default() -> None:
    assert Settings(_env_file=None).worker_metrics_port == 0
