"""Links of candidates: web addresses only, encrypted, for those who may see contact data."""

from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.record_support import candidate, made, shown
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.tenants import Tenant


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "ftp://example.org", "data:text/html,x", "https://", "//example.org", "example.org",
        "https://user:word@example.org", "https://exa mple.org", "https://example.org/<b>", "https://[::1",
        "https://example.org:99999", "https://example.org/\u202etxt", "",
    ],
)  # fmt: skip
async def test_what_is_no_web_address_is_refused(client: httpx.AsyncClient, url: str) -> None:
    one = await candidate(client)
    answer = await client.post(f"/api/v1/candidates/{one}/links", json={"url": url})
    assert_problem(answer, 422, "invalid_input", "body.url")


async def test_links_of_nobody_and_the_same_link_twice_are_refused(
    client: httpx.AsyncClient, foreign: dict[str, UUID]
) -> None:
    body = {"url": "https://example.org/me"}
    for absent in (UNKNOWN, str(foreign["candidate"])):
        assert_problem(await client.post(f"/api/v1/candidates/{absent}/links", json=body), 404, "not_found")
    one, other = await candidate(client), await candidate(client)
    link = await made(client, f"/candidates/{one}/links", body)
    assert_problem(await client.post(f"/api/v1/candidates/{one}/links", json=body), 409, "conflict")
    assert_problem(await client.delete(f"/api/v1/candidates/{other}/links/{link['id']}"), 404, "not_found")


async def test_kinds_are_told_from_hosts_and_links_are_private_and_encrypted(
    app: FastAPI, client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    one = await candidate(client)
    for url, kind in (
        ("https://www.linkedin.com/in/zyqokavu", "linkedin"),
        ("https://github.com/zyqokavu", "github"),
        ("https://notgithub.com/zyqokavu", "website"),
    ):
        assert (await made(client, f"/candidates/{one}/links", {"url": url}))["kind"] == kind
    given = {"url": "https://zyqokavu.example", "kind": "portfolio"}
    link = await made(client, f"/candidates/{one}/links", given)
    items = (await shown(client, f"/candidates/{one}/links"))["items"]
    assert [each["kind"] for each in items] == ["linkedin", "github", "website", "portfolio"]
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    seen = (await tenant.call(await tenant.person(Role.VIEWER), "GET", f"/candidates/{one}/links")).json()["items"]
    assert [each["url"] for each in seen] == [None] * 4
    stored = admin_connection.execute("select string_agg(url, '') from candidate_link").fetchone()
    entries = admin_connection.execute("select string_agg(entry, '') from audit_event").fetchone()
    assert stored is not None
    assert entries is not None
    assert b"zyqokavu" not in stored[0]
    assert "zyqokavu" not in entries[0]
    assert (await client.delete(f"/api/v1/candidates/{one}/links/{link['id']}")).status_code == 204
    assert len((await shown(client, f"/candidates/{one}/links"))["items"]) == 3
