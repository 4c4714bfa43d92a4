"""Every kind is read, judged by content; what is no document is refused with advice."""

import codecs

import docx
import pytest

from talentflux.ai.documents import read_document
from talentflux.core.errors import UnreadableFileError
from talentflux.schemas.document import DocumentKind
from tests.factories.document_files import odt, packed, saved, text_pdf, word

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde" + bytes(range(256))


@pytest.mark.parametrize(
    ("data", "name", "reason", "advice"),
    [
        (b"", "cv.pdf", "empty", "Send the file again"),
        (PNG, "cv.pdf", "unknown_type", "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(range(200)) * 20, "cv.jpg", "unknown_type", "Save it as PDF or DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cv.doc", "unknown_type", "Save it as PDF or DOCX"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "cv.docx",
            "encrypted",
            "without a password",
        ),
        (bytes(range(256)) * 40, "cv.txt", "unknown_type", "unknown type"),
        (b"\x7fELF\2\1\1" + b"\0\1\2\3\4\5\6" * 400, "cv.pdf", "unknown_type", "Save it"),
        (b"PK\x03\x04 damaged", "cv.docx", "damaged", "save it again"),
        (b"%PDF-1.7 cut off", "cv.pdf", "damaged", "save it again"),
        (packed({"a.txt": "text"}), "cv.docx", "unknown_type", "archive"),
        (packed({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>"}), "cv.docx", "unknown_type", "spreads"),
        (b'{"name": "no resume"}', "cv.json", "unknown_type", "JSON Resume"),
        (b'{"basics": ', "cv.json", "damaged", "not valid JSON"),
        (b"[1, 2]", "cv.json", "unknown_type", "JSON Resume"),
        (b"   \n\n ", "cv.txt", "no_text", "no visible text"),
        (b"<?xml version='1.0'?><feed/>", "cv.xml", "unknown_type", "XML"),
    ],
)
def test_refuses_with_reason_name_and_advice(data: bytes, name: str, reason: str, advice: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read_document(data, name)
    assert caught.value.reason == reason
    assert name in caught.value.detail
    assert advice in caught.value.detail


def test_names_are_safe_to_print() -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read_document(b"", "a\x1b[31m\n" + "x" * 500 + ".pdf")
    assert caught.value.detail.isprintable()
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (text_pdf("Noa Lindqvist"), "cv.docx", DocumentKind.PDF),
        (word("Noa Lindqvist"), "cv.pdf", DocumentKind.DOCX),
        (odt("<text:p>Noa Lindqvist</text:p>"), "cv.doc", DocumentKind.ODT),
        (rb"{\rtf1\ansi Noa Lindqvist\par}", "cv.doc", DocumentKind.RTF),
        (b"<!DOCTYPE html><html><body>Noa Lindqvist</body></html>", "cv.txt", DocumentKind.HTML),
        (b"Noa Lindqvist", "cv.pdf", DocumentKind.TEXT),
        (b'{"basics": {"name": "Noa Lindqvist"}}', "cv.txt", DocumentKind.JSON_RESUME),
        (b"\n\n" + text_pdf("Noa Lindqvist"), "cv.pdf", DocumentKind.PDF),
    ],
)
def test_content_decides_and_a_wrong_ending_is_a_warning(data: bytes, name: str, kind: DocumentKind) -> None:
    document = read_document(data, name)
    assert document.kind is kind
    assert document.text == "Noa Lindqvist"
    promised = name in {"cv.docx", "cv.txt"} or (name == "cv.pdf" and kind is not DocumentKind.PDF)
    assert bool(document.warnings) is promised


TEXT = "Zoë Müller\nTürkçe • naïve – 5 €"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("cp1252"),
    ],
)
def test_reads_text_in_any_usual_encoding(data: bytes) -> None:
    assert read_document(data, "cv.txt").text == TEXT


def test_reads_latin_1_bytes_that_windows_does_not_know() -> None:
    assert read_document(b"Andr\xe9 \x81 Muller and more words", "cv.txt").text == "André Muller and more words"


def test_reads_markdown_without_its_marks() -> None:
    source = (
        "# Noa\n\n**Engineer** at [Alpina](https://alpina.example)\n\nSkills\n------\n* Python\n- snake_case_name\n"
    )
    document = read_document(source.encode(), "cv.md")
    assert document.text == "Noa\n\nEngineer at Alpina\n\nSkills\n\n• Python\n• snake_case_name"
    assert [span.of(document.text) for span in document.headings] == ["Noa", "Skills"]
    assert document.links == ["https://alpina.example"]


