"""Reasons to reject over the API."""

import httpx
import pytest
from fastapi import FastAPI

from talentflux.core.permissions import Role
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.hiring_support import applied, step
from tests.api.support import ANY_VERSION, UNKNOWN, assert_problem
from tests.factories.tenants import Tenant, add_tenant

PATH = "/api/v1/reject-reasons"


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 201, None])
async def test_a_name_that_is_none_is_refused(client: httpx.AsyncClient, name: str | None) -> None:
    assert_problem(await client.post(PATH, json={"name": name}), 422, "invalid_input", "body.name")


async def test_a_recruiter_chooses_reasons_and_makes_none(app: FastAPI) -> None:
    tenant = Tenant(app, LOCAL_ORGANIZATION_ID)
    recruiter = await tenant.person(Role.RECRUITER)
    answer = await tenant.call(recruiter, "POST", "/reject-reasons", {"name": "Lacks experience"})
    assert_problem(answer, 403, "forbidden")
    assert (await tenant.call(recruiter, "GET", "/reject-reasons")).status_code == 200


async def test_reasons_of_another_organization_are_not_there(client: httpx.AsyncClient, app: FastAPI) -> None:
    theirs = await add_tenant(app)
    made = (await theirs.call(await theirs.person(), "POST", "/reject-reasons", {"name": "Theirs"})).json()
    application = await applied(client)
    for answer in (
        await client.patch(f"{PATH}/{made['id']}", json={"name": "Mine"}, headers=ANY_VERSION),
        await client.delete(f"{PATH}/{made['id']}"),
        await step(client, application["id"], "reject", {"reject_reason_id": made["id"]}),
        await step(client, application["id"], "reject", {"reject_reason_id": UNKNOWN}),
    ):
        assert_problem(answer, 404, "not_found")
    assert (await client.get(PATH)).json()["items"] == []


async def test_names_are_taken_once_and_a_removed_reason_stays_where_it_was_given(client: httpx.AsyncClient) -> None:
    made = (await client.post(PATH, json={"name": "Lacks experience"})).json()
    assert_problem(await client.post(PATH, json={"name": "lacks Experience"}), 409, "conflict")
    other = (await client.post(PATH, json={"name": "Too expensive"})).json()
    renamed = await client.patch(f"{PATH}/{other['id']}", json={"name": "LACKS EXPERIENCE"}, headers=ANY_VERSION)
    assert_problem(renamed, 409, "conflict")
    application = await applied(client)
    await step(client, application["id"], "reject", {"reject_reason_id": made["id"]})
    assert (await client.delete(f"{PATH}/{made['id']}")).status_code == 204
    assert [each["name"] for each in (await client.get(PATH)).json()["items"]] == ["Too expensive"]
    kept = (await client.get(f"/api/v1/applications/{application['id']}")).json()
    assert kept["reject_reason_id"] == made["id"]
