"""The timeline of a candidate: what happened, who did it, nothing personal, two statements."""

from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.core.permissions import Role
from talentflux.schemas.attachment import AttachmentRead
from talentflux.schemas.note import NoteRead
from talentflux.schemas.page import Page
from talentflux.schemas.talent_pool import PoolMemberRead
from talentflux.schemas.timeline import TimelineEntry
from talentflux.services.encryption_service import organization_keys, platform_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.hiring_support import change, stages
from tests.api.record_support import candidate, made, patch, put, shown
from tests.api.support import JOB, UNKNOWN, assert_problem, requisition
from tests.factories.statements import count_statements
from tests.factories.tenants import Tenant, add_tenant


async def test_of_somebody_who_is_not_there_nothing_is_told(
    app: FastAPI, client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    one, gone = await candidate(client), await candidate(client)
    await client.delete(f"/api/v1/candidates/{gone}")
    for absent in (UNKNOWN, str(foreign["candidate"]), gone):
        assert_problem(await client.get(f"/api/v1/candidates/{absent}/timeline"), 404, "not_found")
    tenant = await add_tenant(app)
    answer = await tenant.call(await tenant.person(), "GET", f"/candidates/{one}/timeline")
    assert_problem(answer, 404, "not_found")


async def test_who_did_what_is_told_in_order_without_personal_data(app: FastAPI, client: httpx.AsyncClient) -> None:
    one = await candidate(client, "Zyqokavu Person", email="zyqokavu@example.org")
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    recruiter = await tenant.person(Role.RECRUITER, name="Sam Okoro")
    await tenant.call(recruiter, "POST", f"/candidates/{one}/notes", {"body": "Zyqokavu called"})
    await tenant.call(recruiter, "PATCH", f"/candidates/{one}", {"location": "Zyqokavu street"})
    await put(client, f"/candidates/{one}/tags", {"names": ["New"]})
    answer = await client.get(f"/api/v1/candidates/{one}/timeline")
    assert "zyqokavu" not in answer.text.lower()
    told = [(each["type"], each["actor_name"]) for each in answer.json()["items"]]
    assert told == [
        ("candidate.tagged", "Robin Example"), ("candidate.updated", "Sam Okoro"), ("candidate.noted", "Sam Okoro"),
        ("candidate.created", "Robin Example"),
    ]  # fmt: skip
    only = await shown(client, f"/candidates/{one}/timeline?type=candidate.noted&include_total=true")
    assert (len(only["items"]), only["total"]) == (1, 1)


async def test_an_entry_says_in_words_what_happened_and_what_its_ids_are_called(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    one = await candidate(client)
    needed = await requisition(client)
    pool = (await made(client, "/talent-pools", {"name": "Nordics"}))["id"]
    await made(client, f"/talent-pools/{pool}/candidates", {"candidate_ids": [one]}, 200)
    entered = await made(client, "/applications", {"requisition_id": needed["id"], "candidate_id": one})
    by_kind = await stages(client, needed["id"])
    assert (await change(client, entered["id"], stage_id=by_kind["interview"])).status_code == 200
    hidden = await made(client, "/requisitions", {"description": JOB, "title": "Secret need", "confidential": True})
    await made(client, "/applications", {"requisition_id": hidden["id"], "candidate_id": one})
    path = f"/candidates/{one}/timeline"
    told = {
        each["type"]: each for each in (await shown(client, path))["items"] if each["requisition_id"] != hidden["id"]
    }
    moved = told["application.moved"]
    assert moved["summary"] == "An application came into another stage."
    assert moved["names"] == {
        needed["id"]: "Backend developer", by_kind["interview"]: "Interview", by_kind["applied"]: "Applied",
    }  # fmt: skip
    assert told["candidate.pooled"]["names"] == {pool: "Nordics"}
    assert "Secret need" in (await client.get(f"/api/v1{path}")).text
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    for role, knows_pools in ((Role.RECRUITER, True), (Role.VIEWER, False)):
        answer = await tenant.call(await tenant.person(role), "GET", path)
        assert "Backend developer" in answer.text
        assert ("Nordics" in answer.text) is knows_pools
        assert "Secret need" not in answer.text


async def test_pages_follow_each_other_without_gap(client: httpx.AsyncClient) -> None:
    one = await candidate(client)
    for number in range(6):
        await put(client, f"/candidates/{one}/tags", {"names": [str(number)]})
    whole = (await shown(client, f"/candidates/{one}/timeline?limit=200"))["items"]
    seen, path = [], f"/candidates/{one}/timeline?limit=4"
    cursor: str | None = ""
    while cursor is not None:
        page = await shown(client, path + (f"&cursor={cursor}" if cursor else ""))
        seen += page["items"]
        cursor = page["next_cursor"]
    assert [each["id"] for each in seen] == [each["id"] for each in whole]


async def test_after_a_merge_both_histories_are_told(client: httpx.AsyncClient) -> None:
    one, other = await candidate(client), await candidate(client)
    await made(client, f"/candidates/{other}/notes", {"body": "Before"})
    merge = await made(client, f"/candidates/{one}/merge", {"other_id": other})
    told = [each["type"] for each in (await shown(client, f"/candidates/{one}/timeline"))["items"]]
    assert told == ["candidate.merged", "candidate.noted", "candidate.created", "candidate.created"]
    await client.post(f"/api/v1/candidates/merges/{merge['id']}/undo")
    told = [each["type"] for each in (await shown(client, f"/candidates/{one}/timeline"))["items"]]
    assert told == ["candidate.unmerged", "candidate.merged", "candidate.created"]


async def test_lists_of_what_is_kept_have_their_declared_form_and_take_two_statements(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    one = await candidate(client, "Mara Lindqvist", phone="+46701234567")
    await made(client, f"/candidates/{one}/notes", {"body": "x"})
    pool = (await made(client, "/talent-pools", {"name": "Nordics"}))["id"]
    await made(client, f"/talent-pools/{pool}/candidates", {"candidate_ids": [one], "reason": "Good"}, 200)
    file = {"file": ("a.pdf", b"%PDF-1.7")}
    assert (await client.post("/api/v1/attachments", files=file, data={"candidate_id": one})).status_code == 201
    await patch(client, f"/candidates/{one}", {"location": "Uppsala"})
    async with app.state.resources.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        await organization_keys(session)
        await platform_keys(session)
    lists: dict[str, Any] = {
        f"/candidates/{one}/timeline": Page[TimelineEntry], f"/candidates/{one}/notes": Page[NoteRead],
        f"/candidates/{one}/attachments": Page[AttachmentRead],
        f"/talent-pools/{pool}/candidates": Page[PoolMemberRead],
        f"/candidates/{one}/duplicates": None, f"/candidates/{one}/links": None,
    }  # fmt: skip
    for path, kind in lists.items():
        await client.get(f"/api/v1{path}")
        with count_statements(app.state.resources.database) as issued:
            found = await shown(client, path)
        assert 1 <= len(issued) <= 2, (path, issued)
        if kind is not None:
            page = kind.model_validate(found)
            assert page.items
            assert {frozenset(item) for item in found["items"]} == {frozenset(type(page.items[0]).model_fields)}
