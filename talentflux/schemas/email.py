"""E-mail that the program sends."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters


class EmailTemplate(StrEnum):
    """What an e-mail is about; each has a text in every language."""

    VERIFY_EMAIL = "verify_email"
    ACCOUNT_EXISTS = "account_exists"
    RESET_PASSWORD = "reset_password"  # noqa: S105 -- a name of a template
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- as above
    CONFIRM_EMAIL = "confirm_email"
    EMAIL_CHANGED = "email_changed"
    LOGIN_ALERT = "login_alert"
    SESSION_REUSE = "session_reuse"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    INVITATION = "invitation"
    OWNERSHIP_TRANSFERRED = "ownership_transferred"
    MEMBER_REMOVED = "member_removed"
    NOTE_MENTION = "note_mention"
    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_REMINDER = "approval_reminder"
    APPROVAL_DECIDED = "approval_decided"
    APPLICATION_RECEIVED = "application_received"
    CANDIDATE_MESSAGE = "candidate_message"
    STAGE_AGE = "stage_age"


class EmailState(StrEnum):
    """Where an e-mail stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCLEAR = "unclear"


class EmailQuery(ListParameters):
    """What the list of e-mails can be asked."""

    state: EmailState | None = Field(default=None, description="Only those in this state.")
    recipient: str | None = Field(default=None, max_length=254, description="Only those to this address.")


class EmailRead(Schema):
    """One e-mail of the organization, without its text."""

    id: UUID
    template: EmailTemplate = Field(description="What it is about.")
    language: str = Field(description="Language of its text.")
    recipient: str = Field(description="Address that it goes to.")
    state: EmailState = Field(
        description="`unclear`: the mail server may or may not have taken it; it is not sent again by itself."
    )
    attempts: int = Field(description="How often sending was tried.")
    last_error: str | None = Field(
        description="Why the last attempt did not succeed, such as `timeout` or `smtp_550`; null where it did."
    )
    resendable: bool = Field(description="Whether a person may send it again: flagged, and its text is still kept.")
    next_attempt_at: datetime | None = Field(description="When it is tried next; null unless queued.")
    sent_at: datetime | None = Field(description="When the mail server took it.")
    user_id: UUID | None = Field(description="Account that caused it.")
    created_at: datetime
    updated_at: datetime
