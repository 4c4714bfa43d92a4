"""Every list costs the database at most two statements, and the count of them is exact."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from talentflux.core.database import Database, Scope
from talentflux.services.encryption_service import organization_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.factories.statements import count_statements

_MOST = 2


async def test_statements_of_each_way_to_send_them_are_counted(database: Database) -> None:
    with count_statements(database) as issued:
        async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
            driver = await session.driver()
            await driver.execute("select 'one' as \"a\"", prepare=False)
            await driver.execute("select 1, ';'")
            await driver.execute("select %s", [3])
            await session.execute(text("select cast(:n as text)"), {"n": "4"})
            async with driver.pipeline():
                await driver.execute("select 5")
                await driver.execute("select 6")
            for _ in range(7):
                await driver.execute("select 'often'", prepare=True)
    assert issued[:6] == [
        "select 'one' as \"a\"",
        "select 1, ';'",
        "select $1",
        "select cast($1 as text)",
        "select 5",
        "select 6",
    ]
    assert len(issued) == 13


async def test_statements_of_others_are_not_counted(database: Database) -> None:
    async with database.read_session(Scope()) as session:
        with count_statements(database) as issued:
            await (await session.driver()).execute("select 1")
    assert issued == []


@pytest.mark.parametrize("path", ["/api/v1/candidates", "/api/v1/requisitions"])
async def test_a_list_takes_at_most_two_statements(app: FastAPI, client: httpx.AsyncClient, path: str) -> None:
    async with app.state.resources.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        await organization_keys(session)
    await client.get(path)
    for query in ("", "?limit=5&sort=updated_at", "?updated_since=2020-01-01T00:00:00Z"):
        with count_statements(app.state.resources.database) as issued:
            assert (await client.get(f"{path}{query}")).status_code == 200
        assert 1 <= len(issued) <= _MOST, issued
