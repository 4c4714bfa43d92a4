"""Row-level security, read from the catalogue and tried table by table and policy by policy."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from tests.factories.canaries import GLOBAL_TABLES, guarded_tables, of_somebody, plant, references, tenant_tables

MINE = UUID("00000000-0000-7000-8000-000000000001")
THEIRS = UUID("01936c00-0000-7000-8000-0000000000fe")
PUBLISHED = {"person": {"job_card"}, "nobody": {"job_card"}}
"""What is published: seen in transactions of no organization, whosever it is."""
Rows = dict[str, dict[str, Any]]


@pytest.fixture
def rows(admin_connection: psycopg.Connection) -> tuple[Rows, Rows]:
    """One row of ours and one of theirs in every table; ours belong to a confidential requisition."""
    admin_connection.execute("insert into organization (id, slug, name) values (%s, 'theirs', 'Theirs')", [THEIRS])
    secret = {"requisition": {"confidential": True}}
    return plant(admin_connection, MINE, given=secret, platform=True), plant(admin_connection, THEIRS, given=secret)


def set_scope(
    connection: psycopg.Connection, organization: UUID | None, user: UUID | None, level: str, *, identity: bool = False
) -> None:
    connection.execute("set local role talentflux_app")
    for name, value in (
        ("organization_id", organization),
        ("user_id", user),
        ("requisitions", level),
        ("identity", "on" if identity else ""),
    ):
        connection.execute("select set_config(%s, %s, true)", [f"app.{name}", str(value or "")])


def seen(connection: psycopg.Connection, table: str, row: dict[str, Any]) -> bool:
    """Return whether a row is seen in the present scope."""
    key = [name for name in ("id", "organization_id", "user_id", *row) if row.get(name) is not None]
    conditions = sql.SQL(" and ").join(
        sql.SQL("{} = %s").format(sql.Identifier(name)) for name in key if isinstance(row[name], (UUID, bytes))
    )
    values = [row[name] for name in key if isinstance(row[name], (UUID, bytes))]
    found = connection.execute(sql.SQL("select 1 from {} where {}").format(sql.Identifier(table), conditions), values)
    return found.fetchone() is not None


def visible(
    connection: psycopg.Connection, ours: Rows, theirs: Rows, only: str | None = None
) -> set[tuple[str, str, str]]:
    """Return which rows every kind of scope sees, of all tables or of one: (scope, whose, table)."""
    me, other = ours["user_account"]["id"], uuid4()
    scopes = {
        "tenant": (MINE, other, "all", False),
        "open": (MINE, other, "open", False),
        "team": (MINE, other, "team", False),
        "member": (MINE, me, "team", False),
        "person": (None, me, "team", False),
        "nobody": (None, None, "", False),
        "identity": (None, None, "", True),
    }
    found = set()
    for name, (organization, user, level, identity) in scopes.items():
        with connection.transaction(force_rollback=True):
            set_scope(connection, organization, user, level, identity=identity)
            for whose, planted in (("ours", ours), ("theirs", theirs)):
                asked = planted if only is None else {only: planted[only]} if only in planted else {}
                found |= {(name, whose, table) for table, row in asked.items() if seen(connection, table, row)}
    return found


def test_every_table_is_guarded_or_listed_as_global(admin_connection: psycopg.Connection) -> None:
    found = admin_connection.execute(
        "select c.relname, c.relrowsecurity and c.relforcerowsecurity from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')"
    ).fetchall()
    unguarded = {name for name, guarded in found if not guarded}
    assert unguarded == GLOBAL_TABLES.keys() & {name for name, _ in found}


def test_every_guarded_table_has_a_policy_for_reading_and_writing(admin_connection: psycopg.Connection) -> None:
    whole = {
        row[0]
        for row in admin_connection.execute(
            "select tablename from pg_policies where permissive = 'PERMISSIVE' and cmd = 'ALL' "
            "and qual is not null and with_check is not null"
        ).fetchall()
    }
    commands = admin_connection.execute(
        "select tablename, array_agg(cmd) from pg_policies where permissive = 'PERMISSIVE' group by 1"
    ).fetchall()
    split = {name for name, kinds in commands if {"SELECT", "INSERT"} <= set(kinds)}
    assert set(guarded_tables(admin_connection)) <= whole | split


def test_the_application_owns_nothing_and_cannot_pass_by(admin_connection: psycopg.Connection) -> None:
    owned = admin_connection.execute(
        "select relname from pg_class where relowner = 'talentflux_app'::regrole"
    ).fetchall()
    assert owned == []
    role = admin_connection.execute(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = 'talentflux_app'"
    ).fetchone()
    assert role == (False, False, False, False)


def test_foreign_keys_between_tenant_tables_carry_the_organization(admin_connection: psycopg.Connection) -> None:
    tenants = set(tenant_tables(admin_connection))
    for table in sorted(tenants):
        for reference in references(admin_connection, table):
            if reference.table in tenants:
                assert "organization_id" in reference.columns, f"{table} points to {reference.table} by id alone"


def test_no_scope_sees_what_is_not_its_own(admin_connection: psycopg.Connection, rows: tuple[Rows, Rows]) -> None:
    found = visible(admin_connection, *rows)
    found = {entry for entry in found if entry[2] not in PUBLISHED.get(entry[0], ())}
    theirs = {(scope, table) for scope, whose, table in found if whose == "theirs" and scope != "identity"}
    assert theirs == set()
    assert not {table for scope, _, table in found if scope == "nobody" and of_somebody(admin_connection, table)}
    hiring = {"candidate", "resume", "requisition", "application", "match", "task", "file", "resume_skill"}
    assert not {(scope, table) for scope, _, table in found if scope in {"identity", "person"} and table in hiring}
    secret = {"requisition", "application", "match"}
    assert not {(scope, table) for scope, _, table in found if scope in {"open", "team"} and table in secret}
    for table in hiring:
        assert ("tenant", "ours", table) in found
        assert ("member", "ours", table) in found, f"the hiring team does not see {table}"


def test_no_row_can_be_written_into_another_organization(
    admin_connection: psycopg.Connection, rows: tuple[Rows, Rows]
) -> None:
    ours, _ = rows
    for table in tenant_tables(admin_connection):
        move = sql.SQL("update {} set organization_id = %s where organization_id = %s").format(sql.Identifier(table))
        with admin_connection.transaction(force_rollback=True):
            set_scope(admin_connection, MINE, ours["user_account"]["id"], "all")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                admin_connection.execute(move, [THEIRS, MINE])


def policies(connection: psycopg.Connection) -> Iterator[tuple[str, str]]:
    yield from connection.execute(
        "select tablename, policyname from pg_policies where schemaname = 'public' order by 1, 2"
    ).fetchall()


def test_each_policy_is_needed(admin_connection: psycopg.Connection, rows: tuple[Rows, Rows]) -> None:
    whole = visible(admin_connection, *rows)
    for table, policy in list(policies(admin_connection)):
        with admin_connection.transaction(force_rollback=True):
            admin_connection.execute(
                sql.SQL("drop policy {} on {}").format(sql.Identifier(policy), sql.Identifier(table))
            )
            there = {entry for entry in whole if entry[2] == table}
            changed = (
                visible(admin_connection, *rows, only=table) != there  # most are noticed at once
                or visible(admin_connection, *rows) != whole
                or may_change_a_colleague(admin_connection, rows[0])
            )
            assert changed, f"without the policy {policy} on {table} nothing is different: no test would see it gone"


def may_change_a_colleague(connection: psycopg.Connection, ours: Rows) -> bool:
    """Return whether a colleague may change another person's account."""
    with connection.transaction(force_rollback=True):
        set_scope(connection, MINE, uuid4(), "all")
        account = ours["user_account"]["id"]
        done = connection.execute("update user_account set deactivated_at = now() where id = %s", [account])
        return done.rowcount > 0


def test_each_table_without_row_security_would_be_seen(
    admin_connection: psycopg.Connection, rows: tuple[Rows, Rows]
) -> None:
    for table in tenant_tables(admin_connection):
        with admin_connection.transaction(force_rollback=True):
            admin_connection.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(table)))
            found = visible(admin_connection, *rows, only=table)
            assert ("tenant", "theirs", table) in found, f"{table}: something else hides the row, this proves nothing"
