"""Keeping originals: what is refused before anything is kept, and what of an archive is kept."""

import io
import zipfile
from pathlib import Path
from uuid import UUID

import pytest

from talentflux.core.config import Settings
from talentflux.core.crypto import Keys
from talentflux.core.errors import TooLargeError, UnreadableFileError
from talentflux.core.file_store import open_file_store
from talentflux.services.resume_upload_service import Kept, Upload, check_sizes, keep

ORGANIZATION = UUID("01936c00-0000-7000-8000-000000000001")
KEYS = Keys(ORGANIZATION, {1: b"d" * 32}, b"i" * 32)
MIB = 2**20


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Small limits, a folder of the test's own."""
    return Settings(data_folder=tmp_path, upload_limit_mib=1, archive_limit_mib=2, _env_file=None)


def _upload(name: str, data: bytes) -> Upload:
    return Upload(name, len(data), io.BytesIO(data))


def _zip(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


async def _keep(settings: Settings, *uploads: Upload) -> Kept:
    return await keep(open_file_store(settings), KEYS, uploads, settings)


@pytest.mark.parametrize(("name", "size"), [("a.pdf", MIB + 1), ("a.zip", 2 * MIB + 1)])
def test_file_beyond_its_limit_is_refused_by_name(settings: Settings, name: str, size: int) -> None:
    with pytest.raises(TooLargeError, match=name):
        check_sizes([Upload(name, size, io.BytesIO())], settings)


def test_archive_may_be_larger_than_a_file(settings: Settings) -> None:
    check_sizes([Upload("a.ZIP", 2 * MIB, io.BytesIO()), Upload("a.pdf", MIB, io.BytesIO())], settings)


async def test_nothing_is_kept_when_one_file_is_too_large(settings: Settings) -> None:
    with pytest.raises(TooLargeError):
        await _keep(settings, _upload("a.txt", b"x"), _upload("b.txt", b"x" * (MIB + 1)))
    assert not [path for path in settings.data_folder.rglob("*") if path.is_file()]


async def test_archive_alone_that_is_none_is_refused(settings: Settings) -> None:
    with pytest.raises(UnreadableFileError, match=r"a\.zip"):
        await _keep(settings, _upload("a.zip", b"PK"))


async def test_large_member_is_reported_and_the_others_are_kept(settings: Settings) -> None:
    kept = await _keep(settings, _upload("a.zip", _zip({"big.txt": b"x" * (MIB + 1), "../ok.txt": b"ok"})))
    assert [stored.name for stored in kept.stored] == ["a.zip/ok.txt"]
    assert [(error.file, error.reason) for error in kept.errors] == [("a.zip/big.txt", "too_large")]


async def test_bomb_is_reported_and_other_uploads_are_kept(settings: Settings) -> None:
    bomb = _zip({f"{n}.txt": b"\0" * (MIB - 1) for n in range(300)})
    kept = await _keep(settings, _upload("bomb.zip", bomb), _upload("ok.txt", b"ok"))
    assert kept.stored[-1].name == "ok.txt"
    assert [error.reason for error in kept.errors] == ["archive_bomb"]


async def test_names_are_kept_printable(settings: Settings) -> None:
    kept = await _keep(settings, _upload("a\0\n\u202eb.txt", b"x"))
    assert kept.stored[0].name.isprintable()


async def test_same_bytes_of_one_request_lie_once_and_are_given_back(settings: Settings) -> None:
    store = open_file_store(settings)
    kept = await keep(store, KEYS, [_upload("a.txt", b"same"), _upload("b.txt", b"same")], settings)
    assert [stored.name for stored in kept.stored] == ["a.txt", "b.txt"]
    assert kept.stored[0].key == kept.stored[1].key
    assert await store.get(kept.stored[0].key, kept.stored[0].cipher) == b"same"
    assert len([path for path in settings.data_folder.rglob("*") if path.is_file()]) == 1


async def test_nothing_stays_in_the_store_when_a_later_file_cannot_be_kept(settings: Settings) -> None:
    store = open_file_store(settings)
    gone = _upload("b.txt", b"b")
    gone.content.close()
    with pytest.raises(ValueError, match="closed"):
        await keep(store, KEYS, [_upload("a.txt", b"a"), gone], settings)
    assert not [path for path in settings.data_folder.rglob("*") if path.is_file()]
