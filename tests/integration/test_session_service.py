"""Refresh tokens and sessions against a real database. Refusals first."""

import asyncio

import psycopg
import pytest
import pytest_asyncio

from bench.refresh import PARALLEL, URL, first_token, refresh_storm
from talentflux.core.database import Database, Scope
from talentflux.core.errors import UnauthenticatedError
from talentflux.repositories import auth_repository
from talentflux.services import session_service
from talentflux.services.session_lifetime import SessionKeeper
from talentflux.services.session_service import Opened, identity
from talentflux.workers.queue import Work
from talentflux.workers.tasks import auth as auth_tasks
from tests.factories.accounts import pass_time
from tests.factories.mailbox import letters

ROUNDS = 20
"""As many as fit into a test; `python -m bench refresh` runs 200."""


@pytest_asyncio.fixture
async def secret(database: Database) -> str:
    return await first_token(database)


async def exchange(database: Database, secret: str) -> Opened | None:
    async with identity(database) as session:
        return await session_service.exchange(session, secret, URL)


async def following(database: Database, secret: str) -> str:
    opened = await exchange(database, secret)
    assert opened is not None
    return opened.secret


async def refused(database: Database, secret: str) -> str:
    with pytest.raises(UnauthenticatedError) as caught:
        await exchange(database, secret)
    return caught.value.code


@pytest.mark.parametrize("given", ["", "x", "A" * 43, "' or 1=1", "\0", "\ud800"])
async def test_foreign_token_is_refused(database: Database, secret: str, given: str) -> None:
    assert await refused(database, given) == "token_invalid"


async def test_token_shown_after_the_grace_ends_the_family_and_is_told(
    database: Database, secret: str, admin_connection: psycopg.Connection
) -> None:
    successor = await following(database, secret)
    pass_time(admin_connection, "11 seconds")
    assert await exchange(database, secret) is None
    assert await refused(database, successor) == "session_ended"
    assert await refused(database, secret) == "session_ended"
    assert [letter.template for letter in await letters(database)] == ["session_reuse"]
    events = admin_connection.execute("select action from audit_event").fetchall()
    assert ("session.reuse_detected",) in events


async def test_token_shown_within_the_grace_gets_the_same_successor(
    database: Database, secret: str, admin_connection: psycopg.Connection
) -> None:
    successor = await following(database, secret)
    pass_time(admin_connection, "8 seconds")
    assert await following(database, secret) == successor


async def test_token_whose_successor_was_exchanged_within_the_grace_gets_the_newest(
    database: Database, secret: str
) -> None:
    newest = await following(database, await following(database, secret))
    assert await following(database, secret) == newest


async def test_token_of_an_expired_session_is_refused(
    database: Database, secret: str, admin_connection: psycopg.Connection
) -> None:
    pass_time(admin_connection, "31 days")
    assert await refused(database, secret) == "session_ended"


async def test_family_in_use_lasts_ninety_days_and_no_longer(
    database: Database, secret: str, admin_connection: psycopg.Connection
) -> None:
    for _ in range(3):
        pass_time(admin_connection, "29 days")
        secret = await following(database, secret)
    pass_time(admin_connection, "4 days")
    assert await refused(database, secret) == "session_ended"


async def test_parallel_refreshes_get_one_successor_and_nobody_is_logged_out(database: Database, secret: str) -> None:
    storm = await refresh_storm(database, secret, ROUNDS, PARALLEL)
    assert (storm.further, storm.logged_out) == (0, 0)
    assert await exchange(database, storm.last) is not None


async def test_cancelled_refreshes_leave_a_token_that_is_good(database: Database, secret: str) -> None:
    for delay in (0.0, 0.001, 0.003, 0.006, 0.01, 0.02):
        running = asyncio.create_task(exchange(database, secret))
        await asyncio.sleep(delay)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await exchange(database, secret) is not None


async def test_no_token_is_readable_in_the_database(
    database: Database, secret: str, admin_connection: psycopg.Connection
) -> None:
    successor = await following(database, secret)
    dump = b"".join(
        column if isinstance(column, bytes) else str(column).encode()
        for table in ("refresh_token", "user_session")
        for row in admin_connection.execute(f"select * from {table}").fetchall()
        for column in row
    )
    for token in (secret, successor):
        assert token.encode() not in dump
        assert token.encode().hex().encode() not in dump


async def test_refresh_tokens_are_seen_only_where_identity_is_found_out(database: Database, secret: str) -> None:
    async with database.write_session(Scope()) as session:
        assert await auth_repository.RefreshTokenRepository(session).lock(b"x" * 32) is None
        with pytest.raises(UnauthenticatedError):
            await session_service.exchange(session, secret, URL)


async def test_ended_rows_go_after_ninety_days(
    database: Database, secret: str, admin_connection: psycopg.Connection
) -> None:
    def counts() -> list[int]:
        tables = ("user_session", "refresh_token", "login_throttle", "one_time_token", "signing_key")
        rows = [admin_connection.execute(f"select count(*) from {table}").fetchone() for table in tables]
        return [row[0] for row in rows if row is not None]

    before = counts()
    work = Work(database=database, settings=None, scope=Scope(), job_id=1, attempt=1)
    await auth_tasks.clean(work)
    assert counts() == before
    pass_time(admin_connection, "200 days")
    await auth_tasks.clean(work)
    assert counts() == [0, 0, 0, 0, 0]


async def test_keeper_forgets_the_longest_unseen(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talentflux.services.session_lifetime._REMEMBERED", 2)
    keeper = SessionKeeper(database)
    for name in (b"a", b"b", b"c"):
        await keeper.keep(name)
    assert list(keeper._seen) == [b"b", b"c"]
