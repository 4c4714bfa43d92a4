"""Hiring teams: who works on one requisition."""

from uuid import UUID

from talentflux.core.database import AnySession
from talentflux.core.permissions import TeamRole
from talentflux.repositories.hiring_team_repository import HiringTeamRepository


async def role_on(
    session: AnySession, *, requisition_id: UUID | None = None, application_id: UUID | None = None
) -> TeamRole | None:
    """Return the caller's part in the hiring team of a requisition, or of an application's requisition.

    Args:
        session: The transaction; its scope says who asks.
        requisition_id: The requisition.
        application_id: The application, where no requisition is given.
    """
    if session.scope.user_id is None or (requisition_id is None and application_id is None):
        return None
    role = await HiringTeamRepository(session).role_on(session.scope.user_id, requisition_id, application_id)
    return TeamRole(role) if role else None
