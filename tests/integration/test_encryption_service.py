"""Keys of organizations and of the platform in the database."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from talentflux.core.crypto import TamperedError
from talentflux.core.database import Database, Scope
from talentflux.core.errors import ConfigurationError
from talentflux.core.keyring import Keyring
from talentflux.core.master_key import LocalKeyManagement
from talentflux.services import encryption_service
from tests.factories.database import TestDatabase

LOCAL = UUID("00000000-0000-7000-8000-000000000001")
OTHER = UUID("01936c00-0000-7000-8000-0000000000ff")


@pytest.fixture
def other(admin_connection: psycopg.Connection) -> UUID:
    admin_connection.execute("insert into organization (id, slug, name) values (%s, 'other', 'Other')", [OTHER])
    return OTHER


async def test_wrong_master_key_is_refused_with_the_name_of_the_right_one(
    database: Database, test_database: TestDatabase
) -> None:
    await encryption_service.check_master_key(database)
    right = database.keyring.management.key_id
    wrong = Keyring(LocalKeyManagement(bytes(range(32))))
    async with Database(test_database.app_url, 1, keyring=wrong) as opened:
        with pytest.raises(ConfigurationError, match=f"under the master key {right}; TALENTFLUX_MASTER_KEY"):
            await encryption_service.check_master_key(opened)


async def test_without_an_organization_its_keys_are_refused(database: Database) -> None:
    async with database.read_session(Scope()) as session:
        with pytest.raises(LookupError):
            await encryption_service.organization_keys(session)


async def test_what_one_tenant_sealed_does_not_open_for_another(database: Database, other: UUID) -> None:
    async with database.write_session(Scope(LOCAL)) as session:
        sealed = (await encryption_service.organization_keys(session)).encrypt(b"secret", "task.failures:1")
    async with database.write_session(Scope(other)) as session:
        with pytest.raises(TamperedError):
            (await encryption_service.organization_keys(session)).decrypt(sealed, "task.failures:1")


async def test_keys_of_a_transaction_that_failed_are_not_kept(database: Database) -> None:
    async def fail() -> None:
        async with database.write_session(Scope(LOCAL)) as session:
            await encryption_service.organization_keys(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert database.keyring.recall(LOCAL) is None


async def test_a_reader_before_the_first_key_finds_nothing_and_leaves_nothing(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    async with database.read_session(Scope(LOCAL)) as session:
        first = (await encryption_service.organization_keys(session)).blind_index("candidate.email", "a@example.org")
    async with database.write_session(Scope(LOCAL)) as session:
        kept = (await encryption_service.organization_keys(session)).blind_index("candidate.email", "a@example.org")
    assert first != kept
    assert admin_connection.execute("select count(*) from organization_key").fetchone() == (2,)


async def test_all_who_make_the_first_key_at_once_get_the_same(database: Database) -> None:
    async def index() -> bytes:
        async with database.write_session(Scope(LOCAL)) as session:
            return (await encryption_service.organization_keys(session)).blind_index("candidate.email", "a")

    assert len(set(await asyncio.gather(*(index() for _ in range(5))))) == 1


async def test_one_transaction_asks_for_its_new_keys_once(database: Database) -> None:
    async with database.write_session(Scope(LOCAL)) as session:
        keys = await encryption_service.organization_keys(session)
        assert await encryption_service.organization_keys(session) is keys
        assert await encryption_service.platform_keys(session) is not keys
    assert database.keyring.recall(LOCAL) is keys


async def test_another_process_reads_what_was_sealed(database: Database, test_database: TestDatabase) -> None:
    async with database.write_session(Scope(LOCAL)) as session:
        keys = await encryption_service.organization_keys(session)
        wrapped, cipher = keys.new_person_key("candidate.wrapped_key:1")
        sealed = cipher.encrypt(b"Mara", "candidate.profile:1")
    second = Database(test_database.app_url, 1, keyring=Keyring.for_tests())
    async with second, second.read_session(Scope(LOCAL)) as session:
        keys = await encryption_service.organization_keys(session)
    assert keys.person(wrapped, "candidate.wrapped_key:1").decrypt(sealed, "candidate.profile:1") == b"Mara"


async def test_missing_index_key_is_named(database: Database, admin_connection: psycopg.Connection) -> None:
    async with database.write_session(Scope(LOCAL)) as session:
        await encryption_service.organization_keys(session)
    admin_connection.execute("delete from organization_key where purpose = 'index'")
    database.keyring.forget(LOCAL)
    async with database.read_session(Scope(LOCAL)) as session:
        with pytest.raises(ConfigurationError, match="Keys of the organization"):
            await encryption_service.organization_keys(session)
