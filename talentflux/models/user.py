"""A person's own account, on either side, and where they are logged in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, Timestamped


class User(Timestamped, Base):
    """An account. E-mail address and name lie encrypted in `profile`, under the account's own key."""

    __tablename__ = "user_account"

    email_index: Mapped[bytes]
    wrapped_key: Mapped[bytes]
    profile: Mapped[bytes]
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    email_verified_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "user_account_email_index_live_key",
            "email_index",
            unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
    )


class UserSession(Base):
    """A log-in that lasts: of a browser (a cookie) or of a program (a family of refresh tokens).

    Attributes:
        origin: Address and browser, encrypted under the user's key.
        proven_at: When the user last proved who they are; deletions, exports and role changes ask for a recent proof.
    """

    __tablename__ = "user_session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[str]
    token_hash: Mapped[bytes | None]
    origin: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    last_used_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]
    proven_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        Index("user_session_user_id_idx", "user_id"),
        Index("user_session_token_hash_key", "token_hash", unique=True),
    )
