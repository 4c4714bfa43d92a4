"""Members: roles, deactivation, removal, leaving. Refusals first."""

import asyncio

import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.permissions import Role
from tests.api.support import assert_problem
from tests.factories.tenants import Tenant, actions, add_tenant, unknown


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "viewer"])
async def test_only_owners_and_admins_change_members(tenant: Tenant, role: str) -> None:
    who, other = await tenant.person(role), await tenant.person("viewer")
    path = f"/members/{other.member_id}"
    assert_problem(await tenant.call(who, "PATCH", path, {"role": "viewer"}), 403, "forbidden")
    assert_problem(await tenant.call(who, "POST", f"{path}/deactivate"), 403, "forbidden")
    assert_problem(await tenant.call(who, "POST", f"{path}/reactivate"), 403, "forbidden")
    assert_problem(await tenant.call(who, "DELETE", path), 403, "forbidden")
    assert_problem(await tenant.call(who, "PATCH", f"/members/{who.member_id}", {"role": "owner"}), 403, "forbidden")


async def test_changes_need_a_recent_proof_of_identity(tenant: Tenant) -> None:
    who, other = await tenant.person(proven=False), await tenant.person("viewer")
    path = f"/members/{other.member_id}"
    for method, where, body in (
        ("PATCH", path, {"role": "admin"}),
        ("POST", f"{path}/deactivate", None),
        ("POST", f"{path}/reactivate", None),
        ("DELETE", path, None),
        ("DELETE", "/members/me", None),
    ):
        assert_problem(await tenant.call(who, method, where, body), 403, "step_up_required")


async def test_members_of_another_organization_are_not_found(app: FastAPI, tenant: Tenant) -> None:
    await tenant.person()
    who = await tenant.person("admin")
    theirs = await (await add_tenant(app, "Other")).person("viewer")
    for member_id in (theirs.member_id, unknown()):
        path = f"/members/{member_id}"
        assert_problem(await tenant.call(who, "GET", path), 404, "not_found")
        assert_problem(await tenant.call(who, "PATCH", path, {"role": "viewer"}), 404, "not_found")
        assert_problem(await tenant.call(who, "POST", f"{path}/deactivate"), 404, "not_found")
        assert_problem(await tenant.call(who, "POST", f"{path}/reactivate"), 404, "not_found")
        assert_problem(await tenant.call(who, "DELETE", path), 404, "not_found")
    assert (await tenant.call(theirs, "GET", "/organizations/current")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"role": "emperor"},
        {"role": "own\u0000er"},
        {"role": None},
        {"role": "viewer", "organization_id": unknown()},
        {"role": "viewer", "user_id": unknown()},
        {"role": "viewer", "deactivated_at": None},
        ["viewer"],
    ],
)
async def test_bodies_with_other_fields_or_values_are_refused(tenant: Tenant, body: object) -> None:
    who, other = await tenant.person(), await tenant.person("viewer")
    assert (await tenant.call(who, "PATCH", f"/members/{other.member_id}", body)).status_code == 422
    assert (await tenant.call(other, "GET", f"/members/{other.member_id}")).json()["role"] == "viewer"


async def test_an_admin_touches_no_owner_and_grants_no_ownership(tenant: Tenant) -> None:
    owner, admin, other = await tenant.person(), await tenant.person("admin"), await tenant.person("viewer")
    for path, body in (
        (f"/members/{owner.member_id}", {"role": "viewer"}),
        (f"/members/{other.member_id}", {"role": "owner"}),
        (f"/members/{admin.member_id}", {"role": "owner"}),
    ):
        assert_problem(await tenant.call(admin, "PATCH", path, body), 403, "role_above_own")
    path = f"/members/{owner.member_id}"
    assert_problem(await tenant.call(admin, "POST", f"{path}/deactivate"), 403, "role_above_own")
    assert_problem(await tenant.call(admin, "POST", f"{path}/reactivate"), 403, "role_above_own")
    assert_problem(await tenant.call(admin, "DELETE", path), 403, "role_above_own")


