"""Organizations as their members see them."""

import re
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from talentflux.schemas.base import Schema
from talentflux.schemas.user import PlainName

SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
Slug = Annotated[
    str,
    StringConstraints(min_length=1, max_length=63, pattern=rf"^{SLUG.pattern}$"),
    Field(description="For addresses: small letters, digits and single hyphens."),
]


class OrganizationRead(Schema):
    """An organization."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "00000000-0000-7000-8000-000000000001",
                "slug": "local",
                "name": "Local organization",
                "created_at": "2026-11-21T09:00:00Z",
                "updated_at": "2026-11-21T09:00:00Z",
            }
        }
    )

    id: UUID
    slug: str
    name: str
    created_at: datetime
    updated_at: datetime


class OrganizationCreate(Schema):
    """An organization to found."""

    name: PlainName


class OrganizationUpdate(Schema):
    """What changes of an organization; what is absent stays as it is."""

    name: PlainName | None = None
    slug: Slug | None = None


class OwnershipTransfer(Schema):
    """To whom you hand an organization over."""

    member_id: UUID = Field(description="An active member; becomes an owner, and you become an admin.")
