"""The board of a requisition: its stages as columns, its applications as cards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from talentflux.core.database import AnySession
from talentflux.core.errors import NotFoundError
from talentflux.repositories.board_repository import BoardRepository
from talentflux.schemas.board import MOST_CARDS
from talentflux.schemas.page import RowPage
from talentflux.services import audit_service, candidate_profile
from talentflux.services.encryption_service import organization_keys

_NONE = "There is no requisition with this id."


async def board(session: AnySession, requisition_id: UUID) -> dict[str, Any]:
    """Return a board in two statements: all stages with their counts, and up to `MOST_CARDS` cards in order.

    Args:
        session: The transaction.
        requisition_id: Whose board.

    Returns:
        As `schemas.board.BoardRead`, of rows that are encoded once.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
    """
    repository = BoardRepository(session)
    stages = await repository.stages(requisition_id)
    if not stages:
        raise NotFoundError(_NONE)
    pipeline_id = stages[0]["pipeline_id"]
    columns = {row["id"]: row | {"cards": [], "next_cursor": None} for row in stages if row["id"] is not None}
    filled = [stage_id for stage_id, row in columns.items() if row["total"]]
    most = _share([columns[stage_id]["total"] for stage_id in filled])
    cards = await repository.cards(requisition_id, filled, most) if filled else []
    candidate_profile.name_rows(await organization_keys(session), cards)
    for card in cards:
        columns[card["stage_id"]]["cards"].append(card)
    for column in columns.values():
        del column["pipeline_id"]
        shown = column["cards"]
        if shown and column["total"] > len(shown):
            column["next_cursor"] = repository.following(requisition_id, shown[-1])
    for card in cards:
        del card["position"]
    shown = {"applications": [card["id"] for card in cards]}
    await audit_service.viewed(session, "application.board", "requisition", requisition_id, details=shown)
    return {"requisition_id": requisition_id, "pipeline_id": pipeline_id, "columns": list(columns.values())}


async def column(session: AnySession, requisition_id: UUID, stage_id: UUID, limit: int, cursor: str | None) -> RowPage:
    """Read a page of one column in its order.

    Raises:
        NotFoundError: There is no such requisition, or it has no such stage.
        InvalidInputError: The cursor is not one of this column.
    """
    repository = BoardRepository(session)
    if all(row["id"] != stage_id for row in await repository.stages(requisition_id)):
        raise NotFoundError("There is no stage with this id in the pipeline of this requisition.")
    found = await repository.column(requisition_id, stage_id, limit, cursor)
    candidate_profile.name_rows(await organization_keys(session), found.items)
    for row in found.items:
        del row["position"]
    shown = {"applications": [row["id"] for row in found.items]}
    await audit_service.viewed(session, "application.board", "requisition", requisition_id, details=shown)
    return found


def _share(totals: Sequence[int]) -> int:
    """Return how many cards of each column are shown, so that small columns are whole and large ones share the rest."""
    left, waiting = MOST_CARDS, sorted(totals)
    while waiting:
        share = left // len(waiting)
        if waiting[0] > share:
            return max(share, 1)
        left -= waiting.pop(0)
    return MOST_CARDS
