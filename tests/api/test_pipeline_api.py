"""Pipelines over the API: stages that are complete, never lost, and copied for requisitions."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.schemas.pipeline import PipelineRead
from tests.api.conftest import Work
from tests.api.hiring_support import applied, board, change, letters, stages, step
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, requisition
from tests.factories.tenants import add_tenant

PATH = "/api/v1/pipelines"


async def usual(client: httpx.AsyncClient) -> dict[str, Any]:
    """Return the default pipeline."""
    listed = (await client.get(PATH)).json()["items"]
    found: dict[str, Any] = (
        await client.get(f"{PATH}/{next(each['id'] for each in listed if each['is_default'])}")
    ).json()
    return found


@pytest.mark.parametrize("missing", ["applied", "hired", "rejected"])
async def test_a_pipeline_without_beginning_or_end_is_refused(client: httpx.AsyncClient, missing: str) -> None:
    kinds = [kind for kind in ("applied", "screen", "offer", "hired", "rejected") if kind != missing]
    body = {"name": "Short", "stages": [{"name": kind, "kind": kind} for kind in kinds]}
    assert_problem(await client.post(PATH, json=body), 422, "invalid_input", "body.stages")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "two\nlines"}, {"name": "x", "stages": []}])
async def test_a_pipeline_that_is_none_is_refused(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert_problem(await client.post(PATH, json=body), 422, "invalid_input")


async def test_nothing_of_another_organization_is_read_or_changed(
    client: httpx.AsyncClient, app: FastAPI, admin_connection: psycopg.Connection
) -> None:
    theirs = await add_tenant(app)
    owner = await theirs.person()
    made = (await theirs.call(owner, "POST", "/pipelines", {"name": "Theirs"})).json()
    path, stage = f"{PATH}/{made['id']}", made["stages"][0]["id"]
    mine = (await requisition(client))["id"]
    for answer in (
        await client.get(path),
        await client.patch(path, json={"name": "Mine"}, headers=ANY_VERSION),
        await client.delete(path),
        await client.post(f"{path}/stages", json={"name": "x", "kind": "screen"}),
        await client.patch(f"{path}/stages/{stage}", json={"name": "x"}, headers=ANY_VERSION),
        await client.delete(f"{path}/stages/{stage}"),
        await client.get(f"{path}/stages/{stage}/automations"),
        await client.post(f"{path}/stages/{stage}/automations", json={"action": "create_task", "title": "x"}),
        await client.put(f"/api/v1/requisitions/{mine}/pipeline", json={"pipeline_id": made["id"]}),
        await change(client, (await applied(client))["id"], stage_id=stage),
    ):
        assert_problem(answer, 404, "not_found")
    assert (await theirs.call(owner, "GET", f"/pipelines/{made['id']}")).json() == made


async def test_a_stage_with_applications_is_removed_only_with_a_place_for_them(client: httpx.AsyncClient) -> None:
    application = await applied(client)
    await change(client, application["id"], stage="screen")
    pipeline = await usual(client)
    column = await stages(client, application["requisition_id"])
    path = f"{PATH}/{pipeline['id']}/stages/{column['screen']}"
    assert_problem(await client.delete(path), 409, "stage_in_use")
    other = (await client.post(PATH, json={"name": "Other"})).json()
    for wrong in (UNKNOWN, column["screen"], other["stages"][1]["id"]):
        assert_problem(await client.delete(path, params={"move_to": wrong}), 422, "invalid_input", "query.move_to")
    assert_problem(await client.delete(path, params={"move_to": column["hired"]}), 409, "stage_in_use")
    assert (await client.delete(path, params={"move_to": column["interview"]})).status_code == 204
    moved = (await client.get(f"/api/v1/applications/{application['id']}")).json()
    assert (moved["stage"], moved["stage_id"]) == ("interview", column["interview"])
    steps = (await client.get(f"/api/v1/applications/{application['id']}/history")).json()["items"]
    assert [each["cause"] for each in steps] == ["created", "moved", "pipeline_changed"]
    left = PipelineRead.model_validate((await client.get(f"{PATH}/{pipeline['id']}")).json())
    assert [stage.position for stage in left.stages] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", ["applied", "hired", "rejected"])
async def test_the_last_stage_of_a_kind_that_is_needed_stays(client: httpx.AsyncClient, kind: str) -> None:
    pipeline = await usual(client)
    stage = next(each["id"] for each in pipeline["stages"] if each["kind"] == kind)
    assert_problem(await client.delete(f"{PATH}/{pipeline['id']}/stages/{stage}"), 409, "stage_needed")


async def test_a_pipeline_in_use_is_not_deleted(client: httpx.AsyncClient) -> None:
    pipeline = await usual(client)
    assert_problem(await client.delete(f"{PATH}/{pipeline['id']}"), 409, "pipeline_in_use")
    application = await applied(client)
    other = (await client.post(PATH, json={"name": "Other"})).json()
    changed = await client.patch(f"{PATH}/{other['id']}", json={"is_default": True}, headers=ANY_VERSION)
    assert changed.status_code == 200, changed.text
    assert_problem(await client.delete(f"{PATH}/{pipeline['id']}"), 409, "pipeline_in_use")
    unused = (await client.post(PATH, json={"name": "Unused"})).json()
    assert (await client.delete(f"{PATH}/{unused['id']}")).status_code == 204
    assert (await board(client, application["requisition_id"]))["applied"] == [application["id"]]


async def test_requisitions_go_on_with_the_pipeline_that_they_began_with(client: httpx.AsyncClient) -> None:
    begun = await applied(client)
    body = {
        "name": "Short",
        "stages": [{"name": name, "kind": kind} for name, kind in
                   (("New", "applied"), ("Talk", "interview"), ("In", "hired"), ("Out", "rejected"))],
    }  # fmt: skip
    short = (await client.post(PATH, json=body)).json()
    changed = await client.patch(f"{PATH}/{short['id']}", json={"is_default": True}, headers=ANY_VERSION)
    assert changed.status_code == 200, changed.text
    assert changed.json()["is_default"] is True
    assert len(await board(client, begun["requisition_id"])) == 6
    assert (await change(client, begun["id"], stage="offer")).status_code == 200
    fresh = await applied(client, None, "Sam Okoro")
    assert list(await board(client, fresh["requisition_id"])) == ["applied", "interview", "hired", "rejected"]
    assert_problem(await change(client, fresh["id"], stage="offer"), 409, "stage_missing")


async def test_a_requisition_gets_its_own_copy_with_automations(client: httpx.AsyncClient) -> None:
    application = await applied(client)
    await change(client, application["id"], stage="offer")
    path = f"/api/v1/requisitions/{application['requisition_id']}/pipeline"
    body = {
        "name": "Short",
        "stages": [{"name": name, "kind": kind} for name, kind in
                   (("New", "applied"), ("Talk", "interview"), ("In", "hired"), ("Out", "rejected"))],
    }  # fmt: skip
    short = (await client.post(PATH, json=body)).json()
    automations = f"{PATH}/{short['id']}/stages/{short['stages'][1]['id']}/automations"
    await client.post(automations, json={"action": "create_task", "title": "Prepare"})
    chosen = PipelineRead.model_validate((await client.put(path, json={"pipeline_id": short["id"]})).json())
    assert (str(chosen.requisition_id), len(chosen.stages)) == (application["requisition_id"], 4)
    moved = (await client.get(f"/api/v1/applications/{application['id']}")).json()
    assert (moved["stage"], moved["stage_name"]) == ("interview", "Talk")
    copied = await client.get(f"{PATH}/{chosen.id}/stages/{chosen.stages[1].id}/automations")
    assert [each["title"] for each in copied.json()["items"]] == ["Prepare"]
    again = (await client.put(path, json={"pipeline_id": (await usual(client))["id"]})).json()
    assert len(again["stages"]) == 6
    assert (await board(client, application["requisition_id"]))["interview"] == [application["id"]]


async def test_an_email_that_rejects_is_sent_also_when_the_pipeline_is_changed_meanwhile(
    client: httpx.AsyncClient, app: FastAPI, work: Work
) -> None:
    application = await applied(client)
    await step(client, application["id"], "reject", {"delay_minutes": 0})
    path = f"/api/v1/requisitions/{application['requisition_id']}/pipeline"
    await client.put(path, json={"pipeline_id": (await usual(client))["id"]})
    await work()
    assert len(await letters(app)) == 1
    steps = (await client.get(f"/api/v1/applications/{application['id']}/history")).json()["items"]
    assert [each["cause"] for each in steps] == ["created", "rejected", "pipeline_changed"]


async def test_stages_are_added_renamed_and_put_in_order(client: httpx.AsyncClient) -> None:
    pipeline = await usual(client)
    path = f"{PATH}/{pipeline['id']}"
    made = (await client.post(f"{path}/stages", json={"name": "Work sample", "kind": "screen", "position": 2})).json()
    assert [each["name"] for each in made["stages"]][:3] == ["Applied", "Work sample", "Screen"]
    stage = made["stages"][1]["id"]
    stale = {"If-Match": (await client.get(path)).headers["etag"]}
    await client.patch(f"{path}/stages/{stage}", json={"position": 3}, headers=stale)
    refused = await client.patch(f"{path}/stages/{stage}", json={"name": "Homework"}, headers=stale)
    assert_problem(refused, 412, "precondition_failed")
    found = (await client.get(path)).json()["stages"]
    assert [each["name"] for each in found][:3] == ["Applied", "Screen", "Work sample"]
    assert [each["position"] for each in found] == list(range(1, 8))


async def test_the_usual_pipeline_is_made_once_for_many_who_come_at_once(app: FastAPI) -> None:
    theirs = await add_tenant(app)
    owner = await theirs.person()
    ids = [await theirs.requisition(owner) for _ in range(2)]
    people = [
        (await theirs.call(owner, "POST", "/candidates", {"name": f"Person {number}"})).json()["id"]
        for number in range(6)
    ]
    answers = await asyncio.gather(
        *(
            theirs.call(owner, "POST", "/applications", {"candidate_id": person, "requisition_id": ids[number % 2]})
            for number, person in enumerate(people)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len((await theirs.call(owner, "GET", "/pipelines")).json()["items"]) == 1
    assert len({answer.json()["stage_id"] for answer in answers}) == 1


async def test_a_team_decides_on_its_own_applications(client: httpx.AsyncClient, app: FastAPI) -> None:
    theirs = await add_tenant(app)
    owner = await theirs.person()
    requisition_id = await theirs.requisition(owner)
    candidate = (await theirs.call(owner, "POST", "/candidates", {"name": "Mara Lindqvist"})).json()["id"]
    given = {"candidate_id": candidate, "requisition_id": requisition_id}
    application = (await theirs.call(owner, "POST", "/applications", given)).json()["id"]
    manager, interviewer, outsider = [
        await theirs.person(role) for role in (Role.HIRING_MANAGER, Role.INTERVIEWER, Role.HIRING_MANAGER)
    ]
    for person, role in ((manager, "hiring_manager"), (interviewer, "interviewer")):
        await theirs.call(owner, "PUT", f"/requisitions/{requisition_id}/team/{person.user_id}", {"role": role})
    path, body = f"/applications/{application}", {"stage": "screen"}
    assert_problem(await theirs.call(interviewer, "PATCH", path, body), 403, "forbidden")
    assert (await theirs.call(outsider, "PATCH", path, body)).status_code in {403, 404}
    assert_problem(await theirs.call(outsider, "GET", f"/requisitions/{requisition_id}/board"), 404, "not_found")
    assert (await theirs.call(interviewer, "GET", f"/requisitions/{requisition_id}/board")).status_code == 200
    assert (await theirs.call(manager, "PATCH", path, body)).json()["stage"] == "screen"
    other = await theirs.requisition(owner)
    refused = await theirs.call(manager, "POST", f"{path}/transfer", {"requisition_id": other})
    assert_problem(refused, 404, "not_found")
    await theirs.call(owner, "PUT", f"/requisitions/{other}/team/{manager.user_id}", {"role": "interviewer"})
    refused = await theirs.call(manager, "POST", f"{path}/transfer", {"requisition_id": other})
    assert_problem(refused, 403, "forbidden")
    assert (await theirs.call(manager, "POST", f"{path}/reject", {})).json()["status"] == "rejected"


async def test_the_steps_of_a_confidential_requisition_are_its_teams(client: httpx.AsyncClient, app: FastAPI) -> None:
    body = {"description": "Required:\n- SQL", "confidential": True}
    made = (await client.post("/api/v1/requisitions", json=body)).json()
    application = await applied(client, made["id"])
    await client.put(f"/api/v1/requisitions/{made['id']}/pipeline", json={"pipeline_id": (await usual(client))["id"]})
    own = (await client.get(f"/api/v1/requisitions/{made['id']}/pipeline")).json()["id"]
    await step(client, application["id"], "reject", {})
    theirs = type(await add_tenant(app))(app, UUID("00000000-0000-7000-8000-000000000001"))
    recruiter = await theirs.person(Role.RECRUITER)
    of, about = f"/requisitions/{made['id']}", f"/applications/{application['id']}"
    for path in (f"/pipelines/{own}", f"{of}/pipeline", f"{of}/board", f"{about}/history", f"{about}/actions"):
        assert_problem(await theirs.call(recruiter, "GET", path), 404, "not_found")
