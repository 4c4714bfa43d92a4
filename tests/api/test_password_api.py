"""Changing and resetting passwords, and proving once more who one is. Refusals first."""

from typing import Any
from uuid import UUID

import httpx
import psycopg
import pyotp
import pytest

from talentflux.core.database import Database, Scope
from talentflux.services import second_factor_service
from tests.api.support import assert_problem
from tests.factories.accounts import (
    EMAIL,
    OTHER_PASSWORD,
    PASSWORD,
    add_owner,
    bearer,
    hold_pauses,
    log_in,
    logged_in,
    pass_time,
    register,
)
from tests.factories.mailbox import letters

ME = "/api/v1/users/me"


async def change(client: httpx.AsyncClient, pair: dict[str, Any], current: str, new: str) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return await client.post("/api/v1/auth/password-change", json=body, headers=bearer(pair))


async def prove(client: httpx.AsyncClient, pair: dict[str, Any], **body: Any) -> httpx.Response:
    return await client.post("/api/v1/auth/proof", json=body, headers=bearer(pair))


async def reset_secret(client: httpx.AsyncClient, database: Database) -> str:
    answer = await client.post("/api/v1/auth/password-reset", json={"email": EMAIL})
    assert answer.status_code == 202
    return (await letters(database, EMAIL))[-1].secret


async def reset(client: httpx.AsyncClient, secret: str, password: str = OTHER_PASSWORD) -> httpx.Response:
    return await client.post("/api/v1/auth/password-reset/confirm", json={"token": secret, "password": password})


async def set_up_factor(database: Database, user_id: UUID) -> list[str]:
    """Set up a second factor and return its recovery codes."""
    async with database.write_session(Scope(user_id=user_id)) as session:
        totp = pyotp.TOTP((await second_factor_service.start(session, user_id)).secret)
    async with database.write_session(Scope(user_id=user_id)) as session:
        return (await second_factor_service.confirm(session, user_id, totp.now(), "http://testserver")).codes


async def test_wrong_present_password_changes_nothing(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    refused = await change(anonymous, pair, "granite teapot 99 x", OTHER_PASSWORD)
    assert_problem(refused, 401, "credentials_invalid")
    assert (await log_in(anonymous)).status_code == 200


async def test_guessing_the_present_password_is_slowed_down(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    for _ in range(3):
        await change(anonymous, pair, "granite teapot 99 x", OTHER_PASSWORD)
    for _ in range(2):
        assert_problem(await prove(anonymous, pair, password="no"), 401, "credentials_invalid")
    hold_pauses(admin_connection)
    assert_problem(await change(anonymous, pair, PASSWORD, OTHER_PASSWORD), 429, "login_throttled")
    assert_problem(await prove(anonymous, pair, password=PASSWORD), 429, "login_throttled")
    assert_problem(await log_in(anonymous), 429, "login_throttled")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("Password1234!", "password_common"),
        ("sam.okoro 2026", "password_common"),
        ("Okoro-12345678", "password_common"),
        ("blue\x07kettle orbit", "password_characters"),
    ],
)
async def test_new_password_that_is_no_good_is_refused(
    anonymous: httpx.AsyncClient, database: Database, new: str, code: str
) -> None:
    await add_owner(database)
    refused = await change(anonymous, await logged_in(anonymous), PASSWORD, new)
    assert_problem(refused, 422, code, "body.new_password")
    secret = await reset_secret(anonymous, database)
    assert_problem(await reset(anonymous, secret, new), 422, code, "body.password")
    assert (await reset(anonymous, secret)).status_code == 204


