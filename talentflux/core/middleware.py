"""What happens to every request before a route sees it: id, trusted host and origin, size, figures."""

import re
import time
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from talentflux.core.problems import problem, unexpected
from talentflux.core.telemetry import Telemetry
from talentflux.utils.ids import new_id

TRUSTED_HOSTS = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_JSON_BODY_LIMIT = 2 * 1024 * 1024


def _host_name(authority: str) -> str | None:
    """Return the host of `host:port`, without brackets; None where there is none."""
    try:
        return urlsplit(f"//{authority}").hostname
    except ValueError:
        return None


def _refusal(headers: Headers, method: str) -> tuple[int, str, str, str] | None:
    """Return status, code, title and detail of why a request is not for us; None where it is.

    Without a login, the address the browser thinks it talks to is all that keeps other web pages out: a foreign host
    name is DNS rebinding, a foreign origin is a form on another page.
    """
    authority = headers.get("host", "")
    if _host_name(authority) not in TRUSTED_HOSTS:
        return (
            421,
            "untrusted_host",
            "This host name is not served",
            "Use http://127.0.0.1 or http://localhost with the port of this server.",
        )
    origin = headers.get("origin")
    if method not in _SAFE_METHODS and origin and urlsplit(origin).netloc != authority:
        return (
            403,
            "cross_origin",
            "Requests from other web pages are refused",
            "Send the request from a page of this server, or without an Origin header.",
        )
    return None


class RequestMiddleware:
    """Gives a request its id, refuses foreign hosts and origins, caps the body, counts the answer."""

    def __init__(
        self, app: ASGIApp, telemetry: Telemetry, body_limits: dict[str, int], body_limit: int = _JSON_BODY_LIMIT
    ) -> None:
        """Wrap an application.

        Args:
            app: What answers.
            telemetry: Where answers are counted.
            body_limits: Largest body in bytes for paths that take files.
            body_limit: Largest body in bytes for all other paths.
        """
        self._app = app
        self._telemetry = telemetry
        self._body_limits = body_limits
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id().hex
        scope["request_id"] = request_id
        started = time.perf_counter()
        status, started_answer = 500, False

        async def answer(message: Message) -> None:
            nonlocal status, started_answer
            if message["type"] == "http.response.start":
                status, started_answer = message["status"], True
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        refused = _refusal(headers, scope["method"])
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            if refused:
                code, name, title, detail = refused
                response = problem(request_id, status=code, code=name, title=title, detail=detail)
                await response(scope, receive, answer)
            else:
                limit = self._body_limits.get(scope["path"].rstrip("/"), self._body_limit)
                try:
                    await self._app(scope, _capped(receive, limit), answer)
                except Exception as error:
                    if started_answer:
                        raise
                    await unexpected(request_id, error)(scope, receive, answer)
        self._telemetry.observe(scope["method"], _template(scope), status, time.perf_counter() - started)


def _template(scope: Scope) -> str:
    """Return the path with its parameters' names in the place of their values, which would be one figure each."""
    if "route" not in scope:
        return "unmatched"
    names = {str(value): f"{{{name}}}" for name, value in scope.get("path_params", {}).items()}
    return "/".join(names.get(part, part) for part in scope["path"].split("/"))


def _capped(receive: Receive, limit: int) -> Receive:
    """Return a `receive` that stops with 413 as soon as more than `limit` bytes have come."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        if message["type"] == "http.request":
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(
                    413, f"At most {limit / 1048576:g} MiB are taken in one request. Send less at a time."
                )
        return message

    return counted
