"""Every list costs the database at most two statements, and the count of them is exact."""

from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import text

from talentflux.core.database import Database, Scope
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.factories.recruiting import Story, add_story
from tests.factories.statements import count_statements

MOST: Final = 2
VIEWS: Final[tuple[dict[str, str], ...]] = (
    {"limit": "1", "sort": "updated_at"},
    {"updated_since": "2020-01-01T00:00:00Z"},
    {"include_total": "true"},
    {"include_total": "true", "updated_since": "2020-01-01T00:00:00Z"},
    {"include_total": "true", "updated_since": "2100-01-01T00:00:00Z"},
)


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


async def test_every_list_takes_at_most_two_statements(app: FastAPI, work: Work) -> None:
    story = await add_story(app, work, "Zyqokavu", "Vorzelquim")
    story.ids["slug"] = await slug_of(story)
    most = {}
    for name, path, described in lists(story):
        taken = {each["name"]: str(each) for each in described.get("parameters", [])}
        needed = {"q": "python"} if "'required': True" in taken.get("q", "") else {}
        sorts = "'updated_at'" in taken.get("sort", "")
        for query in ({}, *(each for each in VIEWS if taken.keys() >= each.keys() and (sorts or "sort" not in each))):
            given = query | needed
            for _ in range(2):  # the first call may have keys and values to read that are kept for a while
                with count_statements(app.state.resources.database) as issued:
                    answer = await story.tenant.call(story.owner, "GET", path, params=given)
                assert answer.status_code == 200, (name, answer.text)
            if len(issued) > MOST:
                most[name, *given] = [" ".join(each.split())[:100] for each in issued]
    assert most == {}, "\n".join(f"{key}: {issued}" for key, issued in most.items())


def lists(story: Story) -> list[tuple[str, str, dict[str, Any]]]:
    """Return operation, path and description of each list of the API, with ids of the story."""
    paths = app_paths(story)
    found = {
        described["operationId"]: (path, described)
        for _, path, described in story.operations({"GET"})
        if described["operationId"] in paths
    }
    ids = story.ids
    stage = f"/pipelines/{ids['pipeline_id']}/stages/{ids['own_stage_id']}/automations"
    found["list_stage_automations"] = (stage, found["list_stage_automations"][1])
    assert found.keys() == paths
    return [(name, *each) for name, each in found.items()]


def app_paths(story: Story) -> set[str]:
    """Return the operations that answer a page of rows. Searches rank what they find and are none of these."""
    found = set()
    for entries in story.tenant.app.openapi()["paths"].values():
        described = entries.get("get", {})
        content = described.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        if "/Page_" in content.get("schema", {}).get("$ref", ""):
            found.add(described["operationId"])
    assert len(found) > 40
    return found


async def slug_of(story: Story) -> str:
    async with story.tenant.resources.database.read_session(Scope(story.tenant.organization_id)) as session:
        return str((await session.execute(text("select slug from organization"))).scalar_one())
