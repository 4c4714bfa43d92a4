"""Row-level security, turned on by the migration that creates a table. Used with Alembic's `op`.

Three settings of a transaction say whose rows it may see. `app.organization_id` and `app.user_id` are the tenant and
the person; `app.identity` is `on` in the few transactions that find out who somebody is, before either is known.
"""

from typing import Any

ORGANIZATION = "(select nullif(current_setting('app.organization_id', true), '')::uuid)"
"""The tenant of the transaction; inside a sub-select it is evaluated once per statement, not per row."""

USER = "(select nullif(current_setting('app.user_id', true), '')::uuid)"
"""The person who acts."""

IDENTITY = "(select current_setting('app.identity', true) = 'on')"
"""Whether the transaction finds out who somebody is. No table of hiring has a policy that asks for it."""


def enable(op: Any, table: str, *, column: str = "organization_id") -> None:
    """Let a table show and take only rows of the transaction's organization, the owner of the table included.

    Args:
        op: Alembic's operations.
        table: Name of the table.
        column: The column that carries the organization.
    """
    guard(op, table, f"{table}_organization", f"{column} = {ORGANIZATION}")


def enable_user(op: Any, table: str, *, column: str = "user_id") -> None:
    """Let a table show and take only rows of the person who acts, and all rows where identity is being found out.

    Args:
        op: Alembic's operations.
        table: Name of the table.
        column: The column that carries the person.
    """
    guard(op, table, f"{table}_user", f"{column} = {USER} or {IDENTITY}")


def enable_identity(op: Any, table: str) -> None:
    """Let a table be seen and written only where identity is being found out.

    Args:
        op: Alembic's operations.
        table: Name of the table.
    """
    guard(op, table, f"{table}_identity", IDENTITY)


def enable_shared(op: Any, table: str) -> None:
    """Guard a tenant's table that also says who somebody is: the organization, and where identity is found out.

    Args:
        op: Alembic's operations.
        table: Name of the table, with a column `organization_id`.
    """
    guard(op, table, f"{table}_organization", f"organization_id = {ORGANIZATION} or {IDENTITY}")


def restrict(op: Any, table: str, name: str, condition: str) -> None:
    """Add a condition that every row must meet besides its organization.

    Args:
        op: Alembic's operations.
        table: Name of the table.
        name: What the policy is about; it is called `<table>_<name>`.
        condition: SQL over the table's columns.
    """
    op.execute(f"create policy {table}_{name} on {table} as restrictive using ({condition}) with check ({condition})")


def disable(op: Any, table: str) -> None:
    """Undo `enable`.

    Args:
        op: Alembic's operations.
        table: Name of the table.
    """
    op.execute(f"drop policy {table}_organization on {table}")
    op.execute(f"alter table {table} no force row level security")
    op.execute(f"alter table {table} disable row level security")


def guard(op: Any, table: str, policy: str, condition: str) -> None:
    """Turn row-level security on for a table, its owner included, with one condition for reading and writing.

    Args:
        op: Alembic's operations.
        table: Name of the table.
        policy: Name of the policy.
        condition: SQL over the table's columns.
    """
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy {policy} on {table} using ({condition}) with check ({condition})")
