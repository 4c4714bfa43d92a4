"""Pipelines that go, or give way to others, while applications enter them: nobody ends in a stage that is gone."""

import asyncio
import itertools
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from tests.api.hiring_support import applied, board, candidate, change
from tests.api.support import ANY_VERSION, requisition
from tests.factories.tenants import add_tenant

PATH = "/api/v1/pipelines"
ROUNDS = 8
# Where an application stands, and what its requisition uses: its own pipeline, the one it goes on with, the default.
LOST = """
select count(*) from application a
    left join pipeline_stage s on s.id = a.stage_id and s.deleted_at is null
    left join pipeline p on p.id = s.pipeline_id and p.deleted_at is null
where p.id is null or p.id is distinct from coalesce(
    (select coalesce(o.shared_id, o.id) from pipeline o
        where o.requisition_id = a.requisition_id and o.deleted_at is null),
    (select d.id from pipeline d where d.organization_id = a.organization_id and d.is_default and d.deleted_at is null))
"""


def lost(connection: psycopg.Connection) -> int:
    """Return how many applications stand where their requisition does not show them."""
    row = connection.execute(LOST).fetchone()
    assert row is not None
    return int(row[0])


async def pipeline(client: httpx.AsyncClient, name: str) -> str:
    """Make a pipeline with the usual stages and return its id."""
    return str((await client.post(PATH, json={"name": name})).json()["id"])


async def choose(client: httpx.AsyncClient, requisition_id: str, pipeline_id: str) -> httpx.Response:
    """Give a requisition a copy of a pipeline."""
    return await client.put(f"/api/v1/requisitions/{requisition_id}/pipeline", json={"pipeline_id": pipeline_id})


async def used(client: httpx.AsyncClient, requisition_id: str) -> dict[str, Any]:
    """Return the pipeline that a requisition uses."""
    found: dict[str, Any] = (await client.get(f"/api/v1/requisitions/{requisition_id}/pipeline")).json()
    return found


async def enter(client: httpx.AsyncClient, requisition_id: str, candidate_id: str) -> httpx.Response:
    """Let a candidate apply."""
    body = {"requisition_id": requisition_id, "candidate_id": candidate_id}
    return await client.post("/api/v1/applications", json=body)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ["screen", "hired"])
async def test_who_is_moved_while_the_requisition_gets_another_pipeline_stands_in_it(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, kind: str
) -> None:
    other = await pipeline(client, "Other")
    for number in range(ROUNDS):
        made = (await requisition(client))["id"]
        people = [await applied(client, made, f"Mara{number}{each} Lindqvist") for each in "abc"]
        for _ in range(2):  # from the default to one of its own, then from that to another
            target = next(each["id"] for each in (await used(client, made))["stages"] if each["kind"] == kind)
            chosen, *moved = await asyncio.gather(
                choose(client, made, other), *(change(client, each["id"], stage_id=target) for each in people)
            )
            assert chosen.status_code in {200, 409}, chosen.text
            assert {each.status_code for each in moved} <= {200, 404, 409}, [each.text for each in moved]
            shown = await board(client, made)
            assert sorted(itertools.chain(*shown.values())) == sorted(each["id"] for each in people)
            for each in people:
                await client.post(f"/api/v1/applications/{each['id']}/reopen", json={"stage": "applied"})
    assert lost(admin_connection) == 0


