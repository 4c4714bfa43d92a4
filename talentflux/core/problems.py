"""Errors as application/problem+json (RFC 9457), by one handler."""

import errno
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from talentflux.core.errors import DependencyError, TalentFluxError, UnauthenticatedError
from talentflux.core.logging import get_logger
from talentflux.utils.faults import trace

MEDIA_TYPE = "application/problem+json"
LOGIN_PAGE = "/login"

_LOST = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENFILE})
_log = get_logger("api")

_CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
}


def problem(  # noqa: PLR0913 -- one argument per member of the answer
    request_id: str,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return an error answer.

    Args:
        request_id: The X-Request-Id of the request.
        status: HTTP status code.
        code: Stable name for programs.
        title: The same sentence for every occurrence of the code.
        detail: What happened this time and what to do about it.
        errors: The offending fields, each with `field` and `message`.
        headers: Further headers.

    Returns:
        The answer as application/problem+json.
    """
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
        "errors": errors or [],
    }
    return Response(orjson.dumps(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _request_id(request: Request) -> str:
    """Return the id that the middleware gave the request."""
    return str(request.scope.get("request_id", ""))


def _is_page(request: Request) -> bool:
    """Return whether a request is for a page, which people look at: these are not in the API's description."""
    return not getattr(request.scope.get("route"), "include_in_schema", True)


async def _expected(request: Request, error: Exception) -> Response:
    """Answer an error of our own family."""
    assert isinstance(error, TalentFluxError)
    if isinstance(error, UnauthenticatedError) and request.method == "GET" and _is_page(request):
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{LOGIN_PAGE}?next={quote(request.url.path + query, safe='')}", status_code=303)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request failed", code=error.code, detail=error.detail)
    return problem(
        _request_id(request),
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        errors=[{"field": field, "message": message} for field, message in error.fields.items()],
        headers=error.headers,
    )


async def _invalid(request: Request, error: Exception) -> Response:
    """Answer a request whose parts do not have the declared form. The values given are not repeated."""
    assert isinstance(error, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in item["loc"]), "message": str(item["msg"])} for item in error.errors()
    ]
    named = ", ".join(dict.fromkeys(item["field"] for item in errors))
    return problem(
        _request_id(request),
        status=422,
        code="invalid_input",
        title="The input is not valid",
        detail=f"Correct these fields and send again: {named}.",
        errors=errors,
    )


async def _unstorable(request: Request, error: Exception) -> Response:
    """Answer a value that has the declared form and that PostgreSQL cannot hold, such as the character U+0000."""
    assert isinstance(error, (psycopg.DataError, DataError))
    return problem(
        _request_id(request),
        status=422,
        code="invalid_input",
        title="The input is not valid",
        detail="A value cannot be stored: leave out the character U+0000 and numbers beyond all measure.",
    )


async def _http(request: Request, error: Exception) -> Response:
    """Answer an error of the web framework."""
    assert isinstance(error, HTTPException)
    # The framework says that the body is wrong, whatever goes wrong while it is read.
    if isinstance(error.__cause__, OSError) and (ours := refusal(error.__cause__)) is not None:
        return await _expected(request, ours)
    phrase = HTTPStatus(error.status_code).phrase
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.BAD_REQUEST:  # a body that cannot be read: what is left of it is not taken
        headers["Connection"] = "close"
    return problem(
        _request_id(request),
        status=error.status_code,
        code=_CODES.get(error.status_code, phrase.lower().replace(" ", "_")),
        title=phrase,
        detail=str(error.detail),
        headers=headers,
    )


def refusal(error: Exception) -> TalentFluxError | None:
    """Return how an error that no handler of the application saw is told to the caller; None for a fault of ours.

    Args:
        error: One of our family; or the word of the database in a transaction that it went away or has too much to do;
            or that of the disk that it is full.
    """
    if isinstance(error, TalentFluxError):
        return error
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        _log.error("the disk takes no more", reason=errno.errorcode[error.errno])
        return DependencyError("This server has no room for the request now. Try again later, or tell who runs it.")
    if isinstance(error, _LOST) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        _log.error("the database went away", reason=type(getattr(error, "orig", None) or error).__name__)
        return DependencyError(
            "The database went away while this was done. See whether it was, or send it again in a moment; with an "
            "Idempotency-Key it is done once."
        )
    return None


def unexpected(request_id: str, error: Exception) -> Response:
    """Answer a fault of ours: the log has the trace, the caller has the id to name it by.

    Args:
        request_id: The X-Request-Id of the request.
        error: What no handler expected.
    """
    _log.error("unexpected error", trace=trace(error))
    return problem(
        request_id,
        status=500,
        code="internal_error",
        title="Something went wrong on our side",
        detail="The request was not carried out. Try again; if it happens again, report the request id.",
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every expected error as a problem; the middleware answers the unexpected.

    Args:
        app: The application.
    """
    app.add_exception_handler(TalentFluxError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(psycopg.DataError, _unstorable)
    app.add_exception_handler(DataError, _unstorable)


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` for an operation that may answer these errors.

    Args:
        *statuses: HTTP status codes.

    Returns:
        One entry per status, described by its phrase and the schema `Problem`.
    """
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
