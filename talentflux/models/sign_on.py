"""Single sign-on: whose word an organization takes, who is known by it, and log-ins on their way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys
from talentflux.utils.ids import new_id

PROVISIONED_ROLES = ("recruiter", "hiring_manager", "interviewer", "viewer")
"""What somebody can become by logging in for the first time; owners and admins are made by people."""


class IdentityProvider(TenantRow, Base):
    """An OpenID provider that an organization trusts to say who somebody is.

    Attributes:
        client_secret: Encrypted under the organization's key; null for a public client.
        domains: Of e-mail addresses that it is asked about.
        verified_domains: Those that the organization has shown to be its own; only these count at log-in.
        default_role: Of people who come for the first time; null lets in only those who are members already.
        enforced: Members with an address in a verified domain do not log in by password, owners excepted.
        trusted_for_owners: Whether an owner set its issuer and client, so that owners may be linked too.
    """

    __tablename__ = "identity_provider"

    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[bytes | None]
    domains: Mapped[list[str]]
    verified_domains: Mapped[list[str]]
    default_role: Mapped[str | None]
    enforced: Mapped[bool]
    trusted_for_owners: Mapped[bool]

    __table_args__ = (
        *tenant_keys(),
        CheckConstraint(
            f"default_role in ({', '.join(repr(role) for role in PROVISIONED_ROLES)})", name="default_role"
        ),
        Index(
            "identity_provider_organization_id_issuer_live_key",
            "organization_id",
            "issuer",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
    )


class UserIdentity(Base):
    """A user as a provider knows them.

    Attributes:
        subject_index: Blind index of issuer and subject under the platform's key; subjects may be addresses.
    """

    __tablename__ = "user_identity"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    organization_id: Mapped[UUID]
    identity_provider_id: Mapped[UUID]
    issuer: Mapped[str]
    subject_index: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    last_used_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        UniqueConstraint("identity_provider_id", "issuer", "subject_index"),
        ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"], ["identity_provider.organization_id", "identity_provider.id"]
        ),
        Index("user_identity_user_id_idx", "user_id"),
        Index("user_identity_organization_id_identity_provider_id_idx", "organization_id", "identity_provider_id"),
    )


class SignOnState(Base):
    """A log-in that was sent to its provider and has not come back.

    Attributes:
        state_hash: SHA-256 of the state that the provider hands back.
        browser_hash: SHA-256 of the cookie of the browser that began.
        sealed: PKCE verifier and nonce, readable with the state only.
        kind: What the log-in becomes: `token` or `browser`.
    """

    __tablename__ = "sign_on_state"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[UUID]
    identity_provider_id: Mapped[UUID]
    state_hash: Mapped[bytes]
    browser_hash: Mapped[bytes]
    sealed: Mapped[bytes]
    kind: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("state_hash"),
        CheckConstraint("kind in ('token', 'browser')", name="kind"),
        ForeignKeyConstraint(
            ["organization_id", "identity_provider_id"], ["identity_provider.organization_id", "identity_provider.id"]
        ),
        Index("sign_on_state_organization_id_identity_provider_id_idx", "organization_id", "identity_provider_id"),
        Index("sign_on_state_expires_at_idx", "expires_at"),
    )
