"""Notes: refused to whom they do not belong, private, encrypted, told to those whom they mention."""

from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.record_support import candidate, made, patch, shown
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem, imported, requisition, resume_text
from tests.factories.dump import readable_bytes
from tests.factories.people import Person
from tests.factories.tenants import Tenant, add_tenant

SECRET = "Zyqokavu wants to move to Oslo"


@pytest.fixture
def tenant(app: FastAPI) -> Tenant:
    return Tenant(app, LOCAL_ORGANIZATION_ID)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"body": ""},
        {"body": " \n"},
        {"body": "x" * 20001},
        {"body": "x", "mentions": ["me"]},
        {"body": "x", "author": "user:1"},
    ],
)
async def test_notes_that_make_no_sense_are_refused(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    one = await candidate(client)
    assert_problem(await client.post(f"/api/v1/candidates/{one}/notes", json=body), 422, "invalid_input")


async def test_notes_about_nobody_are_refused(client: httpx.AsyncClient, foreign: dict[str, UUID]) -> None:
    for absent in (UNKNOWN, str(foreign["candidate"])):
        assert_problem(await client.post(f"/api/v1/candidates/{absent}/notes", json={"body": "x"}), 404, "not_found")
        assert_problem(await client.get(f"/api/v1/candidates/{absent}/notes"), 404, "not_found")


async def test_a_note_names_applications_of_its_candidate_only(
    client: httpx.AsyncClient, work: Work, foreign: dict[str, UUID]
) -> None:
    asked = (await requisition(client))["id"]
    await imported(client, work, {"a.txt": resume_text()}, asked)
    applied = (await shown(client, "/applications"))["items"][0]
    other = await candidate(client)
    for about, application in ((other, applied["id"]), (other, str(foreign["application"])), (other, UNKNOWN)):
        body = {"body": "x", "application_id": application}
        answer = await client.post(f"/api/v1/candidates/{about}/notes", json=body)
        assert_problem(answer, 404, "not_found", "body.application_id")
    body = {"body": "About this one", "application_id": applied["id"]}
    await made(client, f"/candidates/{applied['candidate_id']}/notes", body)
    await made(client, f"/candidates/{applied['candidate_id']}/notes", {"body": "About the person"})
    path = f"/candidates/{applied['candidate_id']}/notes?application_id={applied['id']}"
    assert [note["body"] for note in (await shown(client, path))["items"]] == ["About this one"]


async def test_strangers_are_not_mentioned(app: FastAPI, client: httpx.AsyncClient, tenant: Tenant) -> None:
    one = await candidate(client)
    stranger = await (await add_tenant(app)).person()
    viewer = await tenant.person(Role.VIEWER)
    path = f"/api/v1/candidates/{one}/notes"
    for body in (
        {"body": "x", "mentions": [UNKNOWN]},
        {"body": "x", "mentions": [str(stranger.user_id)]},
        {"body": "x", "mentions": [str(viewer.user_id)], "private": True},
    ):
        assert_problem(await client.post(path, json=body), 422, "invalid_input", "body.mentions")
    assert (await shown(client, f"/candidates/{one}/notes"))["items"] == []
    assert await tenant.letters() == []


async def test_others_do_not_change_a_note_and_admins_do(client: httpx.AsyncClient, tenant: Tenant) -> None:
    one = await candidate(client)
    author, colleague, admin = [await tenant.person(role) for role in (Role.RECRUITER, Role.RECRUITER, Role.ADMIN)]
    note = (await tenant.call(author, "POST", f"/candidates/{one}/notes", {"body": "Mine"})).json()
    assert (note["author"], note["author_name"]) == (f"user:{author.user_id}", "Robin Example")
    path = f"/notes/{note['id']}"
    assert_problem(await tenant.call(colleague, "PATCH", path, {"body": "Ours"}), 403, "not_the_author")
    assert_problem(await tenant.call(colleague, "DELETE", path), 403, "not_the_author")
    assert (await tenant.call(author, "PATCH", path, {"body": "Still mine"})).json()["body"] == "Still mine"
    answer = await tenant.call(author, "PATCH", path, {"body": "Late"}, match='"0.000000000000"')
    assert_problem(answer, 412, "precondition_failed")
    assert (await tenant.call(admin, "DELETE", path)).status_code == 204
    assert_problem(await client.get(f"/api/v1{path}"), 404, "not_found")


async def test_private_notes_are_for_their_author_and_who_may_see_private_fields(
    client: httpx.AsyncClient, tenant: Tenant, work: Work
) -> None:
    asked = (await requisition(client))["id"]
    await imported(client, work, {"a.txt": resume_text()}, asked)
    one = (await shown(client, "/candidates"))["items"][0]["id"]
    recruiter, viewer, interviewer = [
        await tenant.person(role) for role in (Role.RECRUITER, Role.VIEWER, Role.INTERVIEWER)
    ]
    await client.put(f"/api/v1/requisitions/{asked}/team/{interviewer.user_id}", json={"role": "interviewer"})
    path = f"/candidates/{one}/notes"
    theirs = (await tenant.call(recruiter, "POST", path, {"body": "Only us", "private": True})).json()["id"]
    own = (await tenant.call(interviewer, "POST", path, {"body": "Only me", "private": True})).json()["id"]

    async def seen(person: Person) -> set[str]:
        return {note["id"] for note in (await tenant.call(person, "GET", path)).json()["items"]}

    assert await seen(recruiter) == {theirs, own}
    assert await seen(interviewer) == {own}
    assert await seen(viewer) == set()
    assert_problem(await tenant.call(viewer, "GET", f"/notes/{theirs}"), 404, "not_found")
    assert_problem(await tenant.call(interviewer, "DELETE", f"/notes/{theirs}"), 404, "not_found")
    told = (await tenant.call(viewer, "GET", f"/candidates/{one}/timeline")).json()["items"]
    assert "candidate.noted" not in [each["type"] for each in told]
    told = (await tenant.call(recruiter, "GET", f"/candidates/{one}/timeline")).json()["items"]
    assert [each["type"] for each in told].count("candidate.noted") == 2


async def test_a_note_that_becomes_private_is_hidden_from_colleagues_at_once(
    client: httpx.AsyncClient, tenant: Tenant
) -> None:
    viewer = await tenant.person(Role.VIEWER)
    path = f"/candidates/{await candidate(client)}/notes"
    note = (await made(client, path, {"body": "Open to all"}))["id"]
    assert (await tenant.call(viewer, "GET", f"/notes/{note}")).status_code == 200
    assert (await patch(client, f"/notes/{note}", {"private": True})).status_code == 200
    assert_problem(await tenant.call(viewer, "GET", f"/notes/{note}"), 404, "not_found")
    for query in ("", "?updated_since=2020-01-01T00:00:00Z", "?include_total=true"):
        found = (await tenant.call(viewer, "GET", f"{path}{query}")).json()
        assert (found["items"], found["total"] or 0) == ([], 0), query


async def test_who_follows_notes_learns_of_a_deleted_one_and_not_what_it_said(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    path = f"/candidates/{await candidate(client)}/notes"
    note = (await made(client, path, {"body": "Not any more"}))["id"]
    assert (await client.delete(f"/api/v1/notes/{note}", headers=ANY_VERSION)).status_code == 204
    admin_connection.execute("set session_replication_role = replica")
    admin_connection.execute("update note set updated_at = updated_at - interval '1 minute'")
    (found,) = (await shown(client, f"{path}?updated_since=2020-01-01T00:00:00Z"))["items"]
    assert (found["id"], found["body"]) == (note, None)
    assert found["deleted_at"] is not None


async def test_notes_about_confidential_requisitions_are_for_those_who_see_them(
    client: httpx.AsyncClient, tenant: Tenant, work: Work
) -> None:
    asked = (await requisition(client))["id"]
    await imported(client, work, {"a.txt": resume_text()}, asked)
    await patch(client, f"/requisitions/{asked}", {"confidential": True})
    applied = (await shown(client, "/applications"))["items"][0]
    body = {"body": "Secret need", "application_id": applied["id"]}
    note = (await made(client, f"/candidates/{applied['candidate_id']}/notes", body))["id"]
    recruiter = await tenant.person(Role.RECRUITER)
    assert (await tenant.call(recruiter, "GET", f"/candidates/{applied['candidate_id']}/notes")).json()["items"] == []
    assert_problem(await tenant.call(recruiter, "GET", f"/notes/{note}"), 404, "not_found")


async def test_who_is_mentioned_gets_a_letter_without_the_note_and_no_second_one(
    client: httpx.AsyncClient, tenant: Tenant, owner: Person
) -> None:
    one = await candidate(client, "Zyqokavu Person")
    colleague = await tenant.person(Role.INTERVIEWER, email="colleague@example.org")
    mentions = [str(colleague.user_id), str(owner.user_id), str(colleague.user_id)]
    note = await made(client, f"/candidates/{one}/notes", {"body": SECRET, "mentions": mentions})
    assert sorted(note["mentions"]) == sorted(set(mentions))
    await patch(client, f"/notes/{note['id']}", {"body": "Changed", "mentions": mentions})
    ((template, address, text),) = await tenant.letters()
    assert (template, address) == ("note_mention", "colleague@example.org")
    assert "Zyqokavu" not in text
    assert f"the note {note['id']}" in " ".join(text.split())


async def test_a_note_is_readable_neither_in_the_database_nor_in_files(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory
) -> None:
    one = await candidate(client)
    note = (await made(client, f"/candidates/{one}/notes", {"body": SECRET}))["id"]
    await patch(client, f"/notes/{note}", {"body": SECRET + ", soon"})
    found = await shown(client, f"/notes/{note}")
    assert found["body"] == SECRET + ", soon"
    assert (await client.delete(f"/api/v1/notes/{note}")).status_code == 204
    assert b"zyqokavu" not in readable_bytes(admin_connection, tmp_path_factory.mktemp("none")).lower()
    followed = await shown(client, f"/candidates/{one}/notes?updated_since=2020-01-01T00:00:00Z")
    assert [(each["id"], each["body"]) for each in followed["items"]] in ([], [(note, None)])


async def test_a_note_sealed_for_one_candidate_does_not_open_for_another(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    one, other = await candidate(client), await candidate(client)
    note = (await made(client, f"/candidates/{one}/notes", {"body": SECRET}))["id"]
    admin_connection.execute("update note set candidate_id = %s where id = %s", [other, note])
    assert_problem(await client.get(f"/api/v1/notes/{note}"), 500, "tampered")
