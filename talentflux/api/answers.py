"""How endpoints answer: lists encoded once, and the form that all operations share."""

from typing import Annotated, Any

import orjson
from fastapi import Query, Request, Response

from talentflux.core.problems import declared
from talentflux.schemas.page import Cursor, Limit, RowPage

PageLimit = Annotated[Limit, Query()]
PageCursor = Annotated[Cursor | None, Query()]


def page_answer(request: Request, page: RowPage) -> Response:
    """Encode a page once, with a link to the following one.

    The operation's response model is for the documentation; a test holds every list against it.

    Args:
        request: Gives the address that the link repeats.
        page: Rows of summary columns.

    Returns:
        The page as JSON.
    """
    headers = {}
    if page.next_cursor:
        headers["Link"] = f'<{request.url.include_query_params(cursor=page.next_cursor)}>; rel="next"'
    body = {"items": page.items, "next_cursor": page.next_cursor}
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), media_type="application/json", headers=headers)


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
