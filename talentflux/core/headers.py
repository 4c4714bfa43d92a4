"""Headers that every answer carries, and those of answers to other origins."""

from typing import Final

from starlette.responses import Response

Header = tuple[bytes, bytes]

_FEATURES = ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
SECURITY: Final[tuple[Header, ...]] = (
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", ", ".join(f"{name}=()" for name in _FEATURES).encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Kept where the answer has none of its own: pages say more in their content security policy."""

NO_STORE: Final[Header] = (b"cache-control", b"no-store")
STRICT_TRANSPORT: Final[Header] = (b"strict-transport-security", b"max-age=63072000")

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_ASKED = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Traceparent, X-CSRF-Token, "
    "X-Organization-Id, X-Request-Id"
)
_SHOWN = b"ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"


def completed(headers: list[Header], *, stored: bool, https: bool) -> list[Header]:
    """Return the headers of an answer with those that are missing.

    Args:
        headers: Of the answer, names in lower case.
        stored: Whether caches may keep it, as the files of pages.
        https: Whether browsers are to come back over https only.
    """
    present = {name for name, _ in headers}
    added = [header for header in SECURITY if header[0] not in present]
    if not stored and NO_STORE[0] not in present:
        added.append(NO_STORE)
    if https:
        added.append(STRICT_TRANSPORT)
    return [*headers, *added]


def shared_with(origin: str) -> list[Header]:
    """Return what lets a page of another origin read an answer; cookies are not sent along.

    Args:
        origin: One of the settings.
    """
    return [
        (b"access-control-allow-origin", origin.encode()),
        (b"access-control-expose-headers", _SHOWN),
        (b"vary", b"Origin"),
    ]


def preflight() -> Response:
    """Answer a browser that asks what another origin's page may send."""
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _ASKED,
            "Access-Control-Max-Age": "600",
        },
    )
