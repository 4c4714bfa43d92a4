"""Tables that somebody sends to be imported, and their rows in batches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.data_import import BatchPhase, ImportKind, ImportStatus


class DataImport(TenantRow, Base):
    """One table that was sent.

    Attributes:
        wrapped_key: The import's key; it is destroyed when the import expires.
        meta: Name of the file, header and samples, encrypted.
        mapping: Per column the field that it is read as; null passes it over.
        options: As `ImportOptions`.
        total: Rows.
        processed: Rows of the batches that the present phase has done.
        counts: As `ImportCounts`.
        failure: Why it ended as a whole.
    """

    __tablename__ = "data_import"

    kind: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=ImportStatus.UPLOADED)
    requisition_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    wrapped_key: Mapped[bytes | None]
    meta: Mapped[bytes | None]
    encoding: Mapped[str | None]
    delimiter: Mapped[str | None]
    mapping: Mapped[list[str | None]] = mapped_column(ARRAY(Text()), server_default="{}")
    options: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    total: Mapped[int] = mapped_column(server_default="0")
    processed: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    failure: Mapped[str | None]
    expires_at: Mapped[datetime]

    __table_args__ = (
        *tenant_keys("requisition"),
        one_of("kind", ImportKind),
        one_of("status", ImportStatus),
        Index("data_import_organization_id_updated_at_id_idx", "organization_id", "updated_at", "id"),
        Index("data_import_organization_id_requisition_id_idx", "organization_id", "requisition_id"),
    )


class DataImportBatch(TenantRow, Base):
    """Rows that one job takes.

    Attributes:
        number: From 0, in the order of the file.
        size: How many rows.
        phase: What was done with them.
        rows: The cells, compressed and encrypted under the import's key.
        verdicts: What becomes of each row, as `RowVerdict`; they repeat no cell.
    """

    __tablename__ = "data_import_batch"

    data_import_id: Mapped[UUID]
    number: Mapped[int]
    size: Mapped[int]
    phase: Mapped[str] = mapped_column(server_default=BatchPhase.WAITING)
    rows: Mapped[bytes | None]
    verdicts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB(), server_default="[]")

    __table_args__ = (
        *tenant_keys("data_import"),
        one_of("phase", BatchPhase),
        UniqueConstraint("organization_id", "data_import_id", "number"),
    )
