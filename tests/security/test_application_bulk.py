"""Bulk work attacked: too much, twice, of others, two at once on the same rows, and things that vanish on the way."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Database, Scope
from talentflux.core.permissions import Role
from talentflux.services import application_bulk_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.hiring_support import applied, letters
from tests.api.support import assert_problem, requisition
from tests.api.test_board_api import fill
from tests.factories.tenants import Tenant, add_tenant

BULK = "/api/v1/applications/bulk"
SCOPE = Scope(LOCAL_ORGANIZATION_ID)
MANY = 120
"""More than two pieces."""


async def crowd(client: httpx.AsyncClient, admin: psycopg.Connection, number: int = MANY) -> list[str]:
    """Let many apply to one requisition; return their applications."""
    first = await applied(client)
    fill(admin, first["id"], first["stage_id"], "applied", number - 1)
    rows = admin.execute("select id from application where requisition_id = %s order by id", [first["requisition_id"]])
    return [str(row[0]) for row in rows]


async def asked(client: httpx.AsyncClient, **body: Any) -> str:
    """Ask for bulk work and return its task."""
    answer = await client.post(BULK, json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def task(client: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/api/v1/tasks/{task_id}")).json()
    return found


def bulk_of(admin: psycopg.Connection, task_id: str) -> UUID:
    row = admin.execute("select id from application_bulk where task_id = %s", [task_id]).fetchone()
    assert row is not None
    found: UUID = row[0]
    return found


async def test_more_than_can_be_named_at_once_is_refused_before_anything_is_kept(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    named = [str(uuid4()) for _ in range(10_001)]
    for path in (BULK, f"{BULK}/preview"):
        answer = await client.post(path, json={"application_ids": named, "move": {"stage": "offer"}})
        assert_problem(answer, 422, "invalid_input", "body.application_ids")
    assert admin_connection.execute("select count(*) from application_bulk").fetchone() == (0,)


async def test_an_application_is_named_once_however_its_id_is_written(client: httpx.AsyncClient) -> None:
    one = (await applied(client))["id"]
    for other in (one.upper(), one.replace("-", ""), f"{{{one}}}", f"urn:uuid:{one}"):
        answer = await client.post(BULK, json={"application_ids": [one, other], "reject": {}})
        assert_problem(answer, 422, "invalid_input")


async def test_of_another_tenants_applications_nothing_is_done_or_told(
    client: httpx.AsyncClient, app: FastAPI, work: Work, admin_connection: psycopg.Connection
) -> None:
    theirs = await add_tenant(app)
    stranger = await theirs.person(Role.OWNER)
    need = (await theirs.call(stranger, "POST", "/requisitions", {"description": "Required:\n- SQL"})).json()
    person = (await theirs.call(stranger, "POST", "/candidates", {"name": "Sam", "email": "s@example.org"})).json()
    body = {"requisition_id": need["id"], "candidate_id": person["id"]}
    hidden = (await theirs.call(stranger, "POST", "/applications", body)).json()
    await work()
    count = "select count(*) from event where organization_id = %s"
    before = admin_connection.execute(count, [theirs.organization_id]).fetchone()
    mine = await crowd(client, admin_connection)
    named = [*mine[:60], hidden["id"], *mine[60:]]
    works: list[dict[str, Any]] = [
        {"tag": ["Ours"]}, {"email": {"subject": "Hello", "body": "You"}}, {"reject": {"delay_minutes": 0}},
    ]  # fmt: skip
    for each in works:
        preview = (await client.post(f"{BULK}/preview", json={"application_ids": named} | each)).json()
        assert [item["reason"] for item in preview["items"] if item["application_id"] == hidden["id"]] == ["not_found"]
        done = await asked(client, application_ids=named, **each)
        await work()
        errors = (await task(client, done))["errors"]
        assert [error["reason"] for error in errors if error["application_id"] == hidden["id"]] == ["not_found"]
    found = (await theirs.call(stranger, "GET", f"/applications/{hidden['id']}")).json()
    assert (found["status"], found["updated_at"]) == ("active", hidden["updated_at"])
    assert admin_connection.execute(count, [theirs.organization_id]).fetchone() == before
    tags = await theirs.call(stranger, "GET", f"/candidates/{person['id']}")
    assert "Ours" not in tags.text
    assert "s@example.org" not in [address for _, address, _ in await letters(app)]


async def test_two_at_once_on_the_same_applications_do_each_thing_once(
    client: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    named = await crowd(client, admin_connection)
    moving = await asked(client, application_ids=named, move={"stage": "offer"})
    rejecting = await asked(client, application_ids=named[::-1], reject={"delay_minutes": 60})
    tagging = await asked(client, application_ids=named, tag=["Seen"])
    tasks = (moving, rejecting, tagging)
    async with asyncio.timeout(120):
        await asyncio.gather(
            *(application_bulk_service.run(database, SCOPE, bulk_of(admin_connection, each)) for each in tasks)
        )
    moved, rejected, tagged = [await task(client, each) for each in tasks]
    assert rejected["result"] == tagged["result"] == {"done": MANY, "refused": 0}
    assert moved["result"]["done"] + moved["result"]["refused"] == MANY
    assert {error["reason"] for error in moved["errors"]} <= {"application_closed"}
    assert admin_connection.execute("select distinct status from application").fetchall() == [("rejected",)]
    steps = admin_connection.execute(
        "select application_id, cause, from_stage_id, to_stage_id from application_stage_change "
        "where cause <> 'created' order by id"
    ).fetchall()
    causes = Counter(row[1] for row in steps)
    assert causes == Counter(rejected=MANY, moved=moved["result"]["done"])
    waiting = "select count(*) from application_action where state = 'waiting'"
    assert admin_connection.execute(waiting).fetchone() == (1,), "one has an address, and is written to once"
    last: dict[UUID, UUID] = {}
    for application, _, start, end in steps:
        assert last.get(application, start) == start, "each step begins where the one before ended"
        last[application] = end


async def test_hires_for_the_same_requisitions_in_opposite_order_all_end(
    client: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    needs = [(await requisition(client))["id"] for _ in range(2)]
    people = [
        [(await applied(client, need, "Sam", email=f"p{number}{need}@example.org"))["id"] for need in needs]
        for number in range(12)
    ]
    one = [each for pair in people[::2] for each in pair]
    other = [each for pair in people[1::2] for each in reversed(pair)]
    tasks = [await asked(client, application_ids=named, move={"stage": "hired"}) for named in (one, other)]
    async with asyncio.timeout(60):
        await asyncio.gather(
            *(application_bulk_service.run(database, SCOPE, bulk_of(admin_connection, each)) for each in tasks)
        )
    for each in tasks:
        assert (await task(client, each))["result"] == {"done": 12, "refused": 0}
    assert admin_connection.execute("select distinct status from application").fetchall() == [("hired",)]


async def test_work_asked_for_twice_with_one_key_is_done_once(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    named = await crowd(client, admin_connection, 3)
    body = {"application_ids": named, "email": {"subject": "Hello", "body": "You"}}
    answers = [await client.post(BULK, json=body, headers={"Idempotency-Key": "once"}) for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    await work()
    assert admin_connection.execute("select count(*) from application_action").fetchone() == (1,), "one has an address"


async def test_what_vanishes_on_the_way_is_reported_and_the_rest_is_done(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    named = await crowd(client, admin_connection, 3)
    reason = (await client.post("/api/v1/reject-reasons", json={"name": "Gone soon"})).json()
    pipelines = (await client.get("/api/v1/pipelines")).json()["items"][0]["id"]
    path = f"/api/v1/pipelines/{pipelines}"
    extra = (await client.post(f"{path}/stages", json={"name": "Gone soon", "kind": "screen"})).json()["stages"][-1]
    rejecting = await asked(client, application_ids=named, reject={"reject_reason_id": reason["id"]})
    moving = await asked(client, application_ids=named, move={"stage_id": extra["id"]})
    await client.delete(f"/api/v1/reject-reasons/{reason['id']}")
    assert (await client.delete(f"{path}/stages/{extra['id']}")).status_code == 204
    await work()
    for each in (rejecting, moving):
        found = await task(client, each)
        assert found["result"] == {"done": 0, "refused": 3}
        assert {error["reason"] for error in found["errors"]} == {"not_found"}
    assert admin_connection.execute("select distinct status from application").fetchall() == [("active",)]
    anyone = await client.get("/api/v1/applications")
    assert [row["stage"] for row in anyone.json()["items"]] == ["applied"] * 3


@pytest.mark.parametrize("role", [Role.RECRUITER])
async def test_nobody_does_in_bulk_what_they_do_not_see(
    client: httpx.AsyncClient, app: FastAPI, work: Work, role: Role
) -> None:
    secret = await client.post("/api/v1/requisitions", json={"description": "Required:\n- SQL", "confidential": True})
    hidden = await applied(client, secret.json()["id"])
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    person = await tenant.person(role)
    body = {"application_ids": [hidden["id"]], "tag": ["Found"]}
    answer = await tenant.call(person, "POST", "/applications/bulk", body)
    await work()
    assert (await task(client, answer.json()["id"]))["errors"][0]["reason"] == "not_found"
    assert "Found" not in (await client.get(f"/api/v1/candidates/{hidden['candidate_id']}")).text
