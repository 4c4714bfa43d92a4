"""A worker's figures over HTTP, for Prometheus; the API has its own under the same path."""

import asyncio
import contextlib
import hmac
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import uvicorn
from psycopg import OperationalError
from sqlalchemy.exc import DBAPIError
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from talentflux.core.config import Settings
from talentflux.core.database import Database
from talentflux.core.errors import DependencyError
from talentflux.core.logging import get_logger
from talentflux.core.telemetry import CONTENT_TYPE, Telemetry
from talentflux.services import health_service
from talentflux.workers.http_protocol import patient_protocol

_PATH: Final = "/metrics"
_HEAD_SECONDS: Final = 5.0
_MOST_CONNECTIONS: Final = 20
_log = get_logger("worker")


@asynccontextmanager
async def serving_figures(settings: Settings, telemetry: Telemetry, database: Database) -> AsyncIterator[None]:
    """Answer `GET /metrics` while the block runs, on the port of the settings.

    Without a token only this machine is listened to. A port that is taken is logged, and the worker does its work.

    Args:
        settings: Give port and token.
        telemetry: The figures of this process.
        database: Knows the queue.
    """
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
    try:
        listening = socket.create_server(("127.0.0.1" if token is None else "", settings.worker_metrics_port))
    except OSError as error:
        _log.error("figures are not served", port=settings.worker_metrics_port, reason=type(error).__name__)
        yield
        return
    server = _Server(
        uvicorn.Config(
            _Figures(token, telemetry, database),
            http=patient_protocol(_HEAD_SECONDS, _MOST_CONNECTIONS),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listening]), name="figures")
    try:
        yield
    finally:
        server.should_exit = True
        await running


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the worker."""
        yield


class _Figures:
    """The application behind the port."""

    def __init__(self, token: str | None, telemetry: Telemetry, database: Database) -> None:
        self._expected = None if token is None else f"Bearer {token}".encode()
        self._telemetry = telemetry
        self._database = database

    async def __call__(self, scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Answer one request."""
        status, body = await self._answer(scope)
        kind = CONTENT_TYPE if status == 200 else "text/plain; charset=utf-8"
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
        start: Any = {"type": "http.response.start", "status": status, "headers": headers}
        rest: Any = {"type": "http.response.body", "body": body}
        with contextlib.suppress(OSError):
            await send(start)
            await send(rest)

    async def _answer(self, scope: Scope) -> tuple[int, bytes]:
        assert scope["type"] == "http"
        given = dict(scope["headers"]).get(b"authorization", b"")
        if self._expected is not None and not hmac.compare_digest(given, self._expected):
            return 401, b"Send Authorization: Bearer with TALENTFLUX_METRICS_TOKEN.\n"
        if (scope["method"], scope["path"]) != ("GET", _PATH):
            return 404, b"GET /metrics has the figures.\n"
        try:
            jobs = await health_service.jobs(self._database)
        except (DependencyError, DBAPIError, OperationalError):
            return 503, b"The database does not answer.\n"
        return 200, self._telemetry.render(jobs, self._database.engine.pool)
