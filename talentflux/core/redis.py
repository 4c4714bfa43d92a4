"""One Redis (or Valkey) for the processes of all hosts: what is kept there may be lost at any time."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from talentflux.core.logging import get_logger

_CONNECTIONS = 32
WAIT_SECONDS = 1.0
"""Most seconds that a burst of requests waits for one of the connections."""

_PAUSE_SECONDS = 1.0  # a Redis that failed is left alone for so long
_T = TypeVar("_T")
_log = get_logger("redis")


class RedisDownError(Exception):
    """Redis does not answer; do without."""


class RedisLink:
    """Connections to Redis that say quickly that it is down, and find out by themselves that it is back.

    Args:
        url: Connection URL (`redis://…` or `rediss://…`).
        timeout: Most seconds for each step: connecting, an answer.

    Attributes:
        url: As given.
        options: How connections are opened.
        pool: The connections.
    """

    def __init__(self, url: str, timeout: float) -> None:
        from redis.asyncio import BlockingConnectionPool  # noqa: PLC0415 -- slow to import, and often not used
        from redis.asyncio.retry import Retry  # noqa: PLC0415 -- as above
        from redis.backoff import NoBackoff  # noqa: PLC0415 -- as above
        from redis.exceptions import RedisError  # noqa: PLC0415 -- as above

        self.url = url
        self.options: dict[str, Any] = {
            "max_connections": _CONNECTIONS,
            "socket_timeout": timeout,
            "socket_connect_timeout": timeout,
            "retry": Retry(NoBackoff(), 0),
        }
        self.pool: Any = BlockingConnectionPool.from_url(url, timeout=WAIT_SECONDS, **self.options)
        self._errors = (RedisError, OSError, TimeoutError)
        self._again_at = 0.0
        self._down = False

    async def run(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Await a call of Redis.

        Args:
            call: Makes the awaitable; not called while Redis is known to be down.

        Returns:
            What the call gave.

        Raises:
            RedisDownError: Redis did not answer, now or a moment ago.
        """
        now = time.monotonic()
        if self._down:
            if now < self._again_at:
                raise RedisDownError
            self._again_at = now + _PAUSE_SECONDS  # one caller tries; the others go on without
        try:
            result = await call()
        except self._errors as error:
            self._again_at = time.monotonic() + _PAUSE_SECONDS
            if not self._down:
                self._down = True
                _log.warning("redis does not answer; going on without", reason=type(error).__name__)
            raise RedisDownError from error
        if self._down:
            self._down = False
            _log.info("redis answers again")
        return result

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.disconnect()