async def test_the_only_owner_stays(tenant: Tenant) -> None:
    owner, gone = await tenant.person(), await tenant.person()
    assert (await tenant.call(owner, "POST", f"/members/{gone.member_id}/deactivate")).status_code == 200
    path = f"/members/{owner.member_id}"
    assert_problem(await tenant.call(owner, "PATCH", path, {"role": "admin"}), 409, "last_owner")
    assert_problem(await tenant.call(owner, "POST", f"{path}/deactivate"), 409, "last_owner")
    assert_problem(await tenant.call(owner, "DELETE", path), 409, "last_owner")
    assert_problem(await tenant.call(owner, "DELETE", "/members/me"), 409, "last_owner")


async def test_a_change_of_an_older_version_is_refused(tenant: Tenant) -> None:
    owner, other = await tenant.person(), await tenant.person("viewer")
    path = f"/members/{other.member_id}"
    before = (await tenant.call(owner, "GET", path)).headers["etag"]
    assert (await tenant.call(owner, "PATCH", path, {"role": "recruiter"}, match=before)).status_code == 200
    assert_problem(
        await tenant.call(owner, "PATCH", path, {"role": "viewer"}, match=before), 412, "precondition_failed"
    )
    refused = await tenant.call(owner, "PATCH", path, {"role": "viewer"}, match=None)
    assert_problem(refused, 428, "precondition_required")


async def test_removed_members_are_listed_for_whoever_may_remove_only(tenant: Tenant) -> None:
    owner, viewer, gone = await tenant.person(), await tenant.person("viewer"), await tenant.person("viewer")
    assert (await tenant.call(owner, "DELETE", f"/members/{gone.member_id}")).status_code == 204
    assert_problem(await tenant.call(viewer, "GET", "/members?deleted=true"), 403, "forbidden")
    [item] = (await tenant.call(owner, "GET", "/members?deleted=true")).json()["items"]
    assert item["id"] == str(gone.member_id)
    assert item["name"] is None
    assert item["email"] is None
    assert_problem(await tenant.call(owner, "GET", f"/members/{gone.member_id}"), 404, "not_found")


@pytest.mark.parametrize("way", ["leave", "demote", "deactivate", "close the account"])
async def test_of_twenty_owners_who_go_at_once_one_stays(tenant: Tenant, way: str) -> None:
    owners = [await tenant.person() for _ in range(20)]

    async def go(number: int) -> int:
        mine = f"/members/{owners[number].member_id}"
        calls = {
            "leave": ("DELETE", "/members/me", None),
            "demote": ("PATCH", mine, {"role": "viewer"}),
            "deactivate": ("POST", f"{mine}/deactivate", None),
            "close the account": ("DELETE", "/users/me", None) if number % 2 else ("DELETE", "/members/me", None),
        }
        return (await tenant.call(owners[number], *calls[way])).status_code

    statuses = sorted(await asyncio.gather(*(go(number) for number in range(20))))
    assert statuses[-1] == 409
    assert statuses[-2] in {200, 204}
    left = [who for who in owners if (await tenant.call(who, "GET", "/organizations/current")).status_code == 200]
    roles = [(await tenant.call(who, "GET", f"/members/{who.member_id}")).json()["role"] for who in left]
    assert roles.count("owner") == 1


async def test_a_role_counts_from_the_next_request_on(tenant: Tenant) -> None:
    owner, other = await tenant.person(), await tenant.person("viewer")
    body = {"name": "Nordics", "slug": "nordics"}
    assert_problem(await tenant.call(other, "POST", "/workspaces", body), 403, "forbidden")
    changed = await tenant.call(owner, "PATCH", f"/members/{other.member_id}", {"role": "admin"})
    assert changed.json()["role"] == "admin"
    assert (await tenant.call(other, "POST", "/workspaces", body)).status_code == 201
    await tenant.call(owner, "PATCH", f"/members/{other.member_id}", {"role": "viewer"})
    assert_problem(await tenant.call(other, "POST", "/workspaces", body), 403, "forbidden")


