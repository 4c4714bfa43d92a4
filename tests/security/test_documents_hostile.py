"""Hostile files: bombs, entities, passwords, endless pages and nesting, calls home."""

import io
import shutil
import socket
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator

import docx
import pikepdf
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from talentflux.ai.documents import ReaderPool, read_document
from talentflux.core.errors import UnreadableFileError
from talentflux.schemas.document import Document
from tests.factories.document_files import odt, packed, pdf, repacked, text_pdf, word

BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {second} "{f"&{first};" * 10}">' for first, second in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><x>&i;</x>"
)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool[Document]]:
    with ReaderPool(1) as started:
        yield started


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """A port on loopback, and the connections that it saw."""
    seen: list[object] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    stop = threading.Event()

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, address = server.accept()
            except TimeoutError:
                continue
            seen.append(address)
            connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    yield server.getsockname()[1], seen
    time.sleep(0.1)
    stop.set()
    thread.join()
    server.close()


def refused(pool: ReaderPool[Document], data: bytes, name: str) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        pool.run(data, name)
    assert name in caught.value.detail
    return caught.value.reason


def external(port: int) -> str:
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:{port}/x">]><x>&e;</x>'


def test_zip_bombs_are_stopped_while_they_inflate(pool: ReaderPool[Document]) -> None:
    zeros = b"<x>" + b" " * (70 * 2**20)
    start = time.monotonic()
    assert refused(pool, repacked(word("x"), {"word/document.xml": zeros}), "cv.docx") == "archive_bomb"
    assert refused(pool, packed({"content.xml": zeros}), "cv.odt") == "archive_bomb"
    assert time.monotonic() - start < 5


def test_a_bomb_that_lies_about_its_size_is_no_document(pool: ReaderPool[Document]) -> None:
    data = bytearray(packed({"word/document.xml": b"<x>" + b" " * (40 * 2**20)}))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.find(signature) + offset
        data[place : place + 4] = struct.pack("<I", 100)
    assert refused(pool, bytes(data), "cv.docx") in ("damaged", "archive_bomb")


def test_containers_with_endless_entries_are_refused(pool: ReaderPool[Document]) -> None:
    parts = {"word/document.xml": "<x/>"} | {f"word/{number}.xml": "" for number in range(2_100)}
    assert refused(pool, packed(parts), "cv.docx") == "archive_bomb"


def test_pdf_streams_that_inflate_without_end_are_stopped(pool: ReaderPool[Document]) -> None:
    document = pikepdf.new()
    document.add_blank_page()
    bomb = zlib.compress(b"\0" * (100 * 2**20), 9)
    for _ in range(2):
        bomb = zlib.compress(bomb, 9)
    stream = pikepdf.Stream(document, bomb)
    stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode] * 3)
    document.pages[0].Contents = stream
    out = io.BytesIO()
    document.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    start = time.monotonic()
    assert refused(pool, out.getvalue(), "cv.pdf") in ("no_text", "timeout", "memory", "damaged")
    assert time.monotonic() - start < 12
    assert pool.run(b"fine", "next.txt").text == "fine"


def test_pixel_floods_are_not_rendered(pool: ReaderPool[Document]) -> None:
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    image = pikepdf.Stream(document, zlib.compress(b"\0" * 1000))
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width = image.Height = 60_000
    image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    image.Filter = pikepdf.Name.FlateDecode
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    page.Contents = pikepdf.Stream(document, b"595 0 0 842 0 0 cm /I Do")
    out = io.BytesIO()
    document.save(out)
    assert refused(pool, out.getvalue(), "cv.pdf") in ("no_text", "timeout", "memory", "damaged")


def test_ten_thousand_pages_are_refused(pool: ReaderPool[Document]) -> None:
    document = pikepdf.new()
    for _ in range(10_000):
        document.add_blank_page()
    out = io.BytesIO()
    document.save(out)
    assert refused(pool, out.getvalue(), "cv.pdf") == "too_many_pages"


