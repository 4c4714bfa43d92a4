"""Tasks over the API."""

from uuid import UUID

import httpx

from tests.api.conftest import Work
from tests.api.support import UNKNOWN, assert_problem, requisition


async def test_returns_404_for_unknown_task(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get(f"/api/v1/tasks/{UNKNOWN}"), 404, "not_found")


async def test_returns_404_for_task_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    assert_problem(await client.get(f"/api/v1/tasks/{foreign['task']}"), 404, "not_found")


async def test_ends_as_failed_when_its_requisition_is_gone(client: httpx.AsyncClient, work: Work) -> None:
    made = await requisition(client)
    task = (await client.post(f"/api/v1/requisitions/{made['id']}/match")).json()
    await client.delete(f"/api/v1/requisitions/{made['id']}")
    await work()
    ended = (await client.get(f"/api/v1/tasks/{task['id']}")).json()
    assert (ended["status"], ended["errors"][0]["reason"]) == ("failed", "internal")
