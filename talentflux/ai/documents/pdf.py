"""PDF, read with PDFium."""

import contextlib
import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from talentflux.ai.documents import ocr
from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.layout import order
from talentflux.ai.documents.limits import LIMITS
from talentflux.ai.documents.pdf_page import PageContent, read_page
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.properties import report_property

_SCAN = (
    "is a scan: its pages are pictures without text. Install Tesseract to have it read by OCR "
    "(the `ocr` extra and the program tesseract), or send a PDF or DOCX with real text."
)


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
        for index in range(count):
            builder.start_page(index + 1)
            with contextlib.closing(_load(document, index, name)) as page:
                _read_page(document, page, index, name, builder)


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


def _read_page(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, index: int, name: str, builder: DocumentBuilder
) -> None:
    """Read one page; a page that is only a picture is read by OCR where that is installed."""
    content = read_page(page, LIMITS.characters - builder.length, name)
    scanned = content.picture_share > 0.5 and not content.words
    if scanned and ocr.available():
        builder.ocr = True
        builder.line(ocr.read_page(page, name))
        builder.warn("Text was read from pictures of the pages by OCR; check it against the original.")
    elif scanned and content.layer:
        # A scanner's own text layer lies invisibly over the picture that it describes.
        builder.ocr = True
        builder.warn("The text comes from the scan's own text layer; check it against the pictures of the pages.")
        content = PageContent(content.layer, [], [], content.picture_share)
    elif scanned and len(document) == 1:
        raise problem("no_text", name, _SCAN)
    elif scanned:
        builder.warn(f"Page {index + 1} is a picture without text and was not read.")
    for line in order(content.words):
        if line.gap:
            builder.gap()
        builder.line(line.text, heading=line.heading)
    for text, reason in content.hidden:
        builder.hide(text, reason)
    for target in _links(document, page):
        builder.link(target)


def _links(document: pdfium.PdfDocument, page: pdfium.PdfPage) -> Iterator[str]:
    """Yield the addresses behind the links of a page."""
    position = ctypes.c_int(0)
    link = raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page.raw, position, link):
        action = raw.FPDFLink_GetAction(link)
        if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
            continue
        size = raw.FPDFAction_GetURIPath(document.raw, action, None, 0)
        if 1 < size <= 4_000:
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFAction_GetURIPath(document.raw, action, buffer, size)
            yield buffer.value.decode("utf-8", "replace")
