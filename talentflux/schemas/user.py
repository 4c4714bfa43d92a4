"""Accounts as their owners see them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import EmailStr, Field, StringConstraints

from talentflux.core.permissions import Role
from talentflux.schemas.base import Schema

PlainName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$"),
]
"""A name without control characters."""


class UserRead(Schema):
    """Your account."""

    id: UUID
    email: str = Field(description="Address of the account.")
    name: str = Field(description="Full name.")
    email_verified: bool = Field(description="Whether the address was confirmed; until then organizations stay closed.")
    has_password: bool = Field(description="False where only single sign-on logs in.")
    password_changed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class UserUpdate(Schema):
    """What you change in your account; what is absent stays as it is."""

    name: PlainName | None = Field(default=None, description="Full name.")


class EmailChange(Schema):
    """Another address for your account."""

    email: EmailStr = Field(description="The new address; it is sent a link that confirms it.")


class MembershipRead(Schema):
    """An organization that you belong to."""

    organization_id: UUID
    name: str
    slug: str
    role: Role
    created_at: datetime = Field(description="When you joined.")


class MembershipList(Schema):
    """The organizations that you belong to."""

    items: list[MembershipRead]


class SessionRead(Schema):
    """A log-in that lasts."""

    id: UUID
    kind: Literal["token", "browser"] = Field(description="Of a program or of a browser.")
    current: bool = Field(description="Whether this request belongs to it.")
    address: str = Field(description="Network address of the log-in; empty where unknown.")
    device: str = Field(description="What the browser or program said of itself.")
    created_at: datetime
    last_used_at: datetime = Field(description="Browsers: to within five minutes; programs: the last refresh.")
    expires_at: datetime = Field(description="When it ends unless it is used before.")


class SessionList(Schema):
    """Where you are logged in."""

    items: list[SessionRead]
