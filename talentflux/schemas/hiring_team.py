"""Hiring teams: who works on one requisition."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from talentflux.core.permissions import TeamRole
from talentflux.schemas.base import Schema


class TeamMemberRead(Schema):
    """Somebody's part in a hiring team."""

    user_id: UUID
    name: str | None = Field(description="Full name; null where they no longer belong to the organization.")
    role: TeamRole
    created_at: datetime
    updated_at: datetime


class TeamMemberWrite(Schema):
    """The part that somebody gets."""

    role: TeamRole


class TeamList(Schema):
    """A hiring team."""

    items: list[TeamMemberRead]
