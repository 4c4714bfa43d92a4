"""The timeline of a candidate: all events that tell of them, with the names of those who acted."""

from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession
from talentflux.core.errors import NotFoundError
from talentflux.repositories.timeline_repository import TimelineRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.timeline import TimelineQuery
from talentflux.services import audit_service, private_fields, user_names

_USER: Final = "user:"


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
    members = await repository.members(candidate_id, list(users))
    if members is None:
        raise NotFoundError("There is no candidate with this id.")
    await user_names.open_names(session, members, "id", "name")
    names = {users[row["id"]]: row["name"] for row in members}
    for row in found.items:
        row["actor_name"] = names.get(row["actor"])
    return found
