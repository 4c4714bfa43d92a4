"""Workspaces: teams inside an organization."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from talentflux.schemas.base import Schema
from talentflux.schemas.organization import Slug
from talentflux.schemas.page import Sort, SyncParameters
from talentflux.schemas.user import PlainName


class WorkspaceRead(Schema):
    """A workspace: a brand, a country, a department."""

    id: UUID
    name: str
    slug: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = Field(description="Null unless deleted.")


class WorkspaceCreate(Schema):
    """A workspace to make."""

    name: PlainName
    slug: Slug


class WorkspaceUpdate(Schema):
    """What changes of a workspace; what is absent stays as it is."""

    name: PlainName | None = None
    slug: Slug | None = None


class WorkspaceQuery(SyncParameters):
    """What the list of workspaces can be asked."""

    sort: Sort = "-created_at"


class WorkspaceMemberList(Schema):
    """Who belongs to a workspace."""

    member_ids: list[UUID]
