"""Rows of one organization in every table, made from the database's own catalogue, so that no new table escapes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

CANARY = "canary-7f3a"
GLOBAL_TABLES = {
    "platform_key": "wrapped keys, read in every scope: without the master key nobody can use them",
    "alembic_version": "the revision of the schema; no rows of anybody",
    "procrastinate_jobs": "the queue: identifiers only, checked by its own test",
    "procrastinate_events": "as above",
    "procrastinate_periodic_defers": "as above",
    "procrastinate_workers": "as above",
}
LOOSE = {"event": ("candidate", "requisition", "application")}
"""Tables whose rows outlive what they point to."""
UNIQUE = {("tracking_link", "code")}
"""Texts of which there may be one each in the whole installation."""
_TYPES: dict[str, Any] = {
    "text": CANARY,
    "bytea": CANARY.encode(),
    "tsvector": CANARY,
    "bool": False,
    "int2": 1,
    "int4": 1,
    "int8": 1,
    "float4": 1.0,
    "float8": 1.0,
    "jsonb": json.dumps({CANARY: CANARY}),
    "_text": [CANARY],
}
_IN_LIST = re.compile(r"(\w+) = ANY \(ARRAY\['([^']+)'")


@dataclass(frozen=True)
class Column:
    """A column as the catalogue has it."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True)
class Reference:
    """A foreign key: columns of this table, and the table and columns that they point to."""

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]


def guarded_tables(connection: psycopg.Connection) -> list[str]:
    """Return every table that holds rows of somebody."""
    rows = connection.execute("select tablename from pg_tables where schemaname = 'public' order by 1").fetchall()
    return [row[0] for row in rows if row[0] not in GLOBAL_TABLES]


def tenant_tables(connection: psycopg.Connection) -> list[str]:
    """Return the tables whose every row belongs to an organization."""
    rows = connection.execute(
        "select table_name from information_schema.columns where table_schema = 'public' "
        "and column_name = 'organization_id' and is_nullable = 'NO' order by 1"
    ).fetchall()
    return [row[0] for row in rows]


def plant(
    connection: psycopg.Connection,
    organization_id: UUID,
    *,
    given: Mapping[str, Mapping[str, Any]] | None = None,
    platform: bool = False,
) -> dict[str, dict[str, Any]]:
    """Insert one row into every table whose rows belong to an organization or a person.

    Args:
        connection: A superuser's.
        organization_id: Whose rows; `organization` itself must hold it.
        given: Values that take the place of the made-up ones, by table and column.
        platform: Fill the guarded tables of the platform as well.

    Returns:
        The rows by table, for the tables it could fill.
    """
    rows: dict[str, dict[str, Any]] = {"organization": {"id": organization_id}}
    waiting = [
        table
        for table in guarded_tables(connection)
        if table != "organization" and (platform or of_somebody(connection, table))
    ]
    while waiting:
        ready = [table for table in waiting if _ready(connection, table, rows, every=True)]
        ready = ready or [table for table in waiting if _ready(connection, table, rows, every=False)]
        if not ready:
            raise AssertionError(f"no row can be made first among {waiting}")
        for table in ready:
            rows[table] = _insert(connection, table, organization_id, rows, (given or {}).get(table, {}))
            waiting.remove(table)
    return rows


def columns(connection: psycopg.Connection, table: str) -> list[Column]:
    """Return the columns that can be written."""
    found = connection.execute(
        "select column_name, udt_name, is_nullable = 'NO' and column_default is null "
        "from information_schema.columns where table_schema = 'public' and table_name = %s "
        "and is_generated = 'NEVER' and is_identity = 'NO' order by ordinal_position",
        [table],
    ).fetchall()
    return [Column(*row) for row in found]


def references(connection: psycopg.Connection, table: str) -> list[Reference]:
    """Return the foreign keys of a table."""
    found = connection.execute(
        "select array(select attname from pg_attribute a, unnest(conkey) with ordinality k(n, i) "
        "  where a.attrelid = conrelid and a.attnum = k.n order by i)::text[], confrelid::regclass::text, "
        "array(select attname from pg_attribute a, unnest(confkey) with ordinality k(n, i) "
        "  where a.attrelid = confrelid and a.attnum = k.n order by i)::text[] "
        "from pg_constraint where contype = 'f' and conrelid = %s::regclass",
        [table],
    ).fetchall()
    return [Reference(tuple(here), other, tuple(there)) for here, other, there in found]


def of_somebody(connection: psycopg.Connection, table: str) -> bool:
    """Return whether the rows of a table belong to an organization or a person."""
    names = {column.name for column in columns(connection, table)}
    return table == "user_account" or bool(names & {"organization_id", "user_id"})


def _ready(connection: psycopg.Connection, table: str, rows: Mapping[str, object], *, every: bool) -> bool:
    """Return whether what a table points to is there: all of it, or what its rows cannot do without."""
    return all(
        each.table in rows or each.table == table or not (every or _required(connection, table, each))
        for each in (*_loose(table), *references(connection, table))
    )


def _loose(table: str) -> Iterator[Reference]:
    """Return what a table points to without a foreign key."""
    for other in LOOSE.get(table, ()):
        yield Reference((f"{other}_id",), other, ("id",))


def _required(connection: psycopg.Connection, table: str, reference: Reference) -> bool:
    needed = {column.name for column in columns(connection, table) if column.required}
    return bool((set(reference.columns) - {"organization_id"}) & needed)


def _checked(connection: psycopg.Connection, table: str) -> dict[str, str]:
    """Return one allowed value for each column that a check limits to a list."""
    found = connection.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where contype = 'c' and conrelid = %s::regclass", [table]
    ).fetchall()
    return {match[1]: match[2] for (text,) in found for match in _IN_LIST.finditer(text)}


def _insert(
    connection: psycopg.Connection,
    table: str,
    organization_id: UUID,
    rows: Mapping[str, Mapping[str, Any]],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    values = dict(_values(connection, table, organization_id, rows)) | dict(given)
    names = sql.SQL(", ").join(map(sql.Identifier, values))
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(values))
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(table), names, marks), list(values.values())
    )
    return values


def _values(
    connection: psycopg.Connection, table: str, organization_id: UUID, rows: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, Any]]:
    allowed = _checked(connection, table)
    pointed = {
        column: rows[reference.table].get(target)
        for reference in (*_loose(table), *references(connection, table))
        if reference.table in rows
        for column, target in zip(reference.columns, reference.targets, strict=True)
    }
    for column in columns(connection, table):
        if column.name == "organization_id":
            yield column.name, organization_id
        elif (table, column.name) in UNIQUE:
            yield column.name, f"{CANARY}-{uuid4()}"
        elif column.name in pointed:
            yield column.name, pointed[column.name]
        elif column.name in allowed:
            yield column.name, allowed[column.name]
        elif column.type in {"uuid", "timestamptz"}:
            if column.required:
                yield column.name, uuid4() if column.type == "uuid" else "2099-01-01T00:00:00Z"
        elif column.type in _TYPES:
            yield column.name, _TYPES[column.type] + uuid4().bytes if column.type == "bytea" else _TYPES[column.type]
        elif column.required:
            raise AssertionError(f"{table}.{column.name}: no canary is known for the type {column.type}")
