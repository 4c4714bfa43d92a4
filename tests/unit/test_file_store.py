"""Originals in a folder: refusals, permissions, nothing readable without the key."""

import asyncio
import hashlib
import stat
from pathlib import Path
from uuid import UUID

import pytest

from talentflux.core.config import Settings
from talentflux.core.crypto import Cipher, TamperedError
from talentflux.core.errors import ConfigurationError, DependencyError, NotFoundError
from talentflux.core.file_store import open_file_store

ONE, OTHER, FILE = UUID(int=1), UUID(int=2), UUID(int=3)
KEY = hashlib.sha256(b"a person").digest()
CIPHER = Cipher(KEY, ONE)


def _settings(folder: Path, file_store: str = "") -> Settings:
    return Settings(data_folder=folder, file_store=file_store, _env_file=None)


@pytest.mark.parametrize("address", ["gs://bucket", "/var/files", "https://example.org/files", "s3://"])
def test_another_kind_of_store_is_refused_naming_the_setting(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigurationError, match="TALENTFLUX_FILE_STORE"):
        open_file_store(_settings(tmp_path, address))


async def test_unknown_key_is_not_found_where_the_store_holds_anything(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    with pytest.raises(DependencyError):
        await store.get("nobody/aa/aabb", CIPHER)
    await store.put(ONE, FILE, b"x", CIPHER)
    with pytest.raises(NotFoundError):
        await store.get("nobody/aa/aabb", CIPHER)
    with pytest.raises(NotFoundError):
        store.read("nobody/aa/aabb", CIPHER)


async def test_folder_that_cannot_be_made_or_is_gone_is_no_missing_file(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path / "data"))
    (tmp_path / "data" / "files").rmdir()
    for call in (store.get("nobody/aa/aabb", CIPHER), store.delete(["nobody/aa/aabb"])):
        with pytest.raises(DependencyError, match="folder"):
            await call
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DependencyError, match="folder"):
        open_file_store(_settings(tmp_path / "file"))


async def test_store_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    (tmp_path / "files" / str(ONE)).write_text("in the way")
    with pytest.raises(DependencyError, match="file store"):
        await store.put(ONE, FILE, b"x", CIPHER)


async def test_bytes_come_back_under_their_own_key_only(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    first, other = await store.put(ONE, FILE, b"same", CIPHER), await store.put(ONE, OTHER, b"same", CIPHER)
    assert first != other
    assert first.startswith(str(ONE))
    assert (await store.get(first, CIPHER), store.read(other, CIPHER)) == (b"same", b"same")
    for wrong in (Cipher(bytes(32), ONE), Cipher(KEY, OTHER)):
        with pytest.raises(TamperedError):
            await store.get(first, wrong)


async def test_bytes_that_were_moved_to_another_file_do_not_open(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    first, other = await store.put(ONE, FILE, b"one", CIPHER), await store.put(ONE, OTHER, b"other", CIPHER)
    (tmp_path / "files" / first).replace(tmp_path / "files" / other)
    with pytest.raises(TamperedError):
        store.read(other, CIPHER)


async def test_what_was_removed_is_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    key = await store.put(ONE, FILE, b"x", CIPHER)
    await store.delete([key, key])
    with pytest.raises(NotFoundError):
        await store.get(key, CIPHER)


def test_neither_content_nor_digest_can_be_seen_in_the_folder(tmp_path: Path) -> None:
    asyncio.run(open_file_store(_settings(tmp_path)).put(ONE, FILE, b"a canary sings", CIPHER))
    kept = next(path for path in tmp_path.rglob("*") if path.is_file())
    assert b"canary" not in kept.read_bytes()
    assert hashlib.sha256(b"a canary sings").hexdigest()[:8] not in str(kept)


async def test_folder_is_closed_to_other_users_even_where_it_was_open(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir(mode=0o755)
    open_file_store(_settings(tmp_path))
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


def test_no_half_written_file_stays(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    asyncio.run(store.put(ONE, FILE, b"x" * 1_000_000, CIPHER))
    assert [path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()] == [1_000_029]
