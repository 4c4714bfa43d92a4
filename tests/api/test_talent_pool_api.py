"""Talent pools: refused without consent, told who put whom there and why, encrypted."""

from uuid import UUID

import httpx
import psycopg
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.record_support import candidate, made, patch, shown
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.people import Person
from tests.factories.tenants import Tenant, add_tenant


async def pool(client: httpx.AsyncClient, name: str = "Nordics") -> str:
    return str((await made(client, "/talent-pools", {"name": name, "description": "For later"}))["id"])


async def test_names_are_given_once(client: httpx.AsyncClient) -> None:
    one, other = await pool(client), await pool(client, "Baltics")
    assert_problem(await client.post("/api/v1/talent-pools", json={"name": "Nordics"}), 409, "conflict")
    assert_problem(await patch(client, f"/talent-pools/{other}", {"name": "Nordics"}), 409, "conflict")
    assert (await client.delete(f"/api/v1/talent-pools/{one}")).status_code == 204
    assert (await patch(client, f"/talent-pools/{other}", {"name": "Nordics"})).status_code == 200
    assert_problem(await client.post(f"/api/v1/talent-pools/{one}/restore"), 409, "conflict")


async def test_nobody_is_put_there_where_one_is_not_there_or_withdrew_consent(
    client: httpx.AsyncClient, foreign: dict[str, UUID], admin_connection: psycopg.Connection
) -> None:
    to, one, no = await pool(client), await candidate(client), await candidate(client)
    path = f"/api/v1/talent-pools/{to}/candidates"
    for absent in (UNKNOWN, str(foreign["candidate"])):
        assert_problem(await client.post(path, json={"candidate_ids": [one, absent]}), 404, "not_found")
    admin_connection.execute("update candidate set consent = 'withdrawn' where id = %s", [no])
    assert_problem(await client.post(path, json={"candidate_ids": [one, no]}), 409, "consent_withdrawn")
    for over in ("consent = 'given', consent_until", "consent = 'unknown', consent_until = null, retain_until"):
        admin_connection.execute(f"update candidate set {over} = now() - interval '1 minute' where id = %s", [no])
        assert_problem(await client.post(path, json={"candidate_ids": [one, no]}), 409, "consent_expired")
    assert_problem(await client.delete(f"{path}/{one}"), 404, "not_found")
    assert (await shown(client, f"/talent-pools/{to}/candidates"))["items"] == []


async def test_pools_are_for_recruiters_and_of_one_organization(app: FastAPI, client: httpx.AsyncClient) -> None:
    to = await pool(client)
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    manager = await tenant.person(Role.HIRING_MANAGER)
    assert_problem(await tenant.call(manager, "GET", f"/talent-pools/{to}/candidates"), 403, "forbidden")
    other = await add_tenant(app)
    person = await other.person()
    for method, path in (("GET", f"/talent-pools/{to}"), ("DELETE", f"/talent-pools/{to}")):
        assert_problem(await other.call(person, method, path), 404, "not_found")


async def test_who_is_in_a_pool_is_told_with_consent_by_whom_and_why(
    client: httpx.AsyncClient, owner: Person, admin_connection: psycopg.Connection
) -> None:
    to = await pool(client)
    ids = [await candidate(client, f"Person {letter}") for letter in "ABC"]
    admin_connection.execute("update candidate set consent = 'given' where id = %s", [ids[2]])
    body = {"candidate_ids": ids, "reason": "Zyqokavu impressed"}
    assert await made(client, f"/talent-pools/{to}/candidates", body, 200) == {"added": 3}
    assert await made(client, f"/talent-pools/{to}/candidates", {"candidate_ids": ids[:1]}, 200) == {"added": 0}
    first = await shown(client, f"/talent-pools/{to}/candidates?limit=2&include_total=true")
    assert (first["total"], len(first["items"])) == (3, 2)
    rest = await shown(client, f"/talent-pools/{to}/candidates?limit=2&cursor={first['next_cursor']}")
    rows = first["items"] + rest["items"]
    assert {row["candidate_id"] for row in rows} == set(ids)
    row = next(row for row in rows if row["candidate_id"] == ids[2])
    assert (row["name"], row["consent"], row["reason"]) == ("Person C", "given", "Zyqokavu impressed")
    assert (row["added_by"], row["added_by_name"]) == (str(owner.user_id), "Robin Example")
    stored = admin_connection.execute("select string_agg(reason, '') from talent_pool_member").fetchone()
    assert stored is not None
    assert b"Zyqokavu" not in stored[0]
    assert (await client.delete(f"/api/v1/talent-pools/{to}/candidates/{ids[0]}")).status_code == 204
    assert (await shown(client, f"/candidates/{ids[0]}/talent-pools"))["items"] == []
    assert (await client.delete(f"/api/v1/candidates/{ids[1]}")).status_code == 204
    left = (await shown(client, f"/talent-pools/{to}/candidates"))["items"]
    assert [each["candidate_id"] for each in left] == [ids[2]]
    assert (await client.delete(f"/api/v1/talent-pools/{to}")).status_code == 204
    assert (await shown(client, f"/candidates/{ids[2]}/talent-pools"))["items"] == []
    assert (await client.post(f"/api/v1/talent-pools/{to}/restore")).status_code == 200
    assert len((await shown(client, f"/candidates/{ids[2]}/talent-pools"))["items"]) == 1
