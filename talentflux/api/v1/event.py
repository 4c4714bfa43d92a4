"""Events: what happened to candidates, requisitions, jobs and applications."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from talentflux.api import webhook_examples
from talentflux.api.answers import answers, page_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads
from talentflux.schemas.event import EventQuery, EventRead
from talentflux.schemas.page import Page
from talentflux.services import event_service

router = StemRouter(prefix="/events", tags=["webhooks"])
_Reading = Annotated[ReadSession, reads(Permission.EVENT_READ)]


@router.get(
    "",
    operation_id="list_events",
    summary="List events",
    response_model=Page[EventRead],
    responses=answers(422, example=listed(webhook_examples.EVENT)),
)
async def list_events(request: Request, session: _Reading, asked: Annotated[EventQuery, Query()]) -> Response:
    """List what happened, the latest first: what webhooks are told of, and what was missed when one failed."""
    return page_answer(request, await event_service.page(session, asked))


@router.get(
    "/{event_id}",
    operation_id="get_event",
    summary="Read an event",
    responses=answers(404, 422, example=webhook_examples.EVENT),
)
async def get_event(event_id: UUID, session: _Reading) -> EventRead:
    """Return an event."""
    return await event_service.get(session, event_id)
