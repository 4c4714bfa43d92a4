"""Whom an identity provider lets in, and as whom: refusals first."""

from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Scope
from talentflux.core.permissions import Role
from talentflux.core.security import passwords
from talentflux.dependencies import Resources
from talentflux.services import sign_on_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.sign_on_support import (
    CALLBACK,
    EMAIL,
    begin,
    configured,
    member,
    provider,
    returned,
    set_up,
    settings,
    sign_on,
)
from tests.api.support import assert_problem
from tests.factories.oidc_provider import CLIENT_ID, CLIENT_SECRET, SUBJECT, Provider, real_provider
from tests.factories.people import Person, add_organization, add_person

__all__ = ["configured", "member", "provider", "settings"]


# Whose account


async def refused(client: httpx.AsyncClient, admin: psycopg.Connection, code: str) -> None:
    """Check that a log-in is refused, that nothing is linked, and that the refusal is in the audit log."""
    before = admin.execute("select count(*) from user_session").fetchone()
    assert_problem(await sign_on(client), 403, code)
    assert admin.execute("select count(*) from user_identity").fetchone() == (0,)
    assert admin.execute("select count(*) from user_session").fetchone() == before
    events = admin.execute("select e::text from audit_event e where action = 'identity_provider.sign_on_refused'")
    assert code in str(events.fetchall())


@pytest.mark.parametrize(
    "email",
    [
        "mara@elsewhere.example",
        "mara@sub.northwind.example",
        "mara",
        "mara@northwind.example@elsewhere.example",
        "mara@",
    ],
)
async def test_refuses_addresses_outside_the_verified_domains(
    anonymous, configured, provider: Provider, admin_connection, email: str
) -> None:
    admin_connection.execute("update identity_provider set default_role = 'viewer'")
    provider.person["email"] = email
    await refused(anonymous, admin_connection, "domain_not_allowed")


async def test_refuses_domains_that_nobody_has_verified(anonymous, configured, member, admin_connection) -> None:
    admin_connection.execute("update identity_provider set verified_domains = '{}'")
    await refused(anonymous, admin_connection, "domain_not_allowed")


async def test_refuses_strangers_where_nobody_is_let_in_anew(anonymous, configured, admin_connection) -> None:
    await refused(anonymous, admin_connection, "not_a_member")


async def test_refuses_an_account_of_another_organization_where_nobody_is_let_in_anew(
    app: FastAPI, anonymous: httpx.AsyncClient, configured: str, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    other = await add_organization(resources.database)
    await add_person(resources.database, resources.tokens, other, email=EMAIL)
    await refused(anonymous, admin_connection, "not_a_member")


@pytest.mark.parametrize("column", ["deleted_at", "deactivated_at"])
async def test_refuses_members_that_were_removed_even_where_newcomers_are_let_in(
    anonymous: httpx.AsyncClient, configured: str, member: Person, admin_connection: psycopg.Connection, column: str
) -> None:
    admin_connection.execute("update identity_provider set default_role = 'viewer'")
    admin_connection.execute(f"update member set {column} = now() where user_id = %s", [member.user_id])
    await refused(anonymous, admin_connection, "not_a_member")


async def test_refuses_a_deactivated_account(anonymous, configured, member: Person, admin_connection) -> None:
    admin_connection.execute("update user_account set deactivated_at = now() where id = %s", [member.user_id])
    await refused(anonymous, admin_connection, "not_a_member")


async def test_refuses_an_account_that_somebody_opened_with_a_foreign_address(
    app: FastAPI, anonymous: httpx.AsyncClient, configured: str, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, email=EMAIL, verified=False)
    await refused(anonymous, admin_connection, "email_unverified")


async def test_refuses_owners_by_a_provider_that_no_owner_has_set_up(
    app: FastAPI, anonymous: httpx.AsyncClient, client, configured: str, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.OWNER, email=EMAIL)
    admin = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.ADMIN)
    path = f"/api/v1/identity-providers/{configured}"
    tag = (await client.get(path)).headers["etag"]
    changed = await client.patch(path, json={"client_id": CLIENT_ID}, headers=admin.headers | {"If-Match": tag})
    assert changed.status_code == 200, changed.text
    await refused(anonymous, admin_connection, "owner_not_linked")
    tag = (await client.get(path)).headers["etag"]
    await client.patch(path, json={"client_id": CLIENT_ID}, headers={"If-Match": tag})
    assert (await sign_on(anonymous)).status_code == 200


