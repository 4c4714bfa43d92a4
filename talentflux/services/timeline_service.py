"""The timeline of a candidate: all events that tell of them, with names of who acted and of what they tell of."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from talentflux.core.database import AnySession
from talentflux.core.errors import NotFoundError
from talentflux.core.permissions import Permission
from talentflux.repositories.timeline_repository import TimelineRepository
from talentflux.schemas.event_types import EVENT_TYPES
from talentflux.schemas.page import RowPage
from talentflux.schemas.timeline import TimelineQuery
from talentflux.services import audit_service, private_fields, user_names

_USER: Final = "user:"
_NAMED: Final = {
    "requisition_id": ("requisition", Permission.REQUISITION_READ),
    "to_requisition_id": ("requisition", Permission.REQUISITION_READ),
    "job_id": ("job", Permission.JOB_READ),
    "stage_id": ("pipeline_stage", Permission.PIPELINE_READ),
    "from_stage_id": ("pipeline_stage", Permission.PIPELINE_READ),
    "to_stage_id": ("pipeline_stage", Permission.PIPELINE_READ),
    "source_id": ("source", Permission.SOURCE_READ),
    "talent_pool_id": ("talent_pool", Permission.TALENT_POOL_READ),
}
"""Fields of events that hold an id of a row with a name: its table, and who may know the name."""


async def page(session: AnySession, candidate_id: UUID, asked: TimelineQuery) -> RowPage:
    """Read a page of what happened to a candidate, the latest first.

    It names rows and values, never persons; that there is a private note is told to those only who may read it.

    Args:
        session: The transaction.
        candidate_id: To whom.
        asked: Filter and place.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    repository = TimelineRepository(session)
    me = audit_service.actor_of(session)
    found = await repository.page(candidate_id, asked, me, everything=private_fields.holds(session))
    actors = {row["actor"] for row in found.items}
    users = {UUID(actor.removeprefix(_USER)): actor for actor in actors if actor.startswith(_USER)}
    mentioned = [_mentioned(row) for row in found.items]
    called: dict[str, set[UUID]] = defaultdict(set)
    for ids in mentioned:
        for row_id, (table, permission) in ids.items():
            if private_fields.holds(session, permission):
                called[table].add(row_id)
    known = await repository.names(candidate_id, list(users), called)
    if known is None:
        raise NotFoundError("There is no candidate with this id.")
    members, names = known
    await user_names.open_names(session, members, "id", "name")
    acting = {users[row["id"]]: row["name"] for row in members}
    for row, ids in zip(found.items, mentioned, strict=True):
        row["summary"] = EVENT_TYPES.get(row["type"], row["type"])
        row["actor_name"] = acting.get(row["actor"])
        row["names"] = {str(row_id): names[row_id] for row_id in ids if row_id in names}
    return found


def _mentioned(row: Mapping[str, Any]) -> dict[UUID, tuple[str, Permission]]:
    """Return the ids that an event names, each with its table and who may know what the row is called."""
    given = {**row["data"], **{name: row[name] for name in ("requisition_id", "job_id")}}
    return {UUID(str(given[name])): whose for name, whose in _NAMED.items() if given.get(name)}
