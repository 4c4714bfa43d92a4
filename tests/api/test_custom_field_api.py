"""Custom fields: values held against their types, slugs that never change, archived and private fields."""

from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.core.errors import InvalidInputError
from talentflux.core.permissions import Role
from talentflux.services import custom_field_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.record_support import candidate, made, patch, put, shown
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.tenants import Tenant, add_tenant


async def field(client: httpx.AsyncClient, slug: str, kind: str, **given: Any) -> dict[str, Any]:
    body = {"resource": "candidate", "slug": slug, "name": slug.title(), "type": kind, **given}
    return await made(client, "/custom-fields", body)


async def values(client: httpx.AsyncClient, one: str) -> dict[str, Any]:
    found = (await shown(client, f"/candidates/{one}/custom-fields"))["custom_fields"]
    return {each["slug"]: each["value"] for each in found}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 5), ("text", " "), ("text", "x" * 5001), ("number", "5"), ("number", True), ("number", 1e16),
        ("number", [1]), ("currency", 5), ("currency", {"amount": 5}), ("currency", {"amount": 5, "currency": "eur"}),
        ("currency", {"amount": 5, "currency": "ZZZ"}), ("currency", {"amount": 5, "currency": ["EUR"]}),
        ("currency", {"amount": "5", "currency": "EUR"}), ("currency", {"amount": 5, "currency": "EUR", "x": 1}),
        ("range", {}), ("range", {"min": 2, "max": 1}), ("range", {"min": None, "max": None}), ("range", [1, 2]),
        ("range", {"min": 1, "of": 2}), ("select", "Purple"), ("select", ["Red"]), ("date", "21.11.2026"),
        ("date", "2026-02-30"), ("date", 20261121), ("url", "javascript:alert(1)"), ("url", "ftp://x.example"),
        ("url", "https://user@x.example"), ("url", "https://"), ("user", UNKNOWN), ("user", "somebody"), ("user", 5),
    ],
)  # fmt: skip
async def test_values_that_do_not_fit_are_refused_by_name(client: httpx.AsyncClient, kind: str, value: Any) -> None:
    await field(client, "it", kind, **({"options": ["Red", "Blue"]} if kind == "select" else {}))
    one = await candidate(client)
    answer = await put(client, f"/candidates/{one}/custom-fields", {"values": {"it": value}})
    assert_problem(answer, 422, "invalid_input", "body.values.it")
    assert await values(client, one) == {"it": None}


