"""Merging candidates: refused where it makes no sense, whole, and undone exactly."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.models import Base
from talentflux.repositories.candidate_merge_repository import STAYING, moving_tables
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.services.sealed_columns import SEALED
from tests.api.conftest import Work
from tests.api.record_support import candidate, made, patch, put, shown
from tests.api.support import UNKNOWN, assert_problem, imported, requisition, resume_text
from tests.factories.tenants import Tenant, add_tenant


async def merged(client: httpx.AsyncClient, one: str, other: str, **given: Any) -> str:
    return str((await made(client, f"/candidates/{one}/merge", {"other_id": other, **given}))["id"])


async def undo(client: httpx.AsyncClient, merge_id: str) -> httpx.Response:
    return await client.post(f"/api/v1/candidates/merges/{merge_id}/undo")


async def everything(client: httpx.AsyncClient, one: str) -> Any:
    """Return all that is shown of a candidate, without times of change."""
    parts = {
        part: (await shown(client, f"/candidates/{one}/{part}"))
        for part in ("notes", "attachments", "links", "tags", "talent-pools", "custom-fields")
    }
    parts["candidate"] = await shown(client, f"/candidates/{one}")
    parts["applications"] = await shown(client, f"/applications?candidate_id={one}")
    parts["referrals"] = await shown(client, f"/referrals?candidate_id={one}")
    return _timeless(parts)


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(each) for name, each in value.items() if name not in {"updated_at", "next_cursor"}}
    return [_timeless(each) for each in value] if isinstance(value, list) else value


async def recorded(client: httpx.AsyncClient, name: str, tag: str, **fields: Any) -> str:
    """Enter a candidate with one of each."""
    one = await candidate(client, name, **fields)
    await put(client, f"/candidates/{one}/tags", {"names": [tag, "Both"]})
    await made(client, f"/candidates/{one}/notes", {"body": f"About {name}."})
    await made(client, f"/candidates/{one}/links", {"url": f"https://github.com/{tag.lower()}"})
    file = {"file": (f"{tag}.pdf", b"%PDF-1.7 " + tag.encode())}
    answer = await client.post("/api/v1/attachments", files=file, data={"candidate_id": one})
    assert answer.status_code == 201, answer.text
    return one


async def test_a_candidate_is_not_merged_into_themselves(client: httpx.AsyncClient) -> None:
    one = await candidate(client)
    answer = await client.post(f"/api/v1/candidates/{one}/merge", json={"other_id": one})
    assert_problem(answer, 422, "invalid_input", "body.other_id")


async def test_candidates_who_are_not_there_are_not_merged(client: httpx.AsyncClient, foreign: dict[str, UUID]) -> None:
    one = await candidate(client)
    gone = await candidate(client, "Gone Away")
    assert (await client.delete(f"/api/v1/candidates/{gone}")).status_code == 204
    for absent in (UNKNOWN, str(foreign["candidate"]), gone):
        assert_problem(
            await client.post(f"/api/v1/candidates/{one}/merge", json={"other_id": absent}),
            404, "not_found", "body.other_id",
        )  # fmt: skip
        answer = await client.post(f"/api/v1/candidates/{absent}/merge", json={"other_id": one})
        assert_problem(answer, 404, "not_found")


async def test_who_may_not_merge_is_refused(app: FastAPI, client: httpx.AsyncClient) -> None:
    one, other = await candidate(client), await candidate(client)
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    for role in (Role.HIRING_MANAGER, Role.INTERVIEWER, Role.VIEWER):
        person = await tenant.person(role)
        answer = await tenant.call(person, "POST", f"/candidates/{one}/merge", {"other_id": other})
        assert_problem(answer, 403, "forbidden")


async def test_who_was_merged_is_neither_merged_again_nor_restored(client: httpx.AsyncClient) -> None:
    one, other, third = [await candidate(client) for _ in range(3)]
    await merged(client, one, other)
    for path, body in ((third, other), (other, third), (one, other)):
        answer = await client.post(f"/api/v1/candidates/{path}/merge", json={"other_id": body})
        assert_problem(answer, 409, "already_merged")
    answer = await client.post(f"/api/v1/candidates/{other}/restore", headers={"If-Match": "*"})
    assert_problem(answer, 409, "already_merged")


async def test_of_two_merges_at_once_one_wins(client: httpx.AsyncClient) -> None:
    one, other = await recorded(client, "One", "One"), await recorded(client, "Other", "Other")
    pairs = [(one, other), (other, one), (one, other), (other, one)]
    answers = await asyncio.gather(
        *(client.post(f"/api/v1/candidates/{path}/merge", json={"other_id": body}) for path, body in pairs)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    winner = next(answer for answer in answers if answer.status_code == 201).json()
    assert {each["body"] for each in (await shown(client, f"/candidates/{winner['candidate_id']}/notes"))["items"]} == {
        "About One.", "About Other.",
    }  # fmt: skip
    undone = await asyncio.gather(*(undo(client, winner["id"]) for _ in range(3)))
    assert sorted(answer.status_code for answer in undone) == [200, 409, 409]


async def test_all_that_was_kept_goes_over_and_can_be_read(client: httpx.AsyncClient, work: Work) -> None:
    await made(client, "/custom-fields", {"resource": "candidate", "slug": "wish", "name": "Wish", "type": "text"})
    one = await recorded(client, "Mara Lindqvist", "One", location="Uppsala")
    other = await recorded(client, "M. Lindqvist", "Other", email="mara@example.org", phone="+46701234567")
    await put(client, f"/candidates/{other}/custom-fields", {"values": {"wish": "Four days a week"}})
    pool = (await made(client, "/talent-pools", {"name": "Nordics"}))["id"]
    given = {"candidate_ids": [other], "reason": "Second last time"}
    await made(client, f"/talent-pools/{pool}/candidates", given, 200)
    await work()
    merge_id = await merged(client, one, other, take=["name"])
    assert (await client.get(f"/api/v1/candidates/{other}")).status_code == 404
    stays = await everything(client, one)
    assert stays["candidate"]["name"] == "M. Lindqvist"
    assert stays["candidate"]["email"] == "mara@example.org"
    assert stays["candidate"]["location"] == "Uppsala"
    assert stays["tags"] == {"names": ["Both", "One", "Other"]}
    assert {note["body"] for note in stays["notes"]["items"]} == {"About Mara Lindqvist.", "About M. Lindqvist."}
    assert {link["url"] for link in stays["links"]["items"]} == {"https://github.com/one", "https://github.com/other"}
    assert {file["file_name"] for file in stays["attachments"]["items"]} == {"One.pdf", "Other.pdf"}
    assert [each["reason"] for each in stays["talent-pools"]["items"]] == ["Second last time"]
    assert stays["custom-fields"]["custom_fields"][0]["value"] == "Four days a week"
    for file in stays["attachments"]["items"]:
        assert (await client.get(f"/api/v1/attachments/{file['id']}/file")).content.startswith(b"%PDF")
    found = await shown(client, "/candidates?email=mara@example.org")
    assert [each["id"] for each in found["items"]] == [one]
    assert (await shown(client, f"/candidates/{one}/merges"))["items"][0]["id"] == merge_id
    assert (await shown(client, f"/candidates/merges/{merge_id}"))["other_id"] == other


async def test_undo_gives_both_back_exactly_what_they_had(client: httpx.AsyncClient, work: Work) -> None:
    await made(client, "/custom-fields", {"resource": "candidate", "slug": "wish", "name": "Wish", "type": "text"})
    asked = (await requisition(client))["id"]
    await imported(client, work, {"a.txt": resume_text("Mara Lindqvist", "mara@example.org")}, asked)
    await imported(client, work, {"b.txt": resume_text("Mara Lindkvist", "m@example.org", "Go")}, asked)
    await client.post(f"/api/v1/requisitions/{asked}/match", json={})
    await work()
    rows = (await shown(client, "/candidates?sort=created_at"))["items"]
    one, other = (row["id"] for row in rows)
    for row_id, wish in ((one, "Remote"), (other, "Four days")):
        await put(client, f"/candidates/{row_id}/tags", {"names": [wish, "Both"]})
        await made(client, f"/candidates/{row_id}/notes", {"body": wish})
        await made(client, f"/candidates/{row_id}/links", {"url": f"https://example.org/{wish[:3]}"})
        await put(client, f"/candidates/{row_id}/custom-fields", {"values": {"wish": wish}})
        await made(client, "/referrals", {"candidate_id": row_id, "note": wish})
    before = [await everything(client, row_id) for row_id in (one, other)]
    merge_id = await merged(client, one, other, take=["name", "email"], take_custom=["wish"])
    between = await everything(client, one)
    assert between["candidate"]["email"] == "m@example.org"
    assert len(between["candidate"]["resumes"]) == 2
    assert len(between["applications"]["items"]) == 1
    answer = await undo(client, merge_id)
    assert answer.status_code == 200, answer.text
    assert answer.json()["undone_at"] is not None
    await work()
    assert [await everything(client, row_id) for row_id in (one, other)] == before


async def test_what_was_changed_after_a_merge_stays_when_it_is_undone(client: httpx.AsyncClient) -> None:
    one = await candidate(client, "Mara Lindqvist")
    other = await candidate(client, "Mara L.", phone="+46701234567", location="Uppsala")
    merge_id = await merged(client, one, other)
    await patch(client, f"/candidates/{one}", {"location": "Stockholm"})
    written = await made(client, f"/candidates/{one}/notes", {"body": "Written since."})
    assert (await undo(client, merge_id)).status_code == 200
    stays = await shown(client, f"/candidates/{one}")
    assert (stays["phone"], stays["location"]) == (None, "Stockholm")
    assert [note["id"] for note in (await shown(client, f"/candidates/{one}/notes"))["items"]] == [written["id"]]
    assert (await shown(client, f"/candidates/{other}"))["location"] == "Uppsala"


async def test_of_two_applications_to_one_requisition_the_further_goes_on(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection
) -> None:
    asked = (await requisition(client))["id"]
    await imported(client, work, {"a.txt": resume_text("Mara Lindqvist", "mara@example.org")}, asked)
    await imported(client, work, {"b.txt": resume_text("Mara Lindkvist", "m@example.org", "Go")}, asked)
    applied = {row["candidate_id"]: row["id"] for row in (await shown(client, "/applications"))["items"]}
    one, other = sorted(applied)
    admin_connection.execute("update application set stage = 'interview' where id = %s", [applied[other]])
    merge_id = await merged(client, one, other)
    assert [row["id"] for row in (await shown(client, "/applications"))["items"]] == [applied[other]]
    assert (await shown(client, f"/applications/{applied[other]}"))["candidate_id"] == one
    assert (await undo(client, merge_id)).status_code == 200
    rows = (await shown(client, "/applications"))["items"]
    assert {row["candidate_id"]: row["id"] for row in rows} == applied


async def test_undo_is_refused_when_it_is_too_late_and_says_why(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    one, other, third = [await candidate(client) for _ in range(3)]
    first = await merged(client, one, other)
    later = await merged(client, third, one)
    answer = await undo(client, first)
    assert_problem(answer, 409, "merge_not_undoable")
    assert "merged into another" in answer.json()["detail"]
    assert (await undo(client, later)).status_code == 200
    assert_problem(await undo(client, later), 409, "already_undone")
    another = await merged(client, one, third)
    answer = await undo(client, first)
    assert_problem(answer, 409, "merge_not_undoable")
    assert "Another candidate" in answer.json()["detail"]
    assert (await client.delete(f"/api/v1/candidates/{one}")).status_code == 204
    answer = await undo(client, another)
    assert_problem(answer, 409, "merge_not_undoable")
    assert "deleted" in answer.json()["detail"]
    assert (await client.post(f"/api/v1/candidates/{one}/restore", headers={"If-Match": "*"})).status_code == 200
    admin_connection.execute("update candidate set wrapped_key = null where id = %s", [third])
    answer = await undo(client, another)
    assert_problem(answer, 409, "merge_not_undoable")
    assert "erased" in answer.json()["detail"]
    assert_problem(await undo(client, UNKNOWN), 404, "not_found")


async def test_undo_is_refused_when_the_address_was_taken_in_the_meantime(client: httpx.AsyncClient) -> None:
    one, other = await candidate(client, email="mara@example.org"), await candidate(client, email="m@example.org")
    merge_id = await merged(client, one, other)
    newer = await candidate(client, email="m@example.org")
    answer = await undo(client, merge_id)
    assert_problem(answer, 409, "conflict")
    assert (await client.delete(f"/api/v1/candidates/{newer}")).status_code == 204
    assert (await undo(client, merge_id)).status_code == 200


async def test_who_withdrew_consent_or_wants_no_mail_once_does_so_still(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    one, other = await candidate(client), await candidate(client)
    admin_connection.execute("update candidate set consent = 'given' where id = %s", [one])
    admin_connection.execute("update candidate set consent = 'withdrawn' where id = %s", [other])
    answer = await put(
        client, f"/candidates/{other}/contact", {"do_not_contact": True, "reason": "Asked by telephone."}
    )
    assert answer.status_code == 200, answer.text
    merge_id = await merged(client, one, other)
    stays = await shown(client, f"/candidates/{one}")
    assert (stays["consent"], stays["do_not_contact"]) == ("withdrawn", True)
    assert stays["contact_reason"] == "Asked by telephone."
    assert (await undo(client, merge_id)).status_code == 200
    stays = await shown(client, f"/candidates/{one}")
    assert (stays["consent"], stays["do_not_contact"], stays["contact_reason"]) == ("given", False, None)


async def test_both_organizations_see_their_own_merges_only(app: FastAPI, client: httpx.AsyncClient) -> None:
    one, other = await candidate(client), await candidate(client)
    merge_id = await merged(client, one, other)
    tenant = await add_tenant(app)
    person = await tenant.person()
    for method, path in (
        ("POST", f"/candidates/merges/{merge_id}/undo"),
        ("GET", f"/candidates/merges/{merge_id}"),
        ("GET", f"/candidates/{one}/merges"),
        ("GET", f"/candidates/{one}/duplicates"),
    ):
        assert (await tenant.call(person, method, path)).status_code == 404


def test_every_table_that_points_to_candidates_is_moved_or_has_a_reason_not_to() -> None:
    known = moving_tables().keys() | STAYING.keys()
    pointing = {
        name
        for name, table in Base.metadata.tables.items()
        for key in table.foreign_key_constraints
        if key.referred_table.name == "candidate" and "candidate_id" in key.column_keys
    }
    assert pointing <= known
    assert {"resume", "application", "note", "attachment", "candidate_link", "referral"} <= moving_tables().keys()
    for name, table in moving_tables().items():
        assert "id" in table.c, f"{name} has no id by which its rows are known again"
        sealed = {column for column, each in SEALED.get(name, {}).items() if each.key == "candidate"}
        assert all(SEALED[name][column].by == "candidate_id" for column in sealed)


@pytest.mark.parametrize("name", ["match", "referral", "talent_pool_member", "application"])
def test_tables_with_one_row_per_candidate_are_moved_with_care(name: str) -> None:
    assert name in moving_tables()
