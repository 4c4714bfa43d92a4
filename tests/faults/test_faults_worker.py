"""A worker killed in the midst of its jobs: every job is done, and its effect is there once."""

import time
from uuid import UUID

import psycopg

from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.queue import enqueue
from tests.factories.processes import Script

ORGANIZATION = UUID("01936c00-0000-7000-8000-000000000001")
JOBS = 30
WORKER = """
import asyncio, sys
from sqlalchemy import text
from talentflux.core.config import Settings
from talentflux.workers.queue import Work, task
from talentflux.workers.worker import work

@task("test.slow")
async def slow(work: Work, *, number: int) -> None:
    async with work.write_session() as session:
        await session.execute(text("insert into done values (:n) on conflict do nothing"), {"n": number})
        await asyncio.sleep(0.1)

print("started", flush=True)
asyncio.run(work(sys.argv[1], Settings(worker_concurrency=3, worker_stalled_seconds=2)))
"""


async def test_every_job_of_a_killed_worker_is_done_soon(
    database: Database, test_database, owner_connection: psycopg.Connection
) -> None:
    owner_connection.execute("create table done (number int primary key)")
    async with database.write_session(Scope(ORGANIZATION)) as session:
        for number in range(JOBS):
            await enqueue(session, "test.slow", number=number)

    def states() -> dict[str, int]:
        rows = owner_connection.execute("select status::text, count(*) from procrastinate_jobs group by 1").fetchall()
        return dict(rows)

    def wait_for(status: str, least: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while states().get(status, 0) < least:
            assert time.monotonic() < deadline, states()
            time.sleep(0.02)

    with Script(WORKER, test_database.app_url) as first, Script(WORKER, test_database.app_url) as second:
        assert first.line() == second.line() == "started"
        wait_for("succeeded", JOBS // 5, 30)
        first.kill()
        killed = time.monotonic()
        wait_for("succeeded", JOBS, 30)
        took = time.monotonic() - killed
    row = owner_connection.execute("select count(*) from done").fetchone()
    assert row == (JOBS,)
    # With the default in place of the 2 seconds above, and 2 seconds each to look and to fetch, within 15 seconds.
    assert took < 10
    assert Settings().worker_stalled_seconds + 2 + 2 <= 15
