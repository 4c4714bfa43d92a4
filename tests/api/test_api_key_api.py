"""API keys: made, used, listed, revoked. Refusals first."""

from typing import Any

import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.permissions import Permission
from tests.api.support import assert_problem
from tests.factories.people import Person
from tests.factories.tenants import Tenant, actions, add_tenant, unknown

READING = {"label": "Careers page", "scopes": ["requisition:read", "member:read"]}


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


async def _key(tenant: Tenant, who: Person, where: str = "/api-keys", **body: Any) -> dict[str, Any]:
    answer = await tenant.call(who, "POST", where, READING | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "viewer"])
async def test_only_owners_and_admins_have_keys_of_services(tenant: Tenant, role: str) -> None:
    made = await _key(tenant, await tenant.person())
    who, path = await tenant.person(role), f"/api-keys/{made['id']}"
    for method, where, body in (
        ("POST", "/api-keys", READING),
        ("GET", "/api-keys", None),
        ("GET", path, None),
        ("PATCH", path, {"label": "X"}),
        ("DELETE", path, None),
    ):
        assert_problem(await tenant.call(who, method, where, body), 403, "forbidden")


async def test_making_and_revoking_need_a_recent_proof_of_identity(tenant: Tenant) -> None:
    made = await _key(tenant, await tenant.person())
    who = await tenant.person(proven=False)
    for method, where in (
        ("POST", "/api-keys"),
        ("POST", "/api-keys/personal"),
        ("DELETE", f"/api-keys/{made['id']}"),
        ("DELETE", f"/api-keys/personal/{made['id']}"),
    ):
        body = READING if method == "POST" else None
        assert_problem(await tenant.call(who, method, where, body), 403, "step_up_required")


@pytest.mark.parametrize("where", ["/api-keys", "/api-keys/personal"])
@pytest.mark.parametrize(
    "body",
    [
        {"scopes": []},
        {"scopes": ["everything:do"]},
        {"scopes": ["requisition:read"] * 100},
        {"label": ""},
        {"label": "a\u0000b"},
        {"expires_in_days": 0},
        {"expires_in_days": 366},
        {"expires_in_days": None},
        {"expires_at": None},
        {"user_id": unknown()},
        {"organization_id": unknown()},
        {"secret_hash": "x"},
        {"scopes": ["api_key:write"]},
        {"scopes": ["requisition:read", "api_key:personal"]},
    ],
)
async def test_other_fields_and_values_are_refused(tenant: Tenant, where: str, body: dict[str, Any]) -> None:
    refused = await tenant.call(await tenant.person(), "POST", where, READING | body)
    assert_problem(refused, 422, "invalid_input")


async def test_nobody_gives_a_key_more_than_they_hold(tenant: Tenant) -> None:
    admin, viewer = await tenant.person("admin"), await tenant.person("viewer")
    body = {"scopes": ["audit:read"]}
    assert_problem(await tenant.call(admin, "POST", "/api-keys", READING | body), 403, "scope_not_held")
    body = {"scopes": ["candidate:read", "candidate:write"]}
    assert_problem(await tenant.call(viewer, "POST", "/api-keys/personal", READING | body), 403, "scope_not_held")


@pytest.mark.parametrize("where", ["/api-keys", "/api-keys/personal"])
async def test_keys_make_no_keys_and_pass_no_step_up(tenant: Tenant, where: str) -> None:
    owner, other = await tenant.person(), await tenant.person("viewer")
    scopes = [each.value for each in Permission if not each.value.startswith("api_key:")]
    key = (await _key(tenant, owner, where, scopes=scopes))["key"]
    assert_problem(await tenant.call(key, "POST", "/api-keys", READING), 403, "forbidden")
    assert_problem(await tenant.call(key, "POST", "/api-keys/personal", READING), 403, "forbidden")
    path = f"/members/{other.member_id}"
    assert_problem(await tenant.call(key, "PATCH", path, {"role": "admin"}), 403, "step_up_required")
    assert_problem(await tenant.call(key, "DELETE", "/organizations/current"), 403, "step_up_required")
    assert_problem(await tenant.call(key, "DELETE", "/members/me"), 403, "step_up_required")
    assert_problem(await tenant.call(key, "POST", "/invitations/accept", {"token": "x"}), 403, "key_not_allowed")
    assert (await tenant.call(key, "GET", path)).status_code == 200


