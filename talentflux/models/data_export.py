"""Files that somebody asked to be made of what an organization has."""

from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.core.permissions import RequisitionLevel
from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.data_export import ExportKind, ExportStatus


class DataExport(TenantRow, Base):
    """One export; its bytes lie in the file store in parts, encrypted under a key of its own.

    Attributes:
        requisitions: Which requisitions whoever asked for it sees; no more are in it.
        wrapped_key: The export's key; it is destroyed when the export expires.
        parts: How many parts lie in the file store.
        size: Bytes of all parts.
        counts: Rows by table.
        failure: Why it could not be made.
    """

    __tablename__ = "data_export"

    kind: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=ExportStatus.QUEUED)
    requisitions: Mapped[str] = mapped_column(server_default="all")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    wrapped_key: Mapped[bytes | None]
    parts: Mapped[int] = mapped_column(server_default="0")
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    processed: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    failure: Mapped[str | None]
    expires_at: Mapped[datetime]

    __table_args__ = (
        *tenant_keys(),
        one_of("kind", ExportKind),
        one_of("status", ExportStatus),
        one_of("requisitions", get_args(RequisitionLevel)),
        Index("data_export_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
    )
