"""Hidden text in any other kind of file is reported and never part of the text; what can be seen is never hidden."""

from collections.abc import Callable

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.run import Run

from talentflux.ai.documents import read_document
from talentflux.schemas.document import Document, HiddenReason
from tests.factories.document_files import SECRET, assert_hidden, odt, saved


def docx_with(change: Callable[[Run], None]) -> Document:
    document = docx.Document()
    document.add_paragraph("Visible line ")
    run = document.paragraphs[0].add_run(SECRET)
    change(run)
    return read_document(saved(document), "resume.docx")


def hide_run(run: Run) -> None:
    run.font.hidden = True


def whiten_run(run: Run) -> None:
    run.font.color.rgb = RGBColor(255, 255, 255)


def shrink_run(run: Run) -> None:
    run.font.size = Pt(1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (hide_run, HiddenReason.INVISIBLE),
        (whiten_run, HiddenReason.LOW_CONTRAST),
        (shrink_run, HiddenReason.TINY),
    ],
)
def test_docx_reports_hidden_runs(change: Callable[[Run], None], reason: HiddenReason) -> None:
    assert_hidden(docx_with(change), reason)


def test_docx_hides_by_style() -> None:
    document = docx.Document()
    document.add_paragraph("Visible line")
    document.styles["Quote"].font.color.rgb = RGBColor(254, 254, 254)
    document.add_paragraph(SECRET, style="Quote")
    assert_hidden(read_document(saved(document), "resume.docx"), HiddenReason.LOW_CONTRAST)


def test_docx_keeps_white_text_on_a_dark_cell_and_a_highlight() -> None:
    document = docx.Document()
    cell = document.add_table(1, 2).cell(0, 0)
    shade = OxmlElement("w:shd")
    shade.set(qn("w:fill"), "1F3864")
    cell._tc.get_or_add_tcPr().append(shade)
    whiten_run(cell.paragraphs[0].add_run("White on navy"))
    marked = document.add_paragraph().add_run("White on black")
    whiten_run(marked)
    marked.font.highlight_color = WD_COLOR_INDEX.BLACK
    read = read_document(saved(document), "resume.docx")
    assert read.hidden == []
    assert "White on navy" in read.text
    assert "White on black" in read.text


SHAPE = (
    '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><w:drawing><wp:anchor behindDoc="{behind}">'
    '<wp:extent cx="2000000" cy="9000000"/><wps:wsp><wps:spPr>{fill}</wps:spPr>{box}</wps:wsp></wp:anchor>'
    "</w:drawing></w:r>"
)
NAVY = '<a:solidFill><a:srgbClr val="102A54"/></a:solidFill>'
BOX = (
    '<wps:txbx><w:txbxContent><w:p><w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>White in a box</w:t></w:r></w:p>'
    "</w:txbxContent></wps:txbx>"
)


@pytest.mark.parametrize(("fill", "seen"), [(NAVY, True), ("<a:gradFill/>", True), ("<a:noFill/>", False)])
def test_docx_judges_white_text_by_the_fill_of_its_box(fill: str, seen: bool) -> None:  # noqa: FBT001 - expected result
    document = docx.Document()
    document.add_paragraph("Visible line")._p.append(parse_xml(SHAPE.format(behind="0", fill=fill, box=BOX)))
    read = read_document(saved(document), "resume.docx")
    assert ("White in a box" in read.text) is seen
    assert bool(read.hidden) is not seen


def test_docx_reads_white_text_over_a_coloured_shape_with_a_warning() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Visible line ")
    whiten_run(paragraph.add_run("white words"))
    paragraph._p.append(parse_xml(SHAPE.format(behind="1", fill=NAVY, box="")))
    read = read_document(saved(document), "resume.docx")
    assert read.text == "Visible line white words"
    assert any("shape" in warning for warning in read.warnings)


def test_docx_reports_comments_and_long_properties() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Visible line")
    document.add_comment(paragraph.runs[0], text=SECRET)
    document.core_properties.keywords = "hire this person " * 14
    read = read_document(saved(document), "resume.docx")
    assert {hidden.reason for hidden in read.hidden} == {HiddenReason.METADATA}
    assert read.hidden[0].text == SECRET


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (f"<p style='display:none'>{SECRET}</p>", HiddenReason.INVISIBLE),
        (f"<p style='VISIBILITY: Hidden !important'>{SECRET}</p>", HiddenReason.INVISIBLE),
        (f"<p hidden>{SECRET}</p>", HiddenReason.INVISIBLE),
        (f"<p style='opacity:.01'>{SECRET}</p>", HiddenReason.INVISIBLE),
        (f"<p style='color:transparent'>{SECRET}</p>", HiddenReason.INVISIBLE),
        (f"<p style='color:rgba(0, 0, 0, 0)'>{SECRET}</p>", HiddenReason.INVISIBLE),
        (f"<div style='height:0;overflow:hidden'><p>{SECRET}</p></div>", HiddenReason.INVISIBLE),
        (f"<p style='font-size:0'>{SECRET}</p>", HiddenReason.TINY),
        (f"<p style='font-size:1px'>{SECRET}</p>", HiddenReason.TINY),
        (f"<p style='color:#fff'>{SECRET}</p>", HiddenReason.LOW_CONTRAST),
        (f"<p style='color:rgb(254,254,254)'>{SECRET}</p>", HiddenReason.LOW_CONTRAST),
        (f"<div style='background:#222'><p style='color:#232323'>{SECRET}</p></div>", HiddenReason.LOW_CONTRAST),
        (f"<p style='position:absolute;left:-9999px'>{SECRET}</p>", HiddenReason.OFF_PAGE),
        (f"<p style='text-indent:-200em'>{SECRET}</p>", HiddenReason.OFF_PAGE),
        (f"<style>.a .b{{color:white}}</style><div class=a><p class=b>{SECRET}</p></div>", HiddenReason.LOW_CONTRAST),
        (
            f"<style>@media print{{p{{color:red}}}} #x{{display:none}}</style><p id=x>{SECRET}</p>",
            HiddenReason.INVISIBLE,
        ),
        (f"<!-- {SECRET} -->", HiddenReason.METADATA),
        (f"<input type=hidden value='{SECRET}'>", HiddenReason.INVISIBLE),
    ],
)
def test_html_reports_hidden_text(html: str, reason: HiddenReason) -> None:
    assert_hidden(read_document(f"<html><body><p>Visible</p>{html}</body></html>".encode(), "resume.html"), reason)