async def test_a_key_invites_nobody_above_its_scopes(tenant: Tenant) -> None:
    key = (await _key(tenant, await tenant.person(), scopes=["member:invite", "member:read"]))["key"]
    body = {"email": "alex@example.org", "role": "viewer"}
    assert_problem(await tenant.call(key, "POST", "/invitations", body), 403, "role_above_own")


async def test_forged_cut_and_foreign_keys_are_refused(app: FastAPI, tenant: Tenant) -> None:
    key = (await _key(tenant, await tenant.person()))["key"]
    other = (await _key(tenant, await (await add_tenant(app, "Other")).person()))["key"]
    swapped = key[:37] + other[37:]
    changed = key[:-1] + ("A" if key[-1] != "A" else "B")
    for wrong, code in ((changed, "session_ended"), (swapped, "session_ended"), (key[:-1], "token_invalid")):
        assert_problem(await tenant.call(wrong, "GET", "/members"), 401, code)
    there = {"X-Organization-Id": str(tenant.organization_id)}
    assert_problem(await tenant.call(other, "GET", "/members", headers=there), 404, "not_found")
    assert (await tenant.call(key, "GET", "/members", headers=there)).status_code == 200


async def test_keys_of_others_are_not_found(app: FastAPI, tenant: Tenant) -> None:
    owner, viewer = await tenant.person(), await tenant.person("viewer")
    theirs = await _key(tenant, await (await add_tenant(app, "Other")).person())
    personal = await _key(tenant, viewer, "/api-keys/personal")
    for where, key_id in (
        ("/api-keys", theirs["id"]),
        ("/api-keys", unknown()),
        ("/api-keys/personal", personal["id"]),
    ):
        path = f"{where}/{key_id}"
        assert_problem(await tenant.call(owner, "GET", path), 404, "not_found")
        assert_problem(await tenant.call(owner, "PATCH", path, {"label": "X"}), 404, "not_found")
        assert_problem(await tenant.call(owner, "DELETE", path), 404, "not_found")
    assert (await tenant.call(personal["key"], "GET", "/members")).status_code == 200


async def test_an_expired_key_is_refused(tenant: Tenant, admin_connection: psycopg.Connection) -> None:
    made = await _key(tenant, await tenant.person(), expires_in_days=1)
    assert (await tenant.call(made["key"], "GET", "/members")).status_code == 200
    admin_connection.execute("update api_key set expires_at = now() - interval '1 second' where id = %s", [made["id"]])
    assert_problem(await tenant.call(made["key"], "GET", "/members"), 401, "session_ended")


async def test_a_revoked_key_is_refused_and_stays_in_the_list(tenant: Tenant) -> None:
    owner = await tenant.person()
    made = await _key(tenant, owner)
    for _ in range(2):
        assert (await tenant.call(owner, "DELETE", f"/api-keys/{made['id']}")).status_code == 204
    assert_problem(await tenant.call(made["key"], "GET", "/members"), 401, "session_ended")
    assert (await tenant.call(owner, "GET", "/api-keys?active=true")).json()["items"] == []
    page = (await tenant.call(owner, "GET", "/api-keys?active=false&include_total=true")).json()
    assert (page["total"], page["items"][0]["id"]) == (1, made["id"])
    done = await actions(tenant.resources.database, tenant.organization_id)
    assert done == ["api_key.create", "api_key.revoke"]


