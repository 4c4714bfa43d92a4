"""What happens to applications by itself: e-mails that can be called back, automations, alerts, the clock."""

from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role, TeamRole
from talentflux.services import application_action_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.hiring_support import applied, change, letters, stages, step
from tests.api.support import UNKNOWN, assert_problem, requisition
from tests.factories.tenants import Tenant, add_tenant

TEXT = {"subject": "News for {{candidate_first_name}}", "body": "Dear {{candidate_name}},\n\n{{requisition_title}}."}


async def actions(client: httpx.AsyncClient, application_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"/api/v1/applications/{application_id}/actions")).json()["items"]
    return found


def pass_time(admin: psycopg.Connection, hours: int) -> None:
    """Let what is due later be due now, for the row and for its job."""
    admin.execute("update application_action set due_at = due_at - make_interval(hours => %s)", [hours])
    admin.execute(
        "update procrastinate_jobs set scheduled_at = now() - interval '1 second' "
        "where status = 'todo' and task_name = 'application.act'"
    )


@pytest.mark.parametrize(
    "text",
    [
        {"subject": "{{ candidate_name.__class__ }}", "body": "x"},
        {"subject": "x", "body": "{{ 7 * 7 }}"},
        {"subject": "two\nlines", "body": "x"},
        {"subject": " ", "body": "x"},
        {"subject": "x", "body": " "},
    ],
)
async def test_texts_with_unknown_tokens_or_without_words_are_refused(
    client: httpx.AsyncClient, text: dict[str, str]
) -> None:
    answer = await step(client, UNKNOWN, "reject", text)
    assert_problem(answer, 422, "invalid_input")


async def test_a_rejection_is_sent_after_its_delay_and_once(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection, database: Database
) -> None:
    application = await applied(client)
    await step(client, application["id"], "reject", {"delay_minutes": 60, **TEXT})
    await work()
    assert await letters(app) == []
    assert [each["state"] for each in await actions(client, application["id"])] == ["waiting"]
    pass_time(admin_connection, 2)
    await work()
    assert [letter[:2] for letter in await letters(app)] == [("candidate_message", "mara@example.org")]
    assert "Dear Mara Lindqvist,\n\nBackend developer." in (await letters(app))[0][2]
    (done,) = await actions(client, application["id"])
    assert (done["state"], done["email_id"] is not None) == ("done", True)
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        row = admin_connection.execute("select id from application_action").fetchone()
        assert row is not None
        await application_action_service.act(session, row[0])  # a job that runs twice
    assert len(await letters(app)) == 1


async def test_a_rejection_that_is_undone_in_time_is_never_sent(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection
) -> None:
    application = await applied(client)
    await change(client, application["id"], stage="interview")
    await step(client, application["id"], "reject", {})
    undone = (await step(client, application["id"], "reopen", {})).json()
    assert (undone["status"], undone["stage"], undone["rejected_at"]) == ("active", "interview", None)
    pass_time(admin_connection, 100)
    await work()
    assert await letters(app) == []
    assert [(each["state"], each["outcome"]) for each in await actions(client, application["id"])] == [
        ("cancelled", "undone")
    ]


async def test_what_waits_is_called_back_alone_and_once(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection
) -> None:
    one = await applied(client)
    two = await applied(client, one["requisition_id"], "Sam Okoro")
    for each in (one, two):
        await step(client, each["id"], "reject", {"delay_minutes": 60})
    (waiting,) = await actions(client, one["id"])
    path = f"/api/v1/applications/{one['id']}/actions"
    other = f"/api/v1/applications/{two['id']}/actions/{waiting['id']}/cancel"
    for wrong in (f"{path}/{UNKNOWN}/cancel", other, f"/api/v1/applications/{UNKNOWN}/actions/{waiting['id']}/cancel"):
        assert_problem(await client.post(wrong), 404, "not_found")
    stranger = await add_tenant(app)
    owner = await stranger.person()
    answer = await stranger.call(owner, "POST", f"/applications/{one['id']}/actions/{waiting['id']}/cancel")
    assert_problem(answer, 404, "not_found")
    found = await client.post(f"{path}/{waiting['id']}/cancel")
    assert (found.status_code, found.json()["state"], found.json()["outcome"]) == (200, "cancelled", "called_back")
    assert_problem(await client.post(f"{path}/{waiting['id']}/cancel"), 409, "action_not_waiting")
    pass_time(admin_connection, 2)
    await work()
    assert [letter[1] for letter in await letters(app)] == ["sam@example.org"]
    assert (await client.get(f"/api/v1/applications/{one['id']}")).json()["status"] == "rejected"
    (done,) = await actions(client, two["id"])
    late = await client.post(f"/api/v1/applications/{two['id']}/actions/{done['id']}/cancel")
    assert_problem(late, 409, "action_not_waiting")


