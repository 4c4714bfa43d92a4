"""Exports and confidential requisitions: nobody gets more in a file than they see."""

import csv
import io
import json
import zipfile
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.core.errors import ForbiddenError
from talentflux.core.permissions import Role
from talentflux.dependencies import Resources
from talentflux.schemas.data_export import ExportKind
from talentflux.services import data_export_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import Work
from tests.api.hiring_support import applied
from tests.api.support import assert_problem, requisition
from tests.factories.people import add_person

PATH = "/api/v1/exports"
SEES_LESS = Scope(LOCAL_ORGANIZATION_ID, requisitions="open")


async def needs(client: httpx.AsyncClient) -> tuple[str, str]:
    """Make an open and a confidential requisition, and somebody who applied to both."""
    plain, secret = (await requisition(client))["id"], (await requisition(client))["id"]
    hide = {"confidential": True}
    answer = await client.patch(f"/api/v1/requisitions/{secret}", json=hide, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    one = (await applied(client, plain))["candidate_id"]
    answer = await client.post("/api/v1/applications", json={"candidate_id": one, "requisition_id": secret})
    assert answer.status_code == 201, answer.text
    return plain, secret


async def downloaded(client: httpx.AsyncClient, export_id: UUID | str) -> bytes:
    answer = await client.get(f"{PATH}/{export_id}/file")
    assert answer.status_code == 200, answer.text
    return answer.content


def requisitions_of(table: bytes) -> set[str]:
    return {row["requisition_id"] for row in csv.DictReader(io.StringIO(table.decode("utf-8-sig")))}


@pytest.mark.parametrize("more", [[], ["requisition:read", "requisition:read_confidential"]])
async def test_no_key_of_a_service_asks_for_an_export_or_downloads_one(
    app: FastAPI, client: httpx.AsyncClient, work: Work, more: list[str]
) -> None:
    body = {"label": "export", "scopes": ["export:run", *more]}
    key = (await client.post("/api/v1/api-keys", json=body)).json()["key"]
    asked = (await client.post(PATH, json={"kind": "candidates"})).json()["id"]
    await work()
    headers = {"Authorization": f"Bearer {key}"}
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as service:
        for kind in ExportKind:
            assert_problem(await service.post(PATH, json={"kind": kind}), 403, "step_up_required")
        assert_problem(await service.get(f"{PATH}/{asked}/file"), 403, "step_up_required")
        assert (await service.get(PATH)).status_code == 200
    assert len((await client.get(PATH)).json()["items"]) == 1


async def test_a_recruiter_gets_no_export_of_an_admin(app: FastAPI, client: httpx.AsyncClient, work: Work) -> None:
    resources: Resources = app.state.resources
    recruiter = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.RECRUITER)
    asked = (await client.post(PATH, json={"kind": "applications"})).json()["id"]
    await work()
    for kind in ExportKind:
        assert_problem(await client.post(PATH, json={"kind": kind}, headers=recruiter.headers), 403, "forbidden")
    assert_problem(await client.get(f"{PATH}/{asked}/file", headers=recruiter.headers), 403, "forbidden")


async def test_who_does_not_see_all_gets_no_archive_and_no_file_of_somebody_who_does(
    app: FastAPI, client: httpx.AsyncClient, work: Work
) -> None:
    resources: Resources = app.state.resources
    await needs(client)
    theirs = [(await client.post(PATH, json={"kind": kind})).json()["id"] for kind in ExportKind]
    await work()
    async with resources.database.write_session(SEES_LESS) as session:
        with pytest.raises(ForbiddenError, match="requisition:read_confidential") as refused:
            await data_export_service.create(session, ExportKind.ARCHIVE)
    assert refused.value.code == "confidential_not_seen"
    for export_id in theirs:
        async with resources.database.read_session(SEES_LESS) as reading:
            with pytest.raises(ForbiddenError) as refused:
                await data_export_service.open_file(reading, UUID(export_id))
        assert refused.value.code == "confidential_not_seen"


async def test_tables_leave_out_what_whoever_asked_does_not_see(
    app: FastAPI, client: httpx.AsyncClient, work: Work
) -> None:
    resources: Resources = app.state.resources
    plain, _ = await needs(client)
    manager = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.HIRING_MANAGER)
    scopes = (SEES_LESS, Scope(LOCAL_ORGANIZATION_ID, manager.user_id, "team"))
    made = []
    for scope in scopes:
        async with resources.database.write_session(scope) as session:
            made.append((await data_export_service.create(session, ExportKind.APPLICATIONS)).id)
    await work()
    assert requisitions_of(await downloaded(client, made[0])) == {plain}
    assert requisitions_of(await downloaded(client, made[1])) == set()
    for own, scope, other in ((made[0], scopes[0], made[1]), (made[1], scopes[1], made[0])):
        async with resources.database.read_session(scope) as reading:
            assert (await data_export_service.open_file(reading, own))[0].id == own
            with pytest.raises(ForbiddenError):
                await data_export_service.open_file(reading, other)


async def test_an_admin_gets_everything(app: FastAPI, client: httpx.AsyncClient, work: Work) -> None:
    resources: Resources = app.state.resources
    plain, secret = await needs(client)
    admin = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.ADMIN)
    client.headers.update(admin.headers)
    kinds = ("applications", "archive")
    table, archive = [(await client.post(PATH, json={"kind": kind})).json()["id"] for kind in kinds]
    await work()
    assert requisitions_of(await downloaded(client, table)) == {plain, secret}
    with zipfile.ZipFile(io.BytesIO(await downloaded(client, archive))) as packed:
        lines = packed.read("tables/requisition.jsonl").splitlines()
    assert {json.loads(line)["id"] for line in lines} == {plain, secret}
