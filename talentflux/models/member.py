"""A user's place in an organization, and the invitation to one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.core.permissions import Role
from talentflux.models.base import Base, TenantRow, one_of, tenant_keys


class Member(TenantRow, Base):
    """A user's role in an organization."""

    __tablename__ = "member"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str]
    deactivated_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys(),
        one_of("role", Role),
        Index(
            "member_organization_id_user_id_live_key",
            "organization_id",
            "user_id",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("member_user_id_idx", "user_id"),
    )


class Invitation(TenantRow, Base):
    """An offer of a role, sent by e-mail, good once and for a time.

    Attributes:
        email: The address, encrypted under the organization's key.
        email_index: Blind index of the address under the organization's key.
        token_hash: SHA-256 of the secret in the e-mail.
        invited_by: The person; None for the key of a service.
        api_key_id: The key that was used, if any.
    """

    __tablename__ = "invitation"

    role: Mapped[str]
    workspace_id: Mapped[UUID | None]
    email_index: Mapped[bytes]
    email: Mapped[bytes]
    token_hash: Mapped[bytes]
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    api_key_id: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (*tenant_keys("workspace", "api_key"), one_of("role", Role), UniqueConstraint("token_hash"))