async def test_nobody_is_written_to_who_asked_for_it_or_has_no_address(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection
) -> None:
    silent = await applied(client)
    admin_connection.execute("update candidate set do_not_contact = true")
    body = {"name": "Nobody Known"}
    unknown = (await client.post("/api/v1/candidates", json=body)).json()["id"]
    given = {"requisition_id": silent["requisition_id"], "candidate_id": unknown}
    nameless = (await client.post("/api/v1/applications", json=given)).json()
    for application in (silent, nameless):
        await step(client, application["id"], "reject", {"delay_minutes": 0})
    await work()
    assert await letters(app) == []
    outcomes = [(await actions(client, each["id"]))[0]["outcome"] for each in (silent, nameless)]
    assert outcomes == ["do_not_contact", "no_address"]


async def test_words_of_a_candidate_are_not_taken_for_tokens(
    client: httpx.AsyncClient, app: FastAPI, work: Work
) -> None:
    application = await applied(client, name="{{organization_name}} <b>Mara</b>", email="odd@example.org")
    await step(client, application["id"], "reject", {"delay_minutes": 0, **TEXT})
    await work()
    assert "Dear {{organization_name}} <b>Mara</b>," in (await letters(app))[0][2]


async def test_recruiters_are_told_once_of_applications_that_wait_too_long(
    client: httpx.AsyncClient, app: FastAPI, admin_connection: psycopg.Connection, database: Database
) -> None:
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    application = await applied(client)
    await applied(client, application["requisition_id"], "Sam Okoro")
    recruiter = await tenant.person(Role.RECRUITER, email="recruiter@example.org")
    team = f"/api/v1/requisitions/{application['requisition_id']}/team/{recruiter.user_id}"
    await client.put(team, json={"role": TeamRole.RECRUITER})
    pipeline = (await client.get(f"/api/v1/requisitions/{application['requisition_id']}/pipeline")).json()
    column = (await stages(client, application["requisition_id"]))["applied"]
    path = f"/api/v1/pipelines/{pipeline['id']}/stages/{column}"
    await client.patch(path, json={"max_days": 5}, headers={"If-Match": "*"})
    assert (await client.get("/api/v1/applications", params={"over_age": "true"})).json()["items"] == []
    admin_connection.execute("update application set stage_due_at = stage_due_at - interval '6 days'")
    for _ in range(2):
        async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
            await application_action_service.sweep(session, "https://hiring.example")
    (letter,) = await letters(app)
    assert letter[:2] == ("stage_age", "recruiter@example.org")
    assert letter[2].startswith("2 of the applications to Backend developer")
    late = (await client.get("/api/v1/applications", params={"over_age": "true"})).json()["items"]
    assert len(late) == 2
    await change(client, application["id"], stage="screen")
    late = (await client.get("/api/v1/applications", params={"over_age": "true"})).json()["items"]
    assert application["id"] not in [row["id"] for row in late]


async def test_the_sweep_takes_up_what_no_job_looks_after(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection, database: Database
) -> None:
    application = await applied(client)
    await step(client, application["id"], "reject", {"delay_minutes": 60})
    admin_connection.execute("delete from procrastinate_jobs where task_name = 'application.act'")
    pass_time(admin_connection, 3)
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        await application_action_service.sweep(session, "https://hiring.example")
    await work()
    assert len(await letters(app)) == 1


async def test_the_clock_of_a_place_runs_from_interviews_to_the_answer(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection
) -> None:
    made = await requisition(client)
    places = [{"country": "CA", "region": "Ontario", "city": "Toronto"}]
    answer = await client.patch(
        f"/api/v1/requisitions/{made['id']}", json={"places": places}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text
    application = await applied(client, made["id"])
    assert application["answer_due_at"] is None
    moved = (await change(client, application["id"], stage="interview")).json()
    assert moved["answer_due_at"] is not None
    admin_connection.execute("update application set answer_due_at = answer_due_at - interval '46 days'")
    rejected = (await step(client, application["id"], "reject", {"delay_minutes": 0})).json()
    assert rejected["answer_due_at"] is not None
    overdue = (await client.get("/api/v1/applications", params={"overdue": "true"})).json()["items"]
    assert [row["id"] for row in overdue] == [application["id"]]
    await work()
    assert len(await letters(app)) == 1
    assert (await client.get("/api/v1/applications", params={"overdue": "true"})).json()["items"] == []


async def test_the_clock_stops_when_a_person_says_that_the_candidate_knows(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    application = await applied(client)
    admin_connection.execute("update application set answer_due_at = now() - interval '1 day'")
    told = (await change(client, application["id"], answered=True)).json()
    assert told["answer_due_at"] is None
