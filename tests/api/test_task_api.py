"""Tasks, the organization and skills over the API."""

from uuid import UUID

import httpx
import pytest

from talentflux.schemas.organization import OrganizationRead
from talentflux.schemas.page import Page
from talentflux.schemas.skill import Skill
from tests.api.conftest import Work
from tests.api.support import UNKNOWN, assert_problem, requisition


async def test_returns_404_for_unknown_task(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get(f"/api/v1/tasks/{UNKNOWN}"), 404, "not_found")


async def test_returns_404_for_task_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    assert_problem(await client.get(f"/api/v1/tasks/{foreign['task']}"), 404, "not_found")


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "x" * 101}, {"q": "sql", "limit": 0}])
async def test_returns_422_for_a_search_without_sense(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert_problem(await client.get("/api/v1/skills", params=query), 422, "invalid_input")


async def test_ends_as_failed_when_its_requisition_is_gone(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    task = (await client.post(f"/api/v1/requisitions/{made['id']}/match")).json()
    await client.delete(f"/api/v1/requisitions/{made['id']}")
    await work()
    ended = (await client.get(f"/api/v1/tasks/{task['id']}")).json()
    assert (ended["status"], ended["errors"][0]["reason"]) == ("failed", "internal")


async def test_returns_the_local_organization(client: httpx.AsyncClient, foreign: dict[str, UUID]) -> None:
    answer = await client.get("/api/v1/organizations/current")
    assert OrganizationRead.model_validate_json(answer.content).slug == "local"


async def test_finds_skills_nearest_first(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/skills", params={"q": "POSTGRES", "limit": 3})
    found = Page[Skill].model_validate_json(answer.content).items
    assert found[0].id == "postgresql"
    assert len(found) <= 3
    assert (await client.get("/api/v1/skills", params={"q": "zzqqxx"})).json()["items"] == []
