"""The organization: founded, changed, handed over, closed. Refusals first."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.api import tenant_examples
from talentflux.core.database import Scope
from talentflux.schemas.api_key import ApiKeyCreated, ApiKeyRead
from talentflux.schemas.base import Schema
from talentflux.schemas.hiring_team import TeamList
from talentflux.schemas.member import InvitationAccepted, InvitationPreview, InvitationRead, MemberRead
from talentflux.schemas.workspace import WorkspaceMemberList, WorkspaceRead
from talentflux.services import organization_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.support import assert_problem
from tests.factories.mailbox import letters
from tests.factories.tenants import Tenant, actions, add_tenant, unknown


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


async def test_only_owners_close_and_hand_over(tenant: Tenant) -> None:
    owner, admin = await tenant.person(), await tenant.person("admin")
    body = {"member_id": str(admin.member_id)}
    assert_problem(await tenant.call(admin, "POST", "/organizations/current/transfer", body), 403, "forbidden")
    assert_problem(await tenant.call(admin, "DELETE", "/organizations/current"), 403, "forbidden")
    recruiter = await tenant.person("recruiter")
    assert_problem(await tenant.call(recruiter, "PATCH", "/organizations/current", {"name": "X"}), 403, "forbidden")
    assert (await tenant.call(owner, "GET", "/organizations/current")).json()["name"] == "Northwind"


async def test_closing_and_handing_over_need_a_recent_proof_of_identity(tenant: Tenant) -> None:
    owner = await tenant.person(proven=False)
    heir = await tenant.person("admin")
    body = {"member_id": str(heir.member_id)}
    refused = await tenant.call(owner, "POST", "/organizations/current/transfer", body)
    assert_problem(refused, 403, "step_up_required")
    assert_problem(await tenant.call(owner, "DELETE", "/organizations/current"), 403, "step_up_required")


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "a\u0000b"},
        {"name": "x" * 201},
        {"slug": "Ümlaut"},
        {"slug": "-a"},
        {"slug": "a--b"},
        {"slug": "a" * 64},
        {"id": unknown()},
        {"organization_id": unknown()},
        {"deleted_at": None},
    ],
)
async def test_other_fields_and_values_are_refused(tenant: Tenant, body: dict[str, str]) -> None:
    owner = await tenant.person()
    assert_problem(await tenant.call(owner, "PATCH", "/organizations/current", body), 422, "invalid_input")


async def test_a_taken_slug_is_refused(tenant: Tenant) -> None:
    owner = await tenant.person()
    assert_problem(await tenant.call(owner, "PATCH", "/organizations/current", {"slug": "local"}), 409, "conflict")


async def test_a_change_of_an_older_version_is_refused(tenant: Tenant) -> None:
    owner = await tenant.person()
    etag = (await tenant.call(owner, "GET", "/organizations/current")).headers["etag"]
    changed = await tenant.call(owner, "PATCH", "/organizations/current", {"name": "New", "slug": "new"}, match=etag)
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["slug"]) == ("New", "new")
    refused = await tenant.call(owner, "PATCH", "/organizations/current", {"name": "Old"}, match=etag)
    assert_problem(refused, 412, "precondition_failed")
    assert await actions(tenant.resources.database, tenant.organization_id) == ["organization.update"]


async def test_it_is_handed_to_active_other_members_only(app: FastAPI, tenant: Tenant) -> None:
    owner, paused = await tenant.person(), await tenant.person("admin")
    stranger = await (await add_tenant(app, "Other")).person("admin")
    await tenant.call(owner, "POST", f"/members/{paused.member_id}/deactivate")
    path = "/organizations/current/transfer"
    for member_id, status, code in (
        (owner.member_id, 422, "invalid_input"),
        (stranger.member_id, 404, "not_found"),
        (paused.member_id, 409, "member_deactivated"),
    ):
        assert_problem(await tenant.call(owner, "POST", path, {"member_id": str(member_id)}), status, code)


async def test_the_heir_owns_it_and_the_former_owner_administers_it(tenant: Tenant) -> None:
    owner, heir, other = await tenant.person(), await tenant.person("viewer"), await tenant.person()
    body = {"member_id": str(heir.member_id)}
    assert (await tenant.call(owner, "POST", "/organizations/current/transfer", body)).status_code == 204
    roles = {each["id"]: each["role"] for each in (await tenant.call(heir, "GET", "/members")).json()["items"]}
    assert roles == {str(owner.member_id): "admin", str(heir.member_id): "owner", str(other.member_id): "owner"}
    assert [letter[:2] for letter in await tenant.letters()] == [
        ("ownership_transferred", heir.email),
        ("ownership_transferred", owner.email),
    ]
    assert_problem(await tenant.call(owner, "POST", "/organizations/current/transfer", body), 403, "forbidden")


async def test_of_parallel_transfers_each_leaves_an_owner(tenant: Tenant) -> None:
    owner = await tenant.person()
    heirs = [await tenant.person("viewer") for _ in range(8)]
    bodies = [{"member_id": str(heir.member_id)} for heir in heirs]
    path = "/organizations/current/transfer"
    done = await asyncio.gather(*(tenant.call(owner, "POST", path, body) for body in bodies))
    assert [answer.status_code for answer in done].count(204) == 1
    owners = (await tenant.call(owner, "GET", "/members?role=owner")).json()["items"]
    assert len(owners) == 1


async def test_a_closed_organization_is_closed_to_all_until_it_is_restored(tenant: Tenant) -> None:
    owner, viewer = await tenant.person(), await tenant.person("viewer")
    key = (await tenant.call(owner, "POST", "/api-keys", {"label": "s", "scopes": ["member:read"]})).json()["key"]
    assert (await tenant.call(owner, "DELETE", "/organizations/current")).status_code == 204
    for who in (owner, viewer):
        assert_problem(await tenant.call(who, "GET", "/organizations/current"), 404, "not_found")
        assert (await tenant.call(who, "GET", "/users/me/memberships")).json() == {"items": []}
    assert_problem(await tenant.call(key, "GET", "/members"), 401, "session_ended")
    for restored in (True, False):
        async with tenant.resources.database.write_session(Scope(identity=True)) as session:
            assert await organization_service.restore(session, tenant.organization_id) is restored
    assert (await tenant.call(viewer, "GET", "/organizations/current")).status_code == 200
    done = await actions(tenant.resources.database, tenant.organization_id)
    assert done[-2:] == ["organization.delete", "organization.restore"]


async def test_founding_needs_a_person(tenant: Tenant) -> None:
    owner = await tenant.person()
    key = (await tenant.call(owner, "POST", "/api-keys", {"label": "s", "scopes": ["member:read"]})).json()["key"]
    assert_problem(await tenant.call(key, "POST", "/organizations", {"name": "Mine"}), 403, "key_not_allowed")
    assert_problem(await tenant.call(None, "POST", "/organizations", {"name": "Mine"}), 401, "unauthenticated")
    more = {"name": "Mine", "slug": "local"}
    assert_problem(await tenant.call(owner, "POST", "/organizations", more), 422, "invalid_input")


async def test_whoever_founds_an_organization_owns_it_and_once_per_key(tenant: Tenant) -> None:
    seeker = await tenant.person(None)
    assert_problem(await tenant.call(seeker, "GET", "/members"), 403, "no_organization")
    once = {"Idempotency-Key": "found-it"}
    made = [await tenant.call(seeker, "POST", "/organizations", {"name": "Acme AB"}, headers=once) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[0].json()["slug"] == "acme-ab"
    [mine] = (await tenant.call(seeker, "GET", "/users/me/memberships")).json()["items"]
    assert (mine["name"], mine["role"]) == ("Acme AB", "owner")
    # A log-in without an organization begins in the first one.
    assert (await tenant.call(seeker, "GET", "/organizations/current")).json()["name"] == "Acme AB"
    assert await actions(tenant.resources.database, UUID(made[0].json()["id"])) == [
        "organization.create",
        "member.create",
    ]


async def test_a_member_of_two_organizations_names_the_one_they_mean(tenant: Tenant) -> None:
    owner = await tenant.person()
    made = (await tenant.call(owner, "POST", "/organizations", {"name": "Second"})).json()
    assert (await tenant.call(owner, "GET", "/organizations/current")).json()["name"] == "Northwind"
    there = {"X-Organization-Id": made["id"]}
    assert (await tenant.call(owner, "GET", "/organizations/current", headers=there)).json() == made
    assert len((await tenant.call(owner, "GET", "/members", headers=there)).json()["items"]) == 1
    foreign = {"X-Organization-Id": str(LOCAL_ORGANIZATION_ID)}
    assert_problem(await tenant.call(owner, "GET", "/organizations/current", headers=foreign), 404, "not_found")
    assert await letters(tenant.resources.database) == []


@pytest.mark.parametrize(
    ("example", "schema"),
    [
        (tenant_examples.WORKSPACE, WorkspaceRead),
        (tenant_examples.WORKSPACE_MEMBERS, WorkspaceMemberList),
        (tenant_examples.MEMBER, MemberRead),
        (tenant_examples.INVITATION, InvitationRead),
        (tenant_examples.INVITATION_PREVIEW, InvitationPreview),
        (tenant_examples.INVITATION_ACCEPTED, InvitationAccepted),
        (tenant_examples.API_KEY, ApiKeyRead),
        (tenant_examples.NEW_API_KEY, ApiKeyCreated),
        (tenant_examples.TEAM, TeamList),
    ],
)
def test_examples_have_the_form_of_the_answers(example: dict[str, Any], schema: type[Schema]) -> None:
    schema.model_validate(example)


async def test_the_caller_is_told_the_organization(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/organizations/current")
    assert answer.json()["id"] == str(LOCAL_ORGANIZATION_ID)
    assert answer.json()["slug"] == "local"
