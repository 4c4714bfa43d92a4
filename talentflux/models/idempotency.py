"""Answers that are kept so that a repeated request is answered alike and not carried out again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base
from talentflux.utils.ids import new_id


class IdempotencyKey(Base):
    """One `Idempotency-Key` with the answer that it led to.

    Attributes:
        organization_id: Where the request was made; None for a person's own account.
        user_id: Who made it; None for a service key.
        key_index: Blind index of the key and of who sent it.
        request_index: Blind index of method, address and body.
        answer: Status, headers and body, encrypted, for they hold personal data.
    """

    __tablename__ = "idempotency_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    key_index: Mapped[bytes]
    request_index: Mapped[bytes]
    answer: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("key_index"),
        CheckConstraint("organization_id is not null or user_id is not null", name="owner"),
        Index("idempotency_key_expires_at_idx", "expires_at"),
    )