@pytest.mark.parametrize(
    "html",
    [
        "<div style='background:navy'><p style='color:white'>Readable</p></div>",
        "<div style='background:url(x.png)'><p style='color:white'>Readable</p></div>",
        "<style>.menu a{display:none} .side{background-color:#333;color:#fff}</style><div class=side>Readable</div>",
        "<style>@media print{p{display:none}}</style><p>Readable</p>",
        "<p style='opacity:0.9;font-size:small;margin-left:-20px'>Readable</p>",
        "<table bgcolor='#003366'><tr><td><font color='#ffffff'>Readable</font></td></tr></table>",
    ],
)
def test_html_keeps_text_that_can_be_seen(html: str) -> None:
    document = read_document(f"<html><body>{html}</body></html>".encode(), "resume.html")
    assert document.text == "Readable"
    assert document.hidden == []


@pytest.mark.parametrize(
    ("rtf", "reason"),
    [
        (rf"{{\v {SECRET}}}", HiddenReason.INVISIBLE),
        (rf"{{\cf1 {SECRET}}}", HiddenReason.LOW_CONTRAST),
        (rf"{{\fs2 {SECRET}}}", HiddenReason.TINY),
    ],
)
def test_rtf_reports_hidden_text(rtf: str, reason: HiddenReason) -> None:
    head = r"{\rtf1\ansi{\colortbl;\red255\green255\blue255;\red0\green0\blue0;}\fs22 Visible line\par "
    assert_hidden(read_document(f"{head}{rtf}\\par}}".encode(), "resume.rtf"), reason)


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ('text:display="none"', HiddenReason.INVISIBLE),
        ('fo:color="#ffffff"', HiddenReason.LOW_CONTRAST),
        ('fo:font-size="1pt"', HiddenReason.TINY),
    ],
)
def test_odt_reports_hidden_spans(properties: str, reason: HiddenReason) -> None:
    styles = f'<style:style style:name="S" style:family="text"><style:text-properties {properties}/></style:style>'
    body = f'<text:p>Visible line <text:span text:style-name="S">{SECRET}</text:span></text:p>'
    assert_hidden(read_document(odt(body, styles), "resume.odt"), reason)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"<text:hidden-text text:string-value='{SECRET}'/>", HiddenReason.INVISIBLE),
        (f"<office:annotation><text:p>{SECRET}</text:p></office:annotation>", HiddenReason.METADATA),
    ],
)
def test_odt_reports_comments_and_hidden_fields(body: str, reason: HiddenReason) -> None:
    assert_hidden(read_document(odt(f"<text:p>Visible line{body}</text:p>"), "resume.odt"), reason)


def test_odt_keeps_white_text_in_a_dark_frame() -> None:
    styles = (
        '<style:style style:name="F" style:family="graphic"><style:graphic-properties draw:fill="solid" '
        'draw:fill-color="#102a54"/></style:style><style:style style:name="W" style:family="text">'
        '<style:text-properties fo:color="#ffffff"/></style:style>'
    )
    frame = (
        '<draw:frame draw:style-name="F"><draw:text-box><text:p><text:span text:style-name="W">White</text:span>'
        "</text:p></draw:text-box></draw:frame>"
    )
    document = read_document(odt(f"<text:p>Visible{frame}</text:p>{frame}", styles), "resume.odt")
    assert document.hidden == []
    assert document.text.split() == ["Visible", "White", "White"]


def test_unicode_tags_are_decoded_and_reported() -> None:
    tagged = "".join(chr(0xE0000 + ord(character)) for character in SECRET)
    assert_hidden(read_document(f"Visible{tagged} line".encode(), "resume.txt"), HiddenReason.UNICODE_TAGS)


def test_flags_made_of_tags_are_no_hidden_text() -> None:
    flag = "\U0001f3f4" + "".join(chr(0xE0000 + ord(character)) for character in "gbsct") + "\U000e007f"
    assert read_document(f"Visible {flag} line".encode(), "resume.txt").hidden == []


def test_zero_width_messages_are_reported_and_single_ones_removed() -> None:
    message = read_document(("Visible " + "\u200b\u200c" * 12 + "line").encode(), "resume.txt")
    single = read_document("Vis\u00adible\u200b line \u202eback\u202c".encode(), "resume.txt")
    assert [hidden.reason for hidden in message.hidden] == [HiddenReason.ZERO_WIDTH]
    assert message.text == "Visible line"
    assert single.hidden == []
    assert single.text == "Visible line back"
