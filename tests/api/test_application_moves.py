"""Applications over the API: entered, moved, rejected, taken back, withdrawn and transferred."""

import asyncio
from uuid import UUID

import httpx
import psycopg
import pytest

from talentflux.schemas.application import ApplicationDetail, StageChangeRead
from talentflux.schemas.page import Page
from tests.api.conftest import Work
from tests.api.hiring_support import applied, board, candidate, change, stages, step
from tests.api.support import UNKNOWN, assert_problem, requisition

VERBS = ["reject", "reopen", "withdraw", "transfer"]


def _body(verb: str) -> dict[str, str]:
    return {"requisition_id": UNKNOWN} if verb == "transfer" else {}


@pytest.mark.parametrize("verb", VERBS)
async def test_returns_404_for_steps_with_an_application_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID], verb: str
) -> None:
    for application_id in (UNKNOWN, str(foreign["application"])):
        assert_problem(await step(client, application_id, verb, _body(verb)), 404, "not_found")


@pytest.mark.parametrize("path", ["history", "actions"])
async def test_returns_404_for_what_belongs_to_an_application_of_another_organization(
    client: httpx.AsyncClient, foreign: dict[str, UUID], path: str
) -> None:
    answer = await client.get(f"/api/v1/applications/{foreign['application']}/{path}")
    assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize("field", ["requisition_id", "candidate_id", "resume_id", "source_id", "stage_id"])
async def test_returns_404_for_an_application_to_or_of_what_is_not_there(client: httpx.AsyncClient, field: str) -> None:
    body = {"requisition_id": (await requisition(client))["id"], "candidate_id": await candidate(client)}
    answer = await client.post("/api/v1/applications", json=body | {field: UNKNOWN})
    assert_problem(answer, 404, "not_found")
    assert (await client.get("/api/v1/applications")).json()["items"] == []


async def test_nobody_applies_to_a_requisition_that_is_not_open(client: httpx.AsyncClient) -> None:
    made = await requisition(client)
    answer = await client.patch(
        f"/api/v1/requisitions/{made['id']}", json={"status": "closed"}, headers={"If-Match": "*"}
    )
    if answer.status_code != 200:
        answer = await client.post(f"/api/v1/requisitions/{made['id']}/close", json={})
    assert answer.is_success, answer.text
    body = {"requisition_id": made["id"], "candidate_id": await candidate(client)}
    assert_problem(await client.post("/api/v1/applications", json=body), 409, "requisition_not_open")


async def test_nobody_applies_twice(client: httpx.AsyncClient) -> None:
    first = await applied(client)
    body = {"requisition_id": first["requisition_id"], "candidate_id": first["candidate_id"]}
    answer = await client.post("/api/v1/applications", json=body)
    assert_problem(answer, 409, "application_exists")
    assert answer.headers["location"] == f"/api/v1/applications/{first['id']}"


@pytest.mark.parametrize("end", ["reject", "withdraw", "hired", "transfer"])
async def test_a_closed_application_does_not_move_until_it_is_reopened(client: httpx.AsyncClient, end: str) -> None:
    application = await applied(client)
    if end == "hired":
        answer = await change(client, application["id"], stage="hired")
    else:
        other = await requisition(client)
        answer = await step(
            client, application["id"], end, {"requisition_id": other["id"]} if end == "transfer" else {}
        )
    assert answer.is_success, answer.text
    refused = await change(client, application["id"], stage="interview")
    assert_problem(refused, 409, "application_closed")
    assert ("reopen" in refused.json()["detail"].lower()) is (end != "transfer")
    for verb in ("reject", "withdraw"):
        assert_problem(await step(client, application["id"], verb, {}), 409, "application_closed")
    reopened = await step(client, application["id"], "reopen", {})
    if end == "transfer":
        assert_problem(reopened, 409, "application_closed")
        return
    assert (reopened.json()["status"], reopened.json()["stage"]) == ("active", "applied")
    assert (await change(client, application["id"], stage="interview")).json()["stage"] == "interview"


