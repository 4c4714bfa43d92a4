"""Rotation of keys: interrupted, in parallel, under load; the master key too."""

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest

from talentflux.core.crypto import key_version
from talentflux.core.database import Database, Scope
from talentflux.core.errors import ConfigurationError
from talentflux.core.keyring import Keyring
from talentflux.core.master_key import LocalKeyManagement
from talentflux.models import User
from talentflux.schemas.base import Found
from talentflux.schemas.candidate import CandidateQuery, CandidateUpdate
from talentflux.schemas.resume import ParsedResume
from talentflux.services import candidate_service, encryption_service, key_rotation
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.factories.database import TestDatabase

LOCAL = Scope(LOCAL_ORGANIZATION_ID)
OLD, NEW = b"o" * 32, bytes(range(32))


@pytest.fixture
def quick(database: Database) -> Database:
    """The database with a keyring that asks for new versions often."""
    assert database.keyring is not None
    database.keyring.refresh_seconds = 0.1
    return database


async def _add(database: Database, count: int, start: int = 0) -> list[UUID]:
    ids = []
    for number in range(start, start + count):
        async with database.write_session(LOCAL) as session:
            parsed = ParsedResume(
                name=Found(value=f"Person Number{number}", confidence=1),
                emails=[Found(value=f"p{number}@example.org", confidence=1)],
            )
            ids.append((await candidate_service.from_resume(session, parsed)).id)
    return ids


async def _names(database: Database) -> set[str]:
    async with database.read_session(LOCAL) as session:
        found = await candidate_service.page(session, CandidateQuery(limit=200))
    return {row["name"] for row in found.items}


def _versions(connection: psycopg.Connection, table: str = "candidate") -> set[int]:
    rows = connection.execute(f"select wrapped_key from {table} where wrapped_key is not null").fetchall()
    return {key_version(row[0]) for row in rows}


def _ignore(_done: int, _total: int) -> None:
    pass


async def test_without_the_former_master_key_nothing_is_wrapped_anew(
    test_database: TestDatabase, admin_connection: psycopg.Connection
) -> None:
    async with Database(test_database.app_url, 2, keyring=Keyring(LocalKeyManagement(OLD))) as before:
        await encryption_service.keys_of(before, LOCAL_ORGANIZATION_ID)
    kept = admin_connection.execute("select wrapped from organization_key order by purpose").fetchall()
    async with Database(test_database.app_url, 2, keyring=Keyring(LocalKeyManagement(NEW))) as after:
        with pytest.raises(ConfigurationError, match="TALENTFLUX_MASTER_KEY_PREVIOUS"):
            await key_rotation.rotate_master(after, _ignore)
    assert admin_connection.execute("select wrapped from organization_key order by purpose").fetchall() == kept


async def test_without_a_keyring_nothing_is_rotated(test_database: TestDatabase) -> None:
    async with Database(test_database.app_url, 1) as bare:
        with pytest.raises(LookupError):
            await key_rotation.rotate(bare, [LOCAL_ORGANIZATION_ID], _ignore)


async def test_all_keys_are_wrapped_anew_and_everything_is_read_as_before(
    quick: Database, admin_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 4)
    await _add(quick, 10)
    before = admin_connection.execute("select id, updated_at from candidate order by id").fetchall()
    names = await _names(quick)
    told: list[tuple[int, int]] = []
    done = await key_rotation.rotate(quick, [LOCAL_ORGANIZATION_ID], lambda *counts: told.append(counts))
    assert (done.owners, done.rewrapped) == (1, 10)
    assert told == [(0, 10), (4, 10), (8, 10), (10, 10)]
    assert _versions(admin_connection) == {2}
    assert await _names(quick) == names
    assert admin_connection.execute("select id, updated_at from candidate order by id").fetchall() == before
    retired = "select version, retired_at is not null from organization_key where purpose = 'data' order by version"
    assert admin_connection.execute(retired).fetchall() == [(1, True), (2, False)]


