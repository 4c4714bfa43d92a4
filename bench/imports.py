"""Imports: people from a table beside a bare insert of the same encrypted rows; resumes beside the time of parsing.

A table goes the whole way of the product: read, encrypted under the import's key, taken batch by batch with look-ups,
encryption per person, search tokens, events and audit. The bare insert gives the same ciphertexts and tokens, made
beforehand, to tables of the same shape and indexes, without row-level security, through the same driver.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from reportlab.pdfgen.canvas import Canvas

from bench.figures import Figure, print_figures
from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.file_store import open_file_store
from talentflux.core.keyring import Keyring
from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.embedded import EmbeddedPostgres
from talentflux.schemas.data_import import ImportKind, ImportOptions
from talentflux.services.operator_imports import import_resumes, import_table
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.services.resume_upload_service import BATCH
from talentflux.workers.queue import MAX_ATTEMPTS, Work
from talentflux.workers.tasks.resume import parse, reader_pool

ROWS = 10_000
NEEDS = 500
APPLICATIONS = 1_000
RESUMES = 200
AT_A_TIME = 500
LEAST_RATE = 1_000.0
LARGEST_SHARE = 0.20
_GIVEN = ("Mara", "Jonas", "Aisha", "Chloé", "Daniel", "Elena", "Farid", "Grace", "Hiro", "Ines")
_FAMILY = ("Lindqvist", "Weber", "Rahman", "Marchand", "Okafor", "Rossi", "Haddad", "Mensah", "Tanaka", "Duarte")
_PLACES = ("Lisbon", "Berlin", "São Paulo", "Nairobi", "Lyon", "Gothenburg")


async def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def _table() -> str:
    lines = ["Name;E-Mail;Phone;City;Headline;External ID"]
    for number in range(ROWS):
        given, family = _GIVEN[number % 10], _FAMILY[number // 10 % 10]
        place = _PLACES[number % len(_PLACES)]
        lines.append(
            f"{given} {family}-{number};p{number}@example.org;+49 30 {1_000_000 + number};{place};Engineer;k{number}"
        )
    return "\n".join(lines)


def _pdf(path: Path, number: int) -> None:
    """Write a resume of a page and a half."""
    page = Canvas(str(path))
    lines = [f"{_GIVEN[number % 10]} {_FAMILY[number // 10 % 10]}", f"r{number}@example.org", "", "Experience"]
    for year in range(2014, 2024):
        lines += [
            f"Developer, Company {number}-{year}, {year} - {year + 1}",
            "Built services in Python and PostgreSQL.",
        ]
        lines += ["Ran Kubernetes clusters, wrote documentation, led reviews of a team of five.", ""]
    lines += ["Education", f"BSc Computer Science, University {number}, 2010 - 2013", "Skills", "Python, SQL, Docker"]
    for start in range(0, len(lines), 45):
        for row, line in enumerate(lines[start : start + 45]):
            page.drawString(60, 800 - 16 * row, line)
        page.showPage()
    page.save()


def _active(connection: psycopg.Connection[Any]) -> float:
    """Return the seconds that the server has spent on statements of this database, of all sessions together."""
    connection.execute("select pg_stat_force_next_flush()")
    row = connection.execute(
        "select active_time / 1000 from pg_stat_database where datname = current_database()"
    ).fetchone()
    connection.commit()
    assert row is not None
    return float(row[0])


def _columns(connection: psycopg.Connection[Any], table: str) -> list[tuple[str, str]]:
    rows = connection.execute(
        "select attname, format_type(atttypid, null) from pg_attribute where attrelid = %s::regclass and attnum > 0 "
        "and not attisdropped order by attnum",
        [table],
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def _bare(connection: psycopg.Connection[Any], tables: Sequence[str]) -> float:
    """Return the seconds that inserting the rows of tables takes into others of the same shape."""
    seconds = 0.0
    for table in tables:
        columns = _columns(connection, table)
        names = ", ".join(name for name, _ in columns)
        connection.execute(f"create table bare_{table} (like {table} including all)".encode())
        read = ", ".join(f"{name}::text" if kind == "jsonb" else name for name, kind in columns)
        rows = connection.execute(f"select {read} from {table}".encode(), binary=True).fetchall()
        arrays = ", ".join("%s::text[]::jsonb[]" if kind == "jsonb" else f"%s::{kind}[]" for _, kind in columns)
        query = f"insert into bare_{table} ({names}) select * from unnest({arrays})".encode()
        size = AT_A_TIME * max(1, len(rows) // ROWS)
        began = time.perf_counter()
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            with connection.cursor(binary=True) as cursor:
                cursor.execute(query, [[row[number] for row in some] for number in range(len(columns))])
            connection.commit()
        seconds += time.perf_counter() - began
    return seconds


async def _imported(database: Database, path: Path, kind: ImportKind, wanted: str, rows: int) -> float:
    """Return the seconds that a table takes, of whose rows the same becomes."""
    began = time.perf_counter()
    done = await import_table(
        database,
        Settings(_env_file=None),
        path,
        organization_id=LOCAL_ORGANIZATION_ID,
        kind=kind,
        requisition_id=None,
        only_check=False,
        options=ImportOptions(),
        progress=_silent,
    )
    took = time.perf_counter() - began
    assert done.counts.model_dump()[wanted] == rows, done.counts
    return took


async def _people(url: str, folder: Path) -> tuple[float, float]:
    """Return the seconds that a table takes the first time and the second, when all are known."""
    path = folder / "people.csv"
    path.write_text(_table(), encoding="windows-1252")
    async with Database(url, 4, keyring=Keyring.for_tests()) as database:
        first = await _imported(database, path, ImportKind.CANDIDATES, "create", ROWS)
        return first, await _imported(database, path, ImportKind.CANDIDATES, "duplicate", ROWS)


async def _needs(url: str, folder: Path) -> tuple[float, float]:
    """Return the seconds that a table of requisitions takes, and one of new people who apply to some of them."""
    needs, people = folder / "requisitions.csv", folder / "applications.csv"
    lines = [f"r{n},Engineer {n},Department {n % 7},{1 + n % 3}" for n in range(NEEDS)]
    needs.write_text("\n".join(["external id,title,department,headcount", *lines]))
    lines = [
        f"{_GIVEN[n % 10]} {_FAMILY[n // 10 % 10]}-a{n},a{n}@example.org,a{n},r{n % 20},p{n}"
        for n in range(APPLICATIONS)
    ]
    people.write_text("\n".join(["name,email,external id,requisition external id,application id", *lines]))
    async with Database(url, 4, keyring=Keyring.for_tests()) as database:
        first = await _imported(database, needs, ImportKind.REQUISITIONS, "create", NEEDS)
        return first, await _imported(database, people, ImportKind.APPLICATIONS, "create", APPLICATIONS)


async def _resumes(url: str, folder: Path) -> float:
    """Return the seconds of an import of PDF resumes."""
    files = []
    for number in range(RESUMES):
        path = folder / f"{number}.pdf"
        _pdf(path, number)
        files.append((path.name, path))
    settings = Settings(data_folder=folder / "data", _env_file=None)
    async with Database(url, 4, keyring=Keyring.for_tests()) as database:
        work = Work(database, settings, Scope(LOCAL_ORGANIZATION_ID), 0, MAX_ATTEMPTS)

        async def read(task_id: UUID, ids: list[UUID]) -> None:
            batches = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
            await asyncio.gather(*(parse(work, task_id, batch) for batch in batches))

        began = time.perf_counter()
        verdicts = await import_resumes(
            database,
            open_file_store(settings),
            settings,
            files=files,
            organization_id=LOCAL_ORGANIZATION_ID,
            requisition_id=None,
            read=read,
            progress=_silent,
        )
        took = time.perf_counter() - began
        assert all(each.verdict == "create" for each in verdicts), verdicts
    settings_pool = (settings.parser_processes, settings.parser_timeout_seconds, settings.parser_memory_mib)
    reader_pool(*settings_pool).close()
    reader_pool.cache_clear()
    return took


def run() -> list[Figure]:
    """Import a table and a folder of PDF resumes into an empty database."""
    with tempfile.TemporaryDirectory(prefix="talentflux-bench-imports-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "postgres", fsync=False) as running:
            migrate.upgrade(running.owner_url)
            first, second = asyncio.run(_people(running.app_url, folder))
            with psycopg.connect(running.url(ADMIN_ROLE)) as connection:
                bare = _bare(connection, ("candidate", "candidate_name_token", "event"))
                before = _active(connection)
                took = asyncio.run(_resumes(running.app_url, folder))
                database = _active(connection) - before
            needs, applications = asyncio.run(_needs(running.app_url, folder))
    return [
        Figure(f"candidates from a CSV of {ROWS:,}, per second", ROWS / first, LEAST_RATE),
        Figure("  the same again, all known, per second", ROWS / second, LEAST_RATE),
        Figure("  time of the import ÷ bare insert of the same encrypted rows", first / bare, None),
        Figure("  bare insert of the same encrypted rows, per second", ROWS / bare, None),
        Figure(f"requisitions from a CSV of {NEEDS:,}, per second", NEEDS / needs, None),
        Figure(
            f"applications of new people from a CSV of {APPLICATIONS:,}, per second", APPLICATIONS / applications, None
        ),
        Figure(f"PDF resumes of a folder of {RESUMES}, per second", RESUMES / took, None),
        Figure(
            "  time of the database ÷ time of the import",
            database / took,
            LARGEST_SHARE,
            higher_is_better=False,
        ),
    ]


if __name__ == "__main__":
    print_figures(run())
