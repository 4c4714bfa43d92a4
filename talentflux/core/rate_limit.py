"""Rate limits: so many requests in any minute by network address, account and API key.

Exact over all processes that share a Redis; without one, or while it is down, each process counts for itself.
"""

import hmac
import ipaddress
import math
import os
import time
from collections import deque
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from talentflux.core.config import Settings
from talentflux.core.errors import TooManyRequestsError
from talentflux.core.principal import AccessCredential, BrowserCredential, Credential, KeyCredential
from talentflux.core.redis import RedisDownError, RedisLink

Kind = Literal["address", "account", "key", "login", "apply"]
_BROWSERS = 10_000  # sessions whose account is remembered
_HASHES = 1_000  # identities whose hash is remembered
_WINDOW = 60  # seconds
_SWEEP = 1024  # idle identities are looked for once in so many requests


class _ProcessCounter:
    """The times of requests in this process.

    The library's storage in memory starts a task for each request that looks through all identities, and costs ten
    times as much; this one looks through them once in a while.
    """

    def __init__(self) -> None:
        self.times: dict[str, deque[float]] = {}
        self._calls = 0

    def hit(self, key: str, limit: int) -> bool:
        """Count one request unless the last minute is full."""
        now = time.time()
        self._calls += 1
        if self._calls % _SWEEP == 0:
            self.times = {name: times for name, times in self.times.items() if times[-1] > now - _WINDOW}
        times = self.times.get(key)
        if times is None:
            times = self.times[key] = deque()
        while times and times[0] <= now - _WINDOW:
            times.popleft()
        if len(times) >= limit:
            return False
        times.append(now)
        return True

    def state(self, key: str, limit: int) -> tuple[float, int]:
        """Return when the oldest request leaves the window, and how many more are taken before."""
        times = self.times.get(key)
        return (times[0] + _WINDOW, limit - len(times)) if times else (time.time(), limit)


@dataclass(slots=True)
class RateLimitState:
    """What was counted for one request; stands in its scope as `rate_limit`.

    Attributes:
        counted: Kind and hashed identity, in the order of counting.
        refused: The kind whose limit was reached, if any.
    """

    counted: list[tuple[Kind, str]] = field(default_factory=list)
    refused: Kind | None = None


class RateLimiter:
    """Counts requests and refuses those above the limits of the settings.

    Args:
        settings: Give the limits and the Redis.
        redis: Connections to Redis, where it is set.
        sign: A keyed hash that is the same in all processes; without it, only in this one.
    """

    def __init__(
        self, settings: Settings, redis: RedisLink | None = None, sign: Callable[[str], bytes] | None = None
    ) -> None:
        figures: dict[Kind, int] = {
            "address": settings.rate_limit_address,
            "login": settings.rate_limit_login,
            "apply": settings.rate_limit_apply,
            "account": settings.rate_limit_account,
            "key": settings.rate_limit_key,
        }
        self._items: dict[Kind, RateLimitItem] = {
            kind: RateLimitItemPerMinute(figure, namespace=kind) for kind, figure in figures.items() if figure
        }
        self._sign = sign or partial(_hashed_alone, os.urandom(32))
        self._browsers: dict[bytes, str] = {}
        self._hashes: dict[tuple[Kind, str], str] = {}  # in memory alone, and few
        self._process = _ProcessCounter()
        self._redis = redis
        self._shared = None
        if redis is not None:
            storage = RedisStorage(
                redis.url, implementation="redispy", key_prefix="talentflux:limit", connection_pool=redis.pool
            )
            self._shared = MovingWindowRateLimiter(storage)

    async def check(self, kind: Kind, identity: str, scope: MutableMapping[str, Any]) -> None:
        """Count a request.

        Args:
            kind: Which limit.
            identity: Who asks: a network address, or the id of an account or key. Counted under a keyed hash.
            scope: Of the request; its `rate_limit` says afterwards what the answer's headers need.

        Raises:
            TooManyRequestsError: The limit is reached.
        """
        item = self._items.get(kind)
        if item is None:
            return
        state: RateLimitState = scope.setdefault("rate_limit", RateLimitState())
        key = self._hashed(kind, identity)
        state.counted.append((kind, key))
        if not await self._hit(item, key):
            state.refused = kind
            reset, _ = await self._state(item, key)
            wait = max(1, math.ceil(reset - time.time()))
            raise TooManyRequestsError(f"Wait {wait} seconds before the next request.", retry_after=wait)

    async def check_credential(self, scope: MutableMapping[str, Any], credential: Credential) -> None:
        """Count a request of whoever shows a credential, before a transaction opens that would find out who it is.

        Args:
            scope: Of the request.
            credential: As it was shown. A key is counted with its secret, so that nobody can use up the limit of a
                key of which they know the id only.

        Raises:
            TooManyRequestsError: The limit is reached.
        """
        if isinstance(credential, KeyCredential):
            await self.check("key", f"{credential.key_id}:{credential.secret_hash.hex()}", scope)
        elif isinstance(credential, AccessCredential):
            await self.check("account", credential.actor, scope)
        else:
            known = self._browsers.get(credential.token_hash)
            await self.check("account", known or credential.token_hash.hex(), scope)

    def remember(self, credential: Credential, actor: str) -> None:
        """Note whose a browser's cookie is, so that all sessions of an account are counted together.

        Args:
            credential: What was shown and proved good.
            actor: As `Principal.actor`.
        """
        if isinstance(credential, BrowserCredential) and credential.token_hash not in self._browsers:
            if len(self._browsers) >= _BROWSERS:
                self._browsers.pop(next(iter(self._browsers)))
            self._browsers[credential.token_hash] = actor

    async def headers(self, scope: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
        """Return `RateLimit-Policy` with all limits that were counted, and `RateLimit` with the last of them.

        The form is that of the IETF draft "RateLimit header fields for HTTP", version 10.

        Args:
            scope: Of the request.
        """
        state: RateLimitState | None = scope.get("rate_limit")
        if state is None or not state.counted:
            return []
        kind, key = state.counted[-1]
        reset, remaining = await self._state(self._items[kind], key)
        policies = ", ".join(f'"{each}";q={self._items[each].amount};w={_WINDOW}' for each, _ in state.counted)
        wait = max(0, math.ceil(reset - time.time()))
        return [
            (b"ratelimit-policy", policies.encode()),
            (b"ratelimit", f'"{kind}";r={max(0, remaining)};t={wait}'.encode()),
        ]

    async def _hit(self, item: RateLimitItem, key: str) -> bool:
        if self._redis is not None and self._shared is not None:
            shared = self._shared
            try:
                return await self._redis.run(lambda: shared.hit(item, key))
            except RedisDownError:
                pass
        return self._process.hit(key, item.amount)

    async def _state(self, item: RateLimitItem, key: str) -> tuple[float, int]:
        """Return when the oldest request leaves the window, and how many more are taken before."""
        if self._redis is not None and self._shared is not None:
            shared = self._shared
            try:
                return await self._redis.run(lambda: shared.get_window_stats(item, key))
            except RedisDownError:
                pass
        return self._process.state(key, item.amount)

    def _hashed(self, kind: Kind, identity: str) -> str:
        """Return a keyed hash: addresses are few enough to be found by trying all against a plain one."""
        known = self._hashes.get((kind, identity))
        if known is None:
            named = _network(identity) if kind in ("address", "login", "apply") else identity
            known = self._sign(f"rate limit {kind} {named}")[:16].hex()
            if len(self._hashes) >= _HASHES:
                self._hashes.clear()
            self._hashes[kind, identity] = known
        return known


def _hashed_alone(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _network(address: str) -> str:
    """Return what one caller holds: an IPv4 address, or the /64 of an IPv6 address."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((parsed.packed[:8] + bytes(8), 64)))
