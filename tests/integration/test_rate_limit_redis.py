"""Rate limits over several processes, on a real Redis."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from talentflux.core.config import Settings
from talentflux.core.errors import TooManyRequestsError
from talentflux.core.keyring import Keyring
from talentflux.core.rate_limit import RateLimiter
from talentflux.core.redis import RedisLink
from tests.factories.processes import Script
from tests.factories.redis_server import RedisServer, redis_server

LIMIT = 100
SIGN = Keyring.for_tests().sign
HAMMER = """
import asyncio, hashlib, json, sys
from pydantic import SecretStr
from talentflux.core.config import Settings
from talentflux.core.errors import TooManyRequestsError
from talentflux.core.rate_limit import RateLimiter
from talentflux.core.redis import RedisLink

async def main(url, limit):
    settings = Settings(rate_limit_account=limit, _env_file=None)
    limiter = RateLimiter(settings, RedisLink(url, 10.0), lambda text: hashlib.sha256(text.encode()).digest())
    async def ask():
        try:
            await limiter.check("account", "user:1", {})
        except TooManyRequestsError:
            return 0
        return 1
    await limiter.headers({"rate_limit": None})
    print("ready", flush=True)
    sys.stdin.readline()
    passed = 0
    for _ in range(4):
        passed += sum(await asyncio.gather(*(ask() for _ in range(25))))
    print(json.dumps(passed), flush=True)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest_asyncio.fixture
async def limiter_on() -> AsyncIterator[Callable[..., RateLimiter]]:
    """Makes limiters whose connections are closed after the test."""
    links: list[RedisLink] = []

    def make(redis: RedisServer, timeout: float = 2.0, **figures: int) -> RateLimiter:
        links.append(RedisLink(redis.url, timeout))
        return RateLimiter(Settings(_env_file=None, **figures), links[-1], SIGN)

    yield make
    for link in links:
        await link.close()


async def passes(limiter: RateLimiter, kind: Any, identity: str, times: int) -> int:
    passed = 0
    for _ in range(times):
        try:
            await limiter.check(kind, identity, {})
            passed += 1
        except TooManyRequestsError:
            continue
    return passed


def test_exactly_the_limit_passes_when_four_processes_hammer_one_account(redis: RedisServer) -> None:
    scripts = [Script(HAMMER, redis.url, str(LIMIT)) for _ in range(4)]
    try:
        assert [script.line() for script in scripts] == ["ready"] * 4
        for script in scripts:
            assert script.process.stdin is not None
            script.process.stdin.write("\n")
            script.process.stdin.flush()
        passed = [json.loads(script.line()) for script in scripts]
    finally:
        for script in scripts:
            script.__exit__()
    assert sum(passed) == LIMIT, passed


async def test_two_limiters_count_together(redis: RedisServer, limiter_on: Callable[..., RateLimiter]) -> None:
    one, other = limiter_on(redis, rate_limit_address=5), limiter_on(redis, rate_limit_address=5)
    assert await passes(one, "address", "192.0.2.1", 3) == 3
    assert await passes(other, "address", "192.0.2.1", 9) == 2
    assert await passes(other, "address", "192.0.2.2", 1) == 1


async def test_redis_holds_neither_addresses_nor_ids(
    redis: RedisServer, limiter_on: Callable[..., RateLimiter]
) -> None:
    limiter = limiter_on(redis)
    await limiter.check("address", "192.0.2.77", {})
    await limiter.check("account", "user:0197-canary", {})
    await limiter.check("key", "api_key:0197-canary", {})
    dump = redis.dump()
    assert dump.count(b"talentflux:limit") >= 3
    assert b"192.0.2" not in dump
    assert b"canary" not in dump


async def test_goes_on_in_process_while_redis_is_down_and_comes_back_by_itself(
    redis: RedisServer, limiter_on: Callable[..., RateLimiter], capsys: pytest.CaptureFixture[str]
) -> None:
    limiter = limiter_on(redis, timeout=0.2, rate_limit_key=3)
    assert await passes(limiter, "key", "api_key:1", 1) == 1
    redis.kill()
    began = asyncio.get_running_loop().time()
    assert await passes(limiter, "key", "api_key:2", 9) == 3
    assert asyncio.get_running_loop().time() - began < 2.0
    assert capsys.readouterr().err.count("redis does not answer") <= 1
    redis.start()
    await asyncio.sleep(1.1)
    other = limiter_on(redis, rate_limit_key=3)
    assert await passes(limiter, "key", "api_key:3", 2) == 2
    assert await passes(other, "key", "api_key:3", 9) == 1


async def test_a_redis_that_hangs_costs_one_request_a_moment_and_the_others_nothing() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}/0"
    link = RedisLink(url, 0.1)
    limiter = RateLimiter(Settings(rate_limit_key=50, _env_file=None), link)
    began = asyncio.get_running_loop().time()
    assert await passes(limiter, "key", "api_key:1", 60) == 50
    assert asyncio.get_running_loop().time() - began < 0.6
    await link.close()
    silent.close()
