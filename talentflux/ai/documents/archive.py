"""Zip archives of resumes, as users send them."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from talentflux.ai.documents.container import UNREADABLE, Budget, inflate
from talentflux.ai.documents.limits import LIMITS, Limits
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.reader import check_size
from talentflux.core.errors import UnreadableFileError


@dataclass(frozen=True)
class ArchiveEntry:
    """One file of an archive.

    Attributes:
        name: Path inside the archive with forward slashes; never absolute and never with "..".
        data: Its bytes; empty when it could not be taken out.
        error: Why it could not be taken out, or None.
    """

    name: str
    data: bytes = b""
    error: UnreadableFileError | None = None


def expand_archive(source: bytes | Path, name: str = "archive.zip", limits: Limits = LIMITS) -> Iterator[ArchiveEntry]:
    """Yield the files of a zip archive, one at a time.

    Folders, hidden files and what macOS adds are passed over. Nothing is written to disk. Sizes are counted while
    inflating; those that the archive declares are not believed.

    Args:
        source: The archive, or its path.
        name: Its name, for messages.
        limits: Caps that hold.

    Yields:
        Files in the order of the archive, including those that cannot be taken out, with their error.

    Raises:
        UnreadableFileError: Where the archive as a whole is no zip, holds too many files or unpacks to too much.
    """
    if isinstance(source, Path) and not source.is_file():
        raise problem("damaged", name, "does not exist or is no file. Check the path.")
    packed = source.stat().st_size if isinstance(source, Path) else len(source)
    if packed == 0:
        raise problem("empty", name)
    try:
        archive = zipfile.ZipFile(source if isinstance(source, Path) else BytesIO(source))
    except UNREADABLE as error:
        raise problem(
            "damaged", name, "is not a zip archive, or it is damaged. Pack the files again as .zip."
        ) from error
    with archive:
        wanted = [(info, path) for info in archive.infolist() if (path := _safe_path(info)) is not None]
        if not wanted:
            raise problem("empty", name, "holds no file. Pack the resumes again.")
        if len(wanted) > limits.archive_files:
            most = f"holds {len(wanted)} files; at most {limits.archive_files} are read at once. Divide it."
            raise problem("too_large", name, most)
        budget = Budget(name, limits.archive_bytes, packed, limits.ratio)
        for info, path in wanted:
            yield _expand(archive, info, path, budget, limits)


def _expand(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, budget: Budget, limits: Limits) -> ArchiveEntry:
    """Return one entry; errors that concern it alone are returned in it."""
    if info.flag_bits & 0x1:
        return ArchiveEntry(path, error=problem("encrypted", path))
    try:
        with archive.open(info) as stream:
            data = inflate(stream, limits.file_bytes, budget)
        check_size(limits.file_bytes + 1 if data is None else len(data), path, limits.file_bytes)
    except UNREADABLE:
        return ArchiveEntry(path, error=problem("damaged", path))
    except UnreadableFileError as error:
        if error.reason == "archive_bomb":
            raise
        return ArchiveEntry(path, error=error)
    return ArchiveEntry(path, data or b"")


def _safe_path(info: zipfile.ZipInfo) -> str | None:
    """Return the path of an entry without anything that leads out of the archive, or None to pass it over."""
    parts = [part for part in info.filename.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if info.is_dir() or not parts or any(part.startswith(".") or part == "__MACOSX" for part in parts):
        return None
    if parts[0].endswith(":"):
        parts = parts[1:]
    return "/".join(parts) if parts and parts[-1].lower() not in ("thumbs.db", "desktop.ini") else None
