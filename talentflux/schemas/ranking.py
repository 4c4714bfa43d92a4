"""The stored ranking of candidates for a requisition."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.match import MatchResult


class MatchScope(StrEnum):
    """Whose resumes are looked at."""

    POOL = "pool"
    APPLICATIONS = "applications"
    REDISCOVERY = "rediscovery"


class MatchRequest(Schema):
    """A request to rank candidates for a requisition."""

    scope: MatchScope = Field(
        default=MatchScope.POOL,
        description="`applications`: those who applied; `rediscovery`: those who have not applied and may be "
        "approached: neither withdrawn, expired nor forbidden consent, no passed retention, and whose resume shows "
        "something of what is asked for; `pool`: both, whatever they show.",
    )
    limit: int = Field(default=100, ge=1, le=500, description="Most candidates that are scored and kept.")


class RankedMatch(Schema):
    """A candidate in the ranking."""

    id: UUID
    candidate_id: UUID
    resume_id: UUID
    candidate_name: str | None = Field(description="Null in a blind ranking and where no name could be read.")
    total: float = Field(ge=0, le=100)
    strengths: list[str]
    gaps: list[str]
    flags: int = Field(description="Number of things to look at before trusting the resume.")
    scorer: str
    requirements_version: int
    created_at: datetime


class MatchRead(RankedMatch):
    """One candidate's match with all evidence."""

    requisition_id: UUID
    result: MatchResult
    masked_text: str = Field(description="What the evidence's spans refer to.")
    outdated: bool = Field(description="True when the requirements were edited after this match.")