async def test_deactivation_pauses_access_at_once(tenant: Tenant) -> None:
    owner, other = await tenant.person(), await tenant.person("recruiter")
    path = f"/members/{other.member_id}"
    for _ in range(2):
        paused = await tenant.call(owner, "POST", f"{path}/deactivate")
        assert paused.json()["deactivated_at"] is not None
    assert_problem(await tenant.call(other, "GET", "/candidates"), 404, "not_found")
    for _ in range(2):
        assert (await tenant.call(owner, "POST", f"{path}/reactivate")).json()["deactivated_at"] is None
    assert (await tenant.call(other, "GET", "/candidates")).status_code == 200
    done = await actions(tenant.resources.database, tenant.organization_id)
    assert done.count("member.deactivate") == done.count("member.reactivate") == 1


async def test_removal_ends_access_keys_and_parts_in_teams_and_is_said_by_email(tenant: Tenant) -> None:
    owner, other = await tenant.person(), await tenant.person("hiring_manager")
    key = (await tenant.call(other, "POST", "/api-keys/personal", {"label": "mine", "scopes": ["member:read"]})).json()
    requisition = await tenant.requisition(other)
    workspace = (await tenant.call(owner, "POST", "/workspaces", {"name": "N", "slug": "n"})).json()["id"]
    await tenant.call(owner, "PUT", f"/workspaces/{workspace}/members/{other.member_id}")
    assert (await tenant.call(key["key"], "GET", "/members")).status_code == 200

    assert (await tenant.call(owner, "DELETE", f"/members/{other.member_id}")).status_code == 204

    assert_problem(await tenant.call(other, "GET", "/members"), 404, "not_found")
    assert_problem(await tenant.call(key["key"], "GET", "/members"), 401, "session_ended")
    assert (await tenant.call(owner, "GET", f"/requisitions/{requisition}/team")).json() == {"items": []}
    assert (await tenant.call(owner, "GET", f"/workspaces/{workspace}/members")).json() == {"member_ids": []}
    assert (await tenant.call(owner, "GET", f"/api-keys/{key['id']}")).json()["revoked_at"] is not None
    assert [letter[:2] for letter in await tenant.letters()] == [("member_removed", other.email)]
    assert (await actions(tenant.resources.database, tenant.organization_id))[-1] == "member.remove"


async def test_whoever_leaves_keeps_the_account(tenant: Tenant) -> None:
    await tenant.person()
    other = await tenant.person("interviewer")
    assert (await tenant.call(other, "DELETE", "/members/me")).status_code == 204
    assert_problem(await tenant.call(other, "GET", "/members"), 404, "not_found")
    assert (await tenant.call(other, "GET", "/users/me/memberships")).json() == {"items": []}
    assert (await actions(tenant.resources.database, tenant.organization_id))[-1] == "member.leave"


async def test_lists_show_names_and_follow_filters(tenant: Tenant) -> None:
    owner = await tenant.person(name="Ada Ångström \u202eevil")
    await tenant.person("viewer", name="Robin")
    page = (await tenant.call(owner, "GET", "/members?role=owner&include_total=true")).json()
    assert page["total"] == 1
    [item] = page["items"]
    assert item["name"].startswith("Ada Ångström")
    assert item["email"] == owner.email
    assert item == (await tenant.call(owner, "GET", f"/members/{owner.member_id}")).json()
    assert_problem(await tenant.call(owner, "GET", "/members?role=king"), 422, "invalid_input")
    first = (await tenant.call(owner, "GET", "/members?limit=1&sort=created_at")).json()
    second = (await tenant.call(owner, "GET", f"/members?limit=1&sort=created_at&cursor={first['next_cursor']}")).json()
    assert [first["items"][0]["role"], second["items"][0]["role"]] == ["owner", "viewer"]


@pytest.mark.parametrize("role", list(Role))
async def test_an_owner_gives_and_takes_every_role(tenant: Tenant, role: Role) -> None:
    owner, other = await tenant.person(), await tenant.person("viewer")
    path = f"/members/{other.member_id}"
    assert (await tenant.call(owner, "PATCH", path, {"role": role})).json()["role"] == role
    assert (await tenant.call(owner, "PATCH", path, {"role": "viewer"})).json()["role"] == "viewer"
