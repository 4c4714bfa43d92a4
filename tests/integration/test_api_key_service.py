"""When keys were used: written down now and then, outside of requests."""

import asyncio

import psycopg

from talentflux.core.api_keys import new_key, parse_key
from talentflux.core.database import Database
from talentflux.core.keyring import Keyring
from talentflux.services.api_key_service import KeyUse
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id


def _stored(connection: psycopg.Connection) -> str:
    key_id = str(new_id())
    connection.execute(
        "insert into api_key (id, organization_id, label, prefix, secret_hash, scopes) "
        "values (%s, %s, 'x', 'tfk_', '\\x00', '{}')",
        [key_id, LOCAL_ORGANIZATION_ID],
    )
    return key_id


def _used(connection: psycopg.Connection, key_id: str) -> bool:
    row = connection.execute("select last_used_at is not null from api_key where id = %s", [key_id]).fetchone()
    assert row is not None
    return bool(row[0])


async def test_use_is_lost_where_the_database_is_down_and_nothing_else_breaks() -> None:
    use = KeyUse(Database("postgresql://nobody@127.0.0.1:1/none", 1, keyring=Keyring.for_tests()))
    use.touch(new_id())
    await use.close()


async def test_nothing_is_written_where_nothing_was_used(database: Database) -> None:
    await KeyUse(database).close()


async def test_use_is_written_after_a_while_and_again_after_the_next(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    use = KeyUse(database, flush_seconds=0.05)
    for _ in range(2):
        key_id = _stored(admin_connection)
        use.touch(parse_key(f"tfk_{key_id.replace('-', '')}_{'a' * 43}").key_id)  # type: ignore[union-attr] # of its form
        assert not _used(admin_connection, key_id)
        for _ in range(100):
            await asyncio.sleep(0.05)
            if _used(admin_connection, key_id):
                break
        assert _used(admin_connection, key_id)
    await use.close()


def test_keys_have_one_form_and_256_random_bits() -> None:
    key = new_key()
    found = parse_key(key.text)
    assert found is not None
    assert (found.key_id, found.secret_hash) == (key.key_id, key.secret_hash)
    assert len(key.text) == 4 + 32 + 1 + 43
    assert key.text.startswith(key.prefix)
    assert len({new_key().text for _ in range(100)}) == 100
    for wrong in (
        "",
        key.text + "x",
        key.text[:-1],
        key.text.upper(),
        key.text + "\n",
        "tfk_" + "0" * 32 + "_" + "ü" * 43,
    ):
        assert parse_key(wrong) is None
