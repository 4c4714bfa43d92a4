"""Tasks about applications over the API."""

from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.hiring_support import applied
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem
from tests.factories.tenants import Tenant

PATH = "/api/v1/application-tasks"


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": "a\nb"}, {"title": "x", "assignee_id": UNKNOWN}])
async def test_a_task_that_is_none_is_refused(client: httpx.AsyncClient, body: dict[str, str]) -> None:
    application = await applied(client)
    assert_problem(
        await client.post(f"/api/v1/applications/{application['id']}/tasks", json=body), 422, "invalid_input"
    )


async def test_no_task_about_an_application_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    answer = await client.post(f"/api/v1/applications/{foreign['application']}/tasks", json={"title": "x"})
    assert_problem(answer, 404, "not_found")
    assert_problem(await client.get(f"{PATH}/{UNKNOWN}"), 404, "not_found")


async def test_a_task_is_finished_by_whom_it_was_given_to_and_by_nobody_else(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    application = await applied(client)
    mine, other = await tenant.person(Role.INTERVIEWER), await tenant.person(Role.INTERVIEWER)
    for person in (mine, other):
        team = f"/api/v1/requisitions/{application['requisition_id']}/team/{person.user_id}"
        await client.put(team, json={"role": "interviewer"})
    body = {"title": "Rate the interview", "kind": "scorecard", "assignee_id": str(mine.user_id)}
    made = (await client.post(f"/api/v1/applications/{application['id']}/tasks", json=body)).json()
    path = f"/application-tasks/{made['id']}"
    assert_problem(await tenant.call(other, "PATCH", path, {"done": True}), 403, "forbidden")
    assert_problem(await tenant.call(mine, "PATCH", path, {"done": True}, match=None), 428, "precondition_required")
    done = (await tenant.call(mine, "PATCH", path, {"done": True})).json()
    assert (done["done_by"], done["title"]) == (str(mine.user_id), "Rate the interview")
    listed = await tenant.call(mine, "GET", f"/application-tasks?assignee_id={mine.user_id}")
    assert [each["id"] for each in listed.json()["items"]] == [made["id"]]
    assert (await tenant.call(mine, "GET", "/application-tasks?open=true")).json()["items"] == []
    again = (await client.patch(f"{PATH}/{made['id']}", json={"done": False}, headers=ANY_VERSION)).json()
    assert (again["done_at"], again["done_by"]) == (None, None)


async def test_the_words_of_a_task_are_stored_encrypted(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    application = await applied(client)
    await client.post(f"/api/v1/applications/{application['id']}/tasks", json={"title": "Call Mara Lindqvist"})
    stored = admin_connection.execute("select title from application_task").fetchone()
    assert stored is not None
    assert b"Mara" not in stored[0]
    await client.delete(f"/api/v1/candidates/{application['candidate_id']}")
    assert (await client.get(PATH)).json()["items"] == []
