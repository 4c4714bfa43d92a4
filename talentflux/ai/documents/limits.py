"""How much of a file is read before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Caps that hold for one file.

    Attributes:
        file_bytes: Largest file that is read at all.
        pages: Most pages of a PDF.
        unpacked_bytes: Most bytes that the parts of a DOCX or ODT may inflate to, counted while inflating.
        part_bytes: Most bytes of one such part.
        entries: Most entries of a zip container.
        ratio: Most times that a container may grow when it is unpacked; small containers are exempt.
        characters: Most characters of text that a document may hold.
        depth: Deepest nesting of XML, HTML, RTF or JSON that is followed.
        archive_files: Most resumes in one archive given by a user.
        archive_bytes: Most bytes that such an archive may inflate to in all.
    """

    file_bytes: int = 20 * 2**20
    pages: int = 100
    unpacked_bytes: int = 64 * 2**20
    part_bytes: int = 24 * 2**20
    entries: int = 2_000
    ratio: int = 200
    characters: int = 2_000_000
    depth: int = 200
    archive_files: int = 5_000
    archive_bytes: int = 2 * 2**30


LIMITS = Limits()
