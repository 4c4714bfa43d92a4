"""The audit log and the ends of its chains."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from talentflux.models.base import Base


class AuditEvent(Base):
    """One event in a chain. The application's role may not change or delete it.

    Attributes:
        organization_id: Whose chain; None for the platform's own.
        sequence: Number in the chain, from 1, without gaps.
        occurred_at: When, by the clock of the process.
        actor: `user:<id>`, `api_key:<id>`, `anonymous` or `system`.
        action: As `candidate.update`.
        resource: Kind of the row.
        resource_id: The row; None for what concerns none.
        entry: All of the event as canonical JSON, which the hash covers; the columns beside it serve to filter.
        hash: Keyed hash of the hash before it, the number and the entry.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("organization_id", "sequence", postgresql_nulls_not_distinct=True),
        Index(None, "organization_id", "actor", "sequence"),
        Index(None, "organization_id", "resource", "resource_id", "sequence"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    resource: Mapped[str]
    resource_id: Mapped[UUID | None]
    entry: Mapped[str]
    hash: Mapped[bytes]


class AuditHead(Base):
    """The end of one chain; it moves by the function `audit_append` alone."""

    __tablename__ = "audit_head"
    __table_args__ = (UniqueConstraint("organization_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]
