"""What happens to every request before a route sees it: id, caller, host, origin, limits, headers, figures."""

import re
import time
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from talentflux.core import tracing
from talentflux.core.bodies import guarded, send_in_time
from talentflux.core.config import Environment, Settings
from talentflux.core.errors import TalentFluxError
from talentflux.core.headers import completed, preflight, shared_with
from talentflux.core.network import Network
from talentflux.core.problems import problem, refusal, unexpected
from talentflux.core.rate_limit import RateLimiter
from talentflux.core.telemetry import Telemetry
from talentflux.utils.ids import new_id

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_JSON_BODY_LIMIT: Final = 2 * 1024 * 1024
_LOGIN: Final = "/api/v1/auth/"
_STATIC: Final = "/static/"
_ALWAYS: Final = "/health"  # answered however much there is to do


class UntrustedHostError(TalentFluxError):
    """The request names a host that is none of ours: a name bound to our address by somebody else."""

    status = 421
    code = "untrusted_host"
    title = "This host name is not served"


class CrossOriginError(TalentFluxError):
    """The request comes from a page of somebody else."""

    status = 403
    code = "cross_origin"
    title = "Requests from other web pages are refused"


class OverloadedError(TalentFluxError):
    """As many requests run as a process takes at a time."""

    status = 503
    code = "overloaded"
    title = "Too much to do at once"


class RequestMiddleware:
    """Finds out who asks, refuses what is not for us or too much, completes and counts the answer."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        telemetry: Telemetry,
        limiter: RateLimiter,
        body_limits: dict[str, int],
    ) -> None:
        """Wrap an application.

        Args:
            app: What answers.
            settings: Hosts, origins, proxies and limits.
            telemetry: Where answers are counted.
            limiter: Counts requests by address.
            body_limits: Largest body in bytes for paths that take files; `*` stands for one part of a path.
        """
        self._app = app
        self._network = Network(settings)
        self._telemetry = telemetry
        self._limiter = limiter
        self._body_limits = {path: limit for path, limit in body_limits.items() if "*" not in path}
        self._patterns: list[tuple[str, str, int]] = [
            (path.partition("*")[0], path.partition("*")[2], limit)
            for path, limit in body_limits.items()
            if "*" in path
        ]
        self._body_seconds = settings.body_timeout_seconds
        self._most = settings.concurrent_requests
        self._development = settings.environment is Environment.DEVELOPMENT
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _joined(scope)
        given = headers.get(b"x-request-id", "")
        request_id = scope["request_id"] = given if _REQUEST_ID.fullmatch(given) else new_id().hex
        self._identify(scope, headers)
        origin = headers.get(b"origin", "")
        started, status, answered = time.perf_counter(), 500, False

        async def answer(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                message["headers"] = await self._headers(scope, message, origin)
            await send_in_time(send, message)

        self._running += 1
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with tracing.request(scope["method"], headers.get(b"traceparent", "")) as span:
                try:
                    await self._serve(scope, headers, receive, answer)
                except Exception as error:
                    if answered:
                        raise
                    await _answer_to(error, request_id)(scope, receive, answer)
                finally:
                    if span is not None:
                        tracing.finish(span, scope["method"], template(scope), status)
        finally:
            structlog.contextvars.reset_contextvars(**bound)
            self._running -= 1
            self._telemetry.observe(scope["method"], template(scope), status, time.perf_counter() - started)
            if "rate_limit" in scope and scope["rate_limit"].refused:
                self._telemetry.refused(scope["rate_limit"].refused)

    async def _serve(self, scope: Scope, headers: dict[bytes, str], receive: Receive, answer: Send) -> None:
        """Refuse what is to be refused, and let the application answer the rest."""
        self._check(scope, headers)
        caller, path, method = scope["client"][0], scope["path"], scope["method"]
        await self._limiter.check("address", caller, scope)
        if method == "POST" and path.startswith(_LOGIN):
            await self._limiter.check("login", caller, scope)
        if method == "OPTIONS" and b"access-control-request-method" in headers:
            await preflight()(scope, receive, answer)
            return
        limit = self._body_limit(path.rstrip("/"))
        await self._app(scope, guarded(receive, limit, self._body_seconds), answer)

    def _body_limit(self, path: str) -> int:
        """Return the largest body in bytes that a path takes."""
        known = self._body_limits.get(path)
        if known is not None:
            return known
        for start, end, limit in self._patterns:
            if path.startswith(start) and path.endswith(end) and "/" not in path[len(start) : len(path) - len(end)]:
                return limit
        return _JSON_BODY_LIMIT

    def _identify(self, scope: Scope, headers: dict[bytes, str]) -> None:
        """Put the caller's address and scheme, as trusted proxies tell them, where all look for them."""
        peer, port = scope.get("client") or ("", 0)
        caller, scope["scheme"] = self._network.caller(
            peer, headers.get(b"x-forwarded-for", ""), headers.get(b"x-forwarded-proto", ""), scope["scheme"]
        )
        scope["client"] = (caller, port if caller == peer else 0)

    def _check(self, scope: Scope, headers: dict[bytes, str]) -> None:
        """Refuse foreign hosts and origins, and what is too much at once."""
        authority = headers.get(b"host", "")
        if not self._network.serves(authority):
            raise UntrustedHostError(
                "Use a name of TALENTFLUX_ALLOWED_HOSTS, or on this machine http://127.0.0.1 with the server's port."
            )
        origin = headers.get(b"origin", "")
        foreign = origin and _place(origin) != authority and origin not in self._network.origins
        asks_first = scope["method"] == "OPTIONS" and b"access-control-request-method" in headers
        if foreign and (asks_first or scope["method"] not in _SAFE_METHODS):
            raise CrossOriginError("Send the request from a page of this server, or without an Origin header.")
        if self._running > self._most and scope["path"] != _ALWAYS:
            raise OverloadedError("Try again in a moment.", headers={"Retry-After": "1"})

    async def _headers(self, scope: Scope, message: Message, origin: str) -> list[tuple[bytes, bytes]]:
        """Return the headers of an answer with those that every answer has."""
        https = scope["scheme"] == "https" and not self._development
        headers = completed(list(message["headers"]), stored=scope["path"].startswith(_STATIC), https=https)
        headers.append((b"x-request-id", scope["request_id"].encode()))
        headers += await self._limiter.headers(scope)
        headers += [(name.encode(), value.encode()) for name, value in tracing.outgoing().items()]
        if origin and origin in self._network.origins:
            headers += shared_with(origin)
        return headers


def template(scope: Scope) -> str:
    """Return the path with its parameters' names in the place of their values, which would be one figure each.

    Args:
        scope: Of a request that was answered.
    """
    if "route" not in scope:
        return "unmatched"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(names.get(part, part) for part in scope["path"].split("/"))


def _answer_to(error: Exception, request_id: str) -> Response:
    """Answer an error that no handler of the application saw: a refusal of ours, or a fault."""
    refused = refusal(error)
    if refused is None:
        return unexpected(request_id, error)
    return problem(
        request_id,
        status=refused.status,
        code=refused.code,
        title=refused.title,
        detail=refused.detail,
        headers=refused.headers,
    )


def _place(origin: str) -> str:
    """Return `host:port` of an origin; empty where it has none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _joined(scope: Scope) -> dict[bytes, str]:
    """Return the headers by name; those that came several times with commas."""
    joined: dict[bytes, Any] = {}
    for name, value in scope["headers"]:
        text = value.decode("latin-1")
        joined[name] = f"{joined[name]},{text}" if name in joined else text
    return joined
