"""Logging in by a browser: the cookie, the token against forged requests, and when the session ends. Refusals first."""

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from talentflux.core.database import Database
from tests.api.support import assert_problem
from tests.factories.accounts import EMAIL, PASSWORD, add_owner, log_in, logged_in, pass_time


async def test_browser_gets_a_cookie_that_scripts_cannot_read(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    answer = await log_in(anonymous, session="browser")
    assert answer.status_code == 200
    assert "access_token" not in answer.json()
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert anonymous.cookies["talentflux_session"] not in answer.text
    assert (await anonymous.get("/api/v1/users/me")).json()["email"] == EMAIL


async def test_browser_without_csrf_token_changes_nothing(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    csrf = (await log_in(anonymous, session="browser")).json()["csrf_token"]
    for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": csrf[:-1] + "g"}, {"X-CSRF-Token": "x" * 5000}):
        assert_problem(await anonymous.post("/api/v1/auth/logout", headers=headers), 403, "csrf_failed")
    assert (await anonymous.get("/api/v1/users/me")).status_code == 200
    assert (await anonymous.post("/api/v1/auth/logout", headers={"X-CSRF-Token": csrf})).status_code == 204
    assert "talentflux_session" not in anonymous.cookies


async def test_ended_browser_session_is_refused(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    csrf = (await log_in(anonymous, session="browser")).json()["csrf_token"]
    cookie = anonymous.cookies["talentflux_session"]
    await anonymous.post("/api/v1/auth/logout", headers={"X-CSRF-Token": csrf})
    anonymous.cookies.set("talentflux_session", cookie)
    assert_problem(await anonymous.get("/api/v1/users/me"), 401, "session_ended")


@pytest.mark.parametrize("cookie", ["x", "%00", "a" * 4000])
async def test_foreign_cookie_is_refused(anonymous: httpx.AsyncClient, cookie: str) -> None:
    answer = await anonymous.get("/api/v1/users/me", headers={"Cookie": f"talentflux_session={cookie}"})
    assert_problem(answer, 401, "session_ended")


async def test_session_changes_at_every_log_in(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    seen = set()
    for _ in range(3):
        answer = await log_in(anonymous, session="browser")
        seen |= {answer.json()["session_id"], anonymous.cookies["talentflux_session"]}
    assert len(seen) == 6


async def test_session_brought_by_somebody_else_is_not_taken_over(
    anonymous: httpx.AsyncClient, database: Database
) -> None:
    await add_owner(database)
    planted = "A" * 43
    answer = await anonymous.post(
        "/api/v1/auth/login",
        json={"email": EMAIL, "password": PASSWORD, "session": "browser"},
        headers={"Cookie": f"talentflux_session={planted}"},
    )
    assert anonymous.cookies["talentflux_session"] != planted
    assert answer.status_code == 200


async def test_cookie_is_no_bearer_token_and_no_refresh_token(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    await log_in(anonymous, session="browser")
    cookie = anonymous.cookies.pop("talentflux_session")
    refused = await anonymous.get("/api/v1/users/me", headers={"Authorization": f"Bearer {cookie}"})
    assert_problem(refused, 401, "token_invalid")
    refused = await anonymous.post("/api/v1/auth/refresh", json={"refresh_token": cookie})
    assert_problem(refused, 401, "token_invalid")


async def test_refresh_token_is_no_cookie_and_no_bearer_token(anonymous: httpx.AsyncClient, database: Database) -> None:
    await add_owner(database)
    pair = await logged_in(anonymous)
    refused = await anonymous.get("/api/v1/users/me", headers={"Cookie": f"talentflux_session={pair['refresh_token']}"})
    assert_problem(refused, 401, "session_ended")
    refused = await anonymous.get("/api/v1/users/me", headers={"Authorization": f"Bearer {pair['refresh_token']}"})
    assert_problem(refused, 401, "token_invalid")


async def test_idle_browser_session_ends_and_used_one_lasts(
    anonymous: httpx.AsyncClient, app: FastAPI, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    await log_in(anonymous, session="browser")
    for _ in range(3):
        pass_time(admin_connection, "8 hours")
        app.state.resources.sessions._seen.clear()
        assert (await anonymous.get("/api/v1/users/me")).status_code == 200
    pass_time(admin_connection, "13 hours")
    app.state.resources.sessions._seen.clear()
    assert_problem(await anonymous.get("/api/v1/users/me"), 401, "session_ended")


async def test_browser_session_ends_after_two_weeks_however_much_it_is_used(
    anonymous: httpx.AsyncClient, app: FastAPI, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    await log_in(anonymous, session="browser")
    statuses = []
    for _ in range(15 * 3):
        pass_time(admin_connection, "8 hours")
        app.state.resources.sessions._seen.clear()
        statuses.append((await anonymous.get("/api/v1/users/me")).status_code)
    assert statuses[:41] == [200] * 41
    assert statuses[42:] == [401] * 3


async def test_use_is_written_down_once_in_five_minutes(
    anonymous: httpx.AsyncClient, database: Database, admin_connection: psycopg.Connection
) -> None:
    await add_owner(database)
    await log_in(anonymous, session="browser")
    seen = set()
    for _ in range(3):
        await anonymous.get("/api/v1/users/me")
        seen.add(admin_connection.execute("select last_used_at from user_session").fetchone())
    assert len(seen) == 1
