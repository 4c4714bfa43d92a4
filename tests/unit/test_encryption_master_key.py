"""The master key: missing, malformed, weak and wrong ones are refused; one that is made is made once."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from talentflux.core.config import Environment, Settings
from talentflux.core.errors import ConfigurationError
from talentflux.core.master_key import (
    FILE_NAME,
    LocalKeyManagement,
    new_master_key,
    open_key_management,
)

GOOD = base64.b64encode(bytes(range(0, 256, 8))).decode()


def _settings(folder: Path, **given: Any) -> Settings:
    return Settings(data_folder=folder, _env_file=None, **given)


def _encoded(key: bytes) -> SecretStr:
    return SecretStr(base64.b64encode(key).decode())


def test_production_without_a_master_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"TALENTFLUX_MASTER_KEY is missing.*keys generate"):
        open_key_management(_settings(tmp_path, environment=Environment.PRODUCTION))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["secret", "!" * 44, base64.b64encode(b"x" * 31).decode(), "é"])
def test_what_is_no_base64_of_32_bytes_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="TALENTFLUX_MASTER_KEY is not the base64 of 32 bytes"):
        open_key_management(_settings(tmp_path, master_key=SecretStr(text)))


@pytest.mark.parametrize(
    "key", [bytes(32), b"0123456789abcdef" * 2, b"change me, this is a placeholder", b"\x00\xff" * 16]
)
@pytest.mark.parametrize("environment", [Environment.PRODUCTION, Environment.TEST])
def test_placeholder_is_refused_outside_development(tmp_path: Path, environment: Environment, key: bytes) -> None:
    with pytest.raises(ConfigurationError, match="placeholder"):
        open_key_management(_settings(tmp_path, environment=environment, master_key=_encoded(key)))
    assert open_key_management(_settings(tmp_path, master_key=_encoded(key))).key_id


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"TALENTFLUX_MASTER_KEY_FILE cannot be read: {file}"):
        open_key_management(_settings(tmp_path, master_key_file=file))


def test_made_file_that_cannot_be_read_or_made_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match=f"{FILE_NAME} cannot be read"):
        open_key_management(_settings(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"cannot be read|could not be made"):
        open_key_management(_settings(tmp_path / "file"))
    (tmp_path / "full").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", _full)
        with pytest.raises(ConfigurationError, match=r"could not be made.*No space left"):
            open_key_management(_settings(tmp_path / "full"))
    assert not list((tmp_path / "full").iterdir())


def _full(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "path", ["nothing", "no.such.module:f", "talentflux.core.crypto:missing", "talentflux.core.crypto:"]
)
def test_key_management_that_cannot_be_imported_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigurationError, match="TALENTFLUX_KEY_MANAGEMENT does not name"):
        open_key_management(_settings(tmp_path, key_management=path))


def test_key_management_without_its_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="key_id"):
        open_key_management(_settings(tmp_path, key_management=f"{__name__}:no_management"))


def no_management(_settings: Settings) -> object:
    return object()


def own_management(_settings: Settings) -> LocalKeyManagement:
    return LocalKeyManagement(bytes(range(32)))


async def test_key_management_of_ones_own_is_taken(tmp_path: Path) -> None:
    module = __name__
    management = open_key_management(_settings(tmp_path, key_management=f"{module}:own_management"))
    assert await management.unwrap(await management.wrap(b"k", "a"), management.key_id, "a") == b"k"


async def test_key_wrapped_by_another_master_key_is_refused_by_name() -> None:
    first, second = LocalKeyManagement(b"a" * 32), LocalKeyManagement(b"b" * 32)
    wrapped = await first.wrap(b"k" * 32, "place")
    with pytest.raises(ConfigurationError, match=first.key_id):
        await second.unwrap(wrapped, first.key_id, "place")
    with pytest.raises(ConfigurationError, match="changed or moved"):
        await second.unwrap(wrapped, second.key_id, "place")


@pytest.mark.parametrize("wrapped", [b"", b"short"])
async def test_wrapped_key_that_is_cut_or_moved_is_refused(wrapped: bytes) -> None:
    management = LocalKeyManagement(b"a" * 32)
    with pytest.raises(ConfigurationError, match="changed or moved"):
        await management.unwrap(wrapped, management.key_id, "platform_key:data:1")
    moved = await management.wrap(b"k" * 32, "platform_key:data:1")
    with pytest.raises(ConfigurationError, match="changed or moved"):
        await management.unwrap(moved, management.key_id, "platform_key:data:2")


async def test_former_master_key_opens_what_it_wrapped_even_if_it_was_weak(tmp_path: Path) -> None:
    weak = bytes(32)
    wrapped = await LocalKeyManagement(weak).wrap(b"k" * 32, "place")
    settings = _settings(
        tmp_path,
        environment=Environment.PRODUCTION,
        master_key=SecretStr(GOOD),
        master_key_previous=_encoded(weak),
    )
    management = open_key_management(settings)
    assert await management.unwrap(wrapped, LocalKeyManagement(weak).key_id, "place") == b"k" * 32
    assert management.key_id == LocalKeyManagement(base64.b64decode(GOOD)).key_id


def test_name_of_a_master_key_gives_nothing_of_it_away() -> None:
    name = LocalKeyManagement(b"a" * 32).key_id
    assert len(name) == 12
    assert b"a" * 6 not in bytes.fromhex(name)


@pytest.mark.parametrize("text", [GOOD, GOOD + "\n", GOOD.replace("+", "-").replace("/", "_")])
def test_file_gives_the_same_key_as_the_setting(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    given = open_key_management(_settings(tmp_path, environment=Environment.PRODUCTION, master_key=SecretStr(GOOD)))
    read = open_key_management(_settings(tmp_path, environment=Environment.PRODUCTION, master_key_file=file))
    assert read.key_id == given.key_id


def test_development_makes_one_file_for_all_who_start_at_once(tmp_path: Path) -> None:
    settings = _settings(tmp_path / "data")
    with ThreadPoolExecutor(16) as pool:
        names = set(pool.map(lambda _: open_key_management(settings).key_id, range(64)))
    assert len(names) == 1
    kept = list((tmp_path / "data").iterdir())
    assert [file.name for file in kept] == [FILE_NAME]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert open_key_management(settings).key_id in names


def test_generated_keys_pass_production(tmp_path: Path) -> None:
    keys = {new_master_key() for _ in range(200)}
    assert len(keys) == 200
    for key in keys:
        open_key_management(_settings(tmp_path, environment=Environment.PRODUCTION, master_key=SecretStr(key)))
