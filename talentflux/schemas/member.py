"""Members of an organization and invitations to it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import EmailStr, Field, SecretStr

from talentflux.core.permissions import Role
from talentflux.core.security.one_time import MAX_LENGTH
from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters, Sort, SyncParameters


class MemberRead(Schema):
    """A user's place in the organization."""

    id: UUID
    user_id: UUID
    name: str | None = Field(description="Full name; null once the membership has ended.")
    email: str | None = Field(description="Address of the account; null once the membership has ended.")
    role: Role
    deactivated_at: datetime | None = Field(description="Null while active; a deactivated member has no access.")
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null while a member.")


class MemberUpdate(Schema):
    """Another role."""

    role: Role = Field(description="None that may do more than your own.")


class MemberQuery(SyncParameters):
    """What the list of members can be asked."""

    role: Role | None = Field(default=None, description="Only those with this role.")
    sort: Sort = "-created_at"


class InvitationState(StrEnum):
    """Where an invitation stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class InvitationCreate(Schema):
    """Whom to invite, and as what."""

    email: EmailStr = Field(max_length=254, description="The invitation can be accepted with this address only.")
    role: Role = Field(description="None that may do more than your own.")
    workspace_id: UUID | None = Field(default=None, description="The workspace that they will belong to.")


class InvitationRead(Schema):
    """An invitation; its secret is in the e-mail alone."""

    id: UUID
    email: str
    role: Role
    workspace_id: UUID | None
    state: InvitationState
    invited_by: UUID | None = Field(description="Account of whoever invited; null for an API key.")
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    updated_at: datetime


class InvitationQuery(ListParameters):
    """What the list of invitations can be asked."""

    pending: bool | None = Field(default=None, description="Only those that can, or cannot, be accepted now.")


class InvitationSecret(Schema):
    """The secret of an invitation's link."""

    token: SecretStr = Field(min_length=1, max_length=MAX_LENGTH, description="What follows `#token=` in the link.")


class InvitationPreview(Schema):
    """What whoever holds the link learns before they accept."""

    organization_name: str
    role: Role
    expires_at: datetime


class InvitationAccepted(Schema):
    """Where you belong now."""

    organization_id: UUID
    member_id: UUID
    role: Role
