"""Refresh tokens, access tokens and cookies of log-ins that ended: none of them is good for anything again."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import psycopg
import pytest

from talentflux.core.database import Database
from tests.api.support import assert_problem
from tests.factories.accounts import EMAIL, OTHER_PASSWORD, PASSWORD, add_owner, bearer, log_in, logged_in
from tests.factories.mailbox import letters

Pair = dict[str, Any]
End = Callable[[httpx.AsyncClient, Database, psycopg.Connection, Pair, Pair], Awaitable[None]]


async def refreshed(client: httpx.AsyncClient, pair: Pair) -> httpx.Response:
    return await client.post("/api/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})


async def by_itself(client: httpx.AsyncClient, _d: Database, _a: psycopg.Connection, pair: Pair, _o: Pair) -> None:
    assert (await client.post("/api/v1/auth/logout", headers=bearer(pair))).status_code == 204


async def everywhere(client: httpx.AsyncClient, _d: Database, _a: psycopg.Connection, _p: Pair, other: Pair) -> None:
    assert (await client.post("/api/v1/auth/logout-everywhere", headers=bearer(other))).status_code == 204


async def one_by_one(client: httpx.AsyncClient, _d: Database, _a: psycopg.Connection, pair: Pair, other: Pair) -> None:
    path = f"/api/v1/users/me/sessions/{pair['session_id']}"
    assert (await client.delete(path, headers=bearer(other))).status_code == 204


async def password_changed(
    client: httpx.AsyncClient, _d: Database, _a: psycopg.Connection, _p: Pair, other: Pair
) -> None:
    body = {"current_password": PASSWORD, "new_password": OTHER_PASSWORD}
    answer = await client.post("/api/v1/auth/password-change", json=body, headers=bearer(other))
    assert answer.status_code == 204


async def password_reset(
    client: httpx.AsyncClient, database: Database, _a: psycopg.Connection, _p: Pair, _o: Pair
) -> None:
    await client.post("/api/v1/auth/password-reset", json={"email": EMAIL})
    (letter,) = [letter for letter in await letters(database, EMAIL) if letter.template == "reset_password"]
    body = {"token": letter.secret, "password": OTHER_PASSWORD}
    assert (await client.post("/api/v1/auth/password-reset/confirm", json=body)).status_code == 204


async def deactivated(_c: httpx.AsyncClient, _d: Database, admin: psycopg.Connection, _p: Pair, _o: Pair) -> None:
    admin.execute("update user_account set deactivated_at = now()")


async def deleted(client: httpx.AsyncClient, _d: Database, admin: psycopg.Connection, _p: Pair, other: Pair) -> None:
    admin.execute("delete from member")
    answer = await client.delete("/api/v1/users/me", headers={**bearer(other), "If-Match": "*"})
    assert answer.status_code == 204, answer.text


ENDS: dict[str, End] = {
    "logged out": by_itself,
    "logged out everywhere": everywhere,
    "ended from another log-in": one_by_one,
    "password changed": password_changed,
    "password reset": password_reset,
    "account deactivated": deactivated,
    "account deleted": deleted,
}


@pytest.mark.parametrize("case", ENDS)
async def test_nothing_of_a_log_in_that_ended_is_good_again(
    case: str, anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    pair, other = await logged_in(anonymous), await logged_in(anonymous)
    browser = await log_in(anonymous, session="browser")
    cookie = {"Cookie": f"talentflux_session={browser.cookies['talentflux_session']}"}
    anonymous.cookies.clear()
    former = pair
    pair = (await refreshed(anonymous, pair)).json()
    await ENDS[case](anonymous, database, admin_connection, pair, other)
    anonymous.cookies.clear()
    for given in (pair, former):  # the former within its grace, in which it gets its successor
        assert_problem(await refreshed(anonymous, given), 401, "session_ended")
        assert_problem(await anonymous.get("/api/v1/users/me", headers=bearer(given)), 401, "session_ended")
    if case not in {"logged out", "ended from another log-in"}:
        assert_problem(await anonymous.get("/api/v1/users/me", headers=cookie), 401, "session_ended")
    if case in {"logged out", "ended from another log-in", "password changed"}:
        assert (await refreshed(anonymous, other)).status_code == 200
    else:
        assert_problem(await refreshed(anonymous, other), 401, "session_ended")


async def test_member_who_is_deactivated_refreshes_and_sees_nothing_of_the_organization(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    owner = await add_owner(database)
    pair = await logged_in(anonymous)
    admin_connection.execute("update member set deactivated_at = now()")
    answer = await refreshed(anonymous, pair)
    assert answer.status_code == 200
    here = {"X-Organization-Id": str(owner.organization_id)}
    for headers in (bearer(pair), bearer(answer.json())):
        for given in (headers, headers | here):
            assert_problem(await anonymous.get("/api/v1/candidates", headers=given), 404, "not_found")
        assert (await anonymous.get("/api/v1/users/me", headers=headers)).status_code == 200
