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


LEVEL = "(select coalesce(current_setting('app.requisitions', true), ''))"
"""How much of the requisitions a transaction may see: `all`, `open` ones and the own teams', or those of the `team`."""

REQUISITIONS = "(select visible_requisitions())"
"""Requisitions that the transaction may see."""

APPLIED = "(select visible_candidates())"
"""Candidates who applied to a requisition that the transaction may see."""

_VISIBLE = """
create or replace function {name}() returns setof uuid language plpgsql stable rows 100
set search_path = public, pg_catalog as $body$
begin
    return query {query};
end $body$
"""
_APPLIED = """
select candidate_id from application where deleted_at is null
and requisition_id in (select id from requisition where deleted_at is null)
"""
VISIBLE = {
    "visible_requisitions": "select id from requisition",
    "visible_candidates": _APPLIED,
    "visible_resumes": "select id from resume",
    "visible_files": "select file_id from resume",
}
"""What policies look up in other tables, under the policies of these."""


def define(op: Any, name: str, query: str) -> None:
    """Make a function of what policies look up.

    The planner looks into a function no further. Of the same query written into the policy it counts the cost anew for
    each row that it would join, though it is run once or never, and so reads tables from one end to the other.

    Args:
        op: Alembic's operations.
        name: Of the function.
        query: Of ids; it runs with the rights of who asks.
    """
    op.execute(_VISIBLE.format(name=name, query=query))


def restrict_to_candidates(op: Any, table: str, column: str = "candidate_id") -> None:
    """Show what belongs to a candidate only where the candidate is shown.

    Args:
        op: Alembic's operations.
        table: Name of the table.
        column: The column that carries the candidate; rows without one belong to the organization as a whole.
    """
    restrict(op, table, "candidates", f"{LEVEL} in ('all', 'open') or {column} is null or {column} in {APPLIED}")


def restrict_to_requisitions(op: Any, table: str, column: str = "requisition_id") -> None:
    """Show what belongs to a requisition only where the requisition is shown.

    Args:
        op: Alembic's operations.
        table: Name of the table.
        column: The column that carries the requisition; rows without one belong to the organization as a whole.
    """
    seen = f"{LEVEL} = 'all' or {column} is null or {column} in {REQUISITIONS}"
    restrict(op, table, "requisitions", seen)


def restrict_to_both(op: Any, table: str) -> None:
    """Show what tells of a candidate, a requisition or both only where all that it names are shown.

    Whatever happens may be written down, also what takes its row out of the writer's own sight.

    Args:
        op: Alembic's operations.
        table: Name of the table, with `candidate_id` and `requisition_id`, either of which may be null.
    """
    requisitions = f"(requisition_id is null or requisition_id in {REQUISITIONS})"
    candidates = f"({LEVEL} = 'open' or candidate_id is null or candidate_id in {APPLIED})"
    seen = f"{LEVEL} = 'all' or ({requisitions} and {candidates})"
    check = f"organization_id = {ORGANIZATION}"
    op.execute(f"create policy {table}_both on {table} as restrictive using ({seen}) with check ({check})")


def keep_times(op: Any, table: str) -> None:
    """Let `updated_at` of a tenant's table only ever grow, as lists by time of change and versions need.

    Args:
        op: Alembic's operations.
        table: Name of the table, with `organization_id` and `updated_at`.
    """
    op.execute(
        f"create trigger {table}_changed before insert or update on {table} "
        "for each row execute function tenant_row_changed()"
    )


ROW = """
    id uuid not null,
    organization_id uuid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
"""
"""The columns that every tenant's row has, at the beginning of its definition."""


def tenant_constraints(table: str, *references: str) -> str:
    """Return the keys of a tenant's table, for the end of its definition; names as `models.base.tenant_keys` has them.

    Args:
        table: Name of the table.
        *references: Tables of the same tenant that it points to by `<table>_id`, or by a column: `file:photo_id`.
    """
    keys = [
        f"constraint {table}_pkey primary key (id)",
        f"constraint {table}_organization_id_id_key unique (organization_id, id)",
        f"constraint {table}_organization_id_fkey foreign key (organization_id) references organization (id)",
    ]
    for reference in references:
        other, _, column = reference.partition(":")
        column = column or f"{other}_id"
        keys.append(
            f"constraint {table}_organization_id_{column}_fkey "
            f"foreign key (organization_id, {column}) references {other} (organization_id, id)"
        )
    return ", ".join(keys)