def test_encrypted_pdf_is_refused_and_owner_password_alone_is_not(pool: ReaderPool[Document]) -> None:
    source = pikepdf.open(io.BytesIO(text_pdf("Noa Lindqvist")))
    locked, owned = io.BytesIO(), io.BytesIO()
    source.save(locked, encryption=pikepdf.Encryption(user="geheim", owner="geheim"))
    source.save(owned, encryption=pikepdf.Encryption(user="", owner="geheim"))
    assert refused(pool, locked.getvalue(), "cv.pdf") == "encrypted"
    assert pool.run(owned.getvalue(), "cv.pdf").text == "Noa Lindqvist"


def test_encrypted_odt_is_refused(pool: ReaderPool[Document]) -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    locked = repacked(odt("<text:p>x</text:p>"), {"META-INF/manifest.xml": manifest})
    assert refused(pool, locked, "cv.odt") == "encrypted"


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/header1.xml", "docProps/core.xml"])
def test_entities_in_any_part_of_a_docx_are_refused(pool: ReaderPool[Document], part: str) -> None:
    start = time.monotonic()
    assert refused(pool, repacked(word("x"), {part: BILLION_LAUGHS}), "cv.docx") == "damaged"
    assert time.monotonic() - start < 5


def test_nothing_in_a_file_makes_the_reader_call_home(
    pool: ReaderPool[Document], listener: tuple[int, list[object]]
) -> None:
    port, seen = listener
    url = f"http://127.0.0.1:{port}/"
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        f'Target="{url}" TargetMode="External"/></Relationships>'
    )
    page = (
        f"<html><head><link rel=stylesheet href='{url}a.css'><base href='{url}'>"
        f"<style>@import url({url});</style></head><body><img src='{url}x.png'>"
        f"<iframe src='{url}'></iframe><script src='{url}x.js'></script>"
        f"<object data='{url}'></object>text</body></html>"
    )

    def remote(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "text")
        canvas.linkURL(url, (0, 0, 500, 800))

    readable = {
        "template.docx": repacked(word("text"), {"word/_rels/settings.xml.rels": relation}),
        "page.html": page.encode(),
        "link.pdf": pdf(remote),
        "frame.odt": odt(f"<text:p>text<text:a xlink:href='{url}'>x</text:a></text:p>"),
        "field.rtf": (r"{\rtf1 text{\field{\*\fldinst INCLUDEPICTURE " + f'"{url}"' + r"}{\fldrslt x}}}").encode(),
        "plain.json": b'{"basics": {"name": "text", "image": "' + url.encode() + b'"}}',
    }
    for name, data in readable.items():
        assert "text" in pool.run(data, name).text
        assert "text" in read_document(data, name).text
    assert refused(pool, repacked(word("x"), {"word/document.xml": external(port)}), "xxe.docx") == "damaged"
    assert refused(pool, packed({"content.xml": external(port)}), "xxe.odt") == "damaged"
    assert seen == []


def test_a_child_cannot_open_a_connection_at_all(listener: tuple[int, list[object]]) -> None:
    port, seen = listener
    with ReaderPool(1, "tests.factories.reader_tasks:act") as own, pytest.raises(UnreadableFileError) as caught:
        own.run(f"connect {port}".encode(), "cv.pdf")
    assert "PermissionError" in caught.value.detail
    assert seen == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<div>" * 100_000 + b"text", "deep.html"),
        (b"{\\rtf1 " + b"{" * 100_000 + b"text", "deep.rtf"),
        (b'{"basics": ' + b"[" * 100_000, "deep.json"),
        (b'{"basics": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b', "name": "x"}', "nested.json"),
        (odt("<text:p>" + "<text:span>" * 5_000 + "text" + "</text:span>" * 5_000 + "</text:p>"), "deep.odt"),
        (odt("<text:section>" * 5_000 + "<text:p>text</text:p>" + "</text:section>" * 5_000), "sections.odt"),
    ],
)
def test_deep_nesting_is_refused_or_read_but_never_crashes(pool: ReaderPool[Document], data: bytes, name: str) -> None:
    start = time.monotonic()
    outcome = next(iter(pool.map([(name, data)])))
    assert outcome.error is None or outcome.error.reason in ("damaged", "no_text")
    assert outcome.value is None or "text" in outcome.value.text
    assert time.monotonic() - start < 5


