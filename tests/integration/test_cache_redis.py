"""The cache on a real Redis, over several processes and without it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from uuid import UUID

import pytest
import pytest_asyncio

from talentflux.core.cache import Cache
from talentflux.core.database import Database, Scope
from talentflux.core.redis import RedisLink
from talentflux.core.telemetry import Telemetry
from tests.factories.processes import Script
from tests.factories.redis_server import RedisServer, redis_server

ORGANIZATION = UUID(int=7)
STAMPEDE = """
import asyncio, json, sys
from uuid import UUID
from talentflux.core.cache import Cache
from talentflux.core.redis import RedisLink
from talentflux.core.telemetry import Telemetry

async def main(url):
    cache, times = Cache(Telemetry(), RedisLink(url, 10.0)), 0
    async def compute():
        nonlocal times
        times += 1
        await asyncio.sleep(0.3)
        return b"answer"
    await cache.forget(None, "warm")
    print("ready", flush=True)
    sys.stdin.readline()
    ask = lambda: cache.cached("key", compute, organization_id=UUID(int=7), ttl=60, tags=["tag"])
    answers = await asyncio.gather(*(ask() for _ in range(25)))
    assert set(answers) == {b"answer"}
    print(json.dumps(times), flush=True)

asyncio.run(main(sys.argv[1]))
"""
Make = Callable[..., Cache]


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest_asyncio.fixture
async def cache_on() -> AsyncIterator[Make]:
    """Makes caches that are closed after the test."""
    caches: list[tuple[Cache, RedisLink]] = []

    def make(redis: RedisServer, timeout: float = 2.0) -> Cache:
        link = RedisLink(redis.url, timeout)
        caches.append((Cache(Telemetry(), link), link))
        return caches[-1][0]

    yield make
    for cache, link in caches:
        await cache.close()
        await link.close()


def answering(text: str) -> Callable[[], "asyncio.Future[bytes]"]:
    def answer() -> "asyncio.Future[bytes]":
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        future.set_result(text.encode())
        return future

    return answer


async def ask(cache: Cache, text: str, *, personal: bool = False) -> str:
    answer = await cache.cached(
        "the candidate canary@example.org", answering(text), organization_id=ORGANIZATION, ttl=60,
        tags=["requisition"], personal=personal,
    )  # fmt: skip
    return answer.decode()


def test_a_hundred_misses_at_once_in_four_processes_compute_once(redis: RedisServer) -> None:
    scripts = [Script(STAMPEDE, redis.url) for _ in range(4)]
    try:
        assert [script.line() for script in scripts] == ["ready"] * 4
        for script in scripts:
            assert script.process.stdin is not None
            script.process.stdin.write("\n")
            script.process.stdin.flush()
        times = [json.loads(script.line()) for script in scripts]
    finally:
        for script in scripts:
            script.__exit__()
    assert sum(times) == 1, times


async def test_a_change_in_one_process_is_seen_in_the_other(redis: RedisServer, cache_on: Make) -> None:
    one, other = cache_on(redis), cache_on(redis)
    assert await ask(one, "first") == "first"
    assert await ask(other, "second") == "first"
    assert await ask(other, "own", personal=True) == "own"
    await one.forget(ORGANIZATION, "requisition")
    assert await ask(other, "third") == "third"
    assert await ask(other, "fourth", personal=True) == "fourth"
    assert await ask(one, "fifth") == "third"


async def test_personal_answers_and_questions_never_reach_redis(redis: RedisServer, cache_on: Make) -> None:
    cache = cache_on(redis)
    await ask(cache, "a public answer")
    await ask(cache, "canary Mara Lindqvist", personal=True)
    assert await ask(cache, "later", personal=True) == "canary Mara Lindqvist"
    dump = redis.dump()
    assert dump.count(str(ORGANIZATION).encode()) >= 2
    assert b"canary" not in dump
    assert b"Lindqvist" not in dump


async def test_without_redis_all_is_computed_and_changes_in_the_meantime_count(
    redis: RedisServer, cache_on: Make
) -> None:
    cache = cache_on(redis, timeout=0.2)
    assert await ask(cache, "before") == "before"
    redis.kill()
    assert await ask(cache, "down") == "down"
    assert await ask(cache, "still down") == "still down"
    await cache.forget(ORGANIZATION, "requisition")
    redis.start()
    other = cache_on(redis)
    assert await ask(other, "of the other process") == "of the other process"
    await asyncio.sleep(1.1)
    assert await ask(cache, "after") == "after"
    assert await ask(other, "and there") == "after"


async def test_redis_that_hangs_does_not_hold_up_an_answer_for_long() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    link = RedisLink(f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}/0", 0.1)
    cache = Cache(Telemetry(), link)
    began = asyncio.get_running_loop().time()
    for number in range(20):
        assert await ask(cache, str(number)) == str(number)
    assert asyncio.get_running_loop().time() - began < 1.0
    await cache.close()
    await link.close()
    silent.close()


async def test_only_a_commit_makes_forget(redis: RedisServer, cache_on: Make, database: Database) -> None:
    cache = cache_on(redis)
    assert await ask(cache, "before") == "before"

    async def change(*, fail: bool) -> None:
        async with database.write_session(Scope(organization_id=ORGANIZATION)) as session:
            cache.forget_on_commit(session, "requisition")
            if fail:
                raise LookupError

    with pytest.raises(LookupError):
        await change(fail=True)
    assert await ask(cache, "rolled back") == "before"
    await change(fail=False)
    await asyncio.sleep(0.1)
    assert await ask(cache, "after") == "after"
