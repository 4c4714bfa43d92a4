"""Logging in and out, over tokens and cookies. Refusals first."""

import asyncio
import time
from typing import Any

import httpx
import psycopg
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from talentflux.core.database import Database
from talentflux.core.security import passwords
from tests.api.support import assert_problem
from tests.factories.accounts import (
    EMAIL,
    OTHER_PASSWORD,
    PASSWORD,
    add_owner,
    bearer,
    even,
    hold_pauses,
    log_in,
    logged_in,
    pass_time,
)
from tests.factories.mailbox import letters

UNKNOWN = "nobody.here@example.org"


async def test_wrong_password_is_refused(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    answer = await log_in(anonymous, password=OTHER_PASSWORD)
    assert_problem(answer, 401, "credentials_invalid")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_known_and_unknown_address_are_refused_alike(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    await add_owner(database, "left@example.org", "Left")
    admin_connection.execute(
        "update user_account set deactivated_at = now() where id = (select max(id::text)::uuid from user_account)"
    )
    answers = [await log_in(anonymous, email, OTHER_PASSWORD) for email in (EMAIL, UNKNOWN, "left@example.org")]
    answers.append(await log_in(anonymous, "left@example.org", PASSWORD))
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert {answer.status_code for answer in answers} == {401}
    names = [sorted(answer.headers) for answer in answers]
    assert all(each == names[0] for each in names)


async def test_account_without_a_password_is_refused_like_a_wrong_one(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    admin_connection.execute("update user_account set password_hash = null")
    assert_problem(await log_in(anonymous), 401, "credentials_invalid")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "sam\0@example.org"}, "body"),
        ({"email": "no address"}, "body.email"),
        ({"email": "x" * 300 + "@example.org"}, "body.email"),
        ({"email": ["sam@example.org"]}, "body.email"),
        ({"password": "x" * 1025}, "body.password"),
        ({"password": ""}, "body.password"),
        ({"password": "blue kettle\0orbit"}, "body"),
        ({"password": {"$ne": ""}}, "body.password"),
        ({"code": "123456; drop table"}, "body.code"),
        ({"code": "1" * 33}, "body.code"),
        ({"session": "admin"}, "body.session"),
        ({"role": "owner"}, "body.role"),
        ({"organization_id": "00000000-0000-7000-8000-000000000001"}, "body.organization_id"),
    ],
    ids=str,
)
async def test_body_of_another_form_is_refused(
    anonymous: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    body = {"email": EMAIL, "password": PASSWORD, **change}
    answer = await anonymous.post("/api/v1/auth/login", json=body)
    assert_problem(answer, 422, "invalid_input", field)
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("password", ["\x07" * 12, "\U0001f600" * 200, "\u202e" * 12, "' or 1=1 --"])
async def test_strange_password_is_only_a_wrong_one(
    anonymous: httpx.AsyncClient, database: Database, password: str
) -> None:
    await add_owner(database)
    assert_problem(await log_in(anonymous, password=password), 401, "credentials_invalid")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b'{"email": "sam@example.org", "password": "\\ud800 orbit kettle"}', 422),
        (b'{"email": "sam\\ud800@example.org", "password": "x orbit kettle"}', 422),
        (b'{"email": "sam@example.org", "password": "x orbit kettle", "code": "\\ud800123456"}', 422),
        (b'{"email": "sam@example.org", "password": "x orbit kettle", "\\ud800": 1}', 422),
    ],
)
async def test_lone_surrogate_is_no_fault_of_ours(anonymous: httpx.AsyncClient, raw: bytes, status: int) -> None:
    answer = await anonymous.post("/api/v1/auth/login", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == status


@pytest.mark.parametrize("raw", [b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"{}" * 2, b"[" * 100_000])
async def test_broken_json_is_refused(anonymous: httpx.AsyncClient, raw: bytes) -> None:
    answer = await anonymous.post("/api/v1/auth/login", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_account_waits_twice_as_long_after_each_failure(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    for email in (EMAIL, UNKNOWN):
        for _ in range(5):
            assert_problem(await log_in(anonymous, email, OTHER_PASSWORD), 401, "credentials_invalid")
        for seconds in (1, 2, 4, 8):
            hold_pauses(admin_connection)
            refused = await log_in(anonymous, email, OTHER_PASSWORD)
            assert_problem(refused, 429, "login_throttled")
            assert 3500 < int(refused.headers["retry-after"]) - seconds <= 3600
            pass_time(admin_connection, "2 hours")
            assert_problem(await log_in(anonymous, email, OTHER_PASSWORD), 401, "credentials_invalid")
        admin_connection.execute("delete from login_throttle")


async def test_right_password_is_refused_too_while_the_account_waits(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    for _ in range(5):
        await log_in(anonymous, password=OTHER_PASSWORD)
    hold_pauses(admin_connection)
    assert_problem(await log_in(anonymous), 429, "login_throttled")


async def test_pause_is_a_quarter_of_an_hour_at_most(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    await log_in(anonymous, password=OTHER_PASSWORD)
    admin_connection.execute("update login_throttle set failures = 1000000")
    await log_in(anonymous, password=OTHER_PASSWORD)
    refused = await log_in(anonymous)
    assert 890 < int(refused.headers["retry-after"]) <= 900


async def test_success_begins_counting_anew(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    for _ in range(3):
        for _ in range(4):
            await log_in(anonymous, password=OTHER_PASSWORD)
        assert (await log_in(anonymous)).status_code == 200


async def test_failures_are_forgotten_after_a_day(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    for _ in range(5):
        await log_in(anonymous, password=OTHER_PASSWORD)
    pass_time(admin_connection, "25 hours")
    for _ in range(4):
        assert_problem(await log_in(anonymous, password=OTHER_PASSWORD), 401, "credentials_invalid")
    assert (await log_in(anonymous)).status_code == 200


async def test_parallel_guesses_get_no_more_tries_than_single_ones(
    anonymous: httpx.AsyncClient, database: Database
) -> None:
    await add_owner(database)
    answers = await asyncio.gather(*(log_in(anonymous, password=OTHER_PASSWORD) for _ in range(30)))
    assert sum(answer.status_code == 401 for answer in answers) <= 9  # five, and one after each pause
    assert {answer.status_code for answer in answers} == {401, 429}


async def test_address_that_tries_many_accounts_waits_too(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    for number in range(20):
        await log_in(anonymous, f"nobody{number}@example.org", OTHER_PASSWORD)
    hold_pauses(admin_connection)
    assert_problem(await log_in(anonymous), 429, "login_throttled")


async def test_throttle_names_nobody(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await log_in(anonymous, password=OTHER_PASSWORD)
    rows = admin_connection.execute("select key from login_throttle").fetchall()
    assert len(rows) == 2
    assert all(len(row[0]) == 32 for row in rows)


async def test_known_and_unknown_address_take_the_same_time(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)

    async def times() -> tuple[list[float], list[float]]:
        taken: dict[str, list[float]] = {EMAIL: [], UNKNOWN: []}
        for turn in range(24):
            for email in sorted(taken, reverse=bool(turn % 2)):
                admin_connection.execute("delete from login_throttle")
                started = time.perf_counter()
                await log_in(anonymous, email, OTHER_PASSWORD)
                taken[email].append(time.perf_counter() - started)
        return taken[EMAIL], taken[UNKNOWN]

    assert await even(times)


async def test_log_in_gives_tokens_that_open_the_account(anonymous: httpx.AsyncClient, database: Database) -> None:
    made = await add_owner(database)
    answer = await log_in(anonymous)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    pair = answer.json()
    assert pair["token_type"] == "Bearer"
    assert pair["organization_id"] == str(made.organization_id)
    me = await anonymous.get("/api/v1/users/me", headers=bearer(pair))
    assert me.json()["id"] == str(made.user_id)
    assert me.json()["email"] == EMAIL


async def test_every_spelling_of_the_address_logs_in(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    assert (await log_in(anonymous, "Sam.Okoro@EXAMPLE.org")).status_code == 200


async def test_hash_by_weaker_parameters_is_renewed(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    weak = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    admin_connection.execute("update user_account set password_hash = %s", [weak])
    assert (await log_in(anonymous)).status_code == 200
    row = admin_connection.execute("select password_hash from user_account").fetchone()
    assert row is not None
    assert not passwords.needs_rehash(row[0])
    assert (await log_in(anonymous)).status_code == 200


async def test_access_token_of_an_ended_session_is_refused(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    assert (await anonymous.post("/api/v1/auth/logout", headers=bearer(pair))).status_code == 204
    assert_problem(await anonymous.get("/api/v1/users/me", headers=bearer(pair)), 401, "session_ended")
    refused = await anonymous.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    assert_problem(refused, 401, "session_ended")


async def test_logging_out_everywhere_ends_every_log_in_of_the_account_only(
    anonymous: httpx.AsyncClient, database: Database
) -> None:
    await add_owner(database)
    await add_owner(database, "other@example.org", "Other")
    stranger = await logged_in(anonymous, "other@example.org")
    pairs = [await logged_in(anonymous) for _ in range(3)]
    assert (await anonymous.post("/api/v1/auth/logout-everywhere", headers=bearer(pairs[0]))).status_code == 204
    for pair in pairs:
        assert_problem(await anonymous.get("/api/v1/users/me", headers=bearer(pair)), 401, "session_ended")
    assert (await anonymous.get("/api/v1/users/me", headers=bearer(stranger))).status_code == 200


async def test_deactivated_account_is_out_at_once(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    admin_connection.execute("update user_account set deactivated_at = now()")
    assert_problem(await anonymous.get("/api/v1/users/me", headers=bearer(pair)), 401, "session_ended")
    refused = await anonymous.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    assert_problem(refused, 401, "session_ended")


async def test_log_in_from_a_new_place_is_told_by_email_once(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    for device in ("Firefox", "Firefox", "Chrome\r\nX: y", "Chrome\r\nX: y", "Firefox"):
        body = {"email": EMAIL, "password": PASSWORD}
        headers = {"User-Agent": device.replace("\r\n", " ")}
        assert (await anonymous.post("/api/v1/auth/login", json=body, headers=headers)).status_code == 200
    alerts = [letter for letter in await letters(database, EMAIL) if letter.template == "login_alert"]
    assert len(alerts) == 1
    assert "Chrome" in alerts[0].text


async def test_jwks_holds_public_keys_only(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert [sorted(key) for key in answer.json()["keys"]] == [["alg", "crv", "kid", "kty", "use", "x"]]


async def test_refresh_goes_on_and_a_token_shown_again_ends_the_log_in(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    first = await logged_in(anonymous)
    answer = await anonymous.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    second = answer.json()
    assert second["session_id"] == first["session_id"]
    assert (await anonymous.get("/api/v1/users/me", headers=bearer(second))).status_code == 200
    pass_time(admin_connection, "11 seconds")
    reused = await anonymous.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert_problem(reused, 401, "refresh_token_reused")
    refused = await anonymous.post("/api/v1/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert_problem(refused, 401, "session_ended")
    assert_problem(await anonymous.get("/api/v1/users/me", headers=bearer(second)), 401, "session_ended")