@pytest.mark.parametrize("what", ["member", "user_account"])
async def test_a_link_ends_with_the_membership_and_with_the_account(
    anonymous: httpx.AsyncClient, configured: str, member: Person, admin_connection: psycopg.Connection, what: str
) -> None:
    assert (await sign_on(anonymous)).status_code == 200
    column = "user_id" if what == "member" else "id"
    admin_connection.execute(f"update {what} set deactivated_at = now() where {column} = %s", [member.user_id])
    assert_problem(await sign_on(anonymous), 403, "not_a_member")


async def test_a_link_goes_by_subject_not_by_address(
    app: FastAPI, anonymous: httpx.AsyncClient, configured: str, member: Person, provider: Provider
) -> None:
    resources: Resources = app.state.resources
    other = await add_person(
        resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.VIEWER, email="other@northwind.example"
    )
    first = await sign_on(anonymous)
    provider.person["email"] = other.email  # the provider now says that the same person has another address
    second = await sign_on(anonymous)
    for answer in (first, second):
        me = await anonymous.get(
            "/api/v1/users/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}
        )
        assert me.json()["id"] == str(member.user_id)


async def test_logs_a_member_in_and_begins_in_the_organization(
    anonymous: httpx.AsyncClient, configured: str, member: Person, admin_connection: psycopg.Connection
) -> None:
    answer = await sign_on(anonymous)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["organization_id"] == str(LOCAL_ORGANIZATION_ID)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await anonymous.get("/api/v1/candidates", headers=bearer)).status_code == 200
    refreshed = await anonymous.post("/api/v1/auth/refresh", json={"refresh_token": answer.json()["refresh_token"]})
    assert refreshed.status_code == 200
    actions = {row[0] for row in admin_connection.execute("select action from audit_event").fetchall()}
    assert {"identity_provider.created", "user.identity_linked", "user.signed_on"} <= actions


async def test_a_browser_gets_a_cookie_and_the_start_page(anonymous, configured, member: Person) -> None:
    answer = await sign_on(anonymous, session="browser")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie for cookie in cookies if cookie.startswith("talentflux_session=") and "HttpOnly" in cookie]
    assert "talentflux_sign_on" not in anonymous.cookies
    assert (await anonymous.get("/api/v1/users/me")).json()["email"] == EMAIL


@pytest.mark.parametrize("names", [("Mara\x00 Lindqvist", "Mara Lindqvist"), (None, "mara"), ("  ", "mara")])
async def test_lets_newcomers_in_with_the_role_that_was_set(
    anonymous: httpx.AsyncClient, configured, provider: Provider, admin_connection, names: tuple[str | None, str]
) -> None:
    admin_connection.execute("update identity_provider set default_role = 'interviewer'")
    provider.person["name"], shown = names
    answer = await sign_on(anonymous)
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    me = (await anonymous.get("/api/v1/users/me", headers=bearer)).json()
    assert (me["email"], me["name"]) == (EMAIL, shown)
    assert admin_connection.execute("select role from member where user_id = %s", [me["id"]]).fetchone() == (
        "interviewer",
    )
    assert (await sign_on(anonymous)).status_code == 200


