"""An archive of unknown origin: nothing of it is believed before all of it was looked at."""

import hashlib
import re
import zipfile
from pathlib import Path
from typing import Final, NoReturn

from pydantic import ValidationError

from talentflux.ai.documents.container import UNREADABLE
from talentflux.core.errors import UnreadableFileError
from talentflux.schemas.data_export import ArchiveEntry, Manifest
from talentflux.services.archive_tables import plans
from talentflux.services.archive_writer import MANIFEST, USERS, VERSION

LONGEST_LINE: Final = 64 * 2**20
_LONGEST_MANIFEST: Final = 64 * 2**20
_CHUNK: Final = 2**20
_RATIO: Final = 200
_RATIO_FREE_BYTES: Final = 16 * 2**20
_FILE: Final = re.compile(r"files/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def check(path: Path) -> Manifest:
    """Make sure that a file is a whole archive of ours, and return what it says of itself; blocks.

    Entries are inflated to be counted and hashed, and thrown away.

    Args:
        path: Of the archive.

    Raises:
        UnreadableFileError: It is none, is damaged, was changed, or unpacks to far more than it should.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            _check_names(archive, manifest)
            _check_sizes(path, manifest)
            for entry in manifest.entries:
                _check_entry(archive, entry)
    except UNREADABLE as error:
        raise UnreadableFileError("damaged", "This is no archive, or it is damaged. Export it again.") from error
    return manifest


def refuse(reason: str, detail: str) -> NoReturn:
    """Refuse an archive.

    Raises:
        UnreadableFileError: Always.
    """
    raise UnreadableFileError(reason, detail)


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    names = archive.namelist()
    if names.count(MANIFEST) != 1:
        refuse("damaged", f"This archive has no {MANIFEST}, so it is none of ours or not whole. Export it again.")
    with archive.open(MANIFEST) as stream:
        content = stream.read(_LONGEST_MANIFEST + 1)
    if len(content) > _LONGEST_MANIFEST:
        refuse("archive_bomb", f"The archive's {MANIFEST} is far too large; it was not read.")
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError:
        refuse("damaged", f"The archive's {MANIFEST} is none of ours. Export it again.")
    if manifest.version != VERSION:
        refuse("unknown_type", f"This archive has version {manifest.version}; this program knows {VERSION}. Update it.")
    return manifest


def _check_names(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Make sure that there is what the manifest lists, nothing else, and nothing twice."""
    tables = {f"tables/{plan.name}.jsonl" for plan in plans()}
    listed = [entry.name for entry in manifest.entries]
    for name in listed:
        if name != USERS and name not in tables and not _FILE.fullmatch(name):
            refuse(
                "damaged", "The archive lists an entry that none of ours has. It was changed, or is of a newer version."
            )
    if sorted([*listed, MANIFEST]) != sorted(archive.namelist()) or len(set(listed)) < len(listed):
        refuse("damaged", "The archive does not hold what its manifest lists. It is not whole, or was changed.")
    if USERS not in listed:
        refuse("damaged", f"The archive has no {USERS}. Export it again.")


def _check_sizes(path: Path, manifest: Manifest) -> None:
    most = max(_RATIO_FREE_BYTES, path.stat().st_size * _RATIO)
    if sum(entry.size for entry in manifest.entries) > most:
        refuse("archive_bomb", "The archive unpacks to far more than it should; it was not opened.")


def _check_entry(archive: zipfile.ZipFile, entry: ArchiveEntry) -> None:
    digest, size = hashlib.sha256(), 0
    with archive.open(entry.name) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > entry.size:
                refuse("archive_bomb", f"{entry.name} unpacks to more than the manifest says. The archive was changed.")
            digest.update(chunk)
    if size != entry.size or digest.hexdigest() != entry.sha256:
        refuse("damaged", f"{entry.name} does not have the checksum that the manifest lists. The archive was changed.")
