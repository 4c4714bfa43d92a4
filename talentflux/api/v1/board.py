"""Boards."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Request, Response

from talentflux.api import application_examples as examples
from talentflux.api.answers import PageCursor, PageLimit, answers, page_answer
from talentflux.api.examples import listed
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads
from talentflux.schemas.board import BoardCard, BoardRead
from talentflux.schemas.page import Page
from talentflux.services import board_service

router = StemRouter(prefix="/requisitions", tags=["applications"], route_class=ApiRoute)
_Reading = Annotated[ReadSession, reads(Permission.APPLICATION_READ)]


@router.get(
    "/{requisition_id}/board",
    operation_id="get_board",
    summary="Read the board",
    response_model=BoardRead,
    responses=answers(404, 422, example=examples.BOARD),
)
async def get_board(requisition_id: UUID, session: _Reading) -> Response:
    """Return the stages with their counts and up to 500 cards in order; large columns share what small ones leave."""
    board = await board_service.board(session, requisition_id)
    return Response(orjson.dumps(board, option=orjson.OPT_UTC_Z), media_type="application/json")


@router.get(
    "/{requisition_id}/board/{stage_id}",
    operation_id="list_board_cards",
    summary="Read on in a column",
    response_model=Page[BoardCard],
    responses=answers(404, 422, example=listed(examples.CARD)),
)
async def list_board_cards(  # noqa: PLR0913 -- one argument per parameter
    request: Request,
    requisition_id: UUID,
    stage_id: UUID,
    session: _Reading,
    *,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> Response:
    """List the cards of one column in order; begin with the column's `next_cursor` to go on where the board ends."""
    return page_answer(request, await board_service.column(session, requisition_id, stage_id, limit, cursor))