@pytest.mark.timeout(120)
async def test_who_applies_while_the_requisition_gets_another_pipeline_stands_in_it(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    other = await pipeline(client, "Other")
    for number in range(ROUNDS):
        made = (await requisition(client))["id"]
        people = [await candidate(client, f"Mara{number}{each} Lindqvist") for each in "abc"]
        first, second, *entered = await asyncio.gather(
            choose(client, made, other),
            choose(client, made, other),
            *(enter(client, made, person) for person in people),
        )
        assert {first.status_code, second.status_code} <= {200, 409}, first.text + second.text
        assert {each.status_code for each in entered} == {201}, [each.text for each in entered]
        assert len((await board(client, made))["applied"]) == 3
    assert lost(admin_connection) == 0


@pytest.mark.timeout(120)
async def test_who_applies_while_the_requisitions_own_pipeline_is_deleted_stands_in_the_one_that_is_left(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    other = await pipeline(client, "Other")
    for number in range(ROUNDS):
        made = (await requisition(client))["id"]
        person = await candidate(client, f"Mara{number} Lindqvist")
        own = (await choose(client, made, other)).json()["id"]
        entered, deleted = await asyncio.gather(
            enter(client, made, person), client.delete(f"{PATH}/{own}", headers=ANY_VERSION)
        )
        assert entered.status_code == 201, entered.text
        assert deleted.status_code in {204, 409}, deleted.text
        assert (await board(client, made))["applied"] == [entered.json()["id"]]
    assert lost(admin_connection) == 0


@pytest.mark.timeout(120)
async def test_who_applies_while_another_pipeline_becomes_the_default_is_shown_by_their_requisition(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    both = [await pipeline(client, name) for name in ("One", "Two")]
    for number in range(ROUNDS):
        made = (await requisition(client))["id"]
        people = [await candidate(client, f"Mara{number}{each} Lindqvist") for each in "ab"]
        changed, *entered = await asyncio.gather(
            client.patch(f"{PATH}/{both[number % 2]}", json={"is_default": True}, headers=ANY_VERSION),
            *(enter(client, made, person) for person in people),
        )
        assert changed.status_code == 200, changed.text
        assert {each.status_code for each in entered} == {201}, [each.text for each in entered]
        assert len((await board(client, made))["applied"]) == 2
    assert lost(admin_connection) == 0


async def test_of_the_first_two_that_are_made_at_once_one_is_the_default(app: FastAPI) -> None:
    for _ in range(3):
        theirs = await add_tenant(app)
        owner = await theirs.person()
        made = await asyncio.gather(*(theirs.call(owner, "POST", "/pipelines", {"name": name}) for name in "ab"))
        assert {each.status_code for each in made} == {201}, [each.text for each in made]
        assert sorted(each.json()["is_default"] for each in made) == [False, True]


async def test_of_two_that_become_the_default_at_once_one_is(client: httpx.AsyncClient) -> None:
    for _ in range(ROUNDS):
        both = [await pipeline(client, name) for name in ("One", "Two")]
        answers = await asyncio.gather(
            *(client.patch(f"{PATH}/{each}", json={"is_default": True}, headers=ANY_VERSION) for each in both)
        )
        assert {each.status_code for each in answers} == {200}, [each.text for each in answers]
        listed = (await client.get(PATH)).json()["items"]
        assert [each["is_default"] for each in listed].count(True) == 1


@pytest.mark.timeout(120)
async def test_a_stage_removed_while_the_requisition_gets_another_pipeline_leaves_everybody_in_one_place(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    other = await pipeline(client, "Other")
    for number in range(ROUNDS):
        made = (await requisition(client))["id"]
        people = [await applied(client, made, f"Mara{number}{each} Lindqvist") for each in "ab"]
        assert (await choose(client, made, other)).status_code == 200
        own = await used(client, made)
        ids = {each["kind"]: each["id"] for each in own["stages"]}
        for each in people:
            await change(client, each["id"], stage="screen")
        chosen, removed, moved = await asyncio.gather(
            choose(client, made, other),
            client.delete(f"{PATH}/{own['id']}/stages/{ids['screen']}", params={"move_to": ids["interview"]}),
            change(client, people[0]["id"], stage_id=ids["offer"]),
        )
        assert chosen.status_code in {200, 409}, chosen.text
        assert removed.status_code in {204, 404}, removed.text
        assert moved.status_code in {200, 404, 409}, moved.text
        assert sorted(itertools.chain(*(await board(client, made)).values())) == sorted(each["id"] for each in people)
    assert lost(admin_connection) == 0


@pytest.mark.timeout(120)
async def test_a_requisition_deleted_while_somebody_is_hired_is_gone_and_nobody_waits_for_the_other(
    client: httpx.AsyncClient,
) -> None:
    for number in range(ROUNDS):
        made = (await requisition(client))["id"]
        people = [await applied(client, made, f"Mara{number}{each} Lindqvist") for each in "abc"]
        deleted, *moved = await asyncio.gather(
            client.delete(f"/api/v1/requisitions/{made}", headers=ANY_VERSION),
            *(change(client, each["id"], stage="hired") for each in people),
        )
        assert deleted.status_code in {204, 409}, deleted.text
        assert {each.status_code for each in moved} <= {200, 404}, [each.text for each in moved]
        gone = 404 if deleted.status_code == 204 else 200
        assert (await client.get(f"/api/v1/requisitions/{made}")).status_code == gone
