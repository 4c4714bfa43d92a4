"""Looking after one's own account. Refusals first."""

from typing import Any

import httpx
import psycopg
import pytest

from talentflux.core.database import Database
from tests.api.support import UNKNOWN, assert_problem
from tests.factories.accounts import (
    EMAIL,
    NAME,
    PASSWORD,
    add_owner,
    bearer,
    log_in,
    logged_in,
    pass_time,
    register,
    registered,
)
from tests.factories.mailbox import letters

ME = "/api/v1/users/me"
NEW = "sam.new@example.org"


async def ask_for(client: httpx.AsyncClient, pair: dict[str, Any], email: str) -> httpx.Response:
    return await client.post(f"{ME}/email-change", json={"email": email}, headers=bearer(pair))


async def confirm(client: httpx.AsyncClient, secret: str) -> httpx.Response:
    return await client.post("/api/v1/auth/email-change/confirm", json={"token": secret})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ME), ("PATCH", ME), ("DELETE", ME), ("POST", f"{ME}/email-change"), ("GET", f"{ME}/sessions"),
        ("DELETE", f"{ME}/sessions/{UNKNOWN}"), ("GET", f"{ME}/memberships"), ("POST", "/api/v1/auth/logout"),
        ("POST", "/api/v1/auth/logout-everywhere"), ("POST", "/api/v1/auth/proof"),
        ("POST", "/api/v1/auth/password-change"),
    ],
)  # fmt: skip
async def test_nobody_gets_in_without_a_log_in(anonymous: httpx.AsyncClient, method: str, path: str) -> None:
    refused = await anonymous.request(method, path)
    assert_problem(refused, 401, "unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("Bearer", "unauthenticated"), ("Bearer ", "unauthenticated"), ("Basic c2FtOng=", "unauthenticated"),
        ("Bearer x", "token_invalid"), ("Bearer a.b.c", "token_invalid"), ("Bearer " + "x" * 8000, "token_invalid"),
        ("Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.", "token_invalid"), ("Bearer tfk_x", "token_invalid"),
    ],
)  # fmt: skip
async def test_what_is_no_token_of_ours_gets_nobody_in(anonymous: httpx.AsyncClient, value: str, code: str) -> None:
    assert_problem(await anonymous.get(ME, headers={"Authorization": value}), 401, code)


@pytest.mark.parametrize(
    "change",
    [
        {"email": NEW}, {"role": "owner"}, {"organization_id": UNKNOWN}, {"id": UNKNOWN}, {"email_verified": True},
        {"deleted_at": None},
        {"password_hash": "x"}, {"name": ""}, {"name": "a\x07b"}, {"name": "x" * 201}, {"name": 7},
    ],
    ids=str,
)  # fmt: skip
async def test_only_the_name_can_be_changed(
    anonymous: httpx.AsyncClient, database: Database, change: dict[str, Any]
) -> None:
    await add_owner(database)
    headers = bearer(await logged_in(anonymous)) | {"If-Match": "*"}
    refused = await anonymous.patch(ME, json=change, headers=headers)
    assert_problem(refused, 422, "invalid_input", f"body.{next(iter(change))}")
    assert (await anonymous.get(ME, headers=headers)).json()["name"] == NAME


