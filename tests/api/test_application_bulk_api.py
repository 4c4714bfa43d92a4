"""One thing done to many applications: shown first, done exactly once, refusals reported."""

from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.services import application_bulk_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.hiring_support import applied, change, letters, stages, step
from tests.api.support import UNKNOWN, assert_problem, requisition
from tests.api.test_board_api import fill
from tests.factories.tenants import Tenant, add_tenant

BULK = "/api/v1/applications/bulk"


def ids(admin: psycopg.Connection, requisition_id: str) -> list[str]:
    rows = admin.execute(
        "select id from application where requisition_id = %s order by id", [requisition_id]
    ).fetchall()
    return [str(row[0]) for row in rows]


async def done(client: httpx.AsyncClient, work: Work, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for bulk work and let the worker do it."""
    answer = await client.post(BULK, json=body)
    assert answer.status_code == 202, answer.text
    await work()
    task: dict[str, Any] = (await client.get(f"/api/v1/tasks/{answer.json()['id']}")).json()
    return task


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"move": {}},
        {"move": {"stage": "offer", "stage_id": UNKNOWN}},
        {"move": {"stage": "offer"}, "reject": {}},
        {"tag": []},
        {"email": {"subject": "x", "body": "{{unknown}}"}},
    ],
)
async def test_work_that_is_none_or_several_is_refused(client: httpx.AsyncClient, given: dict[str, Any]) -> None:
    for path in (BULK, f"{BULK}/preview"):
        answer = await client.post(path, json={"application_ids": [UNKNOWN], **given})
        assert_problem(answer, 422, "invalid_input")


@pytest.mark.parametrize("named", [[], [UNKNOWN, UNKNOWN]])
async def test_no_or_doubled_applications_are_refused(client: httpx.AsyncClient, named: list[str]) -> None:
    answer = await client.post(BULK, json={"application_ids": named, "move": {"stage": "offer"}})
    assert_problem(answer, 422, "invalid_input")


async def test_an_unknown_reason_is_refused(client: httpx.AsyncClient) -> None:
    body = {"application_ids": [UNKNOWN], "reject": {"reject_reason_id": UNKNOWN}}
    assert_problem(await client.post(BULK, json=body), 404, "not_found")


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.INTERVIEWER, Role.VIEWER])
async def test_who_may_not_move_changes_nothing_in_bulk(app: FastAPI, role: Role) -> None:
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    body = {"application_ids": [UNKNOWN], "reject": {}}
    for path in ("/applications/bulk", "/applications/bulk/preview"):
        assert_problem(await tenant.call(await tenant.person(role), "POST", path, body), 403, "forbidden")


async def test_of_200_those_that_may_be_are_rejected_and_three_are_reported(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection
) -> None:
    first = await applied(client)
    fill(admin_connection, first["id"], first["stage_id"], "applied", 197)
    closed = await applied(client, first["requisition_id"], "Sam Okoro")
    await step(client, closed["id"], "withdraw")
    secret = (
        await client.post("/api/v1/requisitions", json={"description": "Required:\n- SQL", "confidential": True})
    ).json()
    hidden = await applied(client, secret["id"], "Alex Moreau")
    recruiter = await Tenant(app, LOCAL_ORGANIZATION_ID).person(Role.RECRUITER)
    named = [*(each for each in ids(admin_connection, first["requisition_id"])), hidden["id"], UNKNOWN]
    assert len(named) == 201
    body = {"application_ids": named, "reject": {"send_email": False}}
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://testserver", headers=recruiter.headers
    ) as recruiting:
        preview = (await recruiting.post(f"{BULK}/preview", json=body)).json()
        assert (preview["allowed"], preview["refused"]) == (198, 3)
        reasons = {each["application_id"]: each["reason"] for each in preview["items"] if not each["allowed"]}
        assert reasons == {closed["id"]: "application_closed", hidden["id"]: "not_found", UNKNOWN: "not_found"}
        assert (await client.get(f"/api/v1/applications/{first['id']}")).json()["status"] == "active"
        task = await done(recruiting, work, body)
    assert (task["status"], task["percentage"], task["result"]) == ("succeeded", 100.0, {"done": 198, "refused": 3})
    assert {each["application_id"]: each["reason"] for each in task["errors"]} == reasons
    count = admin_connection.execute("select count(*) from application where stage = 'rejected'").fetchone()
    assert count == (198,)
    assert (await client.get(f"/api/v1/applications/{hidden['id']}")).json()["status"] == "active"


async def _killed(database: Database, bulk_id: UUID) -> None:
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        await application_bulk_service.step(session, bulk_id)
        raise RuntimeError("before the commit")


async def test_work_goes_on_where_a_killed_worker_left_it(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection, database: Database
) -> None:
    first = await applied(client)
    fill(admin_connection, first["id"], first["stage_id"], "applied", 119)
    named = ids(admin_connection, first["requisition_id"])
    asked = await client.post(BULK, json={"application_ids": named, "move": {"stage": "screen"}})
    row = admin_connection.execute("select id from application_bulk").fetchone()
    assert row is not None
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        assert await application_bulk_service.step(session, row[0])
    with pytest.raises(RuntimeError):
        await _killed(database, row[0])
    half = (await client.get(f"/api/v1/tasks/{asked.json()['id']}")).json()
    assert (half["status"], half["processed"]) == ("running", 50)
    await work()
    task = (await client.get(f"/api/v1/tasks/{asked.json()['id']}")).json()
    assert (task["status"], task["result"]) == ("succeeded", {"done": 120, "refused": 0})
    steps = admin_connection.execute(
        "select count(*), count(distinct application_id) from application_stage_change where cause = 'moved'"
    ).fetchone()
    assert steps == (120, 120)


async def test_many_are_written_to_and_tagged(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection
) -> None:
    one = await applied(client)
    two = await applied(client, one["requisition_id"], "Sam Okoro")
    contact = f"/api/v1/candidates/{two['candidate_id']}/contact"
    answer = await client.put(contact, json={"do_not_contact": True, "reason": "Asked so"}, headers={"If-Match": "*"})
    assert answer.is_success, answer.text
    named = [one["id"], two["id"]]
    text = {"subject": "Hello {{candidate_name}}", "body": "It goes on soon."}
    task = await done(client, work, {"application_ids": named, "email": text})
    assert [(each["application_id"], each["reason"]) for each in task["errors"]] == [(two["id"], "do_not_contact")]
    assert [letter[:2] for letter in await letters(app)] == [("candidate_message", "mara@example.org")]
    assert (await done(client, work, {"application_ids": named, "tag": ["Shortlist"]}))["result"]["done"] == 2
    tagged = admin_connection.execute("select count(distinct candidate_id) from candidate_tag").fetchone()
    assert tagged == (2,)


async def test_applications_of_another_organization_are_reported_as_not_there(
    client: httpx.AsyncClient, foreign: dict[str, UUID], work: Work, admin_connection: psycopg.Connection
) -> None:
    task = await done(client, work, {"application_ids": [str(foreign["application"])], "move": {"stage": "offer"}})
    assert (task["status"], [each["reason"] for each in task["errors"]]) == ("failed", ["not_found"])
    row = admin_connection.execute("select stage from application where id = %s", [foreign["application"]]).fetchone()
    assert row == ("applied",)


async def test_a_stage_of_another_pipeline_is_refused_for_each(client: httpx.AsyncClient, app: FastAPI) -> None:
    one = await applied(client)
    other = await requisition(client)
    default = (await client.get(f"/api/v1/requisitions/{other['id']}/pipeline")).json()["id"]
    await client.put(f"/api/v1/requisitions/{other['id']}/pipeline", json={"pipeline_id": default})
    column = (await stages(client, other["id"]))["screen"]
    body = {"application_ids": [one["id"]], "move": {"stage_id": column}}
    preview = (await client.post(f"{BULK}/preview", json=body)).json()
    assert [each["reason"] for each in preview["items"]] == ["not_found"]
    assert (await change(client, one["id"], stage_id=column)).status_code == 404
    theirs = await add_tenant(app)
    owner = await theirs.person()
    answer = await theirs.call(owner, "POST", "/applications/bulk/preview", body)
    assert [each["reason"] for each in answer.json()["items"]] == ["not_found"]
