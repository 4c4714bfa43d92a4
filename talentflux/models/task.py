"""Work that goes on in the background and that somebody waits for."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.task import TaskKind, TaskStatus


class Task(TenantRow, Base):
    """A piece of background work with its progress and what went wrong on the way.

    Attributes:
        failures: What went wrong, item by item, encrypted: it names files.
    """

    __tablename__ = "task"

    kind: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=TaskStatus.QUEUED)
    requisition_id: Mapped[UUID | None]
    processed: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    failures: Mapped[bytes | None]
    result: Mapped[dict[str, Any] | None]

    __table_args__ = (
        *tenant_keys("requisition"),
        one_of("kind", TaskKind),
        one_of("status", TaskStatus),
        Index("task_organization_id_requisition_id_idx", "organization_id", "requisition_id"),
    )
