"""The cookie of a browser's session, and the proof that a request comes from our own page."""

import hashlib
import hmac
from typing import Any, Final

from talentflux.core.config import Environment, Settings

_NAME: Final = "talentflux_session"
_CSRF_CONTEXT: Final = b"csrf"


def is_secure(settings: Settings) -> bool:
    """Return whether cookies travel over TLS only: everywhere but in development and tests."""
    return settings.environment is Environment.PRODUCTION


def session_cookie_name(settings: Settings) -> str:
    """Return the cookie's name; `__Host-` binds it to this host, to TLS and to the path `/`."""
    return f"__Host-{_NAME}" if is_secure(settings) else _NAME


def session_cookie(settings: Settings, token: str, max_age: int) -> dict[str, Any]:
    """Return the arguments with which a response sets the session's cookie.

    Args:
        settings: Of this process.
        token: The session's token; empty to remove the cookie.
        max_age: How many seconds the browser keeps it; 0 removes it.
    """
    return {
        "key": session_cookie_name(settings),
        "value": token,
        "max_age": max_age,
        "path": "/",
        "httponly": True,
        "secure": is_secure(settings),
        "samesite": "lax",  # a link from an e-mail leads to a page that knows its reader; CSRF tokens guard writes
    }


def csrf_token(session_token: str) -> str:
    """Return the CSRF token that belongs to a session.

    It is computed, not stored, and it does not give away the session's token, which is its key.
    """
    return hmac.new(session_token.encode(), _CSRF_CONTEXT, hashlib.sha256).hexdigest()


def csrf_holds(session_token: str, given: str) -> bool:
    """Return whether a CSRF token belongs to a session; takes the same time for every wrong one."""
    return hmac.compare_digest(csrf_token(session_token).encode(), given.encode("utf-8", "surrogatepass"))
