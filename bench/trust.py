"""What is promised about other people's rows and personal data, tried in full; every figure must be 0."""

import asyncio
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import text

from bench.figures import Figure, print_figures
from talentflux.core.database import Database, Scope
from talentflux.db import migrate
from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.embedded import EmbeddedPostgres

TRANSACTIONS = 10_000
COROUTINES = 200
POOL = 5
ORGANIZATIONS = [UUID(int=0x01936C00_0000_7000_8000_000000001000 + number) for number in range(8)]
ROWS = 3
_PARTS = {
    "rows of another tenant seen by routes × roles, and guards nobody misses": "tests/security/test_route_matrix.py",
    "policies nobody misses, tables without one": "tests/security/test_row_security.py",
    "personal details readable in a dump, in files or in logs, of 1,000": "tests/security/test_encryption_canaries.py",
    "ways to tamper with the audit log that verify misses": "tests/security/test_audit_tampering.py",
}


def fill(connection: psycopg.Connection) -> None:
    """Make some organizations with a few rows each.

    Args:
        connection: A superuser's, in autocommit.
    """
    for number, organization in enumerate(ORGANIZATIONS):
        connection.execute(
            "insert into organization (id, slug, name) values (%s, %s, 'x')", [organization, f"storm-{number}"]
        )
        for place in range(ROWS):
            connection.execute(
                "insert into workspace (id, organization_id, name, slug) values (gen_random_uuid(), %s, 'x', %s)",
                [organization, str(place)],
            )


async def scope_storm(database: Database, transactions: int = TRANSACTIONS) -> Counter[str]:
    """Open transactions of many organizations over few connections, every fourth cancelled at some point.

    Args:
        database: Sessions over a database that `fill` filled.
        transactions: How many.

    Returns:
        Counts: `foreign` rows seen, `missing` rows, `whole` transactions, `cancelled` ones.
    """
    seen: Counter[str] = Counter(foreign=0, missing=0)
    chance = random.Random(11)
    left = iter(range(transactions))

    async def one(number: int) -> None:
        organization = ORGANIZATIONS[number % len(ORGANIZATIONS)] if number % 9 else None
        opening = database.read_session if number % 3 else database.write_session
        async with opening(Scope(organization)) as session:
            rows: Sequence[UUID] = (
                (await session.execute(text("select organization_id from workspace"))).scalars().all()
            )
            await asyncio.sleep(0)
            foreign = sum(row != organization for row in rows)
            seen["foreign"] += foreign
            seen["missing"] += (ROWS if organization else 0) - (len(rows) - foreign)
            seen["whole"] += 1

    async def many() -> None:
        for number in left:
            task = asyncio.create_task(one(number))
            if number % 4 == 0:
                for _ in range(chance.randrange(60)):
                    await asyncio.sleep(0)
                task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                seen["cancelled"] += 1

    await asyncio.gather(*(many() for _ in range(COROUTINES)))
    return seen


async def _storm() -> Counter[str]:
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "data", fsync=False) as server:
        migrate.upgrade(server.owner_url)
        with psycopg.connect(server.url(ADMIN_ROLE), autocommit=True) as admin:
            fill(admin)
        async with Database(server.app_url, pool_size=POOL) as database:
            return await scope_storm(database)


def _failures(path: str) -> tuple[int, int]:
    """Return how many checks of a file failed, and how many there are."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "--no-header", "--show-capture=no", path],
        capture_output=True,
        text=True,
        check=False,
    )
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", done.stdout)}
    passed = counts.pop("passed", 0)
    wrong = sum(counts.values())
    return wrong if passed or wrong else 1, passed + wrong


def run() -> list[Figure]:
    """Try everything and return the figures."""
    seen = asyncio.run(_storm())
    figures = [
        Figure(
            f"foreign rows in {TRANSACTIONS:,} transactions over {POOL} connections",
            seen["foreign"],
            0,
            higher_is_better=False,
        ),
        Figure("own rows missing there", seen["missing"], 0, higher_is_better=False),
        Figure("of these transactions, cancelled on the way", seen["cancelled"], None),
    ]
    for name, path in _PARTS.items():
        wrong, checks = _failures(path)
        figures.append(Figure(f"{name} (of {checks} checks)", wrong, 0, higher_is_better=False))
    return figures


if __name__ == "__main__":
    print_figures(run())
