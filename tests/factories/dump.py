"""All that somebody sees who gets hold of the database's and the file store's bytes."""

import base64
from pathlib import Path

import psycopg
from psycopg import sql


def readable_bytes(connection: psycopg.Connection, folder: Path | None = None) -> bytes:
    """Return every value of every table, as text and, where bytes are stored, as they are; and files with their names.

    Args:
        connection: The superuser's.
        folder: Where files lie.
    """
    parts: list[bytes] = []
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE' "
        "and table_schema not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    for schema, table in tables:
        query = sql.SQL("select t.*, t::text from {} t").format(sql.Identifier(schema, table))
        for row in connection.execute(query).fetchall():
            parts.append(row[-1].encode())
            parts += [value for value in row if isinstance(value, bytes)]
    for path in sorted(folder.rglob("*")) if folder else ():
        parts.append(str(path).encode())
        if path.is_file():
            parts.append(path.read_bytes())
    return b"\n".join(parts)


def spellings(canary: str) -> list[bytes]:
    """Return how a text may stand in bytes: as it is, as hexadecimal digits, as base64 from any offset."""
    plain = canary.encode()
    found = [plain, plain.hex().encode()]
    for before in range(3):
        whole = base64.b64encode(b"x" * before + plain)
        # What depends on the bytes before and after is cut off.
        found.append(whole[(8 * before + 5) // 6 : -4])
    return found
