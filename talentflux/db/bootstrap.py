"""What a fresh embedded cluster gets before the migrations: two roles, one database, the vector extension."""

from pathlib import Path

import psycopg
from psycopg import sql

ADMIN_ROLE = "talentflux_admin"
OWNER_ROLE = "talentflux_owner"
APP_ROLE = "talentflux_app"
DATABASE = "talentflux"
_MARK = "bootstrap-1"  # a new number makes existing folders go through the (repeatable) steps again


def bootstrap(server_url: str, database_url: str, folder: Path) -> None:
    """Bring a cluster to the state that migrations expect. Repeatable; nothing to do once it went through.

    Args:
        server_url: The superuser on the maintenance database.
        database_url: The superuser on the application's database.
        folder: Where the mark of a finished bootstrap is kept.
    """
    if (folder / _MARK).exists():
        return
    with psycopg.connect(server_url, autocommit=True) as connection:
        create_roles(connection)
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(
                sql.SQL("create database {} owner {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE))
            )
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("create extension if not exists vector")
    (folder / _MARK).touch()


def create_roles(connection: psycopg.Connection) -> None:
    """Create the owner's and the application's role where they are missing.

    Args:
        connection: A superuser's, in autocommit.
    """
    for role in (OWNER_ROLE, APP_ROLE):
        if connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone() is None:
            connection.execute(
                sql.SQL("create role {} login nosuperuser nocreatedb nocreaterole nobypassrls").format(
                    sql.Identifier(role)
                )
            )