def test_reads_docx_with_header_table_lists_links_and_text_boxes() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "noa@example.org"
    document.add_heading("Experience", 1)
    document.add_paragraph("Kept the books", style="List Bullet")
    table = document.add_table(2, 2)
    for number, text in enumerate(("German", "C2", "French", "B2")):
        table.cell(number // 2, number % 2).text = text
    bold = document.add_paragraph()
    bold.add_run("Alpina AG").bold = True
    read = read_document(saved(document), "cv.docx")
    assert read.text.splitlines() == [
        "noa@example.org",
        "",
        "Experience",
        "• Kept the books",
        "",
        "German\tC2",
        "French\tB2",
        "",
        "Alpina AG",
    ]
    assert [span.of(read.text) for span in read.headings] == ["Experience", "Alpina AG"]


def test_reads_cells_that_hold_sections_one_after_the_other() -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    for cell, lines in zip(
        table.rows[0].cells, (("Skills", "Python", "SQL"), ("Work", "Alpina", "Helvia")), strict=True
    ):
        cell.text = lines[0]
        for line in lines[1:]:
            cell.add_paragraph(line)
    text = read_document(saved(document), "cv.docx").text
    assert text.replace("\n\n", "\n").splitlines() == ["Skills", "Python", "SQL", "Work", "Alpina", "Helvia"]


def test_reads_odt_with_lists_tables_links_and_headings() -> None:
    body = (
        "<text:h>Experience</text:h><text:list><text:list-item><text:p>Kept<text:s text:c='2'/>the<text:tab/>books"
        "</text:p></text:list-item></text:list><table:table><table:table-row><table:table-cell><text:p>German</text:p>"
        "</table:table-cell><table:table-cell><text:p>C2</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p><text:a xlink:href='https://alpina.example'>Alpina</text:a></text:p>"
    )
    document = read_document(odt(body), "cv.odt")
    assert document.text == "Experience\n• Kept the\tbooks\n\nGerman\tC2\n\nAlpina"
    assert document.links == ["https://alpina.example"]
    assert [span.of(document.text) for span in document.headings] == ["Experience"]


def test_reads_rtf_letters_fields_and_tables() -> None:
    source = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\author Nobody}}"
        r"\b\fs36 Zo\'eb M\u252?ller\par\plain\fs22 "
        r"{\field{\*\fldinst HYPERLINK "
        r'"https://alpina.example"}{\fldrslt Alpina}} \endash  Bern\par '
        r"German\cell C2\cell\row {\*\unknown junk}End\par}"
    )
    document = read_document(source.encode("ascii"), "cv.rtf")
    assert document.text == "Zoë Müller\nAlpina – Bern\nGerman\tC2\nEnd"
    assert document.links == ["https://alpina.example"]
    assert [span.of(document.text) for span in document.headings] == ["Zoë Müller"]


def test_reads_html_blocks_lists_and_tables() -> None:
    source = (
        "<html><head><title>x</title><meta charset=iso-8859-1></head><body><h1>Zo\xeb</h1><p>One<br>two&nbsp;three</p>"
        "<ul><li>First<li>Second</ul><table><tr><td>German<td>C2</tr></table><script>alert(1)</script></body></html>"
    )
    document = read_document(source.encode("latin-1"), "cv.html")
    assert document.text == "Zoë\n\nOne\ntwo three\n\n• First\n• Second\n\nGerman\tC2"


def test_keeps_the_object_of_a_json_resume_and_writes_it_as_text() -> None:
    source = (
        b'{"basics": {"name": "Noa", "email": "noa@example.org", "profiles": "wrong type", '
        b'"location": {"city": "Bern"}},'
        b'"work": [{"name": "Alpina", "position": "Engineer", "startDate": "2019-01", '
        b'"highlights": ["Kept books", 7]},'
        b'"wrong type"], "skills": [{"name": "Data", "keywords": ["Python", "SQL"]}]}'
    )
    document = read_document(source, "cv.json")
    assert document.json_resume is not None
    assert document.json_resume["basics"]["name"] == "Noa"
    assert "Engineer, Alpina\t2019-01 – present\n• Kept books\n• 7" in document.text
    assert "Data\nPython, SQL" in document.text


@pytest.mark.parametrize("glyph", ["●", "▪", "➢", "\uf0b7", "◦", "‣", "·"])
def test_bullets_become_one_sign(glyph: str) -> None:
    assert read_document(f"Work\n{glyph} Kept the books".encode(), "cv.txt").text == "Work\n• Kept the books"


def test_ligatures_and_odd_spaces_become_plain() -> None:
    assert (
        read_document("e\ufb03cient o\ufb00ice\u00a0work\u2009now".encode(), "cv.txt").text
        == "efficient office work now"
    )
