"""The outbox: e-mail that waits, was sent, or needs a person to look."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, Timestamped, one_of, tenant_keys
from talentflux.schemas.email import EmailState


class EmailMessage(Timestamped, Base):
    """One e-mail to one address.

    Attributes:
        organization_id: Whose it is; None for e-mail about an account, which no organization sees.
        user_id: The account that caused it.
        recipient: The address, encrypted.
        recipient_index: Blind index of the address.
        content: Subject, text and HTML, encrypted; None once it was sent, for it may carry a link that logs in.
        last_error: A short name, never the server's words: they may quote the address.
        message_id: Its Message-ID, the same at every attempt, so that a doubled e-mail can be known as one.
        queued_at: When it was first, or last by a person, given to be sent.
        claimed_until: Until when the worker that sends it is believed to live.
    """

    __tablename__ = "email_message"

    organization_id: Mapped[UUID | None] = mapped_column(sort_order=-1)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    template: Mapped[str]
    language: Mapped[str]
    recipient: Mapped[bytes]
    recipient_index: Mapped[bytes]
    content: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(server_default=EmailState.QUEUED)
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    message_id: Mapped[str | None]
    queued_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys(),
        one_of("state", EmailState),
        Index("email_message_organization_id_recipient_index_idx", "organization_id", "recipient_index"),
        Index("email_message_user_id_idx", "user_id"),
    )
