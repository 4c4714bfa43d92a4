"""SQL of events."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import NotFoundError
from talentflux.models import Event
from talentflux.repositories.base import LAST_ID, ListQuery, newest_first, optional, parameter
from talentflux.schemas.event import EventQuery
from talentflux.schemas.page import RowPage

_INSERT: Final = b"""
insert into event (organization_id, id, type, actor, candidate_id, requisition_id, application_id, job_id, data)
select %(organization_id)s, e.* from unnest(
    %(id)s::uuid[], %(type)b::text[], %(actor)b::text[], %(candidate_id)s::uuid[], %(requisition_id)s::uuid[],
    %(application_id)s::uuid[], %(job_id)s::uuid[], %(data)b::text[]::jsonb[]) e"""
_COLUMNS: Final = ("id", "type", "actor", "candidate_id", "requisition_id", "application_id", "job_id", "data")
_after, _order = newest_first(Event)
_LIST: Final = ListQuery(
    select(
        Event.id, Event.type, Event.actor, Event.candidate_id, Event.requisition_id, Event.application_id,
        Event.job_id, Event.data, Event.created_at,
    )
    .where(
        Event.organization_id == parameter("organization_id", Event.organization_id),
        _after,
        optional(Event.type, "type"),
        optional(Event.candidate_id, "candidate_id"),
        optional(Event.requisition_id, "requisition_id"),
        optional(Event.application_id, "application_id"),
        optional(Event.job_id, "job_id"),
        or_(parameter("since", Event.created_at).is_(None), Event.created_at >= parameter("since", Event.created_at)),
    )
    .order_by(_order),
    key={"id": LAST_ID},
)  # fmt: skip
_FILTERS: Final = {"type", "candidate_id", "requisition_id", "application_id", "job_id", "since"}


class EventRepository:
    """Events of the organization.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def append(self, events: Sequence[dict[str, Any]]) -> None:
        """Insert events.

        Args:
            events: With all columns but the organization and the time; `data` as JSON text.
        """
        assert isinstance(self._session, WriteSession)
        columns = {name: [event[name] for event in events] for name in _COLUMNS}
        await (await self._session.driver()).execute(
            _INSERT, {"organization_id": self._session.scope.organization_id, **columns}
        )

    async def page(self, asked: EventQuery) -> RowPage:
        """Read a page, the latest first."""
        return await _LIST.asked(self._session, asked, **asked.model_dump(include=_FILTERS))

    async def get(self, event_id: UUID) -> Event:
        """Return one event.

        Raises:
            NotFoundError: There is none in this organization.
        """
        statement = select(Event).where(
            Event.organization_id == self._session.scope.organization_id, Event.id == event_id
        )
        found = await self._session.scalar(statement)
        if found is None:
            raise NotFoundError("There is no event with this id.")
        return found
