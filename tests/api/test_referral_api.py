"""Referrals over the API: who recommended whom, with what share of the credit."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.schemas.referral import ReferralRead
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, requisition
from tests.factories.people import Person, add_person
from tests.factories.statements import count_statements

PATH = "/api/v1/referrals"


@pytest_asyncio.fixture
async def candidate(client: httpx.AsyncClient) -> str:
    """The id of a candidate."""
    made = await client.post("/api/v1/candidates", json={"name": "Mara Lindqvist", "email": "mara@example.org"})
    return str(made.json()["id"])


async def _colleague(app: FastAPI, role: Role = Role.VIEWER) -> Person:
    resources = app.state.resources
    return await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, role)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"candidate_id": UNKNOWN}, 404, "body.candidate_id"),
        ({"requisition_id": UNKNOWN}, 404, "body.requisition_id"),
        ({"user_id": UNKNOWN}, 404, "body.user_id"),
        ({"credit": 101}, 422, "body.credit"),
        ({"note": ""}, 422, "body.note"),
    ],
)
async def test_refuses_what_names_nobody(
    client: httpx.AsyncClient, candidate: str, change: dict[str, Any], status: int, field: str
) -> None:
    answer = await client.post(PATH, json={"candidate_id": candidate, **change})
    assert_problem(answer, status, "not_found" if status == 404 else "invalid_input", field)


async def test_refuses_who_only_reads_and_shows_another_organization_nothing(
    app: FastAPI, client: httpx.AsyncClient, candidate: str, foreign: dict[str, UUID]
) -> None:
    made = (await client.post(PATH, json={"candidate_id": candidate})).json()
    viewer = await _colleague(app)
    assert_problem(await client.post(PATH, json={"candidate_id": candidate}, headers=viewer.headers), 403, "forbidden")
    resources = app.state.resources
    stranger = await add_person(resources.database, resources.tokens, UUID("01936c00-0000-7000-8000-0000000000ff"))
    assert_problem(await client.get(f"{PATH}/{made['id']}", headers=stranger.headers), 404, "not_found")
    assert (await client.get(PATH, headers=stranger.headers)).json()["items"] == []
    body = {"candidate_id": str(foreign["candidate"])}
    assert_problem(await client.post(PATH, json=body), 404, "not_found", "body.candidate_id")


async def test_the_credit_of_all_is_never_more_than_the_whole(
    app: FastAPI, client: httpx.AsyncClient, candidate: str
) -> None:
    people = [await _colleague(app) for _ in range(4)]
    given = [{"candidate_id": candidate, "user_id": str(each.user_id), "credit": 50} for each in people]
    answers = await asyncio.gather(*(client.post(PATH, json=body) for body in given))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert_problem(refused, 409, "credit_exceeded", "body.credit")
    made = next(answer.json() for answer in answers if answer.status_code == 201)
    answer = await client.patch(f"{PATH}/{made['id']}", json={"credit": 51}, headers=ANY_VERSION)
    assert_problem(answer, 409, "credit_exceeded", "body.credit")
    assert (
        await client.post(PATH, json={"candidate_id": candidate, "user_id": made["user_id"], "credit": 0})
    ).status_code == 409
    wanted = await requisition(client)
    other = await client.post(PATH, json={**given[0], "requisition_id": wanted["id"], "credit": 100})
    assert other.status_code == 201  # each requisition has a whole of its own


async def test_a_note_is_kept_encrypted_and_shown_to_who_sees_contact_data(
    app: FastAPI, client: httpx.AsyncClient, candidate: str, admin_connection: psycopg.Connection
) -> None:
    answer = await client.post(PATH, json={"candidate_id": candidate, "note": "We shipped payments together"})
    made = ReferralRead.model_validate_json(answer.content)
    assert made.note == "We shipped payments together"
    row = admin_connection.execute("select note from referral").fetchone()
    assert row is not None
    assert b"payments" not in bytes(row[0])
    viewer = await _colleague(app)
    assert (await client.get(f"{PATH}/{made.id}", headers=viewer.headers)).json()["note"] is None
    listed = (await client.get(PATH, headers=viewer.headers)).json()["items"]
    assert [each["note"] for each in listed] == [None]
    changed = await client.patch(f"{PATH}/{made.id}", json={"note": None}, headers=ANY_VERSION)
    assert (changed.json()["note"], changed.json()["credit"]) == (None, 100)


async def test_referrals_are_listed_by_who_made_them_for_whom_and_what(
    app: FastAPI, client: httpx.AsyncClient, candidate: str, owner: Person
) -> None:
    wanted = await requisition(client)
    colleague = await _colleague(app)
    mine = (await client.post(PATH, json={"candidate_id": candidate, "note": "x", "credit": 40})).json()
    body = {"candidate_id": candidate, "user_id": str(colleague.user_id), "requisition_id": wanted["id"]}
    theirs = (await client.post(PATH, json=body)).json()
    for filters, ids in (
        ({"user_id": str(owner.user_id)}, [mine["id"]]),
        ({"user_id": str(colleague.user_id)}, [theirs["id"]]),
        ({"requisition_id": wanted["id"]}, [theirs["id"]]),
        ({"candidate_id": candidate}, [theirs["id"], mine["id"]]),
        ({"candidate_id": UNKNOWN}, []),
    ):
        assert [each["id"] for each in (await client.get(PATH, params=filters)).json()["items"]] == ids
    with count_statements(app.state.resources.database) as issued:
        await client.get(PATH)
    assert len(issued) <= 2


async def test_a_referral_goes_and_comes_back_with_its_candidate(client: httpx.AsyncClient, candidate: str) -> None:
    wanted = await requisition(client)
    ids = [
        (await client.post(PATH, json={"candidate_id": candidate, **more})).json()["id"]
        for more in ({}, {"requisition_id": wanted["id"]})
    ]
    await client.delete(f"{PATH}/{ids[0]}")
    assert (await client.get(f"{PATH}/{ids[0]}")).status_code == 404
    assert (await client.post(f"{PATH}/{ids[0]}/restore")).status_code == 200
    await client.delete(f"/api/v1/candidates/{candidate}")
    assert (await client.get(PATH)).json()["items"] == []
    assert_problem(await client.post(f"{PATH}/{ids[0]}/restore"), 404, "not_found")
    await client.delete(f"/api/v1/requisitions/{wanted['id']}")
    await client.post(f"/api/v1/candidates/{candidate}/restore")
    assert [each["id"] for each in (await client.get(PATH)).json()["items"]] == [ids[0]]
    await client.post(f"/api/v1/requisitions/{wanted['id']}/restore")
    assert {each["id"] for each in (await client.get(PATH)).json()["items"]} == set(ids)
