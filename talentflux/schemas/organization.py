"""The organization as its members see it."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from talentflux.schemas.base import Schema


class OrganizationRead(Schema):
    """An organization."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "00000000-0000-7000-8000-000000000001",
                "slug": "local",
                "name": "Local organization",
                "created_at": "2026-11-21T09:00:00Z",
            }
        }
    )

    id: UUID
    slug: str
    name: str
    created_at: datetime
