"""One thing done to many applications."""

from uuid import UUID

from sqlalchemy import ARRAY, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base, TenantRow, one_of, tenant_keys
from talentflux.schemas.application_bulk import BulkAction


class ApplicationBulk(TenantRow, Base):
    """What a task does to many applications, and how many are done.

    Attributes:
        level: Which requisitions the person sees who asked for it.
        application_ids: In the order in which they are done.
        processed: How many of them are done.
        content: What is done, as encrypted JSON.
    """

    __tablename__ = "application_bulk"

    task_id: Mapped[UUID]
    action: Mapped[str]
    level: Mapped[str]
    application_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))
    processed: Mapped[int] = mapped_column(server_default="0")
    content: Mapped[bytes]

    __table_args__ = (
        *tenant_keys("task"),
        one_of("action", BulkAction),
        Index("application_bulk_task_key", "organization_id", "task_id", unique=True),
    )
