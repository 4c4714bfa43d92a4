"""Databases for tests: one embedded server per run, one migrated template, one copy for each test."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
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


@contextmanager
def database_copy(server: EmbeddedConnection, *, template: str = DATABASE) -> Iterator[TestDatabase]:
    """Make a copy of the migrated database and drop it afterwards."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} template {} owner {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER_ROLE)
            )
        )
        try:
            yield TestDatabase(
                name, server.url(APP_ROLE, name), server.url(OWNER_ROLE, name), server.url(ADMIN_ROLE, name)
            )
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def remove_server(folder: Path) -> None:
    """Remove the files of the run's server, ending it where a killed worker left it running."""
    if folder.exists():
        left = EmbeddedPostgres(folder, fsync=False)
        if left.running():
            with left:
                pass
        shutil.rmtree(folder, ignore_errors=True)
