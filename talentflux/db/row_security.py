"""Row-level security, turned on by the migration that creates a table. Used with Alembic's `op`."""

from typing import Any

ORGANIZATION = "(select nullif(current_setting('app.organization_id', true), '')::uuid)"
"""The tenant of the transaction; inside a sub-select it is evaluated once per statement, not per row."""


def enable(op: Any, table: str, *, column: str = "organization_id") -> None:
    """Let a table show and take only rows of the transaction's organization, the owner of the table included.

    Args:
        op: Alembic's operations.
        table: Name of the table.
        column: The column that carries the organization.
    """
    condition = f"{column} = {ORGANIZATION}"
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy {table}_organization on {table} using ({condition}) with check ({condition})")


def disable(op: Any, table: str) -> None:
    """Undo `enable`.

    Args:
        op: Alembic's operations.
        table: Name of the table.
    """
    op.execute(f"drop policy {table}_organization on {table}")
    op.execute(f"alter table {table} no force row level security")
    op.execute(f"alter table {table} disable row level security")
