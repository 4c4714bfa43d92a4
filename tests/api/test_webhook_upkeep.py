"""Webhooks beside one another: what is whose, who waits for whom, and how long deliveries are kept."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.config import Settings
from talentflux.workers import worker
from talentflux.workers.tasks import webhook as webhook_tasks
from tests.api.conftest import Work
from tests.factories.tenants import add_tenant
from tests.factories.webhook_receiver import Receiver, webhook_receiver

PATH = "/api/v1/webhooks"
SINCE = {"since": "2026-01-01T00:00:00Z"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as running:
        yield running


@pytest.fixture
def other_receiver() -> Iterator[Receiver]:
    with webhook_receiver() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, receiver: Receiver, other_receiver: Receiver) -> Settings:
    allowed = f"127.0.0.1:{receiver.port},127.0.0.1:{other_receiver.port}"
    return settings.model_copy(update={"outbound_allowed": allowed, "worker_concurrency": 2})


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Endpoints that other tests found slow are strangers here."""
    webhook_tasks.client_of.cache_clear()
    webhook_tasks._slow_until.clear()
    yield
    webhook_tasks._slow_until.clear()


async def made(client: httpx.AsyncClient, receiver: Receiver, **given: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json={"url": receiver.url, **given})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ping(client: httpx.AsyncClient, webhook: dict[str, Any], times: int = 1) -> None:
    for _ in range(times):
        answer = await client.post(f"{PATH}/{webhook['id']}/ping")
        assert answer.status_code == 202, answer.text


def rows(admin: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    return admin.execute(query).fetchall()


async def until(condition: Callable[[], bool]) -> float:
    """Wait for something to become true and return how long that took."""
    began = time.monotonic()
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 -- it lies with another process
            await asyncio.sleep(0.05)
    return time.monotonic() - began


async def test_a_ping_of_one_webhook_is_never_replayed_to_another(
    client: httpx.AsyncClient, receiver: Receiver, other_receiver: Receiver, work: Work
) -> None:
    one, other = await made(client, receiver), await made(client, other_receiver)
    await ping(client, one)
    await work()
    for only_missing in (True, False):
        asked = SINCE | {"only_missing": only_missing}
        assert (await client.post(f"{PATH}/{other['id']}/replay", json=asked)).json()["deliveries"] == 0
    await work()
    assert other_receiver.messages == []
    again = await client.post(f"{PATH}/{one['id']}/replay", json=SINCE | {"only_missing": False})
    assert again.json()["deliveries"] == 1


async def test_slow_receivers_hold_up_no_other_work_and_no_other_receiver(
    app: FastAPI,
    client: httpx.AsyncClient,
    receiver: Receiver,
    other_receiver: Receiver,
    admin_connection: psycopg.Connection,
) -> None:
    settings: Settings = app.state.resources.settings
    slow = [await made(client, receiver) for _ in range(6)]
    theirs = await add_tenant(app)
    stranger = await theirs.person()
    answer = await theirs.call(stranger, "POST", "/webhooks", {"url": other_receiver.url})
    quick = answer.json()["id"]
    receiver.delay_seconds = 4.0
    for webhook in slow:
        await ping(client, webhook, 2)
    assert settings.database_url is not None
    stop = asyncio.Event()
    running = asyncio.create_task(worker.work(settings.database_url.get_secret_value(), settings, stop=stop))
    try:
        # Once these have come the endpoints are known as slow, and the next ones let the others go first.
        await until(lambda: len(receiver.messages) >= 2 * worker.WEBHOOKS_AT_ONCE)
        asked = await client.post("/api/v1/exports", json={"kind": "candidates"})
        assert asked.status_code == 202, asked.text
        await theirs.call(stranger, "POST", f"/webhooks/{quick}/ping")
        done = "select count(*) from procrastinate_jobs where task_name = 'data_export.make' and status = 'succeeded'"
        assert await until(lambda: rows(admin_connection, done) == [(1,)]) < 3.5, "it waited for no receiver"
        await until(lambda: bool(other_receiver.messages))
        assert len(receiver.messages) < 12, "there was more for the slow ones to come"
    finally:
        receiver.delay_seconds = 0
        stop.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(running, 15)


async def test_old_deliveries_are_removed_and_what_waits_is_not(
    client: httpx.AsyncClient, receiver: Receiver, work: Work, admin_connection: psycopg.Connection
) -> None:
    webhook = await made(client, receiver)
    await ping(client, webhook, 4)
    await work()
    # Ids begin with the time: these are of a year before.
    admin_connection.execute(
        "update webhook_delivery set id = ('0192f0e0-0000-7000-8000-' || right(id::text, 12))::uuid "
        "where id in (select id from webhook_delivery order by id limit 3)"
    )
    admin_connection.execute(
        "update webhook_delivery set status = 'pending', next_attempt_at = now() + interval '1 day' "
        "where id in (select id from webhook_delivery order by id limit 1)"
    )
    admin_connection.execute(
        "update procrastinate_jobs set scheduled_at = now() where status = 'todo' and task_name = 'webhook.sweep'"
    )
    events = rows(admin_connection, "select count(*) from event")
    await work()
    kept = rows(admin_connection, "select status from webhook_delivery order by id")
    assert [row[0] for row in kept] == ["pending", "delivered"]
    assert rows(admin_connection, "select count(*) from event") == events, "events are the timeline: they stay"
    waiting = "select count(*) from procrastinate_jobs where status = 'todo' and task_name = 'webhook.sweep'"
    assert rows(admin_connection, waiting) == [(1,)], "it comes back while there is anything to sweep"


async def test_nobody_sweeps_where_there_are_no_deliveries(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    await client.post("/api/v1/requisitions", json={"description": "Required:\n- Python"})
    await work()
    assert rows(admin_connection, "select count(*) from procrastinate_jobs where task_name = 'webhook.sweep'") == [(0,)]
