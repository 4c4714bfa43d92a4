"""Rate limits of one process."""

import time
from typing import Any

import pytest

from talentflux.core.config import Settings
from talentflux.core.errors import TooManyRequestsError
from talentflux.core.rate_limit import RateLimiter


def limiter(**figures: int) -> RateLimiter:
    return RateLimiter(Settings(_env_file=None, **figures))


async def refused(counts: RateLimiter, kind: Any, identity: str) -> TooManyRequestsError:
    with pytest.raises(TooManyRequestsError) as raised:
        await counts.check(kind, identity, {})
    return raised.value


async def test_the_request_above_the_limit_is_refused_with_the_time_to_wait() -> None:
    counts = limiter(rate_limit_account=2)
    for _ in range(2):
        await counts.check("account", "user:1", {})
    error = await refused(counts, "account", "user:1")
    assert error.retry_after == 60
    assert error.headers["Retry-After"] == "60"


async def test_a_refused_request_does_not_lengthen_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    counts = limiter(rate_limit_account=1)
    await counts.check("account", "user:1", {})
    now += 59.5
    assert (await refused(counts, "account", "user:1")).retry_after == 1
    now += 0.6
    await counts.check("account", "user:1", {})


async def test_no_minute_holds_more_than_the_limit_wherever_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    counts = limiter(rate_limit_account=10)
    passed: list[float] = []
    for _ in range(600):
        now += 0.5
        try:
            await counts.check("account", "user:1", {})
            passed.append(now)
        except TooManyRequestsError:
            continue
    assert len(passed) == 50
    assert max(sum(1 for each in passed if start <= each < start + 60) for start in passed) == 10


async def test_callers_are_counted_apart_and_kinds_too() -> None:
    counts = limiter(rate_limit_account=1, rate_limit_key=1, rate_limit_address=1)
    await counts.check("account", "user:1", {})
    await counts.check("account", "user:2", {})
    await counts.check("key", "api_key:1", {})
    await counts.check("address", "192.0.2.1", {})
    await refused(counts, "key", "api_key:1")


async def test_an_ipv6_network_is_one_caller_and_a_mapped_ipv4_address_is_its_own() -> None:
    counts = limiter(rate_limit_address=1)
    await counts.check("address", "2001:db8:1:2::1", {})
    await refused(counts, "address", "2001:db8:1:2:ffff::9")
    await counts.check("address", "2001:db8:1:3::1", {})
    await counts.check("address", "::ffff:192.0.2.1", {})
    await counts.check("address", "::ffff:192.0.2.2", {})
    await refused(counts, "address", "192.0.2.1")


async def test_zero_means_no_limit_and_no_headers() -> None:
    counts = limiter(rate_limit_address=0)
    scope: dict[str, Any] = {}
    for _ in range(50):
        await counts.check("address", "192.0.2.1", scope)
    assert await counts.headers(scope) == []


async def test_headers_tell_all_policies_and_the_last_one_counted() -> None:
    counts = limiter(rate_limit_address=7, rate_limit_account=5)
    scope: dict[str, Any] = {}
    await counts.check("address", "192.0.2.1", scope)
    await counts.check("account", "user:1", scope)
    assert await counts.headers(scope) == [
        (b"ratelimit-policy", b'"address";q=7;w=60, "account";q=5;w=60'),
        (b"ratelimit", b'"account";r=4;t=60'),
    ]


async def test_idle_callers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    counts = limiter()
    for number in range(2000):
        await counts.check("account", f"user:{number}", {})
    now += 61
    for _ in range(1024):
        await counts.check("account", "user:1", {})
    assert len(counts._process.times) == 1
