"""Originals in a folder: refusals, permissions, the same bytes under one key."""

import asyncio
import stat
from pathlib import Path
from uuid import UUID

import pytest

from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError, DependencyError, NotFoundError
from talentflux.core.file_store import open_file_store

ONE, OTHER = UUID(int=1), UUID(int=2)


def _settings(folder: Path, file_store: str = "") -> Settings:
    return Settings(data_folder=folder, file_store=file_store, _env_file=None)


@pytest.mark.parametrize("address", ["gs://bucket", "/var/files", "https://example.org/files", "s3://"])
def test_another_kind_of_store_is_refused_naming_the_setting(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigurationError, match="TALENTFLUX_FILE_STORE"):
        open_file_store(_settings(tmp_path, address))


async def test_unknown_key_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        await open_file_store(_settings(tmp_path)).get("nobody/aa/aabb")
    with pytest.raises(NotFoundError):
        open_file_store(_settings(tmp_path)).read("nobody/aa/aabb")


async def test_store_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    (tmp_path / "files" / str(ONE)).write_text("in the way")
    with pytest.raises(DependencyError, match="file store"):
        await store.put(ONE, "a.txt", b"x")


async def test_bytes_come_back_and_organizations_do_not_share_keys(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    first, again, other = [await store.put(whose, "a.txt", b"same") for whose in (ONE, ONE, OTHER)]
    assert first.key == again.key != other.key
    assert first.key.startswith(str(ONE))
    assert (first.size, await store.get(other.key), store.read(first.key)) == (4, b"same", b"same")


async def test_folder_is_closed_to_other_users_even_where_it_was_open(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir(mode=0o755)
    open_file_store(_settings(tmp_path))
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


def test_no_half_written_file_stays(tmp_path: Path) -> None:
    store = open_file_store(_settings(tmp_path))
    asyncio.run(store.put(ONE, "a.txt", b"x" * 1_000_000))
    assert [path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()] == [1_000_000]
