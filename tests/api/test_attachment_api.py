"""Attachments: refused by size and kind, kept encrypted, given back as they came and never shown by a browser."""

import asyncio
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.config import Settings
from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.record_support import candidate, shown
from tests.api.support import UNKNOWN, assert_problem, imported, requisition, resume_text
from tests.factories.blocking import end_blocked
from tests.factories.database import TestDatabase
from tests.factories.dump import readable_bytes
from tests.factories.tenants import Tenant

DATA = b"<script>alert('Zyqokavu')</script>"


async def attach(
    client: httpx.AsyncClient, one: str, data: bytes = DATA, name: str = "Zyqokavu <1>.html", **fields: str
) -> httpx.Response:
    files = {"file": (name, data, "text/html")}
    return await client.post("/api/v1/attachments", files=files, data={"candidate_id": one, **fields})


def stored_files(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_folder / "files").rglob("*") if path.is_file()]


async def test_files_for_nobody_too_large_empty_or_of_no_kind_are_refused_and_nothing_is_kept(
    client: httpx.AsyncClient, foreign: dict[str, UUID], settings: Settings
) -> None:
    one = await candidate(client)
    for absent in (UNKNOWN, str(foreign["candidate"])):
        assert_problem(await attach(client, absent), 404, "not_found")
    assert_problem(await attach(client, one, b""), 422, "invalid_input", "body.file")
    assert_problem(await attach(client, one, kind="selfie"), 422, "invalid_input")
    assert_problem(await attach(client, one, b"x" * (settings.upload_limit_mib * 2**20 + 1)), 413, "too_large")
    assert_problem(await attach(client, one, b"x" * (4 * 2**20)), 413, "too_large")
    answer = await client.post("/api/v1/attachments", json={"candidate_id": one})
    assert_problem(answer, 415, "unsupported_media_type")
    assert (await shown(client, f"/candidates/{one}/attachments"))["items"] == []
    assert stored_files(settings) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INTERVIEWER])
async def test_who_sees_no_private_data_sees_no_files(app: FastAPI, client: httpx.AsyncClient, role: Role) -> None:
    one = await candidate(client)
    kept = (await attach(client, one)).json()["id"]
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    person = await tenant.person(role)
    for path in (f"/candidates/{one}/attachments", f"/attachments/{kept}", f"/attachments/{kept}/file"):
        assert_problem(await tenant.call(person, "GET", path), 403, "forbidden")


async def test_a_file_comes_back_as_it_was_sent_and_is_readable_nowhere(
    client: httpx.AsyncClient, settings: Settings, admin_connection: psycopg.Connection
) -> None:
    one = await candidate(client)
    answer = await attach(client, one, kind="portfolio")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["file_name"], made["kind"], made["size"]) == ("Zyqokavu <1>.html", "portfolio", len(DATA))
    file = await client.get(f"/api/v1/attachments/{made['id']}/file")
    assert file.content == DATA
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''Zyqokavu%20%3C1%3E.html"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert b"zyqokavu" not in readable_bytes(admin_connection, settings.data_folder / "files").lower()
    listed = (await shown(client, f"/candidates/{one}/attachments?kind=portfolio"))["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    assert (await shown(client, f"/candidates/{one}/attachments?kind=other"))["items"] == []
    assert (await client.delete(f"/api/v1/attachments/{made['id']}")).status_code == 204
    assert_problem(await client.get(f"/api/v1/attachments/{made['id']}/file"), 404, "not_found")
    followed = await shown(client, f"/candidates/{one}/attachments?updated_since=2020-01-01T00:00:00Z")
    assert [each["file_name"] for each in followed["items"]] in ([], [""])


@pytest.mark.parametrize("table", ["attachment", "idempotency_key"])
async def test_a_file_that_does_not_come_to_its_commit_is_kept_nowhere(
    table: str,
    client: httpx.AsyncClient,
    settings: Settings,
    test_database: TestDatabase,
    admin_connection: psycopg.Connection,
) -> None:
    one = await candidate(client)

    async def send() -> httpx.Response:
        file = {"file": ("a.txt", DATA, "text/plain")}
        key = {"Idempotency-Key": "attach-1"}
        return await client.post("/api/v1/attachments", files=file, data={"candidate_id": one}, headers=key)

    with psycopg.connect(test_database.admin_url) as holding:
        holding.execute(f"lock table {table} in share mode")
        asked = asyncio.create_task(send())
        await end_blocked(admin_connection)
        assert_problem(await asked, 503, "dependency_unavailable")
    assert stored_files(settings) == []
    assert (await send()).status_code == 201
    assert len(stored_files(settings)) == 1


async def test_files_go_with_their_candidate(client: httpx.AsyncClient) -> None:
    one = await candidate(client)
    kept = (await attach(client, one)).json()["id"]
    await client.delete(f"/api/v1/candidates/{one}")
    for path in (f"/attachments/{kept}", f"/attachments/{kept}/file", f"/candidates/{one}/attachments"):
        assert_problem(await client.get(f"/api/v1{path}"), 404, "not_found")
    await client.post(f"/api/v1/candidates/{one}/restore")
    assert (await client.get(f"/api/v1/attachments/{kept}/file")).content == DATA


async def test_hiring_managers_see_files_of_those_who_applied_to_them(
    app: FastAPI, client: httpx.AsyncClient, work: Work
) -> None:
    asked = (await requisition(client))["id"]
    await imported(client, work, {"a.txt": resume_text()}, asked)
    one = (await shown(client, "/candidates"))["items"][0]["id"]
    kept, other = (await attach(client, one)).json()["id"], await candidate(client)
    hidden = (await attach(client, other)).json()["id"]
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    manager = await tenant.person(Role.HIRING_MANAGER)
    assert_problem(await tenant.call(manager, "GET", f"/attachments/{kept}/file"), 404, "not_found")
    await client.put(f"/api/v1/requisitions/{asked}/team/{manager.user_id}", json={"role": "hiring_manager"})
    assert (await tenant.call(manager, "GET", f"/attachments/{kept}/file")).content == DATA
    assert_problem(await tenant.call(manager, "GET", f"/attachments/{hidden}/file"), 404, "not_found")
