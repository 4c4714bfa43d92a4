"""What a file is, judged from its content; the name only says what was expected."""

import importlib
import re
import zipfile
from io import BytesIO
from pathlib import PurePath

from talentflux.ai.documents.problems import problem
from talentflux.schemas.document import DocumentKind

_EXTENSIONS = {
    ".pdf": DocumentKind.PDF,
    ".docx": DocumentKind.DOCX,
    ".docm": DocumentKind.DOCX,
    ".dotx": DocumentKind.DOCX,
    ".odt": DocumentKind.ODT,
    ".rtf": DocumentKind.RTF,
    ".txt": DocumentKind.TEXT,
    ".text": DocumentKind.TEXT,
    ".md": DocumentKind.TEXT,
    ".markdown": DocumentKind.TEXT,
    ".html": DocumentKind.HTML,
    ".htm": DocumentKind.HTML,
    ".xhtml": DocumentKind.HTML,
    ".json": DocumentKind.JSON_RESUME,
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "Save it as PDF or DOCX and send that."
_HTML_STARTS = ("<!doctype html", "<html", "<head", "<body", "<?xml", "<!--", "<div", "<p>", "<table", "<h1", "<meta")


def expected_kind(name: str) -> DocumentKind | None:
    """Return the kind that a file name promises, or None for an unknown ending."""
    return _EXTENSIONS.get(PurePath(name).suffix.lower())


def detect(data: bytes, name: str) -> DocumentKind:
    """Return what a file is.

    Args:
        data: The file.
        name: Its name, for messages and to tell plain text from nothing at all.

    Returns:
        The kind, from the content alone.

    Raises:
        UnreadableFileError: With reason unknown_type or encrypted, and what to do.
    """
    head = data[:1024].lstrip(b"\xef\xbb\xbf\x00\t\r\n ")
    if b"%PDF-" in data[:1024]:
        return DocumentKind.PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _detect_zip(data, name)
    if head.startswith(b"{\\rtf"):
        return DocumentKind.RTF
    if data.startswith(_OLE):
        raise _refuse_ole(data, name)
    return _detect_text(data, name)


def _detect_zip(data: bytes, name: str) -> DocumentKind:
    """Tell DOCX and ODT from other zip containers by their entries."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise problem("damaged", name) from error
    if "word/document.xml" in names or ("[Content_Types].xml" in names and any(n.startswith("word/") for n in names)):
        return DocumentKind.DOCX
    if "content.xml" in names:
        return DocumentKind.ODT
    if "[Content_Types].xml" in names:
        raise problem("unknown_type", name, f"is a spreadsheet or a presentation, not a resume. {_SAVE}")
    raise problem("unknown_type", name, "is an archive, not a document. Send the files in it, or the archive as .zip.")


def _refuse_ole(data: bytes, name: str) -> Exception:
    """Return the error for files in Microsoft's old container, which also wraps encrypted DOCX files."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return problem("encrypted", name)
    return problem("unknown_type", name, f"is in Word's old format (.doc) or another old Office format. {_SAVE}")


def _detect_text(data: bytes, name: str) -> DocumentKind:
    """Tell HTML, JSON and plain text from binary data."""
    decode = importlib.import_module("talentflux.ai.documents.plain").decode
    sample: str = decode(data[:8192] if len(data) > 8192 else data)
    picture = _describe_binary(data, sample)
    if picture:
        raise problem("unknown_type", name, f"is {picture}, not a document with text. {_SAVE}")
    start = sample.lstrip("\ufeff\x00 \t\r\n")
    lowered = start[:2000].lower()
    markdown = PurePath(name).suffix.lower() in (".md", ".markdown")
    starts = _HTML_STARTS[:2] if markdown else _HTML_STARTS
    if lowered.startswith(starts) or (not markdown and ("<html" in lowered or "<body" in lowered)):
        if lowered.startswith("<?xml") and "<html" not in lowered:
            raise problem("unknown_type", name, f"is an XML file, not a document. {_SAVE}")
        return DocumentKind.HTML
    if start.startswith("{") and (PurePath(name).suffix.lower() == ".json" or start[1:].lstrip().startswith('"')):
        return DocumentKind.JSON_RESUME
    if start.startswith("[") and PurePath(name).suffix.lower() == ".json":
        return DocumentKind.JSON_RESUME
    if expected_kind(name) is DocumentKind.HTML and "<" in start:
        return DocumentKind.HTML
    return DocumentKind.TEXT


_ODD = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


def _describe_binary(data: bytes, sample: str) -> str | None:
    """Return a description of data that is no text, or None for text."""
    odd = len(_ODD.findall(sample))
    if odd + sample.count("\ufffd") <= max(2, len(sample) // 50) and not data.startswith((b"GIF8", b"\xff\xd8\xff")):
        return None
    puremagic = importlib.import_module("puremagic")
    try:
        found = puremagic.magic_string(data[:4096])
    except (puremagic.PureError, ValueError):
        found = []
    mime = (found[0].mime_type or "") if found else ""
    if mime.startswith("image/"):
        return f"a picture ({mime.removeprefix('image/').upper()})"
    return f"a file of the type {mime}" if mime else "a file of an unknown type"