async def test_interrupted_rotation_goes_on_with_its_version(
    quick: Database, admin_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    await _add(quick, 8)

    def stop(done: int, _total: int) -> None:
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await key_rotation.rotate(quick, [LOCAL_ORGANIZATION_ID], stop)
    assert _versions(admin_connection) == {1, 2}
    done = await key_rotation.rotate(quick, [LOCAL_ORGANIZATION_ID], _ignore)
    assert done.rewrapped == 5
    assert _versions(admin_connection) == {2}


async def test_two_who_rotate_at_once_make_one_version(quick: Database, admin_connection: psycopg.Connection) -> None:
    await _add(quick, 6)
    await asyncio.gather(*(key_rotation.rotate(quick, [LOCAL_ORGANIZATION_ID], _ignore) for _ in range(3)))
    assert _versions(admin_connection) == {2}


async def test_rows_that_somebody_holds_are_waited_for(quick: Database, admin_connection: psycopg.Connection) -> None:
    (held,) = await _add(quick, 1)
    async with quick.write_session(LOCAL) as session:
        await candidate_service.update(session, held, CandidateUpdate(location="Oslo"))
        rotating = asyncio.create_task(key_rotation.rotate(quick, [LOCAL_ORGANIZATION_ID], _ignore))
        await asyncio.sleep(0.6)
        assert not rotating.done()
    assert (await rotating).rewrapped == 1
    assert _versions(admin_connection) == {2}


async def test_accounts_are_wrapped_anew_with_the_platform(
    quick: Database, admin_connection: psycopg.Connection
) -> None:
    user_id = uuid4()
    async with quick.write_session(Scope(identity=True)) as session:
        keys = await encryption_service.platform_keys(session)
        wrapped, cipher = keys.new_person_key(f"user_account:{user_id}")
        sealed = cipher.encrypt(b"Mara", f"user_account.profile:{user_id}")
        session.add(User(id=user_id, email_index=b"x", wrapped_key=wrapped, profile=sealed))
    assert (await key_rotation.rotate(quick, await key_rotation.owners(quick), _ignore)).rewrapped == 1
    assert _versions(admin_connection, "user_account") == {2}
    async with quick.write_session(Scope(identity=True)) as session:
        row = await session.get_one(User, user_id)
        person = (await encryption_service.platform_keys(session)).person(row.wrapped_key, f"user_account:{user_id}")
    assert person.decrypt(row.profile, f"user_account.profile:{user_id}") == b"Mara"


async def test_rotation_under_load_disturbs_nobody_in_any_process(
    quick: Database, test_database: TestDatabase, admin_connection: psycopg.Connection
) -> None:
    ids = await _add(quick, 30)
    stop = asyncio.Event()
    made = 0

    async def write(database: Database, start: int) -> None:
        nonlocal made
        number = start
        while not stop.is_set():
            number += 1
            await _add(database, 1, number)
            async with database.write_session(LOCAL) as session:
                await candidate_service.update(session, ids[number % 30], CandidateUpdate(location=f"Place {number}"))
            made += 1

    async def read(database: Database) -> None:
        while not stop.is_set():
            assert all(await _names(database))
            async with database.read_session(LOCAL) as session:
                for candidate in ids[:5]:
                    await candidate_service.get(session, candidate)

    other = Database(test_database.app_url, 4, keyring=Keyring.for_tests())
    async with other:
        assert other.keyring is not None
        other.keyring.refresh_seconds = 0.1
        load = [asyncio.create_task(write(each, start)) for start, each in ((1000, quick), (5000, other))]
        load += [asyncio.create_task(read(each)) for each in (quick, other)]
        for expected in (2, 3):
            await key_rotation.rotate(quick, [LOCAL_ORGANIZATION_ID], _ignore)
            assert expected in _versions(admin_connection)
        stop.set()
        await asyncio.gather(*load)
    assert made > 4
    # A process that has not seen the new version yet writes under the one before, which goes on decrypting.
    assert 3 in _versions(admin_connection)
    assert _versions(admin_connection) <= {2, 3}
    assert all(await _names(quick))


async def test_master_key_is_replaced_and_the_former_one_forgotten(
    test_database: TestDatabase, admin_connection: psycopg.Connection
) -> None:
    async with Database(test_database.app_url, 2, keyring=Keyring(LocalKeyManagement(OLD))) as before:
        await encryption_service.check_master_key(before)
        await _add(before, 2)
        names = await _names(before)
    told: list[tuple[int, int]] = []
    async with Database(test_database.app_url, 2, keyring=Keyring(LocalKeyManagement(NEW, OLD))) as both:
        done = await key_rotation.rotate_master(both, lambda *counts: told.append(counts))
        assert (done.owners, done.rewrapped) == (2, 4)
        assert (await key_rotation.rotate_master(both, _ignore)).rewrapped == 0
    assert told[-1] == (2, 2)
    async with Database(test_database.app_url, 2, keyring=Keyring(LocalKeyManagement(NEW))) as after:
        await encryption_service.check_master_key(after)
        assert await _names(after) == names


def test_every_wrapped_key_in_the_database_takes_part_in_rotation(admin_connection: psycopg.Connection) -> None:
    from talentflux.repositories.encryption_repository import (  # noqa: PLC0415 -- the constants are this test's
        PLATFORM_TABLES,
        TENANT_TABLES,
    )

    found = admin_connection.execute(
        "select table_name from information_schema.columns where column_name = 'wrapped_key'"
    ).fetchall()
    assert {row[0] for row in found} == {*TENANT_TABLES, *PLATFORM_TABLES}
