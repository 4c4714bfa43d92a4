"""Tags: refused where they make no sense, made on use, renamed, merged, deleted, given to many at once."""

import asyncio
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.core.permissions import Role
from talentflux.services import tag_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.record_support import candidate, made, patch, put, shown
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.tenants import Tenant, add_tenant


async def tags(client: httpx.AsyncClient) -> dict[str, str]:
    return {tag["name"]: tag["id"] for tag in (await shown(client, "/tags?limit=200"))["items"]}


@pytest.mark.parametrize("name", ["", "   ", "a,b", "x" * 61, "two\nlines"])
async def test_names_that_are_none_are_refused(client: httpx.AsyncClient, name: str) -> None:
    one = await candidate(client)
    assert_problem(await put(client, f"/candidates/{one}/tags", {"names": [name]}), 422, "invalid_input")


async def test_nobody_is_tagged_where_one_is_not_there(client: httpx.AsyncClient, foreign: dict[str, UUID]) -> None:
    one = await candidate(client)
    for absent in (UNKNOWN, str(foreign["candidate"])):
        body = {"candidate_ids": [one, absent], "add": ["Never"]}
        assert_problem(await client.post("/api/v1/candidates/tags", json=body), 404, "not_found")
    assert await tags(client) == {}


async def test_a_tag_is_not_both_added_and_removed(client: httpx.AsyncClient) -> None:
    body = {"candidate_ids": [await candidate(client)], "add": ["Go"], "remove": ["GO"]}
    assert_problem(await client.post("/api/v1/candidates/tags", json=body), 422, "invalid_input", "body.remove")


async def test_a_name_that_is_taken_is_refused_and_so_is_a_merge_into_itself(client: httpx.AsyncClient) -> None:
    await put(client, f"/candidates/{await candidate(client)}/tags", {"names": ["One", "Two"]})
    known = await tags(client)
    assert_problem(await patch(client, f"/tags/{known['One']}", {"name": "TWO"}), 409, "conflict")
    answer = await client.post(f"/api/v1/tags/{known['One']}/merge", json={"other_id": known["One"]})
    assert_problem(answer, 422, "invalid_input", "body.other_id")
    answer = await client.post(f"/api/v1/tags/{known['One']}/merge", json={"other_id": UNKNOWN})
    assert_problem(answer, 404, "not_found")


async def test_viewers_see_tags_and_give_none(app: FastAPI, client: httpx.AsyncClient) -> None:
    one = await candidate(client)
    await put(client, f"/candidates/{one}/tags", {"names": ["Seen"]})
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    viewer = await tenant.person(Role.VIEWER)
    assert (await tenant.call(viewer, "GET", f"/candidates/{one}/tags")).json() == {"names": ["Seen"]}
    answer = await tenant.call(viewer, "PUT", f"/candidates/{one}/tags", {"names": []})
    assert_problem(answer, 403, "forbidden")


async def test_equal_names_are_one_tag_whatever_their_case(client: httpx.AsyncClient) -> None:
    one, other = await candidate(client), await candidate(client)
    await put(client, f"/candidates/{one}/tags", {"names": ["Speaks  Swedish", "speaks swedish"]})
    await put(client, f"/candidates/{other}/tags", {"names": ["SPEAKS SWEDISH"]})
    assert list(await tags(client)) == ["Speaks Swedish"]
    assert await shown(client, f"/candidates/{other}/tags") == {"names": ["Speaks Swedish"]}
    assert [tag["name"] for tag in (await shown(client, "/tags?q=SPEAKS"))["items"]] == ["Speaks Swedish"]
    assert (await shown(client, "/tags?q=swedish"))["items"] == []


async def test_many_are_tagged_at_once_and_told_of_it(client: httpx.AsyncClient) -> None:
    ids = [await candidate(client) for _ in range(3)]
    body = {"candidate_ids": ids, "add": ["New", "Nordic"]}
    assert await made(client, "/candidates/tags", body, 200) == {"added": 6, "removed": 0}
    body = {"candidate_ids": ids[:2], "add": ["Nordic"], "remove": ["New", "Never there"]}
    assert await made(client, "/candidates/tags", body, 200) == {"added": 0, "removed": 2}
    assert [await shown(client, f"/candidates/{one}/tags") for one in ids] == [
        {"names": ["Nordic"]}, {"names": ["Nordic"]}, {"names": ["New", "Nordic"]},
    ]  # fmt: skip
    told = [each["type"] for each in (await shown(client, f"/candidates/{ids[0]}/timeline"))["items"]]
    assert told == ["candidate.untagged", "candidate.tagged", "candidate.created"]


async def test_two_who_make_the_same_tag_at_once_make_one(client: httpx.AsyncClient) -> None:
    ids = [await candidate(client) for _ in range(4)]
    answers = await asyncio.gather(*(put(client, f"/candidates/{one}/tags", {"names": ["B", "A"]}) for one in ids))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert sorted(await tags(client)) == ["A", "B"]


async def test_renamed_merged_and_deleted_tags_go_with_the_candidates(client: httpx.AsyncClient) -> None:
    one, other = await candidate(client), await candidate(client)
    await put(client, f"/candidates/{one}/tags", {"names": ["Go", "Golang"]})
    await put(client, f"/candidates/{other}/tags", {"names": ["Golang"]})
    known = await tags(client)
    answer = await client.post(f"/api/v1/tags/{known['Go']}/merge", json={"other_id": known["Golang"]})
    assert answer.status_code == 200, answer.text
    assert [await shown(client, f"/candidates/{each}/tags") for each in (one, other)] == [{"names": ["Go"]}] * 2
    assert (await patch(client, f"/tags/{known['Go']}", {"name": "Golang"})).status_code == 200
    assert await shown(client, f"/candidates/{other}/tags") == {"names": ["Golang"]}
    assert (await client.delete(f"/api/v1/tags/{known['Go']}")).status_code == 204
    assert await shown(client, f"/candidates/{other}/tags") == {"names": []}
    deleted = {tag["name"] for tag in (await shown(client, "/tags?deleted=true"))["items"]}
    assert deleted == {"Golang"}
    await put(client, f"/candidates/{one}/tags", {"names": ["Golang"]})
    assert (await tags(client))["Golang"] not in known.values()


async def test_organizations_have_tags_of_their_own(app: FastAPI, client: httpx.AsyncClient) -> None:
    await put(client, f"/candidates/{await candidate(client)}/tags", {"names": ["Ours"]})
    tenant = await add_tenant(app)
    person = await tenant.person()
    assert (await tenant.call(person, "GET", "/tags")).json()["items"] == []
    tag_id = (await tags(client))["Ours"]
    assert (await tenant.call(person, "DELETE", f"/tags/{tag_id}")).status_code == 404


async def test_thousands_are_tagged_by_those_who_tag_in_bulk(app: FastAPI, client: httpx.AsyncClient) -> None:
    one = await candidate(client)
    async with app.state.resources.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        done = await tag_service.add(session, [UUID(one)] * 3000, ["Imported"])
    assert (done.added, done.removed) == (1, 0)
