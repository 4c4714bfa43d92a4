"""Databases for tests: one embedded server per run, one migrated template, and copies that are emptied and used again.

A copy of a database of many tables takes longer than most tests. So a copy that a test is done with is brought back to
what the template holds and renamed for the next test; one whose tables a test changed, or filled with very many rows,
is dropped.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
from psycopg import sql

from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE, APP_ROLE, DATABASE, OWNER_ROLE
from talentflux.db.embedded import EmbeddedConnection, EmbeddedPostgres


@dataclass(frozen=True)
class TestDatabase:
    """One migrated database.

    Attributes:
        name: Its name.
        app_url: As the application's role.
        owner_url: As the role that owns the tables.
        admin_url: As the superuser.
    """

    __test__ = False

    name: str
    app_url: str
    owner_url: str
    admin_url: str


@contextmanager
def test_server(folder: Path) -> Iterator[EmbeddedConnection]:
    """Join the run's server; the first to come also migrates the template."""
    embedded = EmbeddedPostgres(folder, fsync=False)
    with embedded as connection, (embedded.folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not migrate.is_current(connection.owner_url):
            migrate.upgrade(connection.owner_url)
        fcntl.flock(lock, fcntl.LOCK_UN)
        yield connection


_MOST_USES: Final = 150
_KEEP: Final = """
create schema test_seed;
create table test_seed.changed (command text);
do $body$
declare
    found record;
    filled boolean;
begin
    for found in select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
        execute format('select exists (select from public.%I)', found.relname) into filled;
        if filled then
            execute format('create table test_seed.%I as table public.%I', found.relname, found.relname);
        end if;
    end loop;
end $body$;
create function test_seed.note() returns event_trigger language plpgsql security definer
    as 'begin insert into test_seed.changed values (tg_tag); end';
create event trigger test_seed_note on ddl_command_end execute function test_seed.note();
"""
"""Keeps what the template holds, and writes down whether anybody changes tables."""

_MOST_ROWS: Final = 2000
_BRING_BACK: Final = f"""
do $body$
declare
    found record;
    gone bigint;
begin
    set local session_replication_role = replica;
    for found in
        select relname from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and pg_relation_size(oid) > 0
    loop
        execute format('delete from public.%I', found.relname);
        get diagnostics gone = row_count;
        if gone > {_MOST_ROWS} then
            insert into test_seed.changed values (found.relname);
        end if;
    end loop;
    for found in
        select t.relname, string_agg(format('%I', a.attname), ', ') as columns
        from pg_class t join pg_class p on p.relname = t.relname and p.relnamespace = 'public'::regnamespace
        join pg_attribute a on a.attrelid = p.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        where t.relnamespace = 'test_seed'::regnamespace and t.relkind = 'r' group by t.relname
    loop
        execute format(
            'insert into public.%I (%s) overriding system value select %s from test_seed.%I',
            found.relname, found.columns, found.columns, found.relname
        );
    end loop;
    for found in select schemaname, sequencename, start_value from pg_sequences where schemaname = 'public' loop
        perform setval(format('%I.%I', found.schemaname, found.sequencename), found.start_value, false);
    end loop;
end $body$
"""
_TIDY_EVERY: Final = 8
_TIDY: Final = """
select format('vacuum %s', string_agg(format('public.%I', c.relname), ', ')) from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and pg_relation_size(c.oid) > 0
    and not exists (select from pg_class k where k.relname = c.relname and k.relnamespace = 'test_seed'::regnamespace)
"""
"""Gives tables without rows the size of none again, by which they are known to need no emptying."""

_used: dict[str, int] = {}
_free: list[str] = []


@contextmanager
def database_copy(server: EmbeddedConnection) -> Iterator[TestDatabase]:
    """Give a database that holds what the migrations made, for as long as the block runs."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        _take(admin, server, name)
        try:
            yield TestDatabase(
                name, server.url(APP_ROLE, name), server.url(OWNER_ROLE, name), server.url(ADMIN_ROLE, name)
            )
        finally:
            if _brought_back(admin, server, name):
                _free.append(name)
            else:
                _used.pop(name)
                admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _take(admin: psycopg.Connection, server: EmbeddedConnection, name: str) -> None:
    """Rename a database that is free, so that whoever still knows it by its former name finds it no more; or copy."""
    if _free:
        former = _free.pop()
        admin.execute(sql.SQL("alter database {} rename to {}").format(sql.Identifier(former), sql.Identifier(name)))
        _used[name] = _used.pop(former) + 1
        return
    admin.execute(
        sql.SQL("create database {} template {} owner {} strategy file_copy").format(
            sql.Identifier(name), sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
        )
    )
    with psycopg.connect(server.url(ADMIN_ROLE, name), autocommit=True) as copy:
        copy.execute(_KEEP)
    _used[name] = 1


def _brought_back(admin: psycopg.Connection, server: EmbeddedConnection, name: str) -> bool:
    """End whoever is still connected, empty the tables, and return whether the database can be used again."""
    if _used[name] >= _MOST_USES:
        return False
    ended = admin.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [name]
    ).fetchall()
    if not all(row[0] for row in ended):
        return False
    try:
        with psycopg.connect(server.url(ADMIN_ROLE, name), autocommit=True) as copy:
            copy.execute(_BRING_BACK)
            left = copy.execute("select exists (select from test_seed.changed)").fetchone()
            if _used[name] % _TIDY_EVERY == 0 and (tidy := copy.execute(_TIDY).fetchone()) and tidy[0]:
                copy.execute(tidy[0])
    except psycopg.Error:
        return False
    return left == (False,)


def remove_server(folder: Path) -> None:
    """Remove the files of the run's server, ending it where a killed worker left it running."""
    if folder.exists():
        left = EmbeddedPostgres(folder, fsync=False)
        if left.running():
            with left:
                pass
        shutil.rmtree(folder, ignore_errors=True)
