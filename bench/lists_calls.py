"""Calls of an application as a server makes them, and what they cost this process.

Neither a network nor a client stands between: a client in process takes as long as the bare framework, would be on both
sides of each ratio, and would draw all of them towards one. What is counted is the processor time of this process, so
the database server's is not in it.
"""

import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson

REQUESTS: Final = 400
ROUNDS: Final = 40
App = Callable[..., Awaitable[None]]
Settle = Callable[[], Awaitable[None]]


class Call:
    """One question to an application.

    Args:
        app: What answers.
        target: Path and query.
        token: Access token; empty for an application that asks for none.
    """

    def __init__(self, app: App, target: str, token: str = "") -> None:
        self._app = app
        path, _, query = target.partition("?")
        headers = [(b"host", b"127.0.0.1"), (b"accept", b"application/json"), (b"user-agent", b"bench")]
        if token:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        self._scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
            "headers": headers, "client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 8000),
        }  # fmt: skip
        self._status, self._parts = 0, list[bytes]()

    async def __call__(self) -> float:
        """Ask once; return the processor seconds that it took.

        Raises:
            SystemExit: The answer is a refusal.
        """
        self._parts.clear()
        began = time.process_time()
        await self._app(self._scope.copy(), _receive, self._send)
        seconds = time.process_time() - began
        if self._status != 200:
            raise SystemExit(f"{self._scope['path']} answered {self._status}: {b''.join(self._parts).decode()}")
        return seconds

    async def answer(self) -> Any:
        """Ask once; return what the answer says."""
        await self()
        return orjson.loads(b"".join(self._parts))

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        else:
            self._parts.append(message.get("body", b""))


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def compare(calls: dict[str, Call], settle: Settle) -> tuple[dict[str, float], dict[str, float]]:
    """Return the seconds of each call, asked in turns so that all meet the same machine.

    Args:
        calls: By name.
        settle: Awaited at the end of each turn, so that nobody pays for what another one has left to do.

    Returns:
        The median of each call, and of each call with its share of what its turn left to do.
    """
    spent: dict[str, list[float]] = {name: [] for name in calls}
    whole: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        for _ in range(REQUESTS // ROUNDS):
            await call()
    await settle()
    for _ in range(ROUNDS):
        for name, call in calls.items():
            began = time.process_time()
            spent[name] += [await call() for _ in range(REQUESTS // ROUNDS)]
            await settle()
            whole[name].append((time.process_time() - began) / (REQUESTS // ROUNDS))
    return _medians(spent), _medians(whole)


def _medians(times: dict[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(each) for name, each in times.items()}
