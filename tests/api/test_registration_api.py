"""Opening an account and confirming its address. Refusals first."""

import asyncio
import time
from typing import Any

import httpx
import psycopg
import pytest

from talentflux.core.database import Database
from talentflux.utils.ids import new_id
from tests.api.support import assert_problem
from tests.factories.accounts import (
    EMAIL,
    NAME,
    OTHER_PASSWORD,
    PASSWORD,
    add_owner,
    bearer,
    even,
    hold_pauses,
    log_in,
    logged_in,
    pass_time,
    register,
    registered,
)
from tests.factories.mailbox import letters


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "no address"}, "body.email"),
        ({"email": "sam\0@example.org"}, "body"),
        ({"email": "sam@example.org\r\nBcc: all@example.org"}, "body.email"),
        ({"password": "short"}, "body.password"),
        ({"password": "x" * 1025}, "body.password"),
        ({"password": None}, "body.password"),
        ({"name": ""}, "body.name"),
        ({"name": "   "}, "body.name"),
        ({"name": "x" * 201}, "body.name"),
        ({"name": "Sam\0Okoro"}, "body"),
        ({"name": "Sam\x07Okoro"}, "body.name"),
        ({"name": "Sam\r\nOkoro"}, "body.name"),
        ({"organization_name": ""}, "body.organization_name"),
        ({"organization_name": "North\0wind"}, "body"),
        ({"organization_name": "North\x07wind"}, "body.organization_name"),
        ({"role": "owner"}, "body.role"),
        ({"organization_id": "00000000-0000-7000-8000-000000000001"}, "body.organization_id"),
        ({"email_verified_at": "2026-01-01T00:00:00Z"}, "body.email_verified_at"),
        ({"id": "00000000-0000-7000-8000-000000000001"}, "body.id"),
    ],
    ids=str,
)
async def test_body_of_another_form_is_refused(
    anonymous: httpx.AsyncClient, admin_connection: psycopg.Connection, change: dict[str, Any], field: str
) -> None:
    assert_problem(await register(anonymous, **change), 422, "invalid_input", field)
    assert count(admin_connection, "user_account") == 0


@pytest.mark.parametrize("name", [b'"\\ud800 Okoro"', b'"\\udfff"'])
async def test_lone_surrogate_in_a_name_is_refused(anonymous: httpx.AsyncClient, name: bytes) -> None:
    raw = b'{"email": "sam@example.org", "password": "blue kettle orbit 47", "name": ' + name + b"}"
    answer = await anonymous.post("/api/v1/auth/register", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Password1234!", "password_common"),
        ("sam.okoro 2026", "password_common"),
        ("blue kettle\x07orbit", "password_characters"),
    ],
)
async def test_password_that_is_no_good_is_refused_and_not_repeated(
    anonymous: httpx.AsyncClient, password: str, code: str
) -> None:
    answer = await register(anonymous, password=password)
    assert_problem(answer, 422, code, "body.password")
    assert password not in answer.text


async def test_known_and_unknown_address_are_answered_alike(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    known, unknown = await register(anonymous), await register(anonymous, "new@example.org")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, known.json())
    assert sorted(known.headers) == sorted(unknown.headers)
    assert [letter.template for letter in await letters(database, EMAIL)] == ["account_exists"]
    assert [letter.template for letter in await letters(database, "new@example.org")] == ["verify_email"]
    assert (await log_in(anonymous)).status_code == 200  # the account that there was is as it was
    assert count(admin_connection, "user_account") == 2


@pytest.mark.parametrize("path", ["register", "password-reset", "resend-verification"])
async def test_known_and_unknown_address_take_the_same_time(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection, path: str
) -> None:
    await add_owner(database)
    if path == "resend-verification":
        admin_connection.execute("update user_account set email_verified_at = null")

    async def times() -> tuple[list[float], list[float]]:
        taken: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(8):
            for known in (turn % 2 == 0, turn % 2 == 1):
                admin_connection.execute("delete from login_throttle")
                body = {"email": EMAIL if known else f"{new_id().hex}@example.org"}
                if path == "register":
                    body |= {"password": PASSWORD, "name": NAME}
                started = time.perf_counter()
                assert (await anonymous.post(f"/api/v1/auth/{path}", json=body)).status_code == 202
                taken[known].append(time.perf_counter() - started)
        return taken[True], taken[False]

    assert await even(times)