async def test_the_text_of_a_key_is_shown_once_and_stored_nowhere(
    tenant: Tenant, admin_connection: psycopg.Connection
) -> None:
    owner = await tenant.person()
    made = await _key(tenant, owner)
    text = made.pop("key")
    assert text.startswith(made["prefix"])
    assert (await tenant.call(owner, "GET", f"/api-keys/{made['id']}")).json() == made
    listed = await tenant.call(owner, "GET", "/api-keys")
    assert listed.json()["items"] == [made]
    secret = text.rpartition("_")[2] if "_" not in text[37:] else text[37:]
    for table in ("api_key", "audit_event", "idempotency_key"):
        rows = admin_connection.execute(f"select t::text from {table} t").fetchall()
        assert not any(secret in row[0] for row in rows)


async def test_a_personal_key_does_what_its_user_may_within_its_scopes(tenant: Tenant) -> None:
    owner, other = await tenant.person(), await tenant.person("admin")
    made = await _key(tenant, other, "/api-keys/personal", scopes=["workspace:read", "workspace:write"])
    body = {"name": "Nordics", "slug": "nordics"}
    assert (await tenant.call(made["key"], "POST", "/workspaces", body)).status_code == 201
    assert_problem(await tenant.call(made["key"], "GET", "/members"), 403, "forbidden")
    await tenant.call(owner, "PATCH", f"/members/{other.member_id}", {"role": "viewer"})
    assert_problem(await tenant.call(made["key"], "POST", "/workspaces", body), 403, "forbidden")
    assert (await tenant.call(made["key"], "GET", "/workspaces")).status_code == 200
    await tenant.call(owner, "POST", f"/members/{other.member_id}/deactivate")
    assert_problem(await tenant.call(made["key"], "GET", "/workspaces"), 401, "session_ended")
    assert (await tenant.call(owner, "GET", f"/api-keys/{made['id']}")).json()["user_id"] == str(other.user_id)


async def test_personal_keys_are_listed_renamed_and_revoked_by_their_user(tenant: Tenant) -> None:
    viewer = await tenant.person("viewer")
    made = await _key(tenant, viewer, "/api-keys/personal")
    await _key(tenant, await tenant.person())
    path = f"/api-keys/personal/{made['id']}"
    assert [each["id"] for each in (await tenant.call(viewer, "GET", "/api-keys/personal")).json()["items"]] == [
        made["id"]
    ]
    read = await tenant.call(viewer, "GET", path)
    renamed = await tenant.call(viewer, "PATCH", path, {"label": "Mine"}, match=read.headers["etag"])
    assert renamed.json()["label"] == "Mine"
    stale = await tenant.call(viewer, "PATCH", path, {"label": "Old"}, match=read.headers["etag"])
    assert_problem(stale, 412, "precondition_failed")
    assert (await tenant.call(viewer, "DELETE", path)).status_code == 204
    assert_problem(await tenant.call(made["key"], "GET", "/members"), 401, "session_ended")


async def test_a_service_key_has_no_personal_keys(tenant: Tenant, admin_connection: psycopg.Connection) -> None:
    made = await _key(tenant, await tenant.person())
    # No key is given this scope; this one got it behind our back.
    admin_connection.execute("update api_key set scopes = '{api_key:personal}' where id = %s", [made["id"]])
    assert_problem(await tenant.call(made["key"], "GET", "/api-keys/personal"), 403, "key_not_allowed")


async def test_use_is_written_down_outside_of_the_request(tenant: Tenant) -> None:
    owner = await tenant.person()
    made = await _key(tenant, owner)
    for _ in range(3):
        await tenant.call(made["key"], "GET", "/members")
    path = f"/api-keys/{made['id']}"
    assert (await tenant.call(owner, "GET", path)).json()["last_used_at"] is None
    await tenant.resources.key_use.close()
    assert (await tenant.call(owner, "GET", path)).json()["last_used_at"] is not None
    renamed = await tenant.call(owner, "PATCH", path, {"label": "Other"})
    assert renamed.json()["label"] == "Other"
