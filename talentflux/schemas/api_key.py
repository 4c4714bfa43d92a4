"""Keys of programs."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from talentflux.core.permissions import Permission
from talentflux.schemas.base import Schema
from talentflux.schemas.page import ListParameters
from talentflux.schemas.user import PlainName

NEVER_IN_KEYS: Final = frozenset({Permission.API_KEY_WRITE, Permission.API_KEY_PERSONAL})
"""A key makes no keys."""

LONGEST_DAYS: Final = 365


class ApiKeyRead(Schema):
    """A key to the API, without its secret."""

    id: UUID
    label: str
    prefix: str = Field(description="How the key begins, to tell keys apart.")
    scopes: list[str] = Field(description="Permissions that it holds; a personal key never more than its user.")
    user_id: UUID | None = Field(description="Whom a personal key acts as; null for a key of a service.")
    created_by: UUID | None
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To within some minutes; null if never used.")
    revoked_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ApiKeyCreated(ApiKeyRead):
    """A new key with its secret, shown this once."""

    key: str = Field(description="Send it as `Authorization: Bearer`. It is stored nowhere and never shown again.")


class ApiKeyCreate(Schema):
    """A key to make."""

    label: PlainName = Field(description="What it is for.")
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))] = Field(
        description="Permissions that you hold yourself. Keys never make keys."
    )
    expires_in_days: int = Field(default=LONGEST_DAYS, ge=1, le=LONGEST_DAYS, description="Every key expires.")


class ApiKeyUpdate(Schema):
    """Another label."""

    label: PlainName


class ApiKeyQuery(ListParameters):
    """What the list of keys can be asked."""

    active: bool | None = Field(default=None, description="Only those that do, or do not, work now.")
