"""Hiring teams of requisitions."""

from typing import Annotated
from uuid import UUID

from fastapi import Body

from talentflux.api import tenant_examples
from talentflux.api.answers import answers
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.hiring_team import TeamList, TeamMemberWrite
from talentflux.services import hiring_team_service

router = StemRouter(prefix="/requisitions", tags=["hiring teams"])
_Writing = Annotated[WriteSession, writes(Permission.HIRING_TEAM_WRITE)]


@router.get(
    "/{requisition_id}/team",
    operation_id="get_hiring_team",
    summary="Read a hiring team",
    responses=answers(404, 422, example=tenant_examples.TEAM),
)
async def get_hiring_team(
    requisition_id: UUID, session: Annotated[ReadSession, reads(Permission.HIRING_TEAM_READ)]
) -> TeamList:
    """Return who works on a requisition, whoever joined first at the top."""
    return TeamList(items=await hiring_team_service.team(session, requisition_id))


@router.put(
    "/{requisition_id}/team/{user_id}",
    operation_id="put_hiring_team_member",
    summary="Give somebody a part in a hiring team",
    status_code=204,
    responses=answers(404, 415, 422),
)
async def put_hiring_team_member(
    requisition_id: UUID,
    user_id: UUID,
    given: Annotated[TeamMemberWrite, Body(examples=[{"role": "interviewer"}])],
    session: _Writing,
) -> None:
    """Give an active member a part on this requisition; it adds to what their role allows, here only."""
    await hiring_team_service.put(session, requisition_id, user_id, given.role)


@router.delete(
    "/{requisition_id}/team/{user_id}",
    operation_id="remove_hiring_team_member",
    summary="Take somebody out of a hiring team",
    status_code=204,
    responses=answers(404, 422),
)
async def remove_hiring_team_member(requisition_id: UUID, user_id: UUID, session: _Writing) -> None:
    """Take somebody's part on this requisition away. What their role allows stays."""
    await hiring_team_service.remove(session, requisition_id, user_id)
