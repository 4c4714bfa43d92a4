"""Many transactions of many organizations over few connections, some of them cancelled at any point."""

import asyncio
import random
from collections import Counter
from uuid import UUID

import psycopg
from sqlalchemy import text

from talentflux.core.database import Database, Scope
from tests.factories.database import TestDatabase

ORGANIZATIONS = [UUID(int=0x01936C00_0000_7000_8000_000000001000 + number) for number in range(8)]
TRANSACTIONS = 10_000
COROUTINES = 200
ROWS = 3


async def test_no_scope_leaks_through_a_pool_of_five(
    test_database: TestDatabase, admin_connection: psycopg.Connection
) -> None:
    for number, organization in enumerate(ORGANIZATIONS):
        admin_connection.execute(
            "insert into organization (id, slug, name) values (%s, %s, 'x')", [organization, f"storm-{number}"]
        )
        for place in range(ROWS):
            admin_connection.execute(
                "insert into workspace (id, organization_id, name, slug) values (gen_random_uuid(), %s, 'x', %s)",
                [organization, str(place)],
            )
    seen: Counter[str] = Counter()
    chance = random.Random(11)
    left = iter(range(TRANSACTIONS))

    async def one(database: Database, number: int) -> None:
        organization = ORGANIZATIONS[number % len(ORGANIZATIONS)] if number % 9 else None
        opening = database.read_session if number % 3 else database.write_session
        async with opening(Scope(organization)) as session:
            rows = (await session.execute(text("select organization_id from workspace"))).scalars().all()
            await asyncio.sleep(0)
            assert len(rows) == (ROWS if organization else 0), "a transaction saw other rows than its own"
            seen["foreign"] += sum(row != organization for row in rows)
            seen["whole"] += 1

    async def many(database: Database) -> None:
        for number in left:
            task = asyncio.create_task(one(database, number))
            if number % 4 == 0:
                for _ in range(chance.randrange(60)):
                    await asyncio.sleep(0)
                task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                seen["cancelled"] += 1

    async with Database(test_database.app_url, pool_size=5) as database:
        await asyncio.gather(*(many(database) for _ in range(COROUTINES)))
        assert database.engine.pool.checkedout() == 0, "a cancelled transaction kept its connection"
    assert seen["foreign"] == 0
    assert seen["whole"] >= TRANSACTIONS - seen["cancelled"]
    assert seen["cancelled"] > TRANSACTIONS / 10
