"""What log-in stands on: refresh tokens, links that are good once, back-off, keys that sign access tokens."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, one_of
from talentflux.utils.ids import new_id


class Purpose(StrEnum):
    """What a link that is good once is for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- no password
    CHANGE_EMAIL = "change_email"


class RefreshToken(Base):
    """One link in the family of refresh tokens that a session is.

    Attributes:
        token_hash: SHA-256 of the token.
        used_at: When it was exchanged for its successor; whoever shows it much later is taken for a thief.
        successor: The token that followed, sealed with this one, for repeats within the grace.
    """

    __tablename__ = "refresh_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("user_session.id", ondelete="cascade"))
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    used_at: Mapped[datetime | None]
    successor: Mapped[bytes | None]

    __table_args__ = (UniqueConstraint("token_hash"), Index("refresh_token_session_id_idx", "session_id"))


class OneTimeToken(Base):
    """The secret of a link in an e-mail, good once and for a time.

    Attributes:
        token_hash: SHA-256 of the secret.
        payload: What the link confirms, encrypted under the user's key: a new e-mail address.
    """

    __tablename__ = "one_time_token"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    purpose: Mapped[str]
    token_hash: Mapped[bytes]
    payload: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("token_hash"),
        one_of("purpose", Purpose),
        Index("one_time_token_user_id_idx", "user_id"),
    )


class LoginThrottle(Base):
    """How often something was tried in vain, for an account or an address.

    Attributes:
        key: HMAC of what is counted, so that the table names nobody.
        blocked_until: Tries are refused before.
    """

    __tablename__ = "login_throttle"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_failed_at: Mapped[datetime]
    blocked_until: Mapped[datetime]


class SigningKey(Base):
    """An Ed25519 key that signs access tokens; its id is the token's `kid`.

    Attributes:
        private_key: Encrypted under the platform's key.
        active_from: It signs from then on; it is published before, so that every process knows it by then.
        expires_at: It verifies until then; null for the newest.
    """

    __tablename__ = "signing_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    public_key: Mapped[bytes]
    private_key: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    active_from: Mapped[datetime]
    expires_at: Mapped[datetime | None]
