"""Jobs: drafts, the gate, publishing, taking back, ending on time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from tests.api.conftest import Work
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, requisition
from tests.factories.jobs import TERMS, job, published


async def seen(client: httpx.AsyncClient) -> list[str]:
    return [each["id"] for each in (await client.get("/api/v1/public/jobs")).json()["items"]]


async def findings(client: httpx.AsyncClient, job_id: str) -> dict[str, bool]:
    answer = (await client.get(f"/api/v1/jobs/{job_id}/check")).json()
    return {each["code"]: each["blocking"] for each in answer["findings"]}


def without_pay(**changes: object) -> dict[str, object]:
    return TERMS | {"pay_min": None, "pay_max": None, "pay_currency": None, "pay_period": None} | changes


async def test_a_job_of_an_unknown_requisition_is_refused(client: httpx.AsyncClient) -> None:
    assert_problem(await client.post("/api/v1/jobs", json={"requisition_id": UNKNOWN}), 404, "not_found")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ([{"id": "a", "kind": "select", "label": "Which?"}], "body.form.0"),
        ([{"id": "a", "kind": "text", "label": "Which?", "options": ["x"]}], "body.form.0"),
        ([{"id": "A b", "kind": "text", "label": "Which?"}], "body.form.0.id"),
        ([{"id": "a", "kind": "yes_no", "label": "Ok?", "knock_out": {"minimum": 3}}], "body.form.0"),
        ([{"id": "a", "kind": "text", "label": "x"}, {"id": "a", "kind": "text", "label": "y"}], "body"),
        ([{"id": "a", "kind": "number", "label": "x", "minimum": 3, "maximum": 2}], "body.form.0"),
    ],
)
async def test_forms_that_make_no_sense_are_refused(
    client: httpx.AsyncClient, form: list[dict[str, Any]], field: str
) -> None:
    need = await requisition(client)
    assert_problem(
        await client.post("/api/v1/jobs", json={"requisition_id": need["id"], "form": form}),
        422,
        "invalid_input",
        field,
    )


async def test_a_range_of_pay_turned_around_is_refused(client: httpx.AsyncClient) -> None:
    need = await requisition(client)
    given = {"requisition_id": need["id"], "terms": TERMS | {"pay_min": "90000"}}
    assert_problem(await client.post("/api/v1/jobs", json=given), 422, "invalid_input", "body.terms")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"terms": without_pay()}, "pay_range_missing"),
        ({"terms": TERMS | {"pay_max": "200000"}}, "pay_range_too_wide"),
        ({"terms": TERMS | {"places": [], "remote": "none", "remote_countries": []}}, "place_missing"),
        ({"screening_notice": None}, "screening_notice_missing"),
        ({"screening_notice": "AI."}, "screening_notice_missing"),
        (
            {"form": [{"id": "pay", "kind": "text", "label": "Wie hoch ist Ihr aktuelles Gehalt?"}]},
            "salary_history_question",
        ),
    ],
)
async def test_what_is_untrue_or_unlawful_is_not_published(
    client: httpx.AsyncClient, given: dict[str, Any], code: str
) -> None:
    made = await job(client, **given)
    assert (await findings(client, made["id"]))[code] is True
    answer = await client.post(f"/api/v1/jobs/{made['id']}/publish", json={})
    assert_problem(answer, 409, "posting_refused")
    assert any(error["field"].endswith(code) for error in answer.json()["errors"])
    assert await seen(client) == []


async def test_where_no_law_asks_pay_and_former_pay_are_warned_of_only(client: httpx.AsyncClient) -> None:
    terms = without_pay(
        places=[{"country": "US", "region": "Texas", "city": "Austin"}], remote="none", remote_countries=[]
    )
    form = [{"id": "pay", "kind": "text", "label": "What is your current salary?"}]
    made = await job(client, terms=terms, form=form)
    assert await findings(client, made["id"]) == {"pay_range_missing": False, "salary_history_question": False}
    assert (await client.post(f"/api/v1/jobs/{made['id']}/publish", json={})).status_code == 200


@pytest.mark.parametrize(
    ("region", "blocked"), [("Colorado", True), ("CO", True), ("US-CO", True), ("Texas", False), (None, True)]
)
async def test_each_place_has_its_law(client: httpx.AsyncClient, region: str | None, blocked: bool) -> None:  # noqa: FBT001 -- a parameter
    terms = without_pay(places=[{"country": "US", "region": region, "city": None}], remote="none", remote_countries=[])
    made = await job(client, terms=terms)
    assert (await findings(client, made["id"]))["pay_range_missing"] is blocked


async def test_a_closed_requisition_is_not_published_and_closing_it_hides_its_jobs(client: httpx.AsyncClient) -> None:
    shown = await published(client)
    assert await seen(client) == [shown["id"]]
    path = f"/api/v1/requisitions/{shown['requisition_id']}"
    assert (await client.post(f"{path}/close", json={})).status_code == 200
    assert await seen(client) == []
    assert (await client.get(f"/api/v1/public/jobs/{shown['id']}")).status_code == 404
    assert (await client.get(f"/api/v1/jobs/{shown['id']}")).json()["public"] is False
    other = await job(client, requisition_id=shown["requisition_id"])
    assert_problem(await client.post(f"/api/v1/jobs/{other['id']}/publish", json={}), 409, "posting_refused")


async def test_a_confidential_requisition_is_never_shown(client: httpx.AsyncClient) -> None:
    shown = await published(client)
    path = f"/api/v1/requisitions/{shown['requisition_id']}"
    assert (await client.patch(path, json={"confidential": True}, headers=ANY_VERSION)).status_code == 200
    assert await seen(client) == []
    made = await job(client, requisition_id=shown["requisition_id"])
    assert (await findings(client, made["id"]))["requisition_confidential"] is True


async def test_a_job_is_published_changed_and_taken_back(client: httpx.AsyncClient) -> None:
    shown = await published(client)
    assert (shown["status"], shown["public"]) == ("published", True)
    path = f"/api/v1/jobs/{shown['id']}"
    changed = await client.patch(path, json={"title": "Senior developer"}, headers=ANY_VERSION)
    assert changed.status_code == 200
    assert (await client.get(f"/api/v1/public/jobs/{shown['id']}")).json()["title"] == "Senior developer"
    refused = await client.patch(path, json={"terms": without_pay()}, headers=ANY_VERSION)
    assert_problem(refused, 409, "posting_refused")
    assert (await client.get(f"/api/v1/public/jobs/{shown['id']}")).json()["pay"]["min"] == 48000
    assert (await client.post(f"{path}/unpublish")).json()["status"] == "unpublished"
    assert await seen(client) == []
    assert_problem(await client.post(f"{path}/unpublish"), 409, "job_not_published")
    assert (await client.delete(path)).status_code == 204
    assert (await client.post(f"{path}/restore")).json()["status"] == "unpublished"


async def test_a_change_without_its_version_is_refused(client: httpx.AsyncClient) -> None:
    made = await job(client)
    path = f"/api/v1/jobs/{made['id']}"
    assert_problem(await client.patch(path, json={"title": "x"}), 428, "precondition_required")
    assert_problem(
        await client.patch(path, json={"title": "x"}, headers={"If-Match": '"1.000000000000"'}),
        412,
        "precondition_failed",
    )


async def test_a_late_worker_shows_nothing_that_has_expired(
    app: FastAPI, client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    shown = await published(client)
    past = datetime.now(UTC) - timedelta(seconds=1)
    admin_connection.execute("update job set expire_at = %s", [past])
    admin_connection.execute("update job_card set expires_at = %s", [past])
    app.state.resources.public_jobs.pages._kept.clear()
    assert await seen(client) == []
    assert (await client.get(f"/api/v1/jobs/{shown['id']}")).json()["status"] == "expired"
    admin_connection.execute(
        "update procrastinate_jobs set scheduled_at = now() - interval '1 second' where scheduled_at > now()"
    )
    await work()
    assert (await client.get(f"/api/v1/jobs/{shown['id']}")).json()["public"] is False


async def test_a_job_is_published_and_ended_by_schedule(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    made = await job(client)
    begin, end = datetime.now(UTC) + timedelta(hours=1), datetime.now(UTC) + timedelta(hours=2)
    path = f"/api/v1/jobs/{made['id']}"
    early = await client.post(f"{path}/publish", json={"publish_at": end.isoformat(), "expire_at": begin.isoformat()})
    assert_problem(early, 422, "invalid_input", "body.expire_at")
    planned = await client.post(f"{path}/publish", json={"publish_at": begin.isoformat(), "expire_at": end.isoformat()})
    assert (planned.json()["status"], planned.json()["public"]) == ("draft", False)
    await due(work, admin_connection)
    assert (await client.get(path)).json()["status"] == "draft"
    admin_connection.execute("update job set publish_at = now()")
    await due(work, admin_connection)
    assert (await client.get(path)).json()["status"] == "published"
    assert await seen(client) == [made["id"]]
    admin_connection.execute("update job set expire_at = now()")
    await due(work, admin_connection)
    row = admin_connection.execute("select status from job").fetchone()
    assert row == ("expired",)


async def test_a_public_posting_does_not_begin_later(client: httpx.AsyncClient) -> None:
    shown = await published(client)
    path = f"/api/v1/jobs/{shown['id']}"
    assert_problem(
        await client.post(f"{path}/publish", json={"publish_at": "2099-01-01T00:00:00Z"}), 409, "job_published"
    )
    now = (await client.get(path)).json()
    assert (now["status"], now["publish_at"], now["public"]) == ("published", None, True)
    assert (await client.post(f"{path}/unpublish")).status_code == 200
    planned = await client.post(f"{path}/publish", json={"publish_at": "2099-01-01T00:00:00Z"})
    assert (planned.status_code, planned.json()["publish_at"]) == (200, "2099-01-01T00:00:00Z")


async def test_what_was_planned_and_called_off_is_not_published(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    made = await job(client)
    path = f"/api/v1/jobs/{made['id']}"
    begin = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await client.post(f"{path}/publish", json={"publish_at": begin})
    assert (await client.post(f"{path}/unpublish")).json()["publish_at"] is None
    await due(work, admin_connection)
    assert (await client.get(path)).json()["status"] == "draft"


async def test_what_does_not_pass_the_gate_when_its_time_comes_stays_a_draft(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    made = await job(client)
    begin = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    await client.post(f"/api/v1/jobs/{made['id']}/publish", json={"publish_at": begin})
    await client.post(f"/api/v1/requisitions/{made['requisition_id']}/close", json={})
    admin_connection.execute("update job set publish_at = now()")
    await due(work, admin_connection)
    found = (await client.get(f"/api/v1/jobs/{made['id']}")).json()
    assert (found["status"], found["publish_at"]) == ("draft", None)
    told = admin_connection.execute("select data from event where type = 'job.refused'").fetchone()
    assert told is not None
    assert "requisition_id:requisition_not_open" in told[0]["findings"]


async def test_what_is_left_out_comes_from_the_requisition(client: httpx.AsyncClient) -> None:
    need = await requisition(client)
    made = (await client.post("/api/v1/jobs", json={"requisition_id": need["id"]})).json()
    assert made["title"] == need["title"]
    assert made["description"] == need["description"]
    assert "compares your application" in made["screening_notice"]


async def test_jobs_of_others_are_not_found(client: httpx.AsyncClient, foreign: dict[str, Any]) -> None:
    given = {"requisition_id": str(foreign["requisition"])}
    assert_problem(await client.post("/api/v1/jobs", json=given), 404, "not_found")


async def due(work: Work, connection: psycopg.Connection) -> None:
    """Let the worker do what waits for a later time."""
    connection.execute("update procrastinate_jobs set scheduled_at = now() where scheduled_at > now()")
    await work()
