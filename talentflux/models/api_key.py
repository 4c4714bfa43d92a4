"""Keys of programs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, tenant_keys


class ApiKey(TenantRow, Base):
    """A key to the API: personal (acts as its user, never more than the user may) or of a service (`user_id` null).

    Attributes:
        prefix: The beginning of the key, shown so that a person can tell keys apart.
        secret_hash: SHA-256 of the secret part, 32 bytes; the secret itself has 256 random bits.
        scopes: Names of permissions.
    """

    __tablename__ = "api_key"

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    label: Mapped[str]
    prefix: Mapped[str]
    secret_hash: Mapped[bytes]
    scopes: Mapped[list[str]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        *tenant_keys(),
        Index("api_key_organization_id_user_id_idx", "organization_id", "user_id"),
    )
