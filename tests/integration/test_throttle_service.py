"""Back-off: who is counted together, and how long pauses are."""

import psycopg
import pytest

from talentflux.core.database import Database
from talentflux.core.errors import TooManyRequestsError
from talentflux.services import throttle_service
from talentflux.services.encryption_service import platform_keys
from talentflux.services.session_service import identity
from talentflux.services.throttle_service import Tries
from tests.factories.accounts import hold_pauses


async def counted(database: Database, address: str) -> Tries:
    async with identity(database) as session:
        return throttle_service.tries(await platform_keys(session), b"index", address)


async def charged(database: Database, tries: Tries) -> bool:
    try:
        async with identity(database) as session:
            await throttle_service.charge(session, tries)
    except TooManyRequestsError:
        return False
    return True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("192.0.2.7", "::ffff:192.0.2.7"),
        ("fe80::1%eth0", "fe80::2%eth1"),
        ("not an address", "not an address"),
    ],
)
async def test_addresses_of_one_person_are_counted_together(database: Database, one: str, other: str) -> None:
    assert await counted(database, one) == await counted(database, other)


@pytest.mark.parametrize(
    ("one", "other"), [("192.0.2.7", "192.0.2.8"), ("2001:db8:1:2::1", "2001:db8:1:3::1"), ("192.0.2.7", "::1")]
)
async def test_addresses_of_others_are_counted_apart(database: Database, one: str, other: str) -> None:
    assert (await counted(database, one)).address != (await counted(database, other)).address


async def test_without_an_address_the_account_alone_is_counted(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    tries = await counted(database, "")
    assert tries.address is None
    for _ in range(5):
        assert await charged(database, tries)
    hold_pauses(admin_connection)
    assert not await charged(database, tries)
    async with identity(database) as session:
        await throttle_service.refund(session, tries)
    assert await charged(database, tries)
    async with identity(database) as session:
        await throttle_service.succeed(session, tries)
    assert await charged(database, tries)


async def test_refused_try_does_not_count(database: Database, admin_connection: psycopg.Connection) -> None:
    tries = await counted(database, "192.0.2.7")
    assert [await charged(database, tries) for _ in range(5)] == [True] * 5
    hold_pauses(admin_connection)
    assert [await charged(database, tries) for _ in range(25)] == [False] * 25
    rows = admin_connection.execute("select failures from login_throttle").fetchall()
    assert rows == [(5,), (5,)]
