"""Zip containers of unknown origin, opened without trusting a size that they declare."""

import contextlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Self
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from talentflux.ai.documents.limits import LIMITS, Limits
from talentflux.ai.documents.problems import problem

_CHUNK = 64 * 1024
# Below this size a high ratio is ordinary: XML full of repeated tags.
_RATIO_FREE_BYTES = 4 * 2**20
_ENTITIES = "holds XML entities, which no resume needs; it was not opened. Save it as PDF."
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class Budget:
    """Counts the bytes that really come out of a container.

    Args:
        name: File name for messages.
        most: Most bytes in all.
        packed: Size of the container; output far beyond it is a bomb.
        ratio: Most times that the container may grow.
    """

    def __init__(self, name: str, most: int, packed: int, ratio: int) -> None:
        self._name = name
        self._most = min(most, max(_RATIO_FREE_BYTES, packed * ratio))
        self._used = 0

    def spend(self, amount: int) -> None:
        """Count bytes and raise an archive_bomb error when they are too many."""
        self._used += amount
        if self._used > self._most:
            raise problem("archive_bomb", self._name)


def inflate(stream: IO[bytes], most: int, budget: Budget) -> bytes | None:
    """Return all bytes of an entry, counted while they are inflated.

    Args:
        stream: The open entry.
        most: Most bytes of this entry.
        budget: What is left for the whole container.

    Returns:
        The bytes, or None where there are more than `most`.

    Raises:
        UnreadableFileError: With reason archive_bomb, where the whole container inflates to too much.
    """
    parts: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        budget.spend(len(chunk))
        if size > most:
            return None
        parts.append(chunk)
    return b"".join(parts)


class Container:
    """The parts of a DOCX or ODT.

    Args:
        data: The file.
        name: Its name, for messages.
        limits: Caps that hold.

    Raises:
        UnreadableFileError: With reason damaged, encrypted or archive_bomb.
    """

    def __init__(self, data: bytes, name: str, limits: Limits = LIMITS) -> None:
        self._name = name
        self._limits = limits
        self._budget = Budget(name, limits.unpacked_bytes, len(data), limits.ratio)
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except UNREADABLE as error:
            raise problem("damaged", name) from error
        infos = self._zip.infolist()
        if len(infos) > limits.entries:
            raise problem("archive_bomb", name)
        if any(info.flag_bits & 0x1 for info in infos):
            raise problem("encrypted", name)
        self.names = {info.filename for info in infos}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def matching(self, pattern: str) -> Iterator[str]:
        """Yield the names of the parts that match a regular expression, in natural order."""
        found = [name for name in self.names if re.fullmatch(pattern, name)]
        yield from sorted(found, key=lambda name: (len(name), name))

    def read(self, part: str) -> bytes | None:
        """Return the bytes of a part, or None where there is no such part."""
        if part not in self.names:
            return None
        try:
            with self._zip.open(part) as stream:
                data = inflate(stream, self._limits.part_bytes, self._budget)
        except UNREADABLE as error:
            raise problem("damaged", self._name) from error
        if data is None:
            raise problem("archive_bomb", self._name)
        return data

    def xml(self, part: str) -> Element | None:
        """Return the root element of an XML part, or None where there is no such part.

        A document type, an entity or an outside reference is refused: no office program writes one.
        """
        data = self.read(part)
        if data is None:
            return None
        try:
            if _has_document_type(data):
                raise problem("damaged", self._name, _ENTITIES)
            return fromstring(data)  # noqa: S314 - without a document type there is nothing to expand or fetch
        except (ParseError, expat.ExpatError, ValueError, LookupError) as error:
            raise problem("damaged", self._name) from error


def _has_document_type(data: bytes) -> bool:
    """Whether an XML file declares a document type, the only place where entities can be defined."""
    found = []

    def stop(*_: object) -> None:
        found.append(True)
        raise ValueError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = stop
    with contextlib.suppress(ValueError):
        parser.Parse(data, True)  # noqa: FBT003 - expat's own form
    return bool(found)
