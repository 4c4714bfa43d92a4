"""Searches for candidates that somebody wants to run again."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class SavedSearch(TenantRow, Base):
    """A search under a name.

    Attributes:
        user_id: Whose it is.
        shared: Whether the whole organization sees it.
        content: Name, query and filters as JSON, encrypted under the organization's key: people search for people.
    """

    __tablename__ = "saved_search"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    shared: Mapped[bool] = mapped_column(server_default="false")
    content: Mapped[bytes]

    __table_args__ = (
        *tenant_keys(),
        Index("saved_search_organization_id_user_id_id_idx", "organization_id", "user_id", "id"),
        Index("saved_search_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )
