"""One file in, one Document out."""

import importlib
from typing import Final

from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.kinds import detect, expected_kind
from talentflux.ai.documents.limits import LIMITS
from talentflux.ai.documents.problems import problem
from talentflux.core.errors import UnreadableFileError
from talentflux.schemas.document import Document, DocumentKind

# Imported when the first file of a kind comes: the libraries behind them take tens of milliseconds.
_READERS: Final = {
    DocumentKind.PDF: "talentflux.ai.documents.pdf",
    DocumentKind.DOCX: "talentflux.ai.documents.docx",
    DocumentKind.ODT: "talentflux.ai.documents.odt",
    DocumentKind.RTF: "talentflux.ai.documents.rtf",
    DocumentKind.TEXT: "talentflux.ai.documents.plain",
    DocumentKind.HTML: "talentflux.ai.documents.html",
    DocumentKind.JSON_RESUME: "talentflux.ai.documents.json_resume",
}
_LABELS: Final = {
    DocumentKind.PDF: "a PDF",
    DocumentKind.DOCX: "a DOCX",
    DocumentKind.ODT: "an ODT",
    DocumentKind.RTF: "an RTF",
    DocumentKind.TEXT: "a plain text",
    DocumentKind.HTML: "an HTML",
    DocumentKind.JSON_RESUME: "a JSON",
}


def read_document(data: bytes, name: str) -> Document:
    """Read a file: its visible text in reading order, and what is hidden in it.

    The result depends on the bytes and the name alone. Hostile files may use much time and memory here: outside of
    tests call it through a ReaderPool.

    In the text one line of the page is one line; cells of a table row, and a date in the margin beside its entry, are
    divided by a tab; blocks are divided by an empty line.

    Args:
        data: The file.
        name: Its name as given by the user.

    Returns:
        The document.

    Raises:
        UnreadableFileError: With a stable reason and a sentence that names the file and says what to do.
    """
    name = name.encode("utf-8", "replace").decode()
    check_size(len(data), name)
    kind = detect(data, name)
    builder = DocumentBuilder(name, kind, data)
    expected = expected_kind(name)
    if expected is not None and expected is not kind:
        builder.warn(
            f"The name promises {_LABELS[expected]} file, the content is {_LABELS[kind]} file; it was read so."
        )
    try:
        importlib.import_module(_READERS[kind]).read(data, name, builder)
        return builder.build()
    except (UnreadableFileError, MemoryError):
        raise
    except RecursionError as error:
        raise problem("damaged", name, "is nested too deeply to be read. Save it again as PDF or DOCX.") from error
    except Exception as error:
        # The libraries behind the readers raise anything at all on damaged files.
        raise problem("damaged", name) from error


def check_size(size: int, name: str, most: int = LIMITS.file_bytes) -> None:
    """Refuse a file by its size, before it is read.

    Args:
        size: Bytes.
        name: File name for the message.
        most: Most bytes that are read.

    Raises:
        UnreadableFileError: With reason empty or too_large.
    """
    if size == 0:
        raise problem("empty", name)
    if size > most:
        raise problem(
            "too_large",
            name,
            f"is larger than {most / 2**20:.0f} MB, the most that is read. Save it with smaller pictures.",
        )