async def test_account_without_a_password_is_sent_to_the_reset(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    admin_connection.execute("update user_account set password_hash = null")
    assert_problem(await change(anonymous, pair, PASSWORD, OTHER_PASSWORD), 409, "no_password")
    assert_problem(await prove(anonymous, pair), 409, "no_password")
    assert (await reset(anonymous, await reset_secret(anonymous, database))).status_code == 204
    assert (await log_in(anonymous, password=OTHER_PASSWORD)).status_code == 200


async def test_changed_password_ends_all_other_log_ins(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    other, pair = await logged_in(anonymous), await logged_in(anonymous)
    assert (await change(anonymous, pair, PASSWORD, OTHER_PASSWORD)).status_code == 204
    assert_problem(await anonymous.get(ME, headers=bearer(other)), 401, "session_ended")
    assert (await anonymous.get(ME, headers=bearer(pair))).status_code == 200
    assert_problem(await log_in(anonymous), 401, "credentials_invalid")
    assert (await log_in(anonymous, password=OTHER_PASSWORD)).status_code == 200
    assert "password_changed" in [letter.template for letter in await letters(database, EMAIL)]


@pytest.mark.parametrize("token", ["x", "A" * 43, "é"])
async def test_link_that_is_none_resets_nothing(anonymous: httpx.AsyncClient, token: str) -> None:
    assert_problem(await reset(anonymous, token), 422, "link_invalid")


async def test_reset_link_is_good_for_an_hour(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    secret = await reset_secret(anonymous, database)
    pass_time(admin_connection, "61 minutes")
    assert_problem(await reset(anonymous, secret), 422, "link_invalid")


async def test_reset_link_is_good_once(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    secret = await reset_secret(anonymous, database)
    assert (await reset(anonymous, secret)).status_code == 204
    assert_problem(await reset(anonymous, secret, "third kettle 12 orbit"), 422, "link_invalid")


async def test_changed_password_makes_reset_links_worthless(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    secret = await reset_secret(anonymous, database)
    await change(anonymous, await logged_in(anonymous), PASSWORD, "third kettle 12 orbit")
    assert_problem(await reset(anonymous, secret), 422, "link_invalid")


async def test_reset_is_asked_for_unknown_addresses_alike(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    answers = [
        await anonymous.post("/api/v1/auth/password-reset", json={"email": email})
        for email in (EMAIL, "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert [letter.to for letter in await letters(database)] == [EMAIL]


async def test_reset_ends_all_log_ins_and_pauses_and_confirms_the_address(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await register(anonymous)
    pair = await logged_in(anonymous)
    for _ in range(5):
        await log_in(anonymous, password="granite teapot 99 x")
    hold_pauses(admin_connection)
    assert_problem(await log_in(anonymous), 429, "login_throttled")
    assert (await reset(anonymous, await reset_secret(anonymous, database))).status_code == 204
    assert_problem(await anonymous.get(ME, headers=bearer(pair)), 401, "session_ended")
    after = await logged_in(anonymous, password=OTHER_PASSWORD)
    assert (await anonymous.get(ME, headers=bearer(after))).json()["email_verified"] is True


@pytest.mark.parametrize("body", [{}, {"password": OTHER_PASSWORD}, {"password": "\x07"}, {"code": "123456"}])
async def test_wrong_proof_proves_nothing(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection, body: dict[str, str]
) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    pass_time(admin_connection, "11 minutes")
    assert_problem(await prove(anonymous, pair, **body), 401, "credentials_invalid")
    assert_problem(await anonymous.delete(ME, headers=bearer(pair)), 403, "step_up_required")


async def test_proof_counts_for_ten_minutes_and_for_its_own_log_in_only(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    pair, other = await logged_in(anonymous), await logged_in(anonymous)
    pass_time(admin_connection, "11 minutes")
    assert (await prove(anonymous, pair, password=PASSWORD)).status_code == 204
    assert_problem(await anonymous.delete(ME, headers=bearer(other)), 403, "step_up_required")
    assert_problem(await anonymous.delete(ME, headers=bearer(pair)), 409, "sole_owner")
    pass_time(admin_connection, "11 minutes")
    assert_problem(await anonymous.delete(ME, headers=bearer(pair)), 403, "step_up_required")


async def test_log_in_without_the_second_factor_is_refused(anonymous: httpx.AsyncClient, database: Database) -> None:
    made = await add_owner(database)
    codes = await set_up_factor(database, made.user_id)
    assert_problem(await log_in(anonymous), 401, "second_factor_required")
    assert_problem(await log_in(anonymous, password=OTHER_PASSWORD), 401, "credentials_invalid")
    assert_problem(await log_in(anonymous, password=OTHER_PASSWORD, code=codes[0]), 401, "credentials_invalid")
    assert_problem(await log_in(anonymous, code="000000"), 401, "second_factor_invalid")
    assert (await log_in(anonymous, code=codes[0])).status_code == 200
    assert_problem(await log_in(anonymous, code=codes[0]), 401, "second_factor_invalid")


async def test_asking_for_the_second_factor_does_not_count_but_guessing_it_does(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    made = await add_owner(database)
    codes = await set_up_factor(database, made.user_id)
    for _ in range(8):
        assert_problem(await log_in(anonymous), 401, "second_factor_required")
    for number in range(5):
        assert_problem(await log_in(anonymous, code=f"00000{number}"), 401, "second_factor_invalid")
    hold_pauses(admin_connection)
    assert_problem(await log_in(anonymous, code=codes[0]), 429, "login_throttled")


async def test_proof_needs_the_second_factor_too(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    made = await add_owner(database)
    codes = await set_up_factor(database, made.user_id)
    pair = (await log_in(anonymous, code=codes[0])).json()
    assert_problem(await prove(anonymous, pair, password=PASSWORD), 401, "second_factor_required")
    assert_problem(await prove(anonymous, pair, password=PASSWORD, code="000000"), 401, "second_factor_invalid")
    assert (await prove(anonymous, pair, password=PASSWORD, code=codes[1])).status_code == 204
    admin_connection.execute("update user_account set password_hash = null")
    assert (await prove(anonymous, pair, code=codes[2])).status_code == 204


async def test_session_that_ends_during_the_proof_is_not_proved(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    admin_connection.execute(
        "create function end_sessions() returns trigger language plpgsql security definer as $$ begin "
        "update user_session set revoked_at = now(); return new; end $$"
    )
    admin_connection.execute(
        "create trigger ended after insert on login_throttle for each row execute function end_sessions()"
    )
    assert_problem(await prove(anonymous, pair, password=PASSWORD), 401, "session_ended")