async def test_values_of_every_type_come_back_as_given(client: httpx.AsyncClient, owner: Person) -> None:
    given = {
        "text": "Four days", "number": 4.5, "currency": {"amount": 64000, "currency": "EUR"},
        "range": {"min": 1, "max": None}, "select": "Red", "date": "2026-11-21", "url": "https://x.example/a?b=c",
        "user": str(owner.user_id),
    }  # fmt: skip
    for kind in given:
        await field(client, f"a_{kind}", kind, **({"options": ["Red", "Blue"]} if kind == "select" else {}))
    one = await candidate(client)
    answer = await put(client, f"/candidates/{one}/custom-fields", {"values": {f"a_{k}": v for k, v in given.items()}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["custom_fields"][0] == {
        "slug": "a_text", "name": "A_Text", "type": "text", "value": "Four days",
    }  # fmt: skip
    assert await values(client, one) == {f"a_{kind}": value for kind, value in given.items()}


async def test_what_equals_the_value_that_is_there_is_refused_all_the_same_where_it_is_of_another_type(
    client: httpx.AsyncClient,
) -> None:
    await field(client, "it", "number")
    one = await candidate(client)
    assert (await put(client, f"/candidates/{one}/custom-fields", {"values": {"it": 1}})).status_code == 200
    answer = await put(client, f"/candidates/{one}/custom-fields", {"values": {"it": True}})
    assert_problem(answer, 422, "invalid_input", "body.values.it")
    assert await values(client, one) == {"it": 1}


async def test_fields_that_are_not_there_are_refused(client: httpx.AsyncClient) -> None:
    one = await candidate(client)
    answer = await put(client, f"/candidates/{one}/custom-fields", {"values": {"nothing": 1}})
    assert_problem(answer, 422, "invalid_input", "body.values.nothing")
    answer = await put(client, f"/candidates/{one}/custom-fields", {"values": {"Mara's <secret>": 1}})
    assert_problem(answer, 422, "invalid_input", "body.values")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Upper"}, {"slug": "1st"}, {"slug": "a b"}, {"type": "color"}, {"resource": "offer"}, {"name": ""},
        {"type": "select"}, {"options": ["a"]}, {"type": "select", "options": ["a", "a"]},
    ],
)  # fmt: skip
async def test_fields_that_make_no_sense_are_refused(client: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    body = {"resource": "candidate", "slug": "it", "name": "It", "type": "text"} | wrong
    assert_problem(await client.post("/api/v1/custom-fields", json=body), 422, "invalid_input")


async def test_a_slug_is_used_once_for_each_resource(client: httpx.AsyncClient) -> None:
    made_field = await field(client, "it", "text")
    assert (await patch(client, f"/custom-fields/{made_field['id']}", {"archived": True})).status_code == 200
    body = {"resource": "candidate", "slug": "it", "name": "It", "type": "number"}
    assert_problem(await client.post("/api/v1/custom-fields", json=body), 409, "conflict")
    await made(client, "/custom-fields", body | {"resource": "job"})
    assert len((await shown(client, "/custom-fields?resource=job"))["items"]) == 1


async def test_slug_and_type_never_change(client: httpx.AsyncClient) -> None:
    path = f"/custom-fields/{(await field(client, 'it', 'text'))['id']}"
    for change in ({"slug": "other"}, {"type": "number"}, {"resource": "job"}):
        assert_problem(await patch(client, path, change), 422, "invalid_input")
    assert_problem(await patch(client, path, {"options": ["a"]}), 422, "invalid_input", "body.options")


async def test_recruiters_fill_fields_in_and_do_not_make_them(app: FastAPI, client: httpx.AsyncClient) -> None:
    await field(client, "wish", "text", private=True)
    one = await candidate(client)
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    recruiter, viewer = await tenant.person(Role.RECRUITER), await tenant.person(Role.VIEWER)
    body = {"resource": "candidate", "slug": "it", "name": "It", "type": "text"}
    assert_problem(await tenant.call(recruiter, "POST", "/custom-fields", body), 403, "forbidden")
    path = f"/candidates/{one}/custom-fields"
    assert (await tenant.call(recruiter, "PUT", path, {"values": {"wish": "Quiet"}})).status_code == 200
    assert (await tenant.call(viewer, "GET", path)).json()["custom_fields"] == []
    assert_problem(await tenant.call(viewer, "PUT", path, {"values": {}}), 403, "forbidden")


async def test_required_fields_must_be_there_and_archived_ones_keep_their_values(client: httpx.AsyncClient) -> None:
    needed, old = await field(client, "needed", "text", required=True), await field(client, "old", "number")
    one = await candidate(client)
    path = f"/candidates/{one}/custom-fields"
    assert_problem(await put(client, path, {"values": {"old": 3}}), 422, "invalid_input", "body.values.needed")
    assert (await put(client, path, {"values": {"old": 3, "needed": "Here"}})).status_code == 200
    assert (await patch(client, f"/custom-fields/{old['id']}", {"archived": True})).json()["archived_at"] is not None
    assert await values(client, one) == {"needed": "Here"}
    assert_problem(await put(client, path, {"values": {"old": 4, "needed": "x"}}), 422, "invalid_input")
    assert (await put(client, path, {"values": {"needed": "There"}})).status_code == 200
    assert (await patch(client, f"/custom-fields/{old['id']}", {"archived": False})).json()["archived_at"] is None
    assert await values(client, one) == {"needed": "There", "old": 3}
    await patch(client, f"/custom-fields/{needed['id']}", {"required": False})
    assert (await put(client, path, {"values": {}})).status_code == 200
    assert await values(client, one) == {"needed": None, "old": None}


async def test_an_option_that_is_no_longer_offered_stays_where_it_was_chosen(client: httpx.AsyncClient) -> None:
    made_field = await field(client, "colour", "select", options=["Red", "Blue"])
    one, other = await candidate(client), await candidate(client)
    given = {"values": {"colour": "Red"}}
    assert (await put(client, f"/candidates/{one}/custom-fields", given)).status_code == 200
    await patch(client, f"/custom-fields/{made_field['id']}", {"options": ["Blue"]})
    assert (await put(client, f"/candidates/{one}/custom-fields", given)).status_code == 200
    assert (await put(client, f"/candidates/{other}/custom-fields", given)).status_code == 422


async def test_values_need_the_version_of_the_candidate(client: httpx.AsyncClient) -> None:
    await field(client, "it", "text")
    one = await candidate(client)
    path = f"/api/v1/candidates/{one}/custom-fields"
    assert_problem(await client.put(path, json={"values": {}}), 428, "precondition_required")
    etag = (await client.get(path)).headers["etag"]
    answer = await client.put(path, json={"values": {"it": "x"}}, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text
    answer = await client.put(path, json={"values": {"it": "y"}}, headers={"If-Match": etag})
    assert_problem(answer, 412, "precondition_failed")


async def test_members_of_other_organizations_are_no_values(app: FastAPI, client: httpx.AsyncClient) -> None:
    await field(client, "who", "user")
    stranger = await (await add_tenant(app)).person()
    one = await candidate(client)
    body = {"values": {"who": str(stranger.user_id)}}
    answer = await put(client, f"/candidates/{one}/custom-fields", body)
    assert_problem(answer, 422, "invalid_input", "body.values.who")


async def test_other_stems_hold_values_against_their_own_fields(app: FastAPI, client: httpx.AsyncClient) -> None:
    await made(
        client, "/custom-fields", {"resource": "requisition", "slug": "budget", "name": "Budget", "type": "number"}
    )
    async with app.state.resources.database.write_session(Scope(LOCAL_ORGANIZATION_ID)) as session:
        stored = await custom_field_service.check(session, "requisition", {"budget": 5})
        assert stored == {"budget": 5}
        answered = await custom_field_service.shown(session, "requisition", stored)
        assert [each.model_dump(mode="json") for each in answered] == [
            {"slug": "budget", "name": "Budget", "type": "number", "value": 5}
        ]
        with pytest.raises(InvalidInputError) as refused:
            await custom_field_service.check(session, "job", {"budget": 5}, place="body.custom")
    assert list(refused.value.fields) == ["body.custom.budget"]


async def test_no_value_is_readable_in_the_database(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    await field(client, "wish", "text")
    one = await candidate(client)
    await put(client, f"/candidates/{one}/custom-fields", {"values": {"wish": "Zyqokavu wishes"}})
    row = admin_connection.execute("select custom from candidate where id = %s", [UUID(one)]).fetchone()
    assert row is not None
    assert b"Zyqokavu" not in row[0]
    events = admin_connection.execute("select string_agg(entry, '') from audit_event").fetchone()
    assert events is not None
    assert "Zyqokavu" not in events[0]
