"""What tests of log-in share: accounts with passwords, and the steps from registering to being logged in."""

import statistics
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import psycopg

from talentflux.core.database import Database
from talentflux.services import auth_service
from talentflux.services.auth_service import OwnerMade
from tests.factories.mailbox import letters

EMAIL = "sam.okoro@example.org"
NAME = "Sam Okoro"
PASSWORD = "blue kettle orbit 47"
OTHER_PASSWORD = "granite teapot wanders 12"


async def even(times: Callable[[], Awaitable[tuple[list[float], list[float]]]]) -> bool:
    """Return whether two things take the same time; a busy machine has them measured again.

    Args:
        times: Measures both, taking turns.
    """
    for _ in range(4):
        # The quicker half shows what the work takes; the rest is what else the machine did.
        one, other = (statistics.median(sorted(values)[: len(values) // 2]) for values in await times())
        if 0.8 < one / other < 1.25:
            return True
    return False


async def add_owner(database: Database, email: str = EMAIL, organization: str = "Northwind") -> OwnerMade:
    """Make a verified account with a password that owns an organization of its own."""
    return await auth_service.create_owner(
        database, email=email, name=NAME, password=PASSWORD, organization=organization
    )


async def log_in(
    client: httpx.AsyncClient, email: str = EMAIL, password: str = PASSWORD, **more: Any
) -> httpx.Response:
    """Log in."""
    return await client.post("/api/v1/auth/login", json={"email": email, "password": password, **more})


async def logged_in(client: httpx.AsyncClient, email: str = EMAIL, password: str = PASSWORD) -> dict[str, Any]:
    """Log in and return the tokens."""
    answer = await log_in(client, email, password)
    assert answer.status_code == 200, answer.text
    pair: dict[str, Any] = answer.json()
    return pair


def bearer(pair: dict[str, Any]) -> dict[str, str]:
    """Return the headers of a request with an access token."""
    return {"Authorization": f"Bearer {pair['access_token']}"}


async def register(client: httpx.AsyncClient, email: str = EMAIL, **more: Any) -> httpx.Response:
    """Register."""
    body = {"email": email, "password": PASSWORD, "name": NAME, **more}
    return await client.post("/api/v1/auth/register", json=body)


async def registered(client: httpx.AsyncClient, database: Database, email: str = EMAIL, **more: Any) -> None:
    """Register and confirm the address."""
    assert (await register(client, email, **more)).status_code == 202
    secret = (await letters(database, email))[-1].secret
    password = more.get("password", PASSWORD)
    answer = await client.post("/api/v1/auth/verify-email", json={"token": secret, "password": password})
    assert answer.status_code == 204, answer.text


def hold_pauses(connection: psycopg.Connection) -> None:
    """Let pauses that have begun last so long that no slow machine outlasts them."""
    connection.execute(
        "update login_throttle set blocked_until = blocked_until + interval '1 hour'"
        " where blocked_until > last_failed_at"
    )


def pass_time(connection: psycopg.Connection, interval: str) -> None:
    """Let what log-in remembers be older: pauses, links, sessions and their proofs, exchanged refresh tokens."""
    for table, columns in {
        "login_throttle": ("last_failed_at", "blocked_until"),
        "one_time_token": ("created_at", "expires_at"),
        "user_session": ("created_at", "last_used_at", "expires_at", "proven_at"),
        "refresh_token": ("created_at", "used_at"),
    }.items():
        changes = ", ".join(f"{column} = {column} - %(by)s::interval" for column in columns)
        connection.execute(f"update {table} set {changes}", {"by": interval})
