"""What every table shares: names of constraints, identifiers, time stamps, the tenant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    MetaData,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from talentflux.utils.ids import new_id

NAMING: dict[str, str] = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
}
"""Names as PostgreSQL itself would give them, so that migrations can drop what they made."""


class Base(DeclarativeBase):
    """Base of every model."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        list[str]: ARRAY(Text()),
    }
    # Values that the database sets come back with the statement; a later look-up would be a hidden query.
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 -- typed so by SQLAlchemy


class Timestamped:
    """An identifier and the times of making, changing and deleting."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now(), sort_order=91)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None, sort_order=92)


class TenantRow(Timestamped):
    """A row of one organization. Row-level security on `organization_id` guards it."""

    organization_id: Mapped[UUID] = mapped_column(index=False, sort_order=-1)


def tenant_keys(*references: str) -> tuple[UniqueConstraint | ForeignKeyConstraint, ...]:
    """Return the keys of a tenant table.

    Foreign-key checks bypass row-level security; a key that carries the organization cannot point into another one.

    Args:
        *references: Tables of the same tenant that this one points to by a column `<table>_id`.

    Returns:
        The key (organization, id) that others may point to, the key to the organization, one key per reference.
    """
    return (
        UniqueConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        *(
            ForeignKeyConstraint(["organization_id", f"{table}_id"], [f"{table}.organization_id", f"{table}.id"])
            for table in references
        ),
    )


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return a check that a text column holds one of the values of an enumeration."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)
