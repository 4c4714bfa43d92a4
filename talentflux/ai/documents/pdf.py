"""PDF, read with PDFium."""

import contextlib
import ctypes
import re
import time
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from talentflux.ai.documents import ocr
from talentflux.ai.documents import pdfium_calls as calls
from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.layout import order
from talentflux.ai.documents.limits import LIMITS
from talentflux.ai.documents.pdf_page import PageContent, read_page
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.properties import report_property
from talentflux.ai.documents.spacing import Word

_SCAN = (
    "is a scan, or its fonts hold no letters: there is no text to read. Install Tesseract to have it read by OCR "
    "(the program tesseract, see the guide on reading resumes), or send a PDF or DOCX with real text."
)
_FAILED = "is a scan, and OCR found no text in it. Send a PDF or DOCX with real text."
# What fonts without a map to Unicode give instead of letters.
_NO_LETTERS = re.compile("[\x00-\x1f\ufffd\ue000-\uf8ff]")
# A page of a picture with fewer characters than this is a scan with a stamp or a page number.
_FEW_CHARACTERS = 60
# Below the time that the pool gives a file.
_OCR_SECONDS = 8.5


def read(data: bytes, name: str, builder: DocumentBuilder) -> None:
    """Read a PDF file.

    Args:
        data: The file.
        name: Its name, for messages.
        builder: Receives lines, links and hidden texts.

    Raises:
        UnreadableFileError: With reason encrypted, damaged, too_many_pages or no_text.
    """
    with contextlib.closing(_open(data, name)) as document:
        count = len(document)
        if count == 0:
            raise problem("damaged", name, "has no pages. Save it again as PDF and send that.")
        if count > LIMITS.pages:
            raise problem(
                "too_many_pages",
                name,
                f"has {count} pages; at most {LIMITS.pages} are read. Send the resume alone, without attachments.",
            )
        for key in ("Title", "Subject", "Keywords", "Author"):
            report_property(document.get_metadata_value(key), builder)
        reader = _PagesReader(document, name, builder)
        for index in range(count):
            builder.start_page(index + 1)
            with contextlib.closing(_load(document, index, name)) as page:
                reader.read(page, index)
        reader.finish()


def _open(data: bytes, name: str) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = raw.FPDF_GetLastError()
        raise problem("encrypted" if code == raw.FPDF_ERR_PASSWORD else "damaged", name) from error


def _load(document: pdfium.PdfDocument, index: int, name: str) -> pdfium.PdfPage:
    try:
        return document[index]
    except pdfium.PdfiumError as error:
        raise problem("damaged", name) from error


class _PagesReader:
    """Reads the pages one after the other; pages that are only pictures are read by OCR where that is installed."""

    def __init__(self, document: pdfium.PdfDocument, name: str, builder: DocumentBuilder) -> None:
        self._document = document
        self._name = name
        self._builder = builder
        self._deadline = time.monotonic() + _OCR_SECONDS
        self._unread: list[int] = []

    def read(self, page: pdfium.PdfPage, index: int) -> None:
        """Read one page."""
        content = read_page(page, LIMITS.characters - self._builder.length, self._name)
        words = content.words
        text = "".join([word.text for word in words])
        visible, letters = len(text), _letters(text)
        if (content.picture_share > 0.5 and visible < _FEW_CHARACTERS) or letters < 0.6 * visible:
            words = self._read_scan(page, index, content)
        for line in order(words):
            if line.gap:
                self._builder.gap()
            self._builder.line(line.text, heading=line.heading)
        if words is not content.layer:
            for text, reason in content.hidden:
                self._builder.hide(text, reason)
        for target in _links(self._document, page):
            self._builder.link(target)

    def _read_scan(self, page: pdfium.PdfPage, index: int, content: PageContent) -> list[Word]:
        """Read a page that is a picture; returns the words that are still to be set in order."""
        left = self._deadline - time.monotonic()
        text = ocr.read_page(page, left) if ocr.available() and left > 0.5 else None
        if text is not None and text.strip():
            self._builder.ocr = True
            self._builder.line(text)
            self._builder.warn("Text was read from pictures of the pages by OCR; check it against the original.")
            return []
        if sum(len(word.text) for word in content.layer) >= _FEW_CHARACTERS:
            # A scanner's own text layer lies invisibly over the picture that it describes.
            self._builder.ocr = True
            self._builder.warn("The text comes from the scan's own text layer; check it against the pictures.")
            return content.layer
        self._unread.append(index + 1)
        return [word for word in content.words if _letters(word.text)]

    def finish(self) -> None:
        """Name the pages that were not read.

        Raises:
            UnreadableFileError: With reason no_text when there was nothing else.
        """
        if not self._unread:
            return
        if self._builder.length < _FEW_CHARACTERS * len(self._unread):
            raise problem("no_text", self._name, _FAILED if ocr.available() else _SCAN)
        pages = ", ".join(map(str, self._unread))
        self._builder.warn(f"Not read, because there is no text on them: page {pages}.")


def _letters(text: str) -> int:
    """Return how many characters mean anything."""
    return len(_NO_LETTERS.sub("", text))


def _links(document: pdfium.PdfDocument, page: pdfium.PdfPage) -> Iterator[str]:
    """Yield the addresses behind the links of a page."""
    handle, owner = calls.handle_of(page), calls.handle_of(document)
    position, link = ctypes.c_int(0), ctypes.c_void_p()
    while calls.enumerate_links(handle, ctypes.byref(position), ctypes.byref(link)):
        action = calls.get_action(link)
        if not action or calls.get_action_type(action) != raw.PDFACTION_URI:
            continue
        size = calls.get_address(owner, action, None, 0)
        if 1 < size <= 4_000:
            buffer = ctypes.create_string_buffer(size)
            calls.get_address(owner, action, buffer, size)
            yield buffer.value.decode("utf-8", "replace")