async def test_an_open_application_is_not_reopened(client: httpx.AsyncClient) -> None:
    application = await applied(client)
    assert_problem(await step(client, application["id"], "reopen", {}), 409, "application_open")
    await step(client, application["id"], "reject", {})
    assert_problem(await step(client, application["id"], "reopen", {"stage": "hired"}), 409, "stage_closed")


async def test_of_two_recruiters_who_saw_the_same_version_one_moves(client: httpx.AsyncClient) -> None:
    application = await applied(client)
    path = f"/api/v1/applications/{application['id']}"
    seen = {"If-Match": (await client.get(path)).headers["etag"]}
    answers = await asyncio.gather(
        *(client.patch(path, json={"stage": stage}, headers=seen) for stage in ("screen", "interview", "offer"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    moved = next(answer.json() for answer in answers if answer.is_success)
    assert (await client.get(path)).json()["stage"] == moved["stage"]
    assert (await client.patch(path, json={"stage": "screen"})).status_code == 428


async def test_the_history_tells_each_step_with_who_and_how_long(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    application = await applied(client)
    admin_connection.execute("update application set entered_stage_at = now() - interval '3 days'")
    await change(client, application["id"], stage="interview")
    reason = (await client.post("/api/v1/reject-reasons", json={"name": "Lacks experience"})).json()
    await step(client, application["id"], "reject", {"reject_reason_id": reason["id"], "send_email": False})
    answer = await client.get(f"/api/v1/applications/{application['id']}/history")
    steps = Page[StageChangeRead].model_validate_json(answer.content).items
    assert [each.cause for each in steps] == ["created", "moved", "rejected"]
    assert [each.to_stage_name for each in steps] == ["Applied", "Interview", "Rejected"]
    assert steps[0].seconds is None
    assert abs((steps[1].seconds or 0) - 3 * 86400) < 60
    assert steps[2].reject_reason_id == UUID(reason["id"])
    assert all(each.actor.startswith("user:") for each in steps)
    events = (await client.get("/api/v1/events", params={"application_id": application["id"]})).json()["items"]
    assert {"application.created", "application.moved", "application.rejected"} <= {each["type"] for each in events}


async def test_a_transfer_links_both_applications_and_keeps_their_history(client: httpx.AsyncClient) -> None:
    application = await applied(client)
    await change(client, application["id"], stage="interview")
    other = await requisition(client, "Data engineer\n\nRequired:\n- SQL")
    answer = await step(client, application["id"], "transfer", {"requisition_id": other["id"]})
    made = ApplicationDetail.model_validate_json(answer.content)
    assert answer.status_code == 201
    assert (str(made.requisition_id), made.stage, made.origin) == (other["id"], "interview", "transfer")
    assert str(made.transferred_from_id) == application["id"]
    old = (await client.get(f"/api/v1/applications/{application['id']}")).json()
    assert (old["status"], old["transferred_to_id"]) == ("transferred", str(made.id))
    listed = await client.get(f"/api/v1/applications/{application['id']}/history")
    assert [each["cause"] for each in listed.json()["items"]] == ["created", "moved", "transferred"]
    assert_problem(
        await step(client, str(made.id), "transfer", {"requisition_id": application["requisition_id"]}),
        409,
        "application_exists",
    )


async def test_a_hire_fills_an_opening_and_is_shown_with_the_next_application(client: httpx.AsyncClient) -> None:
    application = await applied(client)
    path = f"/api/v1/requisitions/{application['requisition_id']}"
    await client.post(f"{path}/openings", json={})
    before = (await client.get(path)).json()
    hired = (await change(client, application["id"], stage="hired")).json()
    assert (hired["status"], hired["hired_at"] is not None) == ("hired", True)
    openings = (await client.get(f"{path}/openings")).json()
    listed = openings["items"] if isinstance(openings, dict) else openings
    filled = [each for each in listed if each["status"] == "filled"]
    assert [each["application_id"] for each in filled] == [application["id"]]
    other = await requisition(client, "Data engineer\n\nRequired:\n- SQL")
    body = {"requisition_id": other["id"], "candidate_id": application["candidate_id"]}
    again = (await client.post("/api/v1/applications", json=body)).json()
    assert [each["application_id"] for each in again["former_hires"]] == [application["id"]]
    await step(client, application["id"], "reopen", {})
    after = (await client.get(path)).json()
    assert (after["filled"], after["status"]) == (before["filled"], before["status"])
    assert (await client.get(f"/api/v1/applications/{again['id']}")).json()["former_hires"] == []


async def test_each_filter_finds_its_applications(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    one = await applied(client, external_id="A-1")
    two = await applied(client, one["requisition_id"], "Sam Okoro")
    reason = (await client.post("/api/v1/reject-reasons", json={"name": "Lacks experience"})).json()["id"]
    await step(client, two["id"], "reject", {"reject_reason_id": reason, "send_email": False})
    admin_connection.execute(
        "update application set answer_due_at = now() - interval '1 hour', stage_due_at = now() - interval '1 hour', "
        "entered_stage_at = '2026-01-01' where id = %s",
        [one["id"]],
    )
    column = (await stages(client, one["requisition_id"]))["rejected"]
    for filters, expected in (
        ({"status": "active"}, [one]),
        ({"status": "rejected"}, [two]),
        ({"stage": "rejected"}, [two]),
        ({"stage_id": column}, [two]),
        ({"reject_reason_id": reason}, [two]),
        ({"origin": "recruiter", "sort": "created_at"}, [one, two]),
        ({"overdue": "true"}, [one]),
        ({"over_age": "true"}, [one]),
        ({"entered_before": "2026-02-01T00:00:00Z"}, [one]),
        ({"entered_after": "2026-02-01T00:00:00Z"}, [two]),
        ({"candidate_id": two["candidate_id"], "requisition_id": one["requisition_id"]}, [two]),
        ({"source_id": UNKNOWN}, []),
    ):
        found = (await client.get("/api/v1/applications", params=filters)).json()["items"]
        assert [row["id"] for row in found] == [row["id"] for row in expected], filters


async def test_custom_fields_and_the_wish_for_no_screening_are_kept(client: httpx.AsyncClient) -> None:
    application = await applied(client)
    field = {"resource": "application", "slug": "notice", "name": "Notice period", "type": "text"}
    assert (await client.post("/api/v1/custom-fields", json=field)).status_code == 201
    refused = await change(client, application["id"], custom={"unheard_of": 1})
    assert_problem(refused, 422, "invalid_input", "body.custom.unheard_of")
    changed = (await change(client, application["id"], custom={"notice": "3 months"}, do_not_screen=True)).json()
    assert changed["do_not_screen"] is True
    assert [(each["slug"], each["value"]) for each in changed["custom"]] == [("notice", "3 months")]


async def test_withdrawn_applications_leave_the_board_and_keep_their_stage(client: httpx.AsyncClient) -> None:
    application = await applied(client)
    await change(client, application["id"], stage="screen")
    answer = await step(client, application["id"], "withdraw")
    assert (answer.json()["status"], answer.json()["stage"]) == ("withdrawn", "screen")
    assert (await board(client, application["requisition_id"]))["screen"] == []
    await step(client, application["id"], "reopen", {})
    assert (await board(client, application["requisition_id"]))["screen"] == [application["id"]]


async def test_a_new_application_is_screened(client: httpx.AsyncClient, work: Work) -> None:
    application = await applied(client)
    await work()
    events = (await client.get("/api/v1/events", params={"application_id": application["id"]})).json()["items"]
    assert "application.created" in {each["type"] for each in events}