async def test_name_is_changed_in_a_known_version_only(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    headers = bearer(await logged_in(anonymous))
    assert_problem(await anonymous.patch(ME, json={"name": "S"}, headers=headers), 428, "precondition_required")
    read = await anonymous.get(ME, headers=headers)
    old = headers | {"If-Match": read.headers["etag"]}
    changed = await anonymous.patch(ME, json={"name": "Samira Okoro"}, headers=old)
    assert changed.status_code == 200
    assert changed.json()["name"] == "Samira Okoro"
    assert changed.headers["etag"] != read.headers["etag"]
    assert_problem(await anonymous.patch(ME, json={"name": "Other"}, headers=old), 412, "precondition_failed")
    same = await anonymous.patch(ME, json={}, headers=headers | {"If-Match": changed.headers["etag"]})
    assert same.headers["etag"] == changed.headers["etag"]


async def test_address_changes_after_a_recent_proof_only(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    pass_time(admin_connection, "11 minutes")
    assert_problem(await ask_for(anonymous, pair, NEW), 403, "step_up_required")


async def test_present_address_is_no_change(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    refused = await ask_for(anonymous, await logged_in(anonymous), EMAIL.upper())
    assert_problem(refused, 422, "invalid_input", "body.email")


async def test_taken_address_is_answered_like_a_free_one(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    await add_owner(database, "taken@example.org", "Taken")
    pair = await logged_in(anonymous)
    taken, free = await ask_for(anonymous, pair, "taken@example.org"), await ask_for(anonymous, pair, NEW)
    assert taken.status_code == free.status_code == 202
    assert taken.json() == free.json()
    assert [(letter.to, letter.template) for letter in await letters(database)] == [
        ("taken@example.org", "account_exists"),
        (NEW, "confirm_email"),
    ]


async def test_address_that_was_taken_in_the_meantime_is_refused(
    anonymous: httpx.AsyncClient, database: Database
) -> None:
    await add_owner(database)
    await ask_for(anonymous, await logged_in(anonymous), NEW)
    await add_owner(database, NEW, "Quicker")
    assert_problem(await confirm(anonymous, (await letters(database, NEW))[-1].secret), 422, "link_invalid")
    assert (await log_in(anonymous)).status_code == 200


async def test_link_of_a_closed_account_changes_nothing(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    await ask_for(anonymous, await logged_in(anonymous), NEW)
    admin_connection.execute("update user_account set deactivated_at = now()")
    assert_problem(await confirm(anonymous, (await letters(database, NEW))[-1].secret), 422, "link_invalid")


async def test_confirmed_address_logs_in_and_the_old_one_is_told(
    anonymous: httpx.AsyncClient, database: Database
) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    await ask_for(anonymous, pair, NEW)
    assert (await anonymous.get(ME, headers=bearer(pair))).json()["email"] == EMAIL
    secret = (await letters(database, NEW))[-1].secret
    assert (await confirm(anonymous, secret)).status_code == 204
    assert_problem(await confirm(anonymous, secret), 422, "link_invalid")
    assert (await anonymous.get(ME, headers=bearer(pair))).json()["email"] == NEW
    assert_problem(await log_in(anonymous), 401, "credentials_invalid")
    assert (await log_in(anonymous, NEW)).status_code == 200
    assert [letter.template for letter in await letters(database, EMAIL)] == ["email_changed"]


async def test_session_of_somebody_else_cannot_be_ended(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    await add_owner(database, "other@example.org", "Other")
    pair, other = await logged_in(anonymous), await logged_in(anonymous, "other@example.org")
    for session_id in (other["session_id"], UNKNOWN):
        refused = await anonymous.delete(f"{ME}/sessions/{session_id}", headers=bearer(pair))
        assert_problem(refused, 404, "not_found")
    assert (await anonymous.get(ME, headers=bearer(other))).status_code == 200


async def test_own_sessions_are_listed_with_place_and_device(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    await add_owner(database, "other@example.org", "Other")
    await logged_in(anonymous, "other@example.org")
    body = {"email": EMAIL, "password": PASSWORD, "session": "browser"}
    await anonymous.post("/api/v1/auth/login", json=body, headers={"User-Agent": "Firefox"})
    pair = await logged_in(anonymous)
    anonymous.cookies.clear()
    items = (await anonymous.get(f"{ME}/sessions", headers=bearer(pair))).json()["items"]
    assert [(item["kind"], item["current"]) for item in items] == [("token", True), ("browser", False)]
    assert items[1]["device"] == "Firefox"
    assert items[1]["address"] == "127.0.0.1"


async def test_session_without_an_origin_is_listed_too(client: httpx.AsyncClient) -> None:
    items = (await client.get(f"{ME}/sessions")).json()["items"]
    assert [(item["address"], item["device"]) for item in items] == [("", "")]


async def test_ended_session_is_out_at_once(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    pair, other = await logged_in(anonymous), await logged_in(anonymous)
    path = f"{ME}/sessions/{other['session_id']}"
    assert (await anonymous.delete(path, headers=bearer(pair))).status_code == 204
    assert_problem(await anonymous.get(ME, headers=bearer(other)), 401, "session_ended")
    assert_problem(await anonymous.delete(path, headers=bearer(pair)), 404, "not_found")
    assert len((await anonymous.get(f"{ME}/sessions", headers=bearer(pair))).json()["items"]) == 1


async def test_only_owner_of_an_organization_cannot_leave_it_behind(
    anonymous: httpx.AsyncClient, database: Database
) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    assert_problem(await anonymous.delete(ME, headers=bearer(pair)), 409, "sole_owner")
    assert (await anonymous.get(ME, headers=bearer(pair))).status_code == 200


async def test_account_is_closed_after_a_recent_proof_only(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await registered(anonymous, database)
    pair = await logged_in(anonymous)
    pass_time(admin_connection, "11 minutes")
    assert_problem(await anonymous.delete(ME, headers=bearer(pair)), 403, "step_up_required")


async def test_closed_account_is_out_and_its_address_free(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await registered(anonymous, database)
    pair, other = await logged_in(anonymous), await logged_in(anonymous)
    await anonymous.post("/api/v1/auth/password-reset", json={"email": EMAIL})
    secret = (await letters(database, EMAIL))[-1].secret
    assert (await anonymous.delete(ME, headers=bearer(pair))).status_code == 204
    for each in (pair, other):
        assert_problem(await anonymous.get(ME, headers=bearer(each)), 401, "session_ended")
    assert_problem(await log_in(anonymous), 401, "credentials_invalid")
    body = {"token": secret, "password": "granite teapot wanders 12"}
    assert_problem(await anonymous.post("/api/v1/auth/password-reset/confirm", json=body), 422, "link_invalid")
    assert (await register(anonymous)).status_code == 202
    assert (await letters(database, EMAIL))[-1].template == "verify_email"


async def test_closing_ends_memberships_beside_other_owners(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    made = await add_owner(database)
    second = await add_owner(database, "other@example.org", "Other")
    admin_connection.execute(
        "update member set organization_id = %s where user_id = %s", [made.organization_id, second.user_id]
    )
    pair = await logged_in(anonymous)
    assert (await anonymous.delete(ME, headers=bearer(pair))).status_code == 204
    rows = admin_connection.execute("select user_id from member where deleted_at is null").fetchall()
    assert rows == [(second.user_id,)]
    pair = await logged_in(anonymous, "other@example.org")
    assert_problem(await anonymous.delete(ME, headers=bearer(pair)), 409, "sole_owner")


async def test_closing_ends_the_cookie_too(anonymous: httpx.AsyncClient, database: Database) -> None:
    await registered(anonymous, database)
    csrf = (await log_in(anonymous, session="browser")).json()["csrf_token"]
    assert (await anonymous.delete(ME, headers={"X-CSRF-Token": csrf})).status_code == 204
    assert "talentflux_session" not in anonymous.cookies


async def test_every_change_of_an_account_is_in_the_audit_log(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await registered(anonymous, database)
    await log_in(anonymous, password="wrong orbit 12")
    pair = await logged_in(anonymous)
    headers = bearer(pair)
    await anonymous.patch(ME, json={"name": "Samira"}, headers=headers | {"If-Match": "*"})
    await ask_for(anonymous, pair, NEW)
    await confirm(anonymous, (await letters(database, NEW))[-1].secret)
    await anonymous.post("/api/v1/auth/proof", json={"password": "no"}, headers=headers)
    await anonymous.post("/api/v1/auth/proof", json={"password": PASSWORD}, headers=headers)
    other = await logged_in(anonymous, NEW)
    await anonymous.post("/api/v1/auth/logout", headers=bearer(other))
    await anonymous.delete(ME, headers=headers)
    rows = admin_connection.execute("select action from audit_event order by id").fetchall()
    assert [row[0] for row in rows] == [
        "user.create", "user.verify_email", "user.login_failed", "user.login", "user.update",
        "user.email_change_request", "user.update", "user.proof_failed", "user.prove", "user.login", "session.end",
        "user.delete",
    ]  # fmt: skip


async def test_log_in_of_a_member_stands_in_the_log_of_the_organization(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    made = await add_owner(database)
    await log_in(anonymous, password="wrong orbit 12")
    await logged_in(anonymous)
    rows = admin_connection.execute(
        "select action from audit_event where organization_id = %s order by id", [made.organization_id]
    ).fetchall()
    actions = [row[0] for row in rows]
    assert actions == ["organization.create", "member.create", "user.login_failed", "user.login"]
