"""Saved searches over the API: whose they are, who sees them, what they find when they are run."""

from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.schemas.candidate_search import SearchPage
from talentflux.schemas.saved_search import SavedSearchRead
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.record_support import candidate, made, patch, put, shown
from tests.api.support import ANY_VERSION, JOB, UNKNOWN, assert_problem, imported, resume_text
from tests.factories.people import Person, add_person
from tests.factories.statements import count_statements

PATH = "/api/v1/saved-searches"
BACKEND = {"name": "Backend", "q": "postgresql AND kafka", "filters": {"min_years": 2, "name": "mara"}}


async def _colleague(app: FastAPI, role: Role = Role.RECRUITER) -> Person:
    resources = app.state.resources
    return await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, role)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Nothing"},
        {"name": "", "q": "a"},
        {"name": "x", "q": ""},
        {"name": "x", "q": " "},
        {"name": " ", "q": "a"},
        {"name": "x", "filters": {"shoe_size": 4}},
        {"name": "x", "filters": {"tags": "backend"}},
        {"name": "x", "filters": {"min_years": -1}},
        {"name": "x", "q": "a", "user_id": UNKNOWN},
    ],
)
async def test_refuses_what_searches_for_nothing_known(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert_problem(await client.post(PATH, json=body), 422, "invalid_input")


async def test_refuses_who_may_not_read_resumes_and_programs(app: FastAPI, client: httpx.AsyncClient) -> None:
    interviewer = await _colleague(app, Role.INTERVIEWER)
    assert_problem(await client.post(PATH, json=BACKEND, headers=interviewer.headers), 403, "forbidden")
    made = await client.post("/api/v1/api-keys", json={"label": "Site", "scopes": ["resume:read", "candidate:read"]})
    key = {"Authorization": f"Bearer {made.json()['key']}"}
    assert_problem(await client.post(PATH, json=BACKEND, headers=key), 403, "key_not_allowed")


async def test_a_private_search_is_its_owners_alone(
    app: FastAPI, client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    made = (await client.post(PATH, json=BACKEND)).json()
    path = f"{PATH}/{made['id']}"
    key = (await client.post("/api/v1/api-keys", json={"label": "x", "scopes": ["resume:read"]})).json()["key"]
    resources = app.state.resources
    stranger = await add_person(resources.database, resources.tokens, UUID("01936c00-0000-7000-8000-0000000000ff"))
    for headers in ((await _colleague(app)).headers, stranger.headers, {"Authorization": f"Bearer {key}"}):
        for method, address in (("GET", path), ("GET", f"{path}/candidates"), ("DELETE", path)):
            assert_problem(await client.request(method, address, headers=headers), 404, "not_found")
        assert (await client.get(PATH, headers=headers)).json()["items"] == []
    assert (await client.get(path)).json()["mine"] is True
    assert foreign


async def test_a_shared_search_is_run_by_all_and_changed_by_its_owner(app: FastAPI, client: httpx.AsyncClient) -> None:
    made = (await client.post(PATH, json={**BACKEND, "shared": True})).json()
    path, colleague = f"{PATH}/{made['id']}", await _colleague(app)
    read = await client.get(path, headers=colleague.headers)
    assert (read.json()["mine"], read.json()["q"]) == (False, BACKEND["q"])
    assert (await client.get(f"{path}/candidates", headers=colleague.headers)).status_code == 200
    headers = {**colleague.headers, **ANY_VERSION}
    assert_problem(await client.patch(path, json={"name": "Mine"}, headers=headers), 403, "forbidden")
    assert_problem(await client.delete(path, headers=headers), 403, "forbidden")
    with count_statements(app.state.resources.database) as issued:
        listed = (await client.get(PATH, headers=colleague.headers)).json()["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    assert len(issued) <= 2


async def test_a_search_is_kept_encrypted_changed_hidden_and_shown_again(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    answer = await client.post(PATH, json=BACKEND)
    made = SavedSearchRead.model_validate_json(answer.content)
    path = f"{PATH}/{made.id}"
    assert (made.q, made.filters.min_years, made.filters.name, made.shared) == (BACKEND["q"], 2, "mara", False)
    row = admin_connection.execute("select content from saved_search").fetchone()
    assert row is not None
    assert b"mara" not in bytes(row[0])
    changed = await client.patch(path, json={"q": None, "filters": {"place": "Uppsala"}}, headers=ANY_VERSION)
    read = SavedSearchRead.model_validate_json(changed.content)
    assert (read.name, read.q, read.filters.place, read.filters.min_years) == ("Backend", None, "Uppsala", None)
    await client.delete(path)
    assert_problem(await client.get(path), 404, "not_found")
    assert (await client.post(f"{path}/restore")).status_code == 200


async def test_running_a_search_gives_what_the_search_and_the_list_give(client: httpx.AsyncClient, work: Work) -> None:
    await imported(
        client,
        work,
        {
            "a.txt": resume_text(skills="Kafka"),
            "b.txt": resume_text("Mara Ek", "ek@example.org", skills="Kafka, Java"),
            "c.txt": resume_text("Bo Ek", "bo@example.org", skills="Java"),
        },
    )
    path = f"{PATH}/{(await client.post(PATH, json=BACKEND)).json()['id']}/candidates"
    first = SearchPage.model_validate_json((await client.get(path, params={"limit": 1})).content)
    second = await client.get(path, params={"limit": 1, "cursor": first.next_cursor})
    names = [first.items[0].name, second.json()["items"][0]["name"]]
    assert sorted(names, key=str) == ["Mara Ek", "Mara Lindqvist"]
    assert first.items[0].snippets
    body = {"name": "By name", "filters": {"name": "ek", "skills": "java"}}
    path = f"{PATH}/{(await client.post(PATH, json=body)).json()['id']}/candidates"
    listed = SearchPage.model_validate_json((await client.get(path)).content)
    assert {hit.name for hit in listed.items} == {"Bo Ek", "Mara Ek"}
    assert (listed.parts, listed.items[0].snippets) == ([], [])


async def test_a_search_for_what_is_gone_or_not_seen_says_so_and_is_not_run(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    one = await candidate(client)
    await put(client, f"/candidates/{one}/tags", {"names": ["Old", "New"]})
    tags = {each["name"]: each["id"] for each in (await shown(client, "/tags"))["items"]}
    pool = (await made(client, "/talent-pools", {"name": "Nordics"}))["id"]
    secret = (await made(client, "/requisitions", {"description": JOB, "confidential": True}))["id"]
    kept = {}
    for name, value in (("tags", f"{tags['New']},{tags['Old']}"), ("talent_pool_id", pool), ("requisition_id", secret)):
        body = {"name": name, "shared": True, "filters": {name: value}}
        kept[name] = await made(client, "/saved-searches", body)
        assert kept[name]["gone"] == []
    colleague = await _colleague(app)
    mine, theirs = [
        {each["name"]: each["gone"] for each in (await client.get(PATH, headers=headers)).json()["items"]}
        for headers in ({}, colleague.headers)
    ]
    assert (mine["requisition_id"], theirs["requisition_id"]) == ([], ["requisition_id"])
    await made(client, f"/tags/{tags['New']}/merge", {"other_id": tags["Old"]}, 200)
    assert (await client.delete(f"/api/v1/talent-pools/{pool}")).status_code == 204
    for name in ("tags", "talent_pool_id"):
        assert (await client.get(f"{PATH}/{kept[name]['id']}")).json()["gone"] == [name]
        answer = await client.get(f"{PATH}/{kept[name]['id']}/candidates")
        assert_problem(answer, 409, "filter_gone", f"filters.{name}")
    changed = await patch(client, f"/saved-searches/{kept['tags']['id']}", {"filters": {"tags": tags["New"]}})
    assert changed.json()["gone"] == []
    found = await shown(client, f"/saved-searches/{kept['tags']['id']}/candidates")
    assert [row["id"] for row in found["items"]] == [one]
