"""Talent pools as they are answered and given."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters, Sort, SyncParameters
from talentflux.schemas.tag import MOST_CANDIDATES
from talentflux.schemas.user import PlainName


class TalentPoolRead(Schema):
    """A talent pool: people to think of again."""

    id: UUID
    name: str
    description: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class TalentPoolCreate(Schema):
    """A talent pool to make."""

    name: PlainName
    description: str = Field(default="", max_length=2000, description="Of the pool, not of persons in it.")


class TalentPoolUpdate(Schema):
    """What changes of a talent pool; what is absent stays as it is."""

    name: PlainName | None = None
    description: str | None = Field(default=None, max_length=2000)


class TalentPoolQuery(SyncParameters):
    """What the list of talent pools can be asked."""

    sort: Sort = "-created_at"


class PoolMemberQuery(ListParameters):
    """What the list of a pool can be asked."""


class PoolMemberAdd(Schema):
    """Candidates to put into a pool."""

    candidate_ids: list[UUID] = Field(min_length=1, max_length=MOST_CANDIDATES)
    reason: str | None = Field(default=None, min_length=1, max_length=500, description="Why they are thought of.")


class PoolMemberAdded(Schema):
    """What became of candidates put into a pool."""

    added: int = Field(description="How many were not in it before.")


class PoolMemberRead(Schema):
    """A candidate in a talent pool."""

    id: UUID = Field(description="Of the membership; lists are in its order.")
    candidate_id: UUID
    name: str | None = Field(description="Null when no name is known.")
    headline: str | None
    location: str | None
    consent: str = Field(description="`unknown`, `given` or `withdrawn`.")
    consent_until: datetime | None = Field(description="When a given consent ends.")
    do_not_contact: bool
    added_by: UUID | None = Field(description="Id of the user; null for a key of a service.")
    added_by_name: str | None
    reason: str | None
    created_at: datetime


class CandidatePool(Schema):
    """A talent pool that a candidate is in."""

    talent_pool_id: UUID
    name: str
    reason: str | None
    added_by: UUID | None
    created_at: datetime


class CandidatePools(Schema):
    """The talent pools of one candidate, the latest first."""

    items: list[CandidatePool]
