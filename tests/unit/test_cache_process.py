"""The cache of one process."""

import asyncio
from uuid import UUID

import pytest

from talentflux.core.cache import Cache
from talentflux.core.telemetry import Telemetry

ONE, OTHER = UUID(int=1), UUID(int=2)


class Counted:
    """Something that takes a moment to compute, and how often it was."""

    def __init__(self, answer: str = "answer") -> None:
        self.answer = answer
        self.times = 0

    async def __call__(self) -> bytes:
        self.times += 1
        await asyncio.sleep(0.01)
        return f"{self.answer} {self.times}".encode()


async def test_a_failure_is_not_kept_and_reaches_only_those_who_asked() -> None:
    cache = Cache(Telemetry())

    async def fail() -> bytes:
        raise LookupError

    with pytest.raises(LookupError):
        await cache.cached("key", fail, organization_id=ONE, ttl=60)
    assert await cache.cached("key", Counted(), organization_id=ONE, ttl=60) == b"answer 1"
    await cache.close()


async def test_organizations_never_see_each_others_answers() -> None:
    cache, compute = Cache(Telemetry()), Counted()
    assert await cache.cached("key", compute, organization_id=ONE, ttl=60) == b"answer 1"
    assert await cache.cached("key", compute, organization_id=OTHER, ttl=60) == b"answer 2"
    assert await cache.cached("key", compute, organization_id=None, ttl=60) == b"answer 3"
    assert await cache.cached("key", compute, organization_id=ONE, ttl=60) == b"answer 1"
    await cache.close()


async def test_a_hundred_misses_at_once_compute_once() -> None:
    telemetry, compute = Telemetry(), Counted()
    cache = Cache(telemetry)
    answers = await asyncio.gather(*(cache.cached("key", compute, organization_id=ONE, ttl=60) for _ in range(100)))
    assert (set(answers), compute.times) == ({b"answer 1"}, 1)
    figures = telemetry.render({}).decode()
    assert 'talentflux_cache_requests_total{result="miss"} 1.0' in figures
    assert 'talentflux_cache_requests_total{result="hit"} 99.0' in figures
    assert cache._running == {}
    await cache.close()


async def test_an_entry_ends_with_its_time() -> None:
    cache, compute = Cache(Telemetry()), Counted()
    await cache.cached("key", compute, organization_id=ONE, ttl=0.05)
    await asyncio.sleep(0.1)
    assert await cache.cached("key", compute, organization_id=ONE, ttl=60) == b"answer 2"
    with pytest.raises(ValueError, match="outlive"):
        await cache.cached("key", compute, organization_id=ONE, ttl=86_401)
    await cache.close()


async def test_entries_of_a_tag_are_forgotten_and_others_stay() -> None:
    cache, one, two = Cache(Telemetry()), Counted("one"), Counted("two")

    async def ask() -> tuple[bytes, bytes]:
        return (
            await cache.cached("one", one, organization_id=ONE, ttl=60, tags=["requisition", "skill"]),
            await cache.cached("two", two, organization_id=ONE, ttl=60, tags=["candidate"], personal=True),
        )

    assert await ask() == (b"one 1", b"two 1")
    await cache.forget(ONE, "requisition")
    assert await ask() == (b"one 2", b"two 1")
    await cache.forget(OTHER, "requisition", "candidate")
    assert await ask() == (b"one 2", b"two 1")
    await cache.forget(ONE, "skill", "candidate")
    assert await ask() == (b"one 3", b"two 2")
    await cache.close()


async def test_what_was_computed_before_a_change_is_not_kept_after_it() -> None:
    cache = Cache(Telemetry())
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> bytes:
        begun.set()
        await go_on.wait()
        return b"old"

    running = asyncio.create_task(cache.cached("key", slow, organization_id=ONE, ttl=60, tags=["requisition"]))
    await begun.wait()
    await cache.forget(ONE, "requisition")
    go_on.set()
    assert await running == b"old"
    assert await cache.cached("key", Counted("new"), organization_id=ONE, ttl=60, tags=["requisition"]) == b"new 1"
    await cache.close()
