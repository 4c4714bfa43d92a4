"""Somebody who is not its owner holds an account: nothing of theirs is left once its owner takes it."""

import asyncio

import httpx
import pyotp
import pytest

from talentflux.core.database import Database
from tests.api.support import assert_problem
from tests.factories.accounts import EMAIL, OTHER_PASSWORD, PASSWORD, add_owner, bearer, log_in, logged_in, register
from tests.factories.mailbox import letters

ATTACKER = "attacker@example.net"
FACTOR = "/api/v1/users/me/second-factor"


async def opened_by_an_attacker(client: httpx.AsyncClient) -> dict[str, str]:
    """Register with the stranger's address; return the headers of the log-in."""
    assert (await register(client, password=OTHER_PASSWORD)).status_code == 202
    return bearer(await logged_in(client, password=OTHER_PASSWORD))


async def claimed(client: httpx.AsyncClient, database: Database, way: str) -> None:
    """Let the stranger get the account: by registering, or by asking for a new password."""
    if way == "register":
        assert (await register(client)).status_code == 202
        body = {"token": (await letters(database, EMAIL))[-1].secret, "password": PASSWORD}
        assert (await client.post("/api/v1/auth/verify-email", json=body)).status_code == 204
        return
    assert (await client.post("/api/v1/auth/password-reset", json={"email": EMAIL})).status_code == 202
    body = {"token": (await letters(database, EMAIL))[-1].secret, "password": PASSWORD}
    assert (await client.post("/api/v1/auth/password-reset/confirm", json=body)).status_code == 204


@pytest.mark.parametrize("way", ["register", "reset"])
async def test_a_change_of_address_that_waits_is_good_no_longer(
    anonymous: httpx.AsyncClient, database: Database, way: str
) -> None:
    headers = await opened_by_an_attacker(anonymous)
    asked = await anonymous.post("/api/v1/users/me/email-change", json={"email": ATTACKER}, headers=headers)
    assert asked.status_code == 202, asked.text
    secret = (await letters(database, ATTACKER))[-1].secret
    await claimed(anonymous, database, way)
    answer = await anonymous.post("/api/v1/auth/email-change/confirm", json={"token": secret})
    assert_problem(answer, 422, "link_invalid")
    assert (await log_in(anonymous)).status_code == 200


@pytest.mark.parametrize("way", ["register", "reset"])
async def test_a_second_factor_of_the_attacker_locks_nobody_out(
    anonymous: httpx.AsyncClient, database: Database, way: str
) -> None:
    headers = await opened_by_an_attacker(anonymous)
    started = await anonymous.post(FACTOR, headers=headers)
    assert started.status_code in {200, 201}, started.text
    code = pyotp.TOTP(started.json()["secret"]).now()
    confirmed = await anonymous.post(f"{FACTOR}/confirm", json={"code": code}, headers=headers)
    assert confirmed.status_code == 200, confirmed.text
    await claimed(anonymous, database, way)
    assert (await log_in(anonymous)).status_code == 200
    assert (await anonymous.get("/api/v1/users/me", headers=headers)).status_code == 401


async def test_of_password_changes_at_once_one_counts(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    pairs = [await logged_in(anonymous) for _ in range(2)]
    bodies = [{"current_password": PASSWORD, "new_password": f"granite teapot {word}"} for word in ("wanders", "rests")]
    answers = await asyncio.gather(
        *(
            anonymous.post("/api/v1/auth/password-change", json=body, headers=bearer(pair))
            for pair, body in zip(pairs, bodies, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [204, 401]
