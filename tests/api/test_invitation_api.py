"""Invitations: sent, seen, accepted once, revoked, expired. Refusals first."""

import asyncio
import re
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.permissions import ROLE_PERMISSIONS, Permission, Role
from talentflux.services import invitation_service
from tests.api.support import assert_problem
from tests.factories.people import Person
from tests.factories.tenants import Tenant, actions, add_tenant, unknown

ALEX = {"email": "Alex.Moreau@example.org", "role": "recruiter"}
ADDRESS = "alex.moreau@example.org"


@pytest_asyncio.fixture
async def tenant(app: FastAPI) -> Tenant:
    return await add_tenant(app)


async def _invite(tenant: Tenant, who: Person, **body: Any) -> dict[str, Any]:
    answer = await tenant.call(who, "POST", "/invitations", ALEX | body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _secret(tenant: Tenant) -> str:
    """Return the secret of the newest invitation's e-mail."""
    text = [letter[2] for letter in await tenant.letters() if letter[0] == "invitation"][-1]
    found = re.search(r"/invitation#token=([\w-]{43})", text)
    assert found is not None, text
    return found[1]


async def _accept(tenant: Tenant, who: Person | None, secret: str) -> Any:
    return await tenant.call(who, "POST", "/invitations/accept", {"token": secret})


async def _is_dead(tenant: Tenant, secret: str, alex: Person) -> None:
    preview = await tenant.call(None, "POST", "/invitations/preview", {"token": secret})
    assert_problem(preview, 422, "link_invalid")
    accepted = await _accept(tenant, alex, secret)
    assert_problem(accepted, 422, "link_invalid")
    never = await tenant.call(None, "POST", "/invitations/preview", {"token": "x" * 43})
    assert never.json()["detail"] == preview.json()["detail"] == accepted.json()["detail"]


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "viewer"])
async def test_only_owners_and_admins_invite(tenant: Tenant, role: str) -> None:
    made = await _invite(tenant, await tenant.person())
    who, path = await tenant.person(role), f"/invitations/{made['id']}"
    for method, where, body in (
        ("POST", "/invitations", ALEX),
        ("GET", "/invitations", None),
        ("GET", path, None),
        ("POST", f"{path}/resend", None),
        ("DELETE", path, None),
    ):
        assert_problem(await tenant.call(who, method, where, body), 403, "forbidden")


async def test_nobody_invites_above_their_role(tenant: Tenant) -> None:
    owner, admin = await tenant.person(), await tenant.person("admin")
    assert_problem(await tenant.call(admin, "POST", "/invitations", ALEX | {"role": "owner"}), 403, "role_above_own")
    made = await _invite(tenant, owner, role="owner")
    assert_problem(await tenant.call(admin, "POST", f"/invitations/{made['id']}/resend"), 403, "role_above_own")
    assert (await tenant.call(admin, "DELETE", f"/invitations/{made['id']}")).status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {"email": "nobody"},
        {"email": "a\u0000@example.org"},
        {"email": "a@example.org\r\nBcc: b@example.org"},
        {"email": "x" * 250 + "@example.org"},
        {"role": "emperor"},
        {"workspace_id": "x"},
        {"organization_id": unknown()},
        {"token": "x"},
        {"expires_at": "2099-01-01T00:00:00Z"},
        {"invited_by": unknown()},
    ],
)
async def test_other_fields_and_values_are_refused(tenant: Tenant, body: dict[str, str]) -> None:
    refused = await tenant.call(await tenant.person(), "POST", "/invitations", ALEX | body)
    assert_problem(refused, 422, "invalid_input")
    assert await tenant.letters() == []


async def test_invitations_and_workspaces_of_others_are_not_found(app: FastAPI, tenant: Tenant) -> None:
    owner, other = await tenant.person(), await add_tenant(app, "Other")
    stranger = await other.person()
    made = await _invite(other, stranger)
    body = {"name": "N", "slug": "n"}
    workspace = (await other.call(stranger, "POST", "/workspaces", body)).json()["id"]
    refused = await tenant.call(owner, "POST", "/invitations", ALEX | {"workspace_id": workspace})
    assert_problem(refused, 404, "not_found", "body.workspace_id")
    for invitation in (made["id"], unknown()):
        path = f"/invitations/{invitation}"
        assert_problem(await tenant.call(owner, "GET", path), 404, "not_found")
        assert_problem(await tenant.call(owner, "POST", f"{path}/resend"), 404, "not_found")
        assert_problem(await tenant.call(owner, "DELETE", path), 404, "not_found")


