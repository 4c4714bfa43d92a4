"""How requisitions go, as it is asked and answered."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.requisition import RequisitionStatus, Short


class HealthQuery(SyncParameters):
    """Of which requisitions the health is asked."""

    status: RequisitionStatus | None = Field(default=None, description="Only those with this status.")
    department: Short | None = Field(default=None, description="Only those of this department.")
    workspace_id: UUID | None = Field(default=None, description="Only those of this workspace.")
    team_member_id: UUID | None = Field(
        default=None, description="Only those with this user, by `user_id`, in their hiring team."
    )
    sort: Sort = "created_at"


class HealthFlag(StrEnum):
    """What of a requisition wants a recruiter's look."""

    OVERDUE = "overdue"
    QUIET = "quiet"
    NO_APPLICATIONS = "no_applications"
    OLD = "old"
    WAITS_FOR_APPROVAL = "waits_for_approval"


class FlagRead(Schema):
    """A flag and why it is there."""

    flag: HealthFlag
    reason: str


class RequisitionHealth(Schema):
    """How a requisition goes."""

    id: UUID
    title: str
    status: RequisitionStatus
    department: str | None
    workspace_id: UUID | None
    age_days: int = Field(description="Since it was opened; since it was made where it never was.")
    headcount: int
    filled: int
    applications: dict[str, int] = Field(description="Live applications by kind of stage.")
    last_activity_at: datetime
    quiet_days: int = Field(description="Since anything happened with it or its applications.")
    next_target_date: date | None = Field(description="The next date that an open seat or the whole is due.")
    overdue_days: int = Field(description="Since that date; 0 where it is still to come.")
    flags: list[FlagRead]
