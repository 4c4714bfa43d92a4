"""The queue: jobs live and die with the transaction, run in their tenant's scope, and are tried again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text

from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.errors import InvalidInputError
from talentflux.core.queue import enqueue
from talentflux.workers import queue, worker
from talentflux.workers.queue import Work, task

ORGANIZATION = UUID("01936c00-0000-7000-8000-000000000001")
Register = Callable[[str, Callable[..., Awaitable[None]]], None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Register a task for this test alone."""
    monkeypatch.setattr(queue, "_registry", dict(queue._registry))
    return lambda name, function: task(name)(function) and None


@asynccontextmanager
async def running_worker(url: str, shutdown_seconds: float = 8.0) -> AsyncIterator[None]:
    stop = asyncio.Event()
    settings = Settings(worker_concurrency=2, shutdown_seconds=shutdown_seconds)
    running = asyncio.create_task(worker.work(url, settings, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await running


async def _jobs(database: Database) -> list[tuple[str, str, int]]:
    async with database.read_session(Scope()) as session:
        rows = await session.execute(
            text("select task_name, status::text, attempts from procrastinate_jobs order by id")
        )
        return [tuple(row) for row in rows.all()]


async def _until(condition: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 -- the condition lies in the database
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("value", ["Ada Lovelace", 1.5, True, {"a": 1}, ["name"], b"x"])
async def test_arguments_that_are_no_identifiers_are_refused(database: Database, value: object) -> None:
    async with database.write_session(Scope(ORGANIZATION)) as session:
        with pytest.raises(TypeError, match="identifier"):
            await enqueue(session, "test.any", thing=value)


async def test_scope_cannot_be_chosen_by_the_caller(database: Database) -> None:
    async with database.write_session(Scope(ORGANIZATION)) as session:
        with pytest.raises(TypeError, match="scope"):
            await enqueue(session, "test.any", organization_id=uuid4())


async def test_job_of_a_rolled_back_transaction_does_not_exist(database: Database) -> None:
    async def fail() -> None:
        async with database.write_session(Scope(ORGANIZATION)) as session:
            await enqueue(session, "test.any", resume_id=uuid4())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await _jobs(database) == []


async def test_waiting_job_with_the_same_queueing_lock_is_not_added_again(database: Database) -> None:
    async with database.write_session(Scope(ORGANIZATION)) as session:
        first = await enqueue(session, "test.any", queueing_lock="one", resume_id=uuid4())
        second = await enqueue(session, "test.any", queueing_lock="one", resume_id=uuid4())
    assert isinstance(first, int)
    assert second is None
    assert len(await _jobs(database)) == 1


async def test_task_runs_in_the_scope_of_its_organization(
    database: Database, test_database, register: Register
) -> None:
    seen: list[object] = []

    async def note(work: Work, *, resume_id: UUID, batch: list[UUID], count: int) -> None:
        async with work.write_session() as session:
            scope = (await session.execute(text("select current_setting('app.organization_id')"))).scalar_one()
        seen.extend([UUID(scope), work.scope.user_id, resume_id, batch, count, work.attempt])

    register("test.note", note)
    user, resume, batch = uuid4(), uuid4(), [uuid4(), uuid4()]
    async with running_worker(test_database.app_url):
        async with database.write_session(Scope(ORGANIZATION, user)) as session:
            await enqueue(session, "test.note", resume_id=resume, batch=batch, count=3)

        async def done() -> bool:
            return await _jobs(database) == [("test.note", "succeeded", 1)]

        await _until(done)
    assert seen == [ORGANIZATION, user, resume, batch, 3, 1]


async def test_wrong_input_is_final_and_a_passing_failure_is_tried_again(
    database: Database, test_database, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_POLL_SECONDS", 0.1)
    attempts: list[int] = []

    async def refuse(work: Work) -> None:
        raise InvalidInputError("never valid")

    async def fail_once(work: Work) -> None:
        attempts.append(work.attempt)
        if work.attempt == 1:
            raise OSError

    register("test.refuse", refuse)
    register("test.fail_once", fail_once)
    async with running_worker(test_database.app_url):
        async with database.write_session(Scope(ORGANIZATION)) as session:
            await enqueue(session, "test.refuse")
            await enqueue(session, "test.fail_once")

        async def done() -> bool:
            return await _jobs(database) == [("test.refuse", "failed", 1), ("test.fail_once", "succeeded", 2)]

        await _until(done)
    assert attempts == [1, 2]


async def test_stopping_worker_gives_its_job_back(database: Database, test_database, register: Register) -> None:
    began = asyncio.Event()

    async def endless(work: Work) -> None:
        began.set()
        await asyncio.sleep(3600)

    register("test.endless", endless)
    async with running_worker(test_database.app_url, shutdown_seconds=0.1):
        async with database.write_session(Scope(ORGANIZATION)) as session:
            await enqueue(session, "test.endless")
        async with asyncio.timeout(10):
            await began.wait()
    assert await _jobs(database) == [("test.endless", "todo", 1)]


async def test_job_of_a_dead_worker_runs_again_and_a_killer_job_is_given_up(
    database: Database, test_database, register: Register, admin_connection: psycopg.Connection
) -> None:
    runs: list[int] = []

    async def count(work: Work) -> None:
        runs.append(work.job_id)

    register("test.count", count)
    async with database.write_session(Scope(ORGANIZATION)) as session:
        interrupted = await enqueue(session, "test.count")
        await enqueue(session, "test.count")
    # What a killed worker leaves behind: jobs being done, and a heartbeat that grows old.
    row = admin_connection.execute(
        "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 minute') returning id"
    ).fetchone()
    assert row is not None
    admin_connection.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", row)
    admin_connection.execute("update procrastinate_jobs set attempts = 4 where id <> %s", [interrupted])
    async with running_worker(test_database.app_url):

        async def done() -> bool:
            return await _jobs(database) == [("test.count", "succeeded", 2), ("test.count", "failed", 5)]

        await _until(done)
    assert runs == [interrupted]


async def test_job_of_a_living_worker_is_left_alone(
    database: Database, test_database, admin_connection: psycopg.Connection
) -> None:
    async with database.write_session(Scope(ORGANIZATION)) as session:
        await enqueue(session, "test.elsewhere")
    row = admin_connection.execute("insert into procrastinate_workers default values returning id").fetchone()
    admin_connection.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", row)
    async with running_worker(test_database.app_url):
        await asyncio.sleep(0.5)
    assert await _jobs(database) == [("test.elsewhere", "doing", 0)]


async def test_worker_survives_the_loss_of_its_connections(
    database: Database, test_database, register: Register, admin_connection: psycopg.Connection
) -> None:
    async def nothing(work: Work) -> None:
        pass

    register("test.nothing", nothing)
    async with running_worker(test_database.app_url):
        await asyncio.sleep(0.5)
        admin_connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'talentflux_app' "
            "and datname = current_database()"
        )
        async with database.write_session(Scope(ORGANIZATION)) as session:
            await enqueue(session, "test.nothing")

        async def done() -> bool:
            return await _jobs(database) == [("test.nothing", "succeeded", 1)]

        await _until(done)


async def test_old_finished_jobs_are_removed(
    database: Database, test_database, admin_connection: psycopg.Connection
) -> None:
    async with database.write_session(Scope(ORGANIZATION)) as session:
        await enqueue(session, "test.old")
        await enqueue(session, "test.new")
    admin_connection.execute("update procrastinate_jobs set status = 'succeeded'")
    admin_connection.execute(
        "update procrastinate_events set at = now() - interval '8 days' "
        "where job_id = (select id from procrastinate_jobs where task_name = 'test.old')"
    )
    async with running_worker(test_database.app_url):

        async def done() -> bool:
            return [name for name, *_ in await _jobs(database)] == ["test.new"]

        await _until(done)
