"""Refresh tokens that many ask with at the same time: each has one successor, and nobody is logged out."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, print_figures
from talentflux.core.database import Database
from talentflux.core.errors import UnauthenticatedError
from talentflux.core.keyring import Keyring
from talentflux.db import migrate
from talentflux.db.embedded import EmbeddedPostgres
from talentflux.services import auth_service, session_service
from talentflux.services.auth_service import Attempt
from talentflux.services.session_lifetime import SessionKind
from talentflux.services.session_service import Caller, identity

URL = "http://127.0.0.1:8000"
ROUNDS = 200
PARALLEL = 50


@dataclass
class Storm:
    """What came of parallel refreshes.

    Attributes:
        rounds: How many tokens were exchanged.
        further: Successors beyond one for each token.
        logged_out: Refreshes that were refused.
        last: The refresh token at the end.
    """

    rounds: int
    further: int
    logged_out: int
    last: str


async def refresh_storm(database: Database, secret: str, rounds: int, parallel: int = PARALLEL) -> Storm:
    """Exchange a refresh token by many requests at once, and its successor again, round after round.

    Args:
        database: Sessions.
        secret: A refresh token.
        rounds: How often.
        parallel: Requests at a time.
    """
    storm = Storm(rounds, 0, 0, secret)
    for _ in range(rounds):
        answers = await asyncio.gather(*(_exchanged(database, storm.last) for _ in range(parallel)))
        successors = {answer for answer in answers if answer is not None}
        storm.logged_out += sum(answer is None for answer in answers)
        if not successors:
            break
        storm.further += len(successors) - 1
        storm.last = successors.pop()
    return storm


async def _exchanged(database: Database, secret: str) -> str | None:
    try:
        async with identity(database) as session:
            opened = await session_service.exchange(session, secret, URL)
    except UnauthenticatedError:
        return None
    return None if opened is None else opened.secret


async def first_token(database: Database) -> str:
    """Make an account, log in and return the refresh token."""
    email, password = "refresh@example.org", "blue kettle orbit 47"
    await auth_service.create_owner(database, email=email, name="Robin Example", password=password, organization="Any")
    attempt = Attempt(email, password, None, SessionKind.TOKEN)
    return (await auth_service.log_in(database, attempt, Caller(), URL)).secret


def run() -> list[Figure]:
    """Run the storm on a database of its own."""
    return asyncio.run(_run())


async def _run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "server") as connection:
        migrate.upgrade(connection.owner_url)
        async with Database(connection.app_url, pool_size=10, keyring=Keyring.for_tests()) as database:
            secret = await first_token(database)
            started = time.perf_counter()
            storm = await refresh_storm(database, secret, ROUNDS)
            seconds = time.perf_counter() - started
    what = f"{PARALLEL} parallel refreshes × {ROUNDS}"
    return [
        Figure(f"{what}: successors beyond one each", storm.further, 0, higher_is_better=False),
        Figure(f"{what}: false log-outs", storm.logged_out, 0, higher_is_better=False),
        Figure(f"{what}: refreshes a second", PARALLEL * ROUNDS / seconds, None),
    ]


if __name__ == "__main__":
    print_figures(run())
