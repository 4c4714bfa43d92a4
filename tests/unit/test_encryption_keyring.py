"""What a process keeps of the keys that it unwrapped."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError
from talentflux.core.keyring import KeyPurpose, Keyring, StoredKey
from talentflux.core.master_key import LocalKeyManagement

OWNER = UUID(int=1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def _stored(keyring: Keyring, *made: tuple[KeyPurpose, int, timedelta]) -> list[StoredKey]:
    wrapped = await keyring.wrap(OWNER, {(purpose, version): bytes([version]) * 32 for purpose, version, _ in made})
    return [
        StoredKey(purpose, version, wrapped[purpose, version], keyring.management.key_id, NOW + after)
        for purpose, version, after in made
    ]


@pytest.mark.parametrize("missing", ["data", "index"])
async def test_owner_with_half_of_its_keys_is_refused(missing: str) -> None:
    keyring = Keyring.for_tests()
    stored = await _stored(keyring, ("data", 1, timedelta()), ("index", 1, timedelta()))
    with pytest.raises(ConfigurationError, match=f"organization {OWNER} are missing"):
        await keyring.unwrap(OWNER, [key for key in stored if key.purpose != missing], NOW)
    with pytest.raises(ConfigurationError, match="platform are missing"):
        await keyring.unwrap(None, [], NOW)


def test_what_was_given_out_before_the_keys_were_read_is_known_in_its_own_process_only() -> None:
    one, other = Keyring.for_tests(), Keyring.for_tests()
    assert one.sign("place") == one.sign("place") != one.sign("another place")
    assert one.sign("place") != other.sign("place")


async def test_keys_of_another_owner_do_not_open() -> None:
    keyring = Keyring.for_tests()
    stored = await _stored(keyring, ("data", 1, timedelta()), ("index", 1, timedelta()))
    with pytest.raises(ConfigurationError, match="changed or moved"):
        await keyring.unwrap(UUID(int=2), stored, NOW)


async def test_new_version_reads_at_once_and_writes_when_all_know_it() -> None:
    keyring = Keyring.for_tests()
    versions = [("data", 1, timedelta()), ("data", 2, timedelta(seconds=10)), ("index", 1, timedelta())]
    stored = await _stored(keyring, *versions)
    early = await keyring.unwrap(OWNER, stored, NOW + timedelta(seconds=9))
    late = await keyring.unwrap(OWNER, stored, NOW + timedelta(seconds=10))
    assert (early.newest, late.newest) == (1, 2)
    assert early.decrypt(late.encrypt(b"x", "a:1"), "a:1") == b"x"


async def test_clock_that_went_back_leaves_the_oldest_version_for_writing() -> None:
    keyring = Keyring.for_tests()
    stored = await _stored(keyring, ("data", 1, timedelta()), ("index", 1, timedelta()))
    assert (await keyring.unwrap(OWNER, stored, NOW - timedelta(days=1))).newest == 1


async def test_keys_are_recalled_until_they_are_old_or_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = Keyring(LocalKeyManagement(bytes(range(32))), refresh_seconds=5)
    keys = await keyring.unwrap(OWNER, await _stored(keyring, ("data", 1, timedelta()), ("index", 1, timedelta())), NOW)
    assert keyring.recall(OWNER) is None
    keyring.keep(keys)
    assert keyring.recall(OWNER) is keys
    began = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: began + 6)
    assert keyring.recall(OWNER) is None
    keyring.keep(keys)
    assert keyring.recall(OWNER) is keys
    keyring.forget(OWNER)
    assert keyring.recall(OWNER) is None


async def test_memory_is_bounded_over_many_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talentflux.core.keyring._MOST_OWNERS", 3)
    keyring = Keyring.for_tests()
    for number in range(20):
        owner = UUID(int=number)
        wrapped = await keyring.wrap(owner, {("data", 1): b"d" * 32, ("index", 1): b"i" * 32})
        stored = [StoredKey(p, v, key, keyring.management.key_id, NOW) for (p, v), key in wrapped.items()]
        keyring.keep(await keyring.unwrap(owner, stored, NOW))
    assert keyring.recall(UUID(int=19)) is not None
    assert keyring.recall(UUID(int=0)) is None
    assert len(keyring._plain) <= 12


async def test_key_is_wrapped_anew_under_the_present_master_key() -> None:
    old, new = b"a" * 32, bytes(range(32))
    before = Keyring(LocalKeyManagement(old))
    (stored,) = await _stored(before, ("data", 1, timedelta()))
    both = Keyring(LocalKeyManagement(new, old))
    again = await both.rewrap(OWNER, stored)
    only = Keyring(LocalKeyManagement(new))
    place = f"organization_key:{OWNER}:data:1"
    assert await only.management.unwrap(again, only.management.key_id, place) == bytes([1]) * 32
    with pytest.raises(ConfigurationError, match=before.management.key_id):
        await only.rewrap(OWNER, stored)


def test_settings_give_a_keyring(tmp_path: Path) -> None:
    assert Keyring.from_settings(Settings(data_folder=tmp_path, _env_file=None)).management.key_id
