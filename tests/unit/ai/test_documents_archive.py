"""Zip archives of resumes."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from talentflux.ai.documents import expand_archive
from talentflux.ai.documents.limits import Limits
from talentflux.core.errors import UnreadableFileError
from tests.factories.document_files import packed


def reason_of(source: bytes | Path, limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        list(expand_archive(source, "people.zip", limits or Limits()))
    assert "people.zip" in caught.value.detail
    return caught.value.reason


def test_refuses_what_is_no_archive(tmp_path: Path) -> None:
    assert reason_of(b"no archive") == "damaged"
    assert reason_of(b"") == "empty"
    assert reason_of(tmp_path / "missing.zip") == "damaged"
    assert reason_of(tmp_path) == "damaged"


def test_refuses_too_many_files() -> None:
    assert reason_of(packed({f"{number}.txt": "x" for number in range(6)}), Limits(archive_files=5)) == "too_large"


def test_counts_what_really_inflates() -> None:
    bomb = packed({f"{number}.txt": b"\0" * 2_000_000 for number in range(8)})
    assert reason_of(bomb) == "archive_bomb"


def test_does_not_believe_declared_sizes() -> None:
    data = bytearray(packed({"a.txt": b"\0" * 6_000_000}))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.find(signature) + offset
        data[place : place + 4] = struct.pack("<I", 10)
    entries = list(expand_archive(bytes(data), "people.zip"))
    assert entries[0].error is not None or len(entries[0].data) <= 10


def test_one_file_that_is_too_large_costs_only_itself() -> None:
    limits = Limits(file_bytes=1_000)
    entries = list(expand_archive(packed({"big.txt": b"ab" * 600, "ok.txt": b"fine"}), "people.zip", limits))
    assert [(entry.name, entry.error.reason if entry.error else None) for entry in entries] == [
        ("big.txt", "too_large"),
        ("ok.txt", None),
    ]


def test_yields_files_without_folders_hidden_files_or_ways_out(tmp_path: Path) -> None:
    archive = packed(
        {
            "people/": "",
            "people/noa.txt": "one",
            "../../etc/passwd": "two",
            "C:\\temp\\kim.txt": "three",
            "/abs/lee.txt": "four",
            "__MACOSX/people/._noa.txt": "no",
            "people/.DS_Store": "no",
            "Thumbs.db": "no",
        }
    )
    path = tmp_path / "people.zip"
    path.write_bytes(archive)
    expected = [
        ("people/noa.txt", b"one"),
        ("etc/passwd", b"two"),
        ("temp/kim.txt", b"three"),
        ("abs/lee.txt", b"four"),
    ]
    for source in (archive, path):
        assert [(entry.name, entry.data) for entry in expand_archive(source)] == expected


def test_reports_encrypted_and_damaged_entries_and_goes_on() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("locked.txt", "broken.txt", "fine.txt"):
            archive.writestr(name, f"text of {name}")
    data = bytearray(stream.getvalue())
    first = data.find(b"PK\x01\x02")
    data[first + 8] |= 1
    broken = data.find(b"text of broken")
    data[broken] ^= 0xFF
    entries = {entry.name: entry for entry in expand_archive(bytes(data))}
    assert entries["locked.txt"].error is not None
    assert entries["locked.txt"].error.reason == "encrypted"
    assert entries["broken.txt"].error is not None
    assert entries["broken.txt"].error.reason == "damaged"
    assert entries["fine.txt"].data == b"text of fine.txt"
