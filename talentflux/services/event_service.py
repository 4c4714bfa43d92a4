"""Events: written with the change that they tell of, read as timelines and by followers."""

from collections.abc import Mapping
from functools import partial
from typing import Final
from uuid import UUID

import orjson

from talentflux.core.database import AnySession, WriteSession
from talentflux.repositories.event_repository import EventRepository
from talentflux.schemas.event import EventQuery, EventRead
from talentflux.schemas.event_types import EVENT_TYPES
from talentflux.schemas.page import RowPage
from talentflux.services import audit_service, webhook_delivery
from talentflux.utils.ids import new_id

_WAITING: Final = "talentflux events"  # in `session.info`: events of this transaction


def emit(  # noqa: PLR0913 -- the parts of an event; all but two by name
    session: WriteSession,
    type: str,  # noqa: A002 -- the name that webhooks give it
    *,
    candidate_id: UUID | None = None,
    requisition_id: UUID | None = None,
    application_id: UUID | None = None,
    job_id: UUID | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Let an event be written before the transaction commits; with a transaction that rolls back it vanishes.

    Args:
        session: The transaction; it knows who acts.
        type: Stem and what happened, as `application.moved`.
        candidate_id: Of whom it tells.
        requisition_id: Of which requisition it tells.
        application_id: Of which application it tells.
        job_id: Of which job it tells.
        data: What changed: ids, names of fields, values that are no personal data.

    Raises:
        LookupError: The type is not in the catalogue.
    """
    if type not in EVENT_TYPES:
        raise LookupError(f"{type} is no type of events; enter it in schemas/event_types.py")
    if _WAITING not in session.info:
        session.info[_WAITING] = []
        session.before_commit.append(partial(_write_waiting, session))
    session.info[_WAITING].append(
        {
            "id": new_id(),
            "type": type,
            "actor": audit_service.actor_of(session),
            "candidate_id": candidate_id,
            "requisition_id": requisition_id,
            "application_id": application_id,
            "job_id": job_id,
            "data": orjson.dumps(dict(data or {}), default=str, option=orjson.OPT_NON_STR_KEYS).decode(),
        }
    )


async def page(session: AnySession, asked: EventQuery) -> RowPage:
    """Read a page of events, the latest first.

    Args:
        session: The transaction.
        asked: Filters and place.
    """
    return await EventRepository(session).page(asked)


async def get(session: AnySession, event_id: UUID) -> EventRead:
    """Return an event.

    Raises:
        NotFoundError: There is none in this organization.
    """
    row = await EventRepository(session).get(event_id)
    return EventRead.model_validate(row, from_attributes=True)


async def _write_waiting(session: WriteSession) -> None:
    events = session.info.pop(_WAITING)
    await session.flush()
    await EventRepository(session).append(events)
    await webhook_delivery.schedule(session, {event["id"]: event["type"] for event in events})
