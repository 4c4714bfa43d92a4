"""Referrals as they are answered, asked for and changed."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema, TypedSchema
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.private import PRIVATE


class ReferralRead(Schema):
    """A colleague's recommendation of a candidate."""

    id: UUID
    candidate_id: UUID
    requisition_id: UUID | None = Field(description="Null for the organization as a whole.")
    user_id: UUID = Field(description="Who recommended.")
    note: str | None = Field(description="Null without `candidate:read_private`.", json_schema_extra=PRIVATE)
    credit: int = Field(description="Their share of the credit in per cent.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class ReferralCreate(TypedSchema):
    """A new referral."""

    candidate_id: UUID
    requisition_id: UUID | None = None
    user_id: UUID | None = Field(default=None, description="Who recommended; by default who sends this.")
    note: str | None = Field(default=None, min_length=1, max_length=2000, description="Kept encrypted.")
    credit: int = Field(
        default=100,
        ge=0,
        le=100,
        description="In per cent. Those who recommended the same candidate for the same requisition share 100.",
    )


class ReferralUpdate(TypedSchema):
    """What may be changed of a referral. Fields that are left out stay; null empties the note."""

    note: str | None = Field(default=None, min_length=1, max_length=2000)
    credit: int = Field(default=0, ge=0, le=100)


class ReferralQuery(SyncParameters):
    """What the list of referrals can be asked."""

    user_id: UUID | None = Field(default=None, description="Only those by this colleague.")
    candidate_id: UUID | None = Field(default=None, description="Only those of this candidate.")
    requisition_id: UUID | None = Field(default=None, description="Only those for this requisition.")
    sort: Sort = "-created_at"
