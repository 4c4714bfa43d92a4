"""Many transactions of many organizations over few connections, some of them cancelled at any point."""

import psycopg

from bench.trust import POOL, TRANSACTIONS, fill, scope_storm
from talentflux.core.database import Database
from tests.factories.database import TestDatabase


async def test_no_scope_leaks_through_a_pool_of_five(
    test_database: TestDatabase, admin_connection: psycopg.Connection
) -> None:
    fill(admin_connection)
    async with Database(test_database.app_url, pool_size=POOL) as database:
        seen = await scope_storm(database)
        busy = admin_connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database() "
            "and usename = 'talentflux_app' and state <> 'idle'"
        ).fetchone()
        assert busy == (0,), "a cancelled transaction kept its connection"
    assert (seen["foreign"], seen["missing"]) == (0, 0)
    assert seen["whole"] >= TRANSACTIONS - seen["cancelled"]
    assert seen["cancelled"] > TRANSACTIONS / 10
