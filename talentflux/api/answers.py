"""How endpoints answer: rows with their version, lists encoded once, and the form that all operations share."""

import hashlib
import re
from datetime import datetime
from typing import Annotated, Any, Final, Protocol

import orjson
from fastapi import Depends, Header, Query, Request, Response

from talentflux.core.database import ReadSession
from talentflux.core.errors import ForbiddenError, PreconditionRequiredError
from talentflux.core.permissions import Permission
from talentflux.core.problems import declared
from talentflux.schemas.page import Cursor, Limit, RowPage, SyncParameters
from talentflux.schemas.version import ANY_VERSION, Versions, version_of

PageLimit = Annotated[Limit, Query()]
PageCursor = Annotated[Cursor | None, Query()]
_ETAG: Final = re.compile(r'"([0-9a-f]{1,16})\.[0-9a-f]{12}"')
_PLAIN_QUERY: Final = re.compile(r"[\w.=&-]*", re.ASCII)
_PLAIN_HOST: Final = re.compile(r"[\w.-]+(?::\d{1,5})?", re.ASCII)
_PLAIN_PATH: Final = re.compile(r"/[\w.~/-]*", re.ASCII)
_GivenVersion = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The `ETag` of what you read and now change; `*` for whatever it is by now.",
        examples=['"62a1b2c3d4e5f.0123456789ab"'],
    ),
]


class _Row(Protocol):
    """A row as it is answered."""

    @property
    def updated_at(self) -> datetime: ...

    def model_dump_json(self) -> str: ...


class _Unsaid:
    """Stands for the versions that a caller should have named; what looks into it asks for them."""

    def __contains__(self, version: object) -> bool:
        raise PreconditionRequiredError(
            "Send the header If-Match with the ETag of what you read, so that nobody's change is lost; or If-Match: *."
        )


async def _required(if_match: _GivenVersion = None) -> Versions:
    return _Unsaid() if if_match is None else _versions(if_match)


async def _honoured(if_match: _GivenVersion = None) -> Versions:
    return ANY_VERSION if if_match is None else _versions(if_match)


RequiredMatch = Annotated[Versions, Depends(_required)]
"""The versions that a change is meant for; without `If-Match` it is refused (428) as soon as the row is found."""

GivenMatch = Annotated[Versions, Depends(_honoured)]
"""The versions that a change is meant for; without `If-Match`, whatever the row is by now."""


def required_match(dependant: Any) -> bool:
    """Return whether a route asks for `If-Match`.

    Args:
        dependant: What FastAPI knows of the route's dependencies.
    """
    return any(each.call is _required or required_match(each) for each in dependant.dependencies)


def _versions(if_match: str) -> Versions:
    """Return the versions in the header. What is no strong tag of ours matches nothing, as RFC 9110 says."""
    if if_match.strip() == "*":
        return ANY_VERSION
    found = (_ETAG.fullmatch(tag.strip()) for tag in if_match.split(","))
    return frozenset(tag[1] for tag in found if tag)


def row_answer(request: Request, row: _Row, *, status: int = 200, location: str | None = None) -> Response:
    """Encode one row, with its version and a digest of what is shown as `ETag`.

    The operation's response model is for the documentation; tests hold the answers against it.

    Args:
        request: Its `If-None-Match` may spare the body.
        row: What is answered.
        status: Of the answer.
        location: Where a new row is read.

    Returns:
        The row as JSON, or 304 without a body.
    """
    body = row.model_dump_json().encode()
    etag = f'"{version_of(row.updated_at)}.{hashlib.blake2b(body, digest_size=6).hexdigest()}"'
    headers = {"ETag": etag}
    if location is not None:
        headers["Location"] = location
    known = request.headers.get("if-none-match")
    if request.method == "GET" and known is not None and _known(known, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type="application/json")


def _known(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == ["*"]


def check_deleted(session: ReadSession, asked: SyncParameters, permission: Permission) -> None:
    """Make sure that only those see deleted rows who may delete them.

    Args:
        session: The transaction.
        asked: What the list is asked.
        permission: To delete.

    Raises:
        ForbiddenError: Deleted rows are asked for by somebody else.
    """
    if asked.deleted and (session.principal is None or permission not in session.principal.permissions):
        raise ForbiddenError(f"To list what is deleted needs the permission {permission}, which you do not have here.")


def page_answer(request: Request, page: RowPage) -> Response:
    """Encode a page once, with a link to the following one.

    The operation's response model is for the documentation; a test holds every list against it.

    Args:
        request: Gives the address that the link repeats.
        page: Rows of summary columns.

    Returns:
        The page as JSON.
    """
    return list_answer(request, {"items": page.items, "next_cursor": page.next_cursor, "total": page.total})


def list_answer(request: Request, body: dict[str, Any]) -> Response:
    """Encode a page that says more than its rows, with a link to the following one.

    Args:
        request: Gives the address that the link repeats.
        body: With `next_cursor`.

    Returns:
        The page as JSON.
    """
    headers = {}
    if body["next_cursor"]:
        headers["Link"] = next_link(request, body["next_cursor"])
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), media_type="application/json", headers=headers)


def next_link(request: Request, cursor: str) -> str:
    """Return the header `Link` that names the next page.

    Args:
        request: Gives the address that the link repeats.
        cursor: Where this page ends.
    """
    return f'<{_following(request, cursor)}>; rel="next"'


def _following(request: Request, cursor: str) -> str:
    """Return the address of the next page: the same but for the cursor."""
    asked = request.scope["query_string"].decode("latin-1")
    if not _PLAIN_QUERY.fullmatch(asked):
        return str(request.url.include_query_params(cursor=cursor))
    kept = [part for part in asked.split("&") if part and part.partition("=")[0] != "cursor"]
    host, path = request.headers.get("host", ""), request.scope["path"]
    plain = _PLAIN_HOST.fullmatch(host) and _PLAIN_PATH.fullmatch(path)  # else the framework knows what to escape
    address = f"{request.scope['scheme']}://{host}{path}" if plain else str(request.url).partition("?")[0]
    return f"{address}?{'&'.join([*kept, f'cursor={cursor}'])}"


def answers(*statuses: int, example: Any = None, success: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` of an operation.

    Args:
        *statuses: Errors that it may answer beside 403 and 421, which hold for all.
        example: Of its success.
        success: Status of its success.
    """
    of_body = {400, 413} if 415 in statuses else set()  # whoever takes a body may find it broken or too large
    known = declared(*sorted({*statuses, *of_body, 500, 503}))
    if example is not None:
        known[success] = {"content": {"application/json": {"example": example}}}
    return known
