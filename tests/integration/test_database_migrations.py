"""Migrations: up and down, what the application's role may do, row-level security on every table."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, make_url, text

from talentflux.db import migrate
from talentflux.db.bootstrap import APP_ROLE
from talentflux.db.errors import DatabaseSetupError
from talentflux.models import Base
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id

GLOBAL_TABLES = {
    "platform_key": "wrapped keys, read in every scope: without the master key nobody can use them",
    "alembic_version": "one row that names the schema's revision",
    "procrastinate_jobs": "the queue: arguments hold identifiers only (core.queue refuses anything else)",
    "procrastinate_events": "the queue: times of state changes of jobs",
    "procrastinate_periodic_defers": "the queue: when a periodic task was last enqueued",
    "procrastinate_workers": "the queue: heartbeats of workers",
}

PUBLIC_POLICIES = {
    "job_card_public": "published jobs are for everybody to read, in transactions of no organization, and for no more",
}
"""Policies for reading alone, with what they open."""

RETIRED_COLUMNS = {
    "candidate": {"name", "email", "phone", "location", "headline"},
    "file": {"name", "sha256"},
    "resume": {"sha256", "failure_detail", "document", "parsed"},
    "task": {"errors"},
}
"""Plain text of the version before, encrypted after the migration; a later migration drops them with their indexes."""
RETIRED_INDEXES = {f"{table}_plain_idx" for table in RETIRED_COLUMNS}


def test_every_table_is_global_with_a_reason_or_kept_apart_by_tenant(owner_connection: psycopg.Connection) -> None:
    tables = owner_connection.execute(
        """select c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"""
    ).fetchall()
    guarded = {name for name, enabled, forced in tables if enabled and forced}
    assert {name for name, *_ in tables} - guarded == GLOBAL_TABLES.keys()
    policies: dict[str, list[tuple[str, str]]] = {}
    for table, using, check in owner_connection.execute(
        "select tablename, qual, with_check from pg_policies where schemaname = 'public' "
        "and not (policyname = any(%s) and cmd = 'SELECT')",
        [list(PUBLIC_POLICIES)],
    ).fetchall():
        policies.setdefault(table, []).append((using, check))
    assert policies.keys() == guarded
    for table, pairs in policies.items():
        for using, check in pairs:
            assert "app." in (using or ""), f"{table} has a policy without USING on the scope"
            assert "app." in (check or ""), f"{table} has a policy without WITH CHECK on the scope"


def test_application_role_owns_nothing(admin_connection: psycopg.Connection) -> None:
    owned = admin_connection.execute(
        "select count(*) from pg_shdepend where refobjid = %s::regrole and deptype = 'o'", [APP_ROLE]
    ).fetchone()
    assert owned == (0,)


def test_application_role_cannot_create_tables(test_database) -> None:
    with psycopg.connect(test_database.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table stray (id int)")


def test_application_role_cannot_forge_the_revision(test_database) -> None:
    with psycopg.connect(test_database.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("update alembic_version set version_num = '0000'")


def _catalogue(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        """select 'column', table_name, column_name, data_type, is_nullable, column_default
             from information_schema.columns where table_schema = 'public'
           union all select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
             from pg_constraint where connamespace = 'public'::regnamespace
           union all select 'index', tablename, indexname, indexdef, '', '' from pg_indexes where schemaname = 'public'
           union all select 'policy', tablename, policyname, qual, with_check, cmd from pg_policies
           union all select 'grant', table_name, grantee, privilege_type, '', ''
             from information_schema.table_privileges where table_schema = 'public'
           order by 1, 2, 3, 4"""
    ).fetchall()


def test_down_and_up_again_gives_the_same_schema(test_database, owner_connection: psycopg.Connection) -> None:
    before = _catalogue(owner_connection)
    migrate.downgrade(test_database.owner_url, "base")
    left = owner_connection.execute(
        """select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S', 'v')
           union all select proname from pg_proc where pronamespace = 'public'::regnamespace
             and not exists (select 1 from pg_depend d where d.objid = pg_proc.oid and d.deptype = 'e')"""
    ).fetchall()
    assert left == [("alembic_version",)]
    assert migrate.current(test_database.owner_url) is None
    migrate.upgrade(test_database.owner_url)
    assert _catalogue(owner_connection) == before


def test_resumes_of_before_are_found_by_their_words_after_the_upgrade(test_database, admin_connection) -> None:
    migrate.downgrade(test_database.owner_url, "0019")
    organization, file, candidate, resume = LOCAL_ORGANIZATION_ID, new_id(), new_id(), new_id()
    rows = {
        "file (organization_id, id, media_type, size, key)": (file, "", 1, "key"),
        "candidate (organization_id, id)": (candidate,),
        "resume (organization_id, id, file_id, candidate_id, status, masked_text)": (
            resume, file, candidate, "parsed", "•Python „Geschäftsführer“ Java/Kotlin",
        ),
    }  # fmt: skip
    for table, values in rows.items():
        places = ", ".join(["%s"] * (len(values) + 1))
        admin_connection.execute(f"insert into {table} values ({places})", [organization, *values])
    admin_connection.execute("update candidate set current_resume_id = %s", [resume])

    migrate.upgrade(test_database.owner_url)

    for table in ("candidate_text", "resume"):
        ((words,),) = admin_connection.execute(f"select words::text from {table}").fetchall()
        found = {word.partition(":")[0] for word in words.split()}
        assert found == {"'geschaftsfuhrer'", "'java'", "'kotlin'", "'python'"}


def test_head_agrees_with_alembic(test_database) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate._FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.head()
    assert migrate.is_current(test_database.app_url)


def test_migration_waits_five_seconds_at_most_for_a_lock(test_database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_LOCK_TIMEOUT", "200ms")
    with psycopg.connect(test_database.owner_url) as holder:
        holder.execute("lock table procrastinate_workers in access share mode")
        with pytest.raises(DatabaseSetupError, match="lock timeout"):
            migrate.downgrade(test_database.owner_url, "base")
    assert migrate.current(test_database.owner_url) is not None


def test_missing_vector_says_what_to_run(server, admin_connection: psycopg.Connection) -> None:
    admin_connection.execute("create database bare template template0 owner talentflux_owner")
    try:
        with pytest.raises(DatabaseSetupError, match="CREATE EXTENSION vector"):
            migrate.upgrade(server.url("talentflux_owner", "bare"))
    finally:
        admin_connection.execute("drop database bare with (force)")


def test_unreachable_database_is_named(tmp_path) -> None:
    with pytest.raises(DatabaseSetupError, match="cannot be reached"):
        migrate.current(f"postgresql://nobody@/none?host={tmp_path}")


def test_models_say_what_the_migrations_built(test_database) -> None:
    url = make_url(test_database.owner_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)

    def ours(found: Any, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:  # noqa: FBT001 -- Alembic's form
        if kind == "column":
            return name not in RETIRED_COLUMNS.get(found.table.name, ())
        return name not in (GLOBAL_TABLES if kind == "table" else RETIRED_INDEXES)

    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
        assert len(Base.metadata.tables) > 5
        connection.execute(text("alter table candidate add column stray text"))
        assert len(compare_metadata(context, Base.metadata)) == 1


def test_two_who_migrate_at_once_both_succeed(test_database) -> None:
    migrate.downgrade(test_database.owner_url, "base")
    with ThreadPoolExecutor() as pool:
        list(pool.map(migrate.upgrade, [test_database.owner_url] * 3))
    assert migrate.is_current(test_database.app_url)