def test_nul_bytes_are_taken_out(pool: ReaderPool[Document]) -> None:
    assert pool.run(b"Noa\0 Lindqvist and more of the text", "cv.txt").text == "Noa Lindqvist and more of the text"
    assert refused(pool, b"\0" * 5_000, "cv.txt") in ("damaged", "no_text", "unknown_type")


def test_a_text_without_end_is_refused(pool: ReaderPool[Document]) -> None:
    assert refused(pool, b"word " * 3_000_000, "cv.txt") == "too_large"


def test_macros_are_named_and_not_run(pool: ReaderPool[Document]) -> None:
    document = pool.run(repacked(word("text"), {"word/vbaProject.bin": b"macro"}), "cv.docx")
    assert any("macros" in warning for warning in document.warnings)


def test_a_polyglot_is_read_as_the_one_kind_that_it_begins_as(pool: ReaderPool[Document]) -> None:
    both = text_pdf("Visible in the PDF") + word("Hidden in the archive")
    document = pool.run(both, "cv.docx")
    assert document.text == "Visible in the PDF"
    assert document.warnings


def scan() -> bytes:
    """Return a PDF that is only a picture of a page with text."""
    import pypdfium2  # noqa: PLC0415 - only here

    source = pypdfium2.PdfDocument(text_pdf("Noa Lindqvist", "Software engineer in Bern", "Python and PostgreSQL"))
    bitmap = source[0].render(scale=2.5).to_pil()
    stream = io.BytesIO()
    bitmap.save(stream, "PNG")

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(io.BytesIO(stream.getvalue())), 0, 0, 595, 842)

    return pdf(draw)


def test_a_scan_is_read_by_ocr_or_says_that_it_is_one(pool: ReaderPool[Document]) -> None:
    if shutil.which("tesseract"):
        document = pool.run(scan(), "scan.pdf")
        assert document.ocr
        assert "Software engineer in Bern" in document.text
        assert any("OCR" in warning for warning in document.warnings)
    else:
        assert refused(pool, scan(), "scan.pdf") == "no_text"


def test_a_scan_without_tesseract_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talentflux.ai.documents.ocr.available", lambda: False)
    with pytest.raises(UnreadableFileError) as caught:
        read_document(scan(), "scan.pdf")
    assert caught.value.reason == "no_text"
    assert "scan" in caught.value.detail
    assert "Tesseract" in caught.value.detail


def test_fonts_that_map_to_nothing_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    document = pikepdf.open(io.BytesIO(text_pdf("Noa Lindqvist, engineer", "Python and PostgreSQL for eight years")))
    cmap = (
        b"/CMapName /X def 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <00> <ff> <e000> endbfrange"
    )
    for font in document.pages[0].Resources.Font.values():
        font.ToUnicode = pikepdf.Stream(document, cmap)
    out = io.BytesIO()
    document.save(out)
    monkeypatch.setattr("talentflux.ai.documents.ocr.available", lambda: False)
    with pytest.raises(UnreadableFileError) as caught:
        read_document(out.getvalue(), "cv.pdf")
    assert caught.value.reason == "no_text"


def test_docx_with_broken_relations_is_still_read() -> None:
    document = docx.Document()
    document.add_paragraph("text")
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(io.BytesIO(stream.getvalue())) as archive:
        parts: dict[str, bytes | str] = {n: archive.read(n) for n in archive.namelist() if not n.endswith(".rels")}
    assert read_document(packed(parts), "cv.docx").text == "text"
