"""Transactions that wait for a lock, as tests find and end them."""

import asyncio

import psycopg


async def until_blocked(admin: psycopg.Connection) -> int:
    """Wait until a statement waits for a lock; return the process that runs it.

    Args:
        admin: Of the superuser, in the test's database.

    Raises:
        TimeoutError: None does within 20 seconds.
    """
    query = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        while (row := admin.execute(query).fetchone()) is None:  # noqa: ASYNC110 -- the database rings no bell
            await asyncio.sleep(0.01)
    return int(row[0])


async def end_blocked(admin: psycopg.Connection) -> None:
    """End the connection of a statement that waits for a lock, as soon as one does.

    Args:
        admin: Of the superuser, in the test's database.
    """
    admin.execute("select pg_terminate_backend(%s)", [await until_blocked(admin)])
