"""Automations of stages over the API: once for each who enters, called back for who leaves."""

from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.hiring_support import applied, change, letters
from tests.api.support import UNKNOWN, assert_problem
from tests.api.test_application_action_api import TEXT, actions, pass_time
from tests.factories.tenants import Tenant


async def automate(client: httpx.AsyncClient, requisition_id: str, kind: str, **given: Any) -> httpx.Response:
    pipeline = (await client.get(f"/api/v1/requisitions/{requisition_id}/pipeline")).json()
    stage = next(each for each in pipeline["stages"] if each["kind"] == kind)
    return await client.post(f"/api/v1/pipelines/{pipeline['id']}/stages/{stage['id']}/automations", json=given)


async def test_automations_of_a_stage_run_once_for_each_who_enters(
    client: httpx.AsyncClient, app: FastAPI, work: Work
) -> None:
    application = await applied(client)
    requisition_id = application["requisition_id"]
    for given in (
        {"action": "send_email", **TEXT},
        {"action": "create_task", "title": "Call about the notice period"},
        {"action": "request_scorecard", "title": "Rate the interview", "delay_minutes": 60},
    ):
        assert (await automate(client, requisition_id, "interview", **given)).status_code == 201
    await change(client, application["id"], stage="interview")
    await work()
    assert len(await letters(app)) == 1
    tasks = (await client.get("/api/v1/application-tasks", params={"application_id": application["id"]})).json()
    assert [each["title"] for each in tasks["items"]] == ["Call about the notice period"]
    await change(client, application["id"], stage="offer")
    states = [(each["action"], each["state"]) for each in await actions(client, application["id"])]
    assert ("request_scorecard", "cancelled") in states
    await change(client, application["id"], stage="interview")
    await work()
    assert len(await letters(app)) == 2


async def test_an_automation_that_is_switched_off_calls_back_what_waits(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    application = await applied(client)
    made = await automate(
        client, application["requisition_id"], "screen", action="create_task", title="Look", delay_minutes=60
    )
    path = f"/api/v1/stage-automations/{made.json()['id']}"
    await change(client, application["id"], stage="screen")
    assert (await client.patch(path, json={"enabled": False})).status_code == 428
    switched = await client.patch(path, json={"enabled": False}, headers={"If-Match": "*"})
    assert switched.json()["enabled"] is False
    pass_time(admin_connection, 2)
    await work()
    assert [each["state"] for each in await actions(client, application["id"])] == ["cancelled"]
    assert (await client.delete(path)).status_code == 204
    assert_problem(await client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    "given",
    [
        {"action": "send_email", "subject": "x"},
        {"action": "send_email", "subject": "x", "body": "y", "title": "z"},
        {"action": "create_task"},
        {"action": "create_task", "title": "x", "body": "y"},
        {"action": "create_task", "title": "x", "assignee_id": UNKNOWN},
        {"action": "run_code", "title": "x"},
    ],
)
async def test_an_automation_that_is_not_complete_is_refused(client: httpx.AsyncClient, given: dict[str, str]) -> None:
    application = await applied(client)
    answer = await automate(client, application["requisition_id"], "screen", **given)
    assert_problem(answer, 422, "invalid_input")


async def test_a_task_for_somebody_who_left_meanwhile_is_for_anybody(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection
) -> None:
    colleague = await Tenant(app, LOCAL_ORGANIZATION_ID).person(Role.RECRUITER)
    application = await applied(client)
    given = {"action": "create_task", "title": "Call", "delay_minutes": 60, "assignee_id": str(colleague.user_id)}
    assert (await automate(client, application["requisition_id"], "screen", **given)).status_code == 201
    await change(client, application["id"], stage="screen")
    assert (await client.delete(f"/api/v1/members/{colleague.member_id}")).status_code == 204
    pass_time(admin_connection, 2)
    await work()
    (task,) = (await client.get("/api/v1/application-tasks")).json()["items"]
    assert (task["title"], task["assignee_id"]) == ("Call", None)
