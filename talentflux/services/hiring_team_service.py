"""Hiring teams: who works on one requisition."""

from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import InvalidInputError, NotFoundError
from talentflux.core.permissions import TeamRole
from talentflux.repositories.hiring_team_repository import HiringTeamRepository
from talentflux.repositories.member_repository import MemberRepository
from talentflux.schemas.hiring_team import TeamMemberRead
from talentflux.services import audit_service, user_service


async def role_on(
    session: AnySession,
    *,
    requisition_id: UUID | None = None,
    application_id: UUID | None = None,
    job_id: UUID | None = None,
) -> TeamRole | None:
    """Return the caller's part in the hiring team of a requisition, or of that of an application or a job.

    Where several are named, the part is theirs only in a team of all of them.

    Args:
        session: The transaction; its scope says who asks.
        requisition_id: The requisition.
        application_id: An application to it.
        job_id: A posting of it.
    """
    if session.scope.user_id is None or (requisition_id is None and application_id is None and job_id is None):
        return None
    role = await HiringTeamRepository(session).role_on(session.scope.user_id, requisition_id, application_id, job_id)
    return TeamRole(role) if role else None


async def team(session: AnySession, requisition_id: UUID) -> list[TeamMemberRead]:
    """Return the hiring team of a requisition, whoever joined first at the top.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
    """
    repository = HiringTeamRepository(session)
    await _check_requisition(repository, requisition_id)
    return [
        TeamMemberRead(
            user_id=row.user_id,
            name=(await user_service.profile_of(session, account)).name if member_id else None,
            role=TeamRole(row.role),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row, account, member_id in await repository.team(requisition_id)
    ]


async def put(session: WriteSession, requisition_id: UUID, user_id: UUID, role: TeamRole) -> None:
    """Give an active member a part in a hiring team, in the place of the former one.

    Args:
        session: The transaction.
        requisition_id: Which requisition.
        user_id: Whose part.
        role: The part.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it; or no such member.
    """
    repository = HiringTeamRepository(session)
    await _check_requisition(repository, requisition_id)
    if await MemberRepository(session).of_user(user_id) is None:
        raise NotFoundError("There is no active member with this account.")
    former = await repository.part(requisition_id, user_id)
    before = {"user": user_id, "role": former.role} if former else {}
    await repository.put(requisition_id, user_id, role)
    audit_service.record(
        session, "hiring_team.put", "requisition", requisition_id,
        before=before, after={"user": user_id, "role": str(role)},
    )  # fmt: skip


async def remove(session: WriteSession, requisition_id: UUID, user_id: UUID) -> None:
    """Take somebody's part in a hiring team away.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it; or they have no part.
    """
    repository = HiringTeamRepository(session)
    await _check_requisition(repository, requisition_id)
    row = await repository.part(requisition_id, user_id)
    if row is None:
        raise NotFoundError("This user has no part in the hiring team.")
    await repository.delete(row)
    audit_service.record(
        session, "hiring_team.remove", "requisition", requisition_id, before={"user": user_id, "role": row.role}
    )


async def join(session: WriteSession, requisition_id: UUID) -> None:
    """Let the caller be in the hiring team, so that they go on seeing what they made or hid from others.

    Args:
        session: The transaction.
        requisition_id: Which requisition; the caller need not see it yet.

    Raises:
        InvalidInputError: The caller is a key of a service that would see it no longer.
    """
    scope = session.scope
    if scope.user_id is None:
        if session.principal is not None and session.principal.requisitions != "all":
            raise InvalidInputError("A key of a service would see this requisition no longer.", code="key_not_allowed")
        return
    repository = HiringTeamRepository(session)
    if await repository.part(requisition_id, scope.user_id) is None:
        hires = session.principal is not None and session.principal.role == "hiring_manager"
        await repository.put(requisition_id, scope.user_id, TeamRole.HIRING_MANAGER if hires else TeamRole.RECRUITER)
        audit_service.record(session, "hiring_team.put", "requisition", requisition_id, after={"user": scope.user_id})


async def _check_requisition(repository: HiringTeamRepository, requisition_id: UUID) -> None:
    if not await repository.has_requisition(requisition_id):
        raise NotFoundError("There is no requisition with this id.")
