"""Second factors: one-time passwords by time, and codes for whoever has lost them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base
from talentflux.utils.ids import new_id


class UserTotp(Base):
    """The authenticator app of a user (RFC 6238).

    Attributes:
        secret: Encrypted under the user's key.
        confirmed_at: When the first code was right; until then it is not asked for.
        last_step: Number of the 30 seconds whose code was accepted last; neither it nor an earlier one is taken again.
    """

    __tablename__ = "user_totp"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    secret: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("user_id"),)


class RecoveryCode(Base):
    """A code that stands in for the authenticator app once.

    Attributes:
        code_index: HMAC under the platform's key, so that a copy of the table is no help in guessing.
    """

    __tablename__ = "recovery_code"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    code_index: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("user_id", "code_index"),)
