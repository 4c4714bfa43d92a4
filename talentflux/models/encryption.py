"""Wrapped keys: of organizations, and of the platform for what belongs to no tenant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base


class _WrappedKey:
    """One version of a key, wrapped under the master key.

    Attributes:
        purpose: `data` wraps the keys of persons and encrypts; `index` makes blind indexes and commitments.
        usable_at: From when new data are written with this version; all processes know it by then.
        retired_at: When nothing was wrapped with it any more; it goes on decrypting.
    """

    purpose: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes]
    master_key_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    usable_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    retired_at: Mapped[datetime | None]


class OrganizationKey(_WrappedKey, Base):
    """A key of one organization."""

    __tablename__ = "organization_key"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True, sort_order=-1)


class PlatformKey(_WrappedKey, Base):
    """A key for accounts and whatever lies outside tenants. Read in every scope: nobody opens it without the master."""

    __tablename__ = "platform_key"
