"""Answers that may be given again: kept with tags, computed once however many ask, gone when a change commits.

Each tag has a stamp, and the stamps are part of an entry's key: to forget all entries of a tag, its stamp is replaced.
Whoever computed from the state before stores under the old stamp, where nobody looks any more.
"""

import asyncio
import hashlib
import warnings
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from talentflux.core.database import WriteSession
from talentflux.core.redis import WAIT_SECONDS, RedisDownError, RedisLink
from talentflux.core.telemetry import Telemetry

_PREFIX: Final = "talentflux:cache:"
_STAMP_SECONDS: Final = 86_400
_LOCK_SECONDS: Final = 30.0  # whoever computes for longer, or was killed, computes beside others
_LOOK_SECONDS: Final = 0.02
_ENTRIES: Final = 4096  # of a cache in process
_T = TypeVar("_T")


class Cache:
    """A cache in Redis where there is one, else in this process.

    Without Redis other processes learn of a change only when an entry's time is over; while Redis is down everything
    is computed.

    Args:
        telemetry: Where hits and misses are counted.
        redis: Connections to Redis, where it is set.
    """

    def __init__(self, telemetry: Telemetry, redis: RedisLink | None = None) -> None:
        self._telemetry = telemetry
        self._link = redis
        self._running: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._missed: set[str] = set()
        self._forgetting: set[asyncio.Task[None]] = set()

    async def cached(  # noqa: PLR0913 -- what names an entry; all by name
        self,
        key: str,
        compute: Callable[[], Awaitable[bytes]],
        *,
        organization_id: UUID | None,
        ttl: float,
        tags: Collection[str] = (),
        personal: bool = False,
    ) -> bytes:
        """Return a kept answer, or compute and keep it.

        Args:
            key: What is asked, with everything that the answer depends on; kept as a hash only.
            compute: Makes the answer as UTF-8 text. Must not open a transaction inside another.
            organization_id: Whose answer; None for what is the same for all.
            ttl: Seconds for which it may be given again, at most a day.
            tags: What the answer depends on; see `forget_on_commit`.
            personal: It holds personal data: it is kept in this process and never in Redis.

        Returns:
            The answer.
        """
        if ttl > _STAMP_SECONDS:
            raise ValueError("an entry must not outlive the stamps of its tags")
        whose = str(organization_id) if organization_id else "all"
        names = [f"{_PREFIX}tag:{whose}:{tag}" for tag in sorted(tags)]
        try:
            stamps = [await self._stamp(name) for name in names]
        except RedisDownError:
            return await self._computed("down", compute)
        digest = hashlib.blake2b("\0".join((key, *names, *stamps)).encode(), digest_size=24).hexdigest()
        entry = f"{_PREFIX}{whose}:{digest}"
        try:
            kept = await self._get(entry, personal=personal)
            if kept is not None:
                return self._found(kept)
            return await self._compute_once(entry, compute, ttl, personal=personal)
        except RedisDownError:
            return await self._computed("down", compute)

    async def forget(self, organization_id: UUID | None, *tags: str) -> None:
        """Let all entries with any of these tags be computed again.

        While Redis is down this is remembered, and done before anything is read from it again.

        Args:
            organization_id: Whose entries.
            *tags: Their tags.
        """
        whose = str(organization_id) if organization_id else "all"
        self._missed.update(f"{_PREFIX}tag:{whose}:{tag}" for tag in tags)
        try:
            await self._catch_up()
        except RedisDownError:
            return

    def forget_on_commit(self, session: WriteSession, *tags: str) -> None:
        """Forget entries of the session's organization when, and only when, its transaction commits.

        Args:
            session: The transaction that changes what the entries were made from.
            *tags: Tags of the entries.
        """

        def forget() -> None:
            task = asyncio.create_task(self.forget(session.scope.organization_id, *tags))
            self._forgetting.add(task)
            task.add_done_callback(self._forgetting.discard)

        session.after_commit.append(forget)

    async def close(self) -> None:
        """Let go of connections."""
        await asyncio.gather(*self._forgetting)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # cashews calls what redis has renamed
            for name in {"_shared", "_own"} & self.__dict__.keys():
                await self.__dict__[name].close()

    async def _compute_once(
        self, entry: str, compute: Callable[[], Awaitable[bytes]], ttl: float, *, personal: bool
    ) -> bytes:
        """Compute under a lock of this process, and one of all processes where the entry is shared."""
        own_lock = self._running[entry]
        try:
            async with own_lock:
                kept = await self._get(entry, personal=personal)
                if kept is not None:
                    return self._found(kept)
                if personal or self._link is None:
                    return await self._store(entry, await self._computed("miss", compute), ttl, personal=personal)
                return await self._compute_alone(entry, compute, ttl)
        finally:
            if not own_lock.locked():
                self._running.pop(entry, None)

    async def _compute_alone(self, entry: str, compute: Callable[[], Awaitable[bytes]], ttl: float) -> bytes:
        """Compute an entry of Redis while no other process does."""
        lock, holder = f"{entry}:lock", uuid4().hex
        while not await self._ask(lambda: self._shared.set_lock(lock, holder, expire=_LOCK_SECONDS)):
            await asyncio.sleep(_LOOK_SECONDS)
            kept = await self._get(entry, personal=False)
            if kept is not None:
                return self._found(kept)
        try:
            kept = await self._get(entry, personal=False)  # it may have come between the look and the lock
            if kept is not None:
                return self._found(kept)
            return await self._store(entry, await self._computed("miss", compute), ttl, personal=False)
        finally:
            await self._quietly(lambda: self._shared.unlock(lock, holder))

    async def _stamp(self, name: str) -> str:
        """Return the stamp of a tag, which is made when it is first asked for."""
        await self._catch_up()
        found = await self._ask(lambda: self._shared.get(name))
        if found is None:
            made = uuid4().hex
            await self._ask(lambda: self._shared.set(name, made, expire=2 * _STAMP_SECONDS, exist=False))
            found = await self._ask(lambda: self._shared.get(name)) or made
        return str(found)

    async def _catch_up(self) -> None:
        while self._missed:
            name = next(iter(self._missed))
            await self._ask(lambda name=name: self._shared.set(name, uuid4().hex, expire=2 * _STAMP_SECONDS))  # type: ignore[misc] # bound at once
            self._missed.discard(name)

    async def _get(self, entry: str, *, personal: bool) -> bytes | None:
        found = await (self._own.get(entry) if personal else self._ask(lambda: self._shared.get(entry)))
        return None if found is None else str(found).encode()

    async def _store(self, entry: str, answer: bytes, ttl: float, *, personal: bool) -> bytes:
        text = answer.decode()
        if personal:
            await self._own.set(entry, text, expire=ttl)
        else:
            await self._quietly(lambda: self._shared.set(entry, text, expire=ttl))
        return answer

    async def _computed(self, result: str, compute: Callable[[], Awaitable[bytes]]) -> bytes:
        self._telemetry.cached.labels(result).inc()
        return await compute()

    def _found(self, kept: bytes) -> bytes:
        self._telemetry.cached.labels("hit").inc()
        return kept

    async def _quietly(self, call: Callable[[], Awaitable[object]]) -> None:
        """Await a call of the cache whose failure changes nothing for the caller."""
        try:
            await self._ask(call)
        except RedisDownError:
            return

    async def _ask(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Await a call of the shared cache.

        Raises:
            RedisDownError: It is in Redis, which does not answer.
        """
        if self._link is None:
            return await call()
        from cashews.exceptions import CacheBackendInteractionError  # noqa: PLC0415 -- slow to import

        async def named() -> _T:
            try:
                return await call()
            except CacheBackendInteractionError as error:
                raise ConnectionError from error

        return await self._link.run(named)

    @cached_property
    def _shared(self) -> Any:
        """The cache of all processes, or of this one where there is no Redis."""
        if self._link is None:
            return self._own
        from cashews import Cache as Cashews  # noqa: PLC0415 -- slow to import

        shared = Cashews()
        shared.setup(
            self._link.url,
            pickle_type="json",  # what comes out of Redis is data, never code
            suppress=False,
            wait_for_connection_timeout=WAIT_SECONDS,
            **self._link.options,
        )
        return shared

    @cached_property
    def _own(self) -> Any:
        """The cache of this process."""
        from cashews import Cache as Cashews  # noqa: PLC0415 -- slow to import

        own = Cashews()
        own.setup("mem://", size=_ENTRIES)
        return own
