"""Candidates entered by hand, what else is kept about them, and the resume that counts."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.core.permissions import Role
from talentflux.schemas.candidate import CandidateRead
from talentflux.services import candidate_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, imported, resume_text
from tests.factories.people import add_person

PATH = "/api/v1/candidates"
MARA = {"name": "Mara Lindqvist", "email": "Mara.Lindqvist@example.org", "location": "Uppsala, Sweden"}


async def _made(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json=MARA | given)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"headline": "Developer"}, "body"),
        ({"email": "nobody"}, "body.email"),
        ({"name": " \t "}, "body.name"),
        ({"name": "Mara", "location": " "}, "body.location"),
        ({"name": "Mara", "external_id": " "}, "body.external_id"),
        ({"name": "Mara", "id": UNKNOWN}, "body.id"),
        ({"name": "Mara", "consent": "maybe"}, "body.consent"),
        ({"name": "Mara", "consent_until": "2026-11-21T09:00:00"}, "body.consent_until"),
    ],
)
async def test_refuses_what_says_too_little_or_nothing_known(
    client: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    assert_problem(await client.post(PATH, json=body), 422, "invalid_input", field)


async def test_blanks_around_what_is_typed_are_dropped(client: httpx.AsyncClient) -> None:
    made = await client.post(PATH, json={"name": " Mara Lindqvist\n", "email": " mara@example.org ", "headline": " x "})
    assert made.status_code == 201, made.text
    row = made.json()
    assert (row["name"], row["email"], row["headline"]) == ("Mara Lindqvist", "mara@example.org", "x")
    answer = await client.post(PATH, json={"name": "Mara", "email": "mara@example.org\t"})
    assert_problem(answer, 409, "candidate_exists")


async def test_refuses_a_source_that_is_not_there(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json=MARA | {"source_id": UNKNOWN})
    assert_problem(answer, 404, "not_found", "body.source_id")
    assert (await client.get(PATH)).json()["items"] == []


async def test_refuses_whoever_only_reads(app: FastAPI, client: httpx.AsyncClient) -> None:
    made = await _made(client)
    resources = app.state.resources
    viewer = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.VIEWER)
    contact = {"do_not_contact": True, "reason": "x"}
    for method, path, body in (
        ("POST", PATH, MARA),
        ("PUT", f"{PATH}/{made['id']}/contact", contact),
        ("PUT", f"{PATH}/{made['id']}/current-resume", {"resume_id": UNKNOWN}),
    ):
        assert_problem(await client.request(method, path, json=body, headers=viewer.headers), 403, "forbidden")


async def test_a_known_address_leads_to_who_has_it(client: httpx.AsyncClient) -> None:
    made = await _made(client)
    answer = await client.post(PATH, json={"name": "Another", "email": "mara.LINDQVIST@example.org"})
    assert_problem(answer, 409, "candidate_exists", "body.email")
    assert made["id"] in answer.json()["detail"]
    assert answer.headers["location"] == f"{PATH}/{made['id']}"


async def test_a_known_external_id_leads_to_who_has_it_and_a_deleted_one_frees_it(client: httpx.AsyncClient) -> None:
    made = await _made(client, external_id="gh-7")
    again = {"name": "Another", "external_id": "gh-7"}
    assert_problem(await client.post(PATH, json=again), 409, "candidate_exists", "body.external_id")
    other = await _made(client, name="Other", email="other@example.org")
    answer = await client.patch(f"{PATH}/{other['id']}", json={"external_id": "gh-7"}, headers=ANY_VERSION)
    assert_problem(answer, 409, "conflict")
    await client.delete(f"{PATH}/{made['id']}")
    assert (await client.post(PATH, json=again)).status_code == 201
    assert_problem(await client.post(f"{PATH}/{made['id']}/restore"), 409, "conflict")


async def test_the_address_of_another_organization_is_not_known(
    client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    made = await _made(client, email="canary@example.org")
    assert made["id"] != str(foreign["candidate"])


async def test_what_is_given_is_kept_and_found(client: httpx.AsyncClient) -> None:
    source = (await client.post("/api/v1/sources", json={"name": "Fair", "kind": "other"})).json()
    kept = {
        "external_id": "x-1",
        "source_id": source["id"],
        "consent": "given",
        "consent_until": "2027-11-21T09:00:00Z",
        "retain_until": "2028-11-21T09:00:00Z",
    }
    answer = await client.post(PATH, json=MARA | kept)
    made = CandidateRead.model_validate_json(answer.content)
    assert answer.headers["location"] == f"{PATH}/{made.id}"
    assert (made.email, made.consent, made.do_not_contact) == ("mara.lindqvist@example.org", "given", False)
    read = (await client.get(f"{PATH}/{made.id}")).json()
    assert {name: read[name] for name in kept} == kept
    assert [each["id"] for each in (await client.get(PATH, params={"q": "lindq"})).json()["items"]] == [read["id"]]
    changed = await client.patch(
        f"{PATH}/{made.id}", json={"consent": "withdrawn", "source_id": None}, headers=ANY_VERSION
    )
    assert (changed.json()["consent"], changed.json()["source_id"]) == ("withdrawn", None)
    assert changed.json()["external_id"] == "x-1"


async def test_two_who_enter_the_same_address_at_once_make_one_row(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.post(PATH, json=MARA | {"name": f"Mara {n}"}) for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    listed = (await client.get(PATH)).json()["items"]
    assert len(listed) == 1
    assert {answer.headers["location"] for answer in answers} == {f"{PATH}/{listed[0]['id']}"}


async def test_entering_completes_and_never_overwrites(app: FastAPI, client: httpx.AsyncClient) -> None:
    made = await _made(client)
    database = app.state.resources.database
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        profile = {"email": "MARA.lindqvist@example.org", "name": "Wrong", "phone": "+46 8 500 123 45"}
        entered = await candidate_service.enter(session, profile, external_id="x-9")
    assert str(entered.id) == made["id"]
    read = (await client.get(f"{PATH}/{made['id']}")).json()
    assert (read["name"], read["phone"], read["external_id"]) == ("Mara Lindqvist", "+46 8 500 123 45", "x-9")
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        # By its external id it is the same one, whose address stays; another one's address is not taken.
        await candidate_service.enter(session, {"email": "taken@example.org"})
        again = await candidate_service.enter(session, {"email": "taken@example.org"}, external_id="x-9")
    assert str(again.id) == made["id"]
    assert (await client.get(f"{PATH}/{made['id']}")).json()["email"] == "mara.lindqvist@example.org"


async def test_entering_at_once_makes_one_row(app: FastAPI) -> None:
    database = app.state.resources.database

    async def enter(number: int) -> UUID:
        async with database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
            profile = {"name": "Bo Ek", "email": "bo@example.org"} if number % 2 else {"name": "Bo Ek"}
            return (await candidate_service.enter(session, profile, external_id="bo-1")).id

    assert len(set(await asyncio.gather(*(enter(number) for number in range(4))))) == 1


async def test_refused_contact_is_kept_with_its_reason_encrypted(
    app: FastAPI, client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    made = await _made(client)
    path, database = f"{PATH}/{made['id']}/contact", app.state.resources.database
    assert_problem(await client.put(path, json={"do_not_contact": True}), 422, "invalid_input", "body.reason")
    answer = await client.put(path, json={"do_not_contact": True, "reason": "Told Sam by telephone"})
    assert (answer.json()["do_not_contact"], answer.json()["contact_reason"]) == (True, "Told Sam by telephone")
    row = admin_connection.execute("select contact_reason from candidate where id = %s", [made["id"]]).fetchone()
    assert row is not None
    assert b"telephone" not in bytes(row[0])
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        assert not await candidate_service.may_contact(session, UUID(made["id"]))
        assert not await candidate_service.may_contact(session, UUID(UNKNOWN))
    await client.put(path, json={"do_not_contact": False, "reason": "Wants to hear of jobs again"})
    async with database.read_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        assert await candidate_service.may_contact(session, UUID(made["id"]))


async def test_the_reason_is_shown_to_those_who_see_contact_data(app: FastAPI, client: httpx.AsyncClient) -> None:
    made = await _made(client)
    await client.put(f"{PATH}/{made['id']}/contact", json={"do_not_contact": True, "reason": "Told Sam"})
    resources = app.state.resources
    viewer = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.VIEWER)
    read = (await client.get(f"{PATH}/{made['id']}", headers=viewer.headers)).json()
    assert (read["do_not_contact"], read["contact_reason"]) == (True, None)


async def test_the_resume_read_last_counts_until_another_is_chosen(client: httpx.AsyncClient, work: Work) -> None:
    await imported(client, work, {"old.txt": resume_text(skills="Kafka")})
    await imported(client, work, {"new.txt": resume_text(skills="Kubernetes")})
    (row,) = (await client.get(PATH)).json()["items"]
    path = f"{PATH}/{row['id']}"
    new, old = (await client.get(path)).json()["resumes"]
    assert (new["current"], old["current"], row["current_resume_id"]) == (True, False, new["id"])
    assert (await client.get(PATH, params={"skills": "apache-kafka"})).json()["items"] == []
    assert_problem(await client.put(f"{path}/current-resume", json={"resume_id": UNKNOWN}), 404, "not_found")
    stale = {"If-Match": '"1.000000000000"'}
    answer = await client.put(f"{path}/current-resume", json={"resume_id": old["id"]}, headers=stale)
    assert_problem(answer, 412, "precondition_failed")
    answer = await client.put(f"{path}/current-resume", json={"resume_id": old["id"]})
    assert [each["current"] for each in answer.json()["resumes"]] == [False, True]
    for filters, found in (({"skills": "apache-kafka"}, 1), ({"text": "kafka"}, 1), ({"text": "kubernetes"}, 0)):
        assert len((await client.get(PATH, params=filters)).json()["items"]) == found