async def test_lets_an_account_from_elsewhere_in_where_newcomers_are(
    app: FastAPI, anonymous: httpx.AsyncClient, configured: str, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    seeker = await add_person(resources.database, resources.tokens, None, email=EMAIL)
    admin_connection.execute("update identity_provider set default_role = 'viewer'")
    assert (await sign_on(anonymous)).json()["organization_id"] == str(LOCAL_ORGANIZATION_ID)
    found = admin_connection.execute("select role from member where user_id = %s", [seeker.user_id]).fetchall()
    assert found == [("viewer",)]


async def test_subjects_and_secrets_lie_in_no_table(anonymous, configured, member, admin_connection) -> None:
    begun = await begin(anonymous)
    await anonymous.get(CALLBACK, params=await returned(begun))
    waiting = await begin(anonymous)
    query = parse_qs(urlsplit(waiting.json()["authorization_url"]).query)
    tables = ("identity_provider", "user_identity", "sign_on_state", "audit_event")
    dump = "".join(str(admin_connection.execute(f"select t::text from {table} t").fetchall()) for table in tables)
    plain = [SUBJECT, CLIENT_SECRET, query["state"][0], query["nonce"][0], EMAIL]
    assert not [text for text in plain if text in dump or text.encode().hex() in dump]


# Enforcement


async def allowed(app: FastAPI, person: Person) -> bool:
    resources: Resources = app.state.resources
    async with resources.database.read_session(Scope(identity=True)) as session:
        return await sign_on_service.password_allowed(session, person.user_id)


async def test_passwords_are_refused_where_single_sign_on_is_enforced(
    app: FastAPI, configured: str, member: Person, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    assert await allowed(app, member)
    admin_connection.execute("update identity_provider set enforced = true")
    assert not await allowed(app, member)
    outside = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, Role.VIEWER)
    assert await allowed(app, outside)  # of another domain
    chief = await add_person(
        resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, email="chief@northwind.example"
    )
    assert await allowed(app, chief)  # owners find in when the provider fails
    admin_connection.execute("update identity_provider set verified_domains = '{}'")
    assert await allowed(app, member)
    admin_connection.execute("update identity_provider set verified_domains = domains, deleted_at = now()")
    assert await allowed(app, member)


async def test_a_right_password_is_sent_to_single_sign_on_where_it_is_enforced(
    anonymous: httpx.AsyncClient, configured: str, member: Person, admin_connection: psycopg.Connection
) -> None:
    password = "plinth wombat 74 cello"
    hashed = await passwords.hash_password(password)
    admin_connection.execute("update user_account set password_hash = %s where id = %s", [hashed, member.user_id])
    given = {"email": EMAIL, "password": password}
    assert (await anonymous.post("/api/v1/auth/login", json=given)).status_code == 200
    admin_connection.execute("update identity_provider set enforced = true")
    assert_problem(await anonymous.post("/api/v1/auth/login", json=given), 401, "sign_on_required")
    wrong = given | {"password": "plinth wombat 74 viola"}
    assert_problem(await anonymous.post("/api/v1/auth/login", json=wrong), 401, "credentials_invalid")
    assert (await sign_on(anonymous)).status_code == 200


async def test_enforced_single_sign_on_is_not_left_by_changing_the_address(
    anonymous: httpx.AsyncClient, configured: str, member: Person, admin_connection: psycopg.Connection
) -> None:
    wanted = {"email": "elsewhere@private.example"}
    admin_connection.execute("update identity_provider set enforced = true")
    refused = await anonymous.post("/api/v1/users/me/email-change", json=wanted, headers=member.headers)
    assert_problem(refused, 409, "sign_on_required")
    admin_connection.execute("update identity_provider set enforced = false")
    taken = await anonymous.post("/api/v1/users/me/email-change", json=wanted, headers=member.headers)
    assert taken.status_code == 202


# The real provider


async def test_works_with_a_real_provider(anonymous, client, member: Person, admin_connection) -> None:
    people = [
        {"sub": "mara", "email": EMAIL, "email_verified": True, "name": "Mara Lindqvist"},
        {"sub": "unverified", "email": "b@northwind.example", "email_verified": False},
        {"sub": "outside", "email": "c@elsewhere.example", "email_verified": True},
    ]
    with real_provider(people) as issuer:
        await set_up(client, admin_connection, issuer)
        back = await returned(await begin(anonymous), "unverified")
        assert_problem(await anonymous.get(CALLBACK, params=back), 401, "identity_email_unverified")
        back = await returned(await begin(anonymous), "outside")
        assert_problem(await anonymous.get(CALLBACK, params=back), 403, "domain_not_allowed")
        for _ in range(2):
            back = await returned(await begin(anonymous, email=EMAIL), "mara")
            answer = await anonymous.get(CALLBACK, params=back)
            assert answer.status_code == 200, answer.text
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await anonymous.get("/api/v1/users/me", headers=bearer)).json()["id"] == str(member.user_id)
    assert admin_connection.execute("select count(*) from user_identity").fetchone() == (1,)
