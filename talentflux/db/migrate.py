"""Migrations, run in code: Alembic is configured here and needs no file of its own.

`is_current` does without Alembic, which takes a second to import, so that a start with nothing to do stays quick.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from talentflux.db.errors import DatabaseSetupError

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
_LOCK_TIMEOUT = "5s"
_STATEMENT_TIMEOUT = "15min"
_ADVISORY_LOCK = 7_218_340_915  # any number; the same in every process that migrates
_FIELD = re.compile(r"""^(down_revision|revision)\b[^=]*=\s*(?:["'](\w+)["']|None)""", re.MULTILINE)


@lru_cache(maxsize=1)
def head() -> str:
    """Return the newest revision, read from the names inside the migration files.

    Raises:
        DatabaseSetupError: The files do not form one line.
    """
    revisions: set[str] = set()
    parents: set[str] = set()
    for file in (_FOLDER / "versions").glob("*.py"):
        fields = dict(_FIELD.findall(file.read_text(encoding="utf-8")))
        revisions.add(fields["revision"])
        parents.add(fields.get("down_revision", ""))
    newest = revisions - parents
    if len(newest) != 1:
        raise DatabaseSetupError(f"The migrations have {len(newest)} newest revisions: {sorted(newest)}.")
    return newest.pop()


def current(url: str) -> str | None:
    """Return the revision of a database, None for an empty one.

    Args:
        url: Connection URL of any role that may read `alembic_version`.

    Raises:
        DatabaseSetupError: The database cannot be reached.
    """
    with _connect(url) as connection:
        if connection.execute("select to_regclass('public.alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("select version_num from public.alembic_version").fetchone()
        return None if row is None else str(row[0])


def is_current(url: str) -> bool:
    """Return whether a database is at the newest revision.

    Args:
        url: Connection URL of any role that may read `alembic_version`.

    Raises:
        DatabaseSetupError: The database cannot be reached.
    """
    return current(url) == head()


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Bring a database to a revision. Several processes may ask at once; one does it.

    Args:
        owner_url: Connection URL of the role that owns the tables.
        revision: Where to go.

    Raises:
        DatabaseSetupError: The database cannot be reached, or a lock was not got in time.
    """
    from alembic import command  # noqa: PLC0415 -- takes a second to import

    with _migrating(owner_url) as config:
        command.upgrade(config, revision)


def downgrade(owner_url: str, revision: str) -> None:
    """Take a database back to a revision.

    Args:
        owner_url: Connection URL of the role that owns the tables.
        revision: Where to go; `base` removes everything, data included.

    Raises:
        DatabaseSetupError: The database cannot be reached, or a lock was not got in time.
    """
    from alembic import command  # noqa: PLC0415 -- takes a second to import

    with _migrating(owner_url) as config:
        command.downgrade(config, revision)


@contextmanager
def _migrating(owner_url: str) -> Iterator["Config"]:
    """Give Alembic's configuration with one connection, alone among all who migrate, under timeouts."""
    from alembic.config import Config  # noqa: PLC0415 -- takes a second to import
    from sqlalchemy import create_engine, make_url, pool  # noqa: PLC0415 -- as above
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415 -- as above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    url = make_url(owner_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 10})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"select pg_advisory_lock({_ADVISORY_LOCK})")
            connection.exec_driver_sql(f"set lock_timeout = '{_LOCK_TIMEOUT}'")
            connection.exec_driver_sql(f"set statement_timeout = '{_STATEMENT_TIMEOUT}'")
            connection.commit()
            config.attributes["connection"] = connection
            yield config
    except OperationalError as error:
        raise DatabaseSetupError(f"The database could not be migrated: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()


@contextmanager
def _connect(url: str) -> Iterator[psycopg.Connection]:
    plain = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
    try:
        with psycopg.connect(plain, connect_timeout=10, autocommit=True) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise DatabaseSetupError(f"The database cannot be reached: {str(error).strip()}") from error
