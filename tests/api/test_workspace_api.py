"""Workspaces: made, changed, hidden, and who belongs to them. Refusals first."""

import pytest
import pytest_asyncio
from fastapi import FastAPI

from tests.api.support import assert_problem
from tests.factories.tenants import Tenant, actions, add_tenant, unknown

NORDICS = {"name": "Nordics", "slug": "nordics"}


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


async def test_only_owners_and_admins_write(tenant: Tenant) -> None:
    owner, recruiter = await tenant.person(), await tenant.person("recruiter")
    made = (await tenant.call(owner, "POST", "/workspaces", NORDICS)).json()
    path = f"/workspaces/{made['id']}"
    for method, where, body in (
        ("POST", "/workspaces", NORDICS),
        ("PATCH", path, {"name": "X"}),
        ("DELETE", path, None),
        ("POST", f"{path}/restore", None),
        ("PUT", f"{path}/members/{recruiter.member_id}", None),
        ("DELETE", f"{path}/members/{recruiter.member_id}", None),
    ):
        assert_problem(await tenant.call(recruiter, method, where, body), 403, "forbidden")
    assert_problem(await tenant.call(recruiter, "GET", "/workspaces?deleted=true"), 403, "forbidden")
    assert (await tenant.call(recruiter, "GET", path)).json() == made


async def test_deleting_needs_a_recent_proof_of_identity(tenant: Tenant) -> None:
    owner = await tenant.person(proven=False)
    made = (await tenant.call(owner, "POST", "/workspaces", NORDICS)).json()
    assert_problem(await tenant.call(owner, "DELETE", f"/workspaces/{made['id']}"), 403, "step_up_required")


async def test_workspaces_and_members_of_others_are_not_found(app: FastAPI, tenant: Tenant) -> None:
    owner, other = await tenant.person(), await add_tenant(app, "Other")
    stranger = await other.person()
    theirs = (await tenant.call(stranger, "POST", "/workspaces", NORDICS)).json()["id"]
    mine = (await tenant.call(owner, "POST", "/workspaces", NORDICS)).json()["id"]
    for workspace in (theirs, unknown()):
        path = f"/workspaces/{workspace}"
        for method, where, body in (
            ("GET", path, None),
            ("PATCH", path, {"name": "X"}),
            ("DELETE", path, None),
            ("POST", f"{path}/restore", None),
            ("GET", f"{path}/members", None),
            ("PUT", f"{path}/members/{owner.member_id}", None),
            ("DELETE", f"{path}/members/{owner.member_id}", None),
        ):
            assert_problem(await tenant.call(owner, method, where, body), 404, "not_found")
    path = f"/workspaces/{mine}/members/{stranger.member_id}"
    assert_problem(await tenant.call(owner, "PUT", path), 404, "not_found")
    assert_problem(await tenant.call(owner, "DELETE", path), 404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Nordics"},
        {"name": "a\u0007b", "slug": "a"},
        {"name": "A", "slug": "A B"},
        NORDICS | {"organization_id": unknown()},
        NORDICS | {"deleted_at": None},
    ],
)
async def test_other_fields_and_values_are_refused(tenant: Tenant, body: dict[str, str]) -> None:
    assert_problem(await tenant.call(await tenant.person(), "POST", "/workspaces", body), 422, "invalid_input")


async def test_a_slug_is_there_once(tenant: Tenant) -> None:
    owner = await tenant.person()
    first = (await tenant.call(owner, "POST", "/workspaces", NORDICS)).json()["id"]
    assert_problem(await tenant.call(owner, "POST", "/workspaces", NORDICS), 409, "conflict")
    other = (await tenant.call(owner, "POST", "/workspaces", {"name": "Iberia", "slug": "iberia"})).json()["id"]
    assert_problem(await tenant.call(owner, "PATCH", f"/workspaces/{other}", {"slug": "nordics"}), 409, "conflict")
    assert (await tenant.call(owner, "DELETE", f"/workspaces/{first}")).status_code == 204
    assert (await tenant.call(owner, "PATCH", f"/workspaces/{other}", {"slug": "nordics"})).status_code == 200
    assert_problem(await tenant.call(owner, "POST", f"/workspaces/{first}/restore"), 409, "conflict")


async def test_a_deleted_workspace_comes_back_with_its_members(tenant: Tenant) -> None:
    owner = await tenant.person()
    made = (await tenant.call(owner, "POST", "/workspaces", NORDICS)).json()
    path = f"/workspaces/{made['id']}"
    for _ in range(2):
        assert (await tenant.call(owner, "PUT", f"{path}/members/{owner.member_id}")).status_code == 204
    assert (await tenant.call(owner, "DELETE", path)).status_code == 204
    assert (await tenant.call(owner, "GET", "/workspaces")).json()["items"] == []
    assert (await tenant.call(owner, "GET", "/workspaces?deleted=true")).json()["items"][0]["id"] == made["id"]
    assert_problem(await tenant.call(owner, "GET", path), 404, "not_found")
    assert (await tenant.call(owner, "POST", f"{path}/restore")).json()["deleted_at"] is None
    assert (await tenant.call(owner, "GET", f"{path}/members")).json() == {"member_ids": [str(owner.member_id)]}
    assert (await tenant.call(owner, "DELETE", f"{path}/members/{owner.member_id}")).status_code == 204
    assert_problem(await tenant.call(owner, "DELETE", f"{path}/members/{owner.member_id}"), 404, "not_found")
    assert await actions(tenant.resources.database, tenant.organization_id) == [
        "workspace.create",
        "workspace.member_add",
        "workspace.delete",
        "workspace.restore",
        "workspace.member_remove",
    ]


async def test_a_change_of_an_older_version_is_refused(tenant: Tenant) -> None:
    owner = await tenant.person()
    made = await tenant.call(owner, "POST", "/workspaces", NORDICS)
    path, etag = f"/workspaces/{made.json()['id']}", made.headers["etag"]
    assert made.headers["location"] == f"/api/v1{path}"
    assert (await tenant.call(owner, "PATCH", path, {"name": "North"}, match=etag)).json()["name"] == "North"
    assert_problem(await tenant.call(owner, "PATCH", path, {"name": "Old"}, match=etag), 412, "precondition_failed")
    assert_problem(await tenant.call(owner, "PATCH", path, {"name": "Old"}, match=None), 428, "precondition_required")


async def test_a_requisition_belongs_to_a_workspace_of_its_organization_only(app: FastAPI, tenant: Tenant) -> None:
    owner, stranger = await tenant.person(), await (await add_tenant(app, "Other")).person()
    theirs = (await tenant.call(stranger, "POST", "/workspaces", NORDICS)).json()["id"]
    mine = (await tenant.call(owner, "POST", "/workspaces", NORDICS)).json()["id"]
    path = f"/requisitions/{await tenant.requisition(owner)}"
    refused = await tenant.call(owner, "PATCH", path, {"workspace_id": theirs})
    assert_problem(refused, 404, "not_found", "body.workspace_id")
    assert (await tenant.call(owner, "PATCH", path, {"workspace_id": mine})).json()["workspace_id"] == mine
    assert (await tenant.call(owner, "PATCH", path, {"title": "Changed", "status": "closed"})).json()[
        "title"
    ] == "Changed"
    assert (await tenant.call(owner, "GET", "/requisitions")).json()["items"][0]["workspace_id"] == mine
    assert (await tenant.call(owner, "PATCH", path, {"workspace_id": None})).json()["workspace_id"] is None
