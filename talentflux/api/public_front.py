"""Answers to what was asked a moment ago, before anything else is looked at: the same for everybody.

Routing, parameters and the framework's own work are two thirds of such an answer. Ids, hosts, limits, headers and
figures come before this and stay.
"""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from talentflux.services.public_job_service import PublicAnswer, PublicJobs
from talentflux.services.public_pages import PublicPages

PREFIX: Final = "/api/v1/public/"
_CACHE: Final = {"Cache-Control": "public, no-cache"}
_Asked = tuple[str, bytes, bytes]


class PublicFront:
    """Gives kept public answers, and leaves all else to the application.

    Args:
        app: What answers.
        jobs: Keeps the answers.
    """

    def __init__(self, app: ASGIApp, jobs: PublicJobs) -> None:
        self._app = app
        self._pages: PublicPages = jobs.pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(PREFIX):
            asked, known = _asked(scope)
            kept = self._pages.find(asked)
            if kept is not None:
                start, body, etag, route, parameters = kept
                scope["route"], scope["path_params"] = route, parameters
                if known == etag:
                    start, body = {**start, "status": 304}, b""
                await send({**start, "headers": list(start["headers"])})
                await send({"type": "http.response.body", "body": body})
                return
        await self._app(scope, receive, send)


def public_answer(
    request: Request, jobs: PublicJobs, answer: PublicAnswer, media_type: str = "application/json", *, link: str = ""
) -> Response:
    """Return an answer that anybody may keep and must ask about before using it again; it is kept here for a moment.

    Args:
        request: Its `If-None-Match` may spare the body.
        jobs: Keeps the answer.
        answer: What is sent.
        media_type: Of the body.
        link: The header that names the next page.
    """
    headers = _CACHE | {"ETag": answer.etag} | ({"Link": link} if link else {})
    response = Response(answer.body, headers=headers, media_type=media_type)
    start = {"type": "http.response.start", "status": 200, "headers": response.raw_headers}
    asked, _ = _asked(request.scope)
    kept = (start, answer.body, answer.etag.encode(), request.scope.get("route"), dict(request.path_params))
    jobs.pages.keep(asked, kept, answer.version, answer.ends, seconds=answer.seconds)
    known = request.headers.get("if-none-match")
    if known is not None and answer.etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return response


def _asked(scope: Any) -> tuple[_Asked, bytes | None]:
    """Return what names an answer, for links name the host; and which one the caller has."""
    host, known = b"", None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value
        elif name == b"if-none-match":
            known = value
    return (scope["path"], scope["query_string"], host), known
