"""A process that is told to end: it finishes what runs and takes nothing new."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.queue import enqueue
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import MASTER_KEY
from tests.factories.database import TestDatabase
from tests.factories.people import Person
from tests.factories.processes import Script, wait_until

WORKER = """
import asyncio, sys
from sqlalchemy import text
from talentflux.core.config import Settings
from talentflux.workers.queue import Work, task
from talentflux.workers.worker import work

@task("test.slow")
async def slow(work: Work, *, number: int) -> None:
    print("begun", flush=True)
    await asyncio.sleep(1.0)
    async with work.write_session() as session:
        await session.execute(text("insert into done values (:n)"), {"n": number})

asyncio.run(work(sys.argv[1], Settings(worker_concurrency=1, shutdown_seconds=float(sys.argv[2]))))
"""


@contextmanager
def api_process(settings: Settings, shutdown_seconds: float) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the API as a container does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert settings.database_url is not None
    environment = {
        **os.environ,
        "TALENTFLUX_PORT": str(port),
        "TALENTFLUX_DATABASE_URL": settings.database_url.get_secret_value(),
        "TALENTFLUX_DATA_FOLDER": str(settings.data_folder),
        "TALENTFLUX_MASTER_KEY": MASTER_KEY,
        "TALENTFLUX_SHUTDOWN_SECONDS": str(shutdown_seconds),
    }
    process = subprocess.Popen([sys.executable, "-m", "talentflux.workers.process", "api"], env=environment)

    def ready() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health", timeout=1).status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(ready, 60)
        yield process, port
    finally:
        process.kill()
        process.wait()


def begin_request(port: int, person: Person, body: bytes) -> http.client.HTTPConnection:
    """Send all of a request but the last byte."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest("POST", "/api/v1/requisitions")
    for name, value in {**person.headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body[:-1])
    time.sleep(0.3)
    return connection


async def test_a_request_in_flight_is_answered_and_new_ones_are_refused(settings: Settings, owner: Person) -> None:
    body = json.dumps({"description": "Cook"}).encode()
    with api_process(settings, 10) as (process, port):
        connection = begin_request(port, owner, body)
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert process.poll() is None
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
        connection.send(body[-1:])
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["title"]) == (201, "Cook")
        connection.close()
        assert process.wait(timeout=10) == 0


async def test_a_request_that_does_not_end_is_given_up_in_time(settings: Settings, owner: Person) -> None:
    with api_process(settings, 1) as (process, port):
        connection = begin_request(port, owner, b'{"description": "Cook"}')
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
        assert 0.5 < time.monotonic() - began < 8
        connection.close()


@pytest.mark.parametrize(("seconds", "finished"), [(8.0, 1), (0.2, 0)])
async def test_a_worker_finishes_its_job_or_gives_it_back(  # noqa: FBT001, RUF100 -- figures of the case
    database: Database,
    test_database: TestDatabase,
    owner_connection: psycopg.Connection,
    seconds: float,
    finished: int,
) -> None:
    owner_connection.execute("create table done (number int)")
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        for number in range(2):
            await enqueue(session, "test.slow", number=number)
    with Script(WORKER, test_database.app_url, str(seconds)) as script:
        assert script.line() == "begun"
        script.process.send_signal(signal.SIGTERM)
        assert script.process.wait(timeout=30) == 0
    count = owner_connection.execute("select count(*) from done").fetchone()
    states = owner_connection.execute("select status::text, count(*) from procrastinate_jobs group by 1").fetchall()
    assert count == (finished,)
    assert dict(states) == ({"succeeded": 1, "todo": 1} if finished else {"todo": 2})