async def test_unverified_account_sees_no_organization(anonymous: httpx.AsyncClient, database: Database) -> None:
    await register(anonymous, organization_name="Northwind")
    pair = await logged_in(anonymous)
    me = await anonymous.get("/api/v1/users/me", headers=bearer(pair))
    assert me.json()["email_verified"] is False
    refused = await anonymous.get("/api/v1/candidates", headers=bearer(pair))
    assert_problem(refused, 403, "email_unverified")


@pytest.mark.parametrize("token", ["x", "A" * 43, "' or 1=1", "é", "x" * 128])
async def test_link_that_is_none_is_refused(anonymous: httpx.AsyncClient, token: str) -> None:
    answer = await anonymous.post("/api/v1/auth/verify-email", json={"token": token, "password": PASSWORD})
    assert_problem(answer, 422, "link_invalid")


async def test_link_is_good_once(anonymous: httpx.AsyncClient, database: Database) -> None:
    await registered(anonymous, database)
    body = {"token": (await letters(database))[-1].secret, "password": PASSWORD}
    assert_problem(await anonymous.post("/api/v1/auth/verify-email", json=body), 422, "link_invalid")


async def test_link_is_good_for_three_days(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await register(anonymous)
    body = {"token": (await letters(database))[-1].secret, "password": PASSWORD}
    pass_time(admin_connection, "73 hours")
    assert_problem(await anonymous.post("/api/v1/auth/verify-email", json=body), 422, "link_invalid")


async def test_link_for_another_purpose_is_refused(anonymous: httpx.AsyncClient, database: Database) -> None:
    await register(anonymous)
    secret = (await letters(database))[-1].secret
    body = {"token": secret, "password": OTHER_PASSWORD}
    assert_problem(await anonymous.post("/api/v1/auth/password-reset/confirm", json=body), 422, "link_invalid")
    refused = await anonymous.post("/api/v1/auth/email-change/confirm", json={"token": secret})
    assert_problem(refused, 422, "link_invalid")


async def test_link_to_a_closed_account_is_refused(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await register(anonymous)
    await anonymous.post("/api/v1/auth/password-reset", json={"email": EMAIL})
    verify, reset = await letters(database)
    admin_connection.execute("update user_account set deactivated_at = now()")
    body = {"token": verify.secret, "password": PASSWORD}
    assert_problem(await anonymous.post("/api/v1/auth/verify-email", json=body), 422, "link_invalid")
    body = {"token": reset.secret, "password": OTHER_PASSWORD}
    assert_problem(await anonymous.post("/api/v1/auth/password-reset/confirm", json=body), 422, "link_invalid")


async def test_link_in_hands_that_do_not_know_the_password_confirms_nothing(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await register(anonymous)
    secret = (await letters(database))[-1].secret
    for _ in range(5):
        refused = await anonymous.post("/api/v1/auth/verify-email", json={"token": secret, "password": OTHER_PASSWORD})
        assert_problem(refused, 401, "credentials_invalid")
    hold_pauses(admin_connection)
    refused = await anonymous.post("/api/v1/auth/verify-email", json={"token": secret, "password": PASSWORD})
    assert_problem(refused, 429, "login_throttled")


async def test_links_are_not_sent_as_often_as_somebody_asks(anonymous: httpx.AsyncClient, database: Database) -> None:
    await register(anonymous)
    await asyncio.gather(
        *(anonymous.post("/api/v1/auth/resend-verification", json={"email": EMAIL}) for _ in range(5)),
        *(anonymous.post("/api/v1/auth/password-reset", json={"email": EMAIL}) for _ in range(5)),
    )
    assert len(await letters(database)) == 2


async def test_nothing_is_sent_again_to_confirmed_and_unknown_addresses(
    anonymous: httpx.AsyncClient, database: Database
) -> None:
    await add_owner(database)
    for email in (EMAIL, "nobody@example.org"):
        answer = await anonymous.post("/api/v1/auth/resend-verification", json={"email": email})
        assert answer.status_code == 202
    assert await letters(database) == []


async def test_newest_link_replaces_the_earlier_one(anonymous: httpx.AsyncClient, database: Database) -> None:
    await register(anonymous)
    await anonymous.post("/api/v1/auth/resend-verification", json={"email": EMAIL})
    old, new = await letters(database)
    refused = await anonymous.post("/api/v1/auth/verify-email", json={"token": old.secret, "password": PASSWORD})
    assert_problem(refused, 422, "link_invalid")
    answer = await anonymous.post("/api/v1/auth/verify-email", json={"token": new.secret, "password": PASSWORD})
    assert answer.status_code == 204


async def test_newest_registration_takes_the_place_of_one_that_was_never_confirmed(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await register(anonymous, password=OTHER_PASSWORD, name="Somebody Else")
    squatter = await logged_in(anonymous, password=OTHER_PASSWORD)
    await register(anonymous, organization_name="Northwind")
    assert_problem(await anonymous.get("/api/v1/users/me", headers=bearer(squatter)), 401, "session_ended")
    assert_problem(await log_in(anonymous, password=OTHER_PASSWORD), 401, "credentials_invalid")
    secret = (await letters(database, EMAIL))[-1].secret
    answer = await anonymous.post("/api/v1/auth/verify-email", json={"token": secret, "password": PASSWORD})
    assert answer.status_code == 204
    me = await anonymous.get("/api/v1/users/me", headers=bearer(await logged_in(anonymous)))
    assert me.json()["name"] == NAME
    assert count(admin_connection, "user_account") == 1


async def test_parallel_registrations_make_one_account(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    answers = await asyncio.gather(*(register(anonymous, organization_name="Northwind") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert count(admin_connection, "user_account") == 1
    assert count(admin_connection, "member") == 1


async def test_job_seeker_registers_without_an_organization(anonymous: httpx.AsyncClient, database: Database) -> None:
    await registered(anonymous, database)
    pair = await logged_in(anonymous)
    assert pair["organization_id"] is None
    headers = bearer(pair)
    assert (await anonymous.get("/api/v1/users/me", headers=headers)).json()["email_verified"] is True
    assert (await anonymous.get("/api/v1/users/me/memberships", headers=headers)).json()["items"] == []
    assert_problem(await anonymous.get("/api/v1/candidates", headers=headers), 403, "no_organization")


async def test_founder_owns_the_organization(anonymous: httpx.AsyncClient, database: Database) -> None:
    await registered(anonymous, database, organization_name="Nørthwind & Söhne")
    pair = await logged_in(anonymous)
    places = (await anonymous.get("/api/v1/users/me/memberships", headers=bearer(pair))).json()["items"]
    assert [(place["name"], place["role"]) for place in places] == [("Nørthwind & Söhne", "owner")]
    assert places[0]["organization_id"] == pair["organization_id"]
    assert (await anonymous.get("/api/v1/candidates", headers=bearer(pair))).json()["items"] == []


async def test_organizations_of_one_name_get_their_own_slugs(anonymous: httpx.AsyncClient, database: Database) -> None:
    slugs = set()
    for number, name in enumerate(["Northwind", "northwind!", "Northwind", "株式会社", "日本"]):
        email = f"owner{number}@example.org"
        await registered(anonymous, database, email, organization_name=name)
        pair = await logged_in(anonymous, email)
        answer = await anonymous.get("/api/v1/users/me/memberships", headers=bearer(pair))
        slugs |= {place["slug"] for place in answer.json()["items"]}
    assert len(slugs) == 5


async def test_address_and_name_are_not_readable_in_the_database(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await registered(anonymous, database)
    await logged_in(anonymous)
    for table in ("user_account", "user_session", "one_time_token", "login_throttle", "email_message", "audit_event"):
        dump = "".join(str(row) for row in admin_connection.execute(f"select * from {table}").fetchall())
        for canary in ("Okoro", "okoro", EMAIL.encode().hex(), PASSWORD):
            assert canary not in dump, table