async def test_members_and_whoever_is_invited_are_not_invited_again(tenant: Tenant) -> None:
    owner, member = await tenant.person(), await tenant.person("viewer", email=ADDRESS)
    assert_problem(await tenant.call(owner, "POST", "/invitations", ALEX), 409, "already_member")
    await tenant.call(owner, "DELETE", f"/members/{member.member_id}")
    await _invite(tenant, owner)
    other_spelling = ALEX | {"email": "ALEX.moreau@example.org"}
    assert_problem(await tenant.call(owner, "POST", "/invitations", other_spelling), 409, "already_invited")


async def test_of_parallel_invitations_to_one_address_one_is_sent(tenant: Tenant) -> None:
    owner = await tenant.person()
    done = await asyncio.gather(*(tenant.call(owner, "POST", "/invitations", ALEX) for _ in range(10)))
    assert sorted(answer.status_code for answer in done) == [201] + [409] * 9
    assert len(await tenant.letters()) == 1


async def test_only_so_many_invitations_wait(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = await tenant.person()
    monkeypatch.setattr(invitation_service, "MOST_OPEN", 1)
    await _invite(tenant, owner)
    refused = await tenant.call(owner, "POST", "/invitations", ALEX | {"email": "b@example.org"})
    assert_problem(refused, 409, "too_many_invitations")


async def test_an_expired_link_is_refused(tenant: Tenant, admin_connection: psycopg.Connection) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    made = await _invite(tenant, owner)
    admin_connection.execute("update invitation set expires_at = now() - interval '1 second'")
    await _is_dead(tenant, await _secret(tenant), alex)
    assert (await tenant.call(owner, "GET", f"/invitations/{made['id']}")).json()["state"] == "expired"
    assert (await tenant.call(owner, "GET", "/invitations?pending=true")).json()["items"] == []
    [item] = (await tenant.call(owner, "GET", "/invitations")).json()["items"]
    assert item == made | {"state": "expired", "expires_at": item["expires_at"], "updated_at": item["updated_at"]}


async def test_a_revoked_link_is_refused(tenant: Tenant) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    made = await _invite(tenant, owner)
    for _ in range(2):
        assert (await tenant.call(owner, "DELETE", f"/invitations/{made['id']}")).status_code == 204
    await _is_dead(tenant, await _secret(tenant), alex)
    assert_problem(await tenant.call(owner, "POST", f"/invitations/{made['id']}/resend"), 409, "invitation_closed")
    [item] = (await tenant.call(owner, "GET", "/invitations?pending=false&include_total=true")).json()["items"]
    assert (item["state"], item["email"]) == ("revoked", "Alex.Moreau@example.org")


async def test_a_used_link_is_refused(tenant: Tenant) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    made = await _invite(tenant, owner)
    secret = await _secret(tenant)
    assert (await _accept(tenant, alex, secret)).status_code == 200
    await _is_dead(tenant, secret, alex)
    assert_problem(await tenant.call(owner, "DELETE", f"/invitations/{made['id']}"), 409, "invitation_accepted")
    assert_problem(await tenant.call(owner, "POST", f"/invitations/{made['id']}/resend"), 409, "invitation_closed")
    assert (await tenant.call(owner, "GET", f"/invitations/{made['id']}")).json()["state"] == "accepted"


async def test_a_link_into_a_closed_organization_is_refused(tenant: Tenant) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    await _invite(tenant, owner)
    secret = await _secret(tenant)
    await tenant.call(owner, "DELETE", "/organizations/current")
    await _is_dead(tenant, secret, alex)


@pytest.mark.parametrize("way", ["removed", "demoted", "deactivated"])
async def test_whoever_was_removed_or_demoted_brings_nobody_in(tenant: Tenant, way: str) -> None:
    owner, admin, alex = await tenant.person(), await tenant.person("admin"), await tenant.person(None, email=ADDRESS)
    await _invite(tenant, admin)
    secret, path = await _secret(tenant), f"/members/{admin.member_id}"
    if way == "removed":
        await tenant.call(owner, "DELETE", path)
    elif way == "demoted":
        await tenant.call(owner, "PATCH", path, {"role": "viewer"})
    else:
        await tenant.call(owner, "POST", f"{path}/deactivate")
    await _is_dead(tenant, secret, alex)


async def test_accounts_with_another_or_an_unconfirmed_address_are_refused(tenant: Tenant) -> None:
    owner, other = await tenant.person(), await tenant.person(None)
    unconfirmed = await tenant.person(None, email=ADDRESS, verified=False)
    await _invite(tenant, owner)
    secret = await _secret(tenant)
    assert_problem(await _accept(tenant, None, secret), 401, "unauthenticated")
    assert_problem(await _accept(tenant, other, secret), 403, "invitation_of_another")
    assert_problem(await _accept(tenant, unconfirmed, secret), 403, "email_unverified")
    assert len((await tenant.call(owner, "GET", "/members")).json()["items"]) == 1


@pytest.mark.parametrize("secret", ["", "x" * 129, "\ud800", "a\u0000b", "'; drop table invitation; --"])
async def test_secrets_of_no_form_are_refused(tenant: Tenant, secret: str) -> None:
    for who, where in ((None, "/invitations/preview"), (await tenant.person(None), "/invitations/accept")):
        content = b'{"token": "%s"}' % secret.encode("utf-8", "surrogatepass").replace(b"\x00", b"\\u0000")
        headers = {"Content-Type": "application/json"}
        answer = await tenant.call(who, "POST", where, content=content, headers=headers)
        assert answer.status_code in {400, 422}


async def test_of_parallel_acceptances_one_makes_a_member(tenant: Tenant) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    await _invite(tenant, owner)
    secret = await _secret(tenant)
    done = await asyncio.gather(*(_accept(tenant, alex, secret) for _ in range(20)))
    assert sorted(answer.status_code for answer in done) == [200] + [422] * 19
    assert len((await tenant.call(owner, "GET", "/members")).json()["items"]) == 2


async def test_a_member_accepts_no_second_invitation(tenant: Tenant) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    await _invite(tenant, owner)
    secret = await _secret(tenant)
    other = await _invite(tenant, owner, email="someone.else@example.org", role="owner")
    assert other["role"] == "owner"
    assert (await _accept(tenant, alex, secret)).status_code == 200
    assert_problem(await _accept(tenant, alex, await _secret(tenant)), 403, "invitation_of_another")


async def test_a_deactivated_member_is_not_let_in_by_an_older_invitation(
    tenant: Tenant, admin_connection: psycopg.Connection
) -> None:
    owner = await tenant.person()
    await _invite(tenant, owner)
    alex = await tenant.person("viewer", email=ADDRESS)
    admin_connection.execute("update member set deactivated_at = now() where id = %s", [alex.member_id])
    assert_problem(await _accept(tenant, alex, await _secret(tenant)), 409, "already_member")


async def test_an_invitation_is_sent_again_after_a_minute_and_the_former_link_is_dead(
    tenant: Tenant, admin_connection: psycopg.Connection
) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    made = await _invite(tenant, owner)
    former, path = await _secret(tenant), f"/invitations/{made['id']}/resend"
    refused = await tenant.call(owner, "POST", path)
    assert_problem(refused, 429, "sent_a_moment_ago")
    assert refused.headers["retry-after"] == "60"
    admin_connection.execute("update invitation set expires_at = expires_at - interval '8 days'")
    sent = await tenant.call(owner, "POST", path)
    assert sent.json()["state"] == "pending"
    await _is_dead(tenant, former, alex)
    assert (await _accept(tenant, alex, await _secret(tenant))).status_code == 200


async def test_an_invitation_makes_a_member_with_its_role_and_workspace(
    tenant: Tenant, admin_connection: psycopg.Connection
) -> None:
    owner, alex = await tenant.person(name="Ada"), await tenant.person(None, email=ADDRESS)
    workspace = (await tenant.call(owner, "POST", "/workspaces", {"name": "N", "slug": "n"})).json()["id"]
    await _invite(tenant, owner, workspace_id=workspace)
    [(template, to, text)] = await tenant.letters()
    assert (template, to) == ("invitation", "Alex.Moreau@example.org")
    assert "Ada invites you to work with Northwind" in " ".join(text.split())
    secret = await _secret(tenant)
    offer = await tenant.call(None, "POST", "/invitations/preview", {"token": secret})
    assert offer.json() == {
        "organization_name": "Northwind",
        "role": "recruiter",
        "expires_at": offer.json()["expires_at"],
    }
    once = {"Idempotency-Key": "join"}
    for _ in range(2):
        body = {"token": secret}
        joined = await tenant.call(alex, "POST", "/invitations/accept", body, headers=once)
        assert joined.json()["role"] == "recruiter"
    # The log-in that had no organization works in this one from now on.
    assert (await tenant.call(alex, "GET", "/organizations/current")).json()["name"] == "Northwind"
    members = (await tenant.call(alex, "GET", f"/workspaces/{workspace}/members")).json()["member_ids"]
    assert members == [joined.json()["member_id"]]
    assert (await actions(tenant.resources.database, tenant.organization_id))[-1] == "invitation.accept"
    for table in ("invitation", "audit_event", "email_message", "idempotency_key"):
        rows = " ".join(row[0] for row in admin_connection.execute(f"select t::text from {table} t").fetchall())
        assert secret not in rows
        assert "moreau" not in rows.lower()


async def test_a_workspace_that_was_deleted_does_not_keep_anybody_out(tenant: Tenant) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    workspace = (await tenant.call(owner, "POST", "/workspaces", {"name": "N", "slug": "n"})).json()["id"]
    await _invite(tenant, owner, workspace_id=workspace)
    await tenant.call(owner, "DELETE", f"/workspaces/{workspace}")
    assert (await _accept(tenant, alex, await _secret(tenant))).status_code == 200
    await tenant.call(owner, "POST", f"/workspaces/{workspace}/restore")
    assert (await tenant.call(owner, "GET", f"/workspaces/{workspace}/members")).json() == {"member_ids": []}


async def _key(tenant: Tenant, who: Person, where: str = "") -> tuple[str, str]:
    """Make a key that may invite viewers; return its path and its text."""
    scopes = sorted((ROLE_PERMISSIONS[Role.VIEWER] - {Permission.API_KEY_PERSONAL}) | {Permission.MEMBER_INVITE})
    answer = await tenant.call(who, "POST", f"/api-keys{where}", {"label": "HR", "scopes": scopes})
    assert answer.status_code == 201, answer.text
    return f"/api-keys{where}/{answer.json()['id']}", answer.json()["key"]


async def test_a_service_invites_within_its_scopes(tenant: Tenant) -> None:
    owner, alex = await tenant.person("owner"), await tenant.person(None, email=ADDRESS)
    _, key = await _key(tenant, owner)
    refused = await tenant.call(key, "POST", "/invitations", ALEX)
    assert_problem(refused, 403, "role_above_own")
    made = await tenant.call(key, "POST", "/invitations", ALEX | {"role": "viewer"})
    assert made.json()["invited_by"] is None
    assert (await _accept(tenant, alex, await _secret(tenant))).json()["role"] == "viewer"


@pytest.mark.parametrize("where", ["", "/personal"], ids=["service", "personal"])
@pytest.mark.parametrize("end", ["revoked", "expired"])
async def test_invitation_of_a_key_is_good_no_longer_than_the_key(
    tenant: Tenant, admin_connection: psycopg.Connection, end: str, where: str
) -> None:
    owner, alex = await tenant.person(), await tenant.person(None, email=ADDRESS)
    path, key = await _key(tenant, owner, where)
    body = {"email": ADDRESS, "role": "viewer"}
    made = (await tenant.call(key, "POST", "/invitations", body)).json()
    secret = await _secret(tenant)
    assert (await tenant.call(None, "POST", "/invitations/preview", {"token": secret})).status_code == 200
    if end == "revoked":
        assert (await tenant.call(owner, "DELETE", path)).status_code == 204
    else:
        admin_connection.execute("update api_key set expires_at = now() - interval '1 second'")
    await _is_dead(tenant, secret, alex)
    admin_connection.execute("update invitation set expires_at = expires_at - interval '2 minutes'")
    resent = await tenant.call(owner, "POST", f"/invitations/{made['id']}/resend")
    assert resent.json()["invited_by"] == str(owner.user_id)
    assert (await _accept(tenant, alex, await _secret(tenant))).status_code == 200
