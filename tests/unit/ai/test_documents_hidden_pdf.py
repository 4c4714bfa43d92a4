"""Hidden text in a PDF is reported and never part of the text; what can be seen is never hidden."""

import io

import pytest
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from talentflux.ai.documents import read_document
from talentflux.schemas.document import HiddenReason
from tests.factories.document_files import HEIGHT, SECRET, Draw, assert_hidden, pdf


def picture(colour: tuple[int, int, int]) -> ImageReader:
    from PIL import Image  # noqa: PLC0415 - comes with reportlab

    stream = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(stream, "PNG")
    return ImageReader(stream)


def draw_mode_3(canvas: Canvas) -> None:
    text = canvas.beginText(60, 600)
    text.setTextRenderMode(3)
    text.textOut(SECRET)
    canvas.drawText(text)


def draw_clipped(canvas: Canvas) -> None:
    text = canvas.beginText(60, 600)
    text.setTextRenderMode(7)
    text.textOut(SECRET)
    canvas.drawText(text)


def draw_white(canvas: Canvas) -> None:
    canvas.setFillColor(white)
    canvas.drawString(60, 600, SECRET)


def draw_nearly_white(canvas: Canvas) -> None:
    canvas.setFillColor(HexColor("#fafaf8"))
    canvas.drawString(60, 600, SECRET)


def draw_in_the_colour_of_a_box(canvas: Canvas) -> None:
    canvas.setFillColor(HexColor("#123456"))
    canvas.rect(50, 580, 300, 50, stroke=0, fill=1)
    canvas.drawString(60, 600, SECRET)


def draw_transparent(canvas: Canvas) -> None:
    canvas.setFillColor(Color(0, 0, 0, alpha=0.01))
    canvas.drawString(60, 600, SECRET)


def draw_tiny(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 1)
    canvas.drawString(60, 600, SECRET)


def draw_scaled_down(canvas: Canvas) -> None:
    canvas.scale(0.1, 0.1)
    canvas.drawString(600, 6000, SECRET)


def draw_off_page(canvas: Canvas) -> None:
    canvas.drawString(60, HEIGHT + 200, SECRET)


def draw_behind_box(canvas: Canvas) -> None:
    canvas.drawString(60, 600, SECRET)
    canvas.setFillColor(white)
    canvas.rect(50, 580, 300, 50, stroke=0, fill=1)


def draw_behind_picture(canvas: Canvas) -> None:
    canvas.drawString(60, 600, SECRET)
    canvas.drawImage(picture((200, 220, 240)), 50, 580, 300, 50)


def draw_white_on_white_picture(canvas: Canvas) -> None:
    canvas.drawImage(picture((255, 255, 255)), 50, 580, 300, 50)
    canvas.setFillColor(white)
    canvas.drawString(60, 600, SECRET)


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (draw_mode_3, HiddenReason.INVISIBLE),
        (draw_clipped, HiddenReason.INVISIBLE),
        (draw_transparent, HiddenReason.INVISIBLE),
        (draw_white, HiddenReason.LOW_CONTRAST),
        (draw_nearly_white, HiddenReason.LOW_CONTRAST),
        (draw_in_the_colour_of_a_box, HiddenReason.LOW_CONTRAST),
        (draw_white_on_white_picture, HiddenReason.LOW_CONTRAST),
        (draw_tiny, HiddenReason.TINY),
        (draw_scaled_down, HiddenReason.TINY),
        (draw_off_page, HiddenReason.OFF_PAGE),
        (draw_behind_box, HiddenReason.BEHIND),
        (draw_behind_picture, HiddenReason.BEHIND),
    ],
)
def test_pdf_reports_hidden_text(draw: Draw, reason: HiddenReason) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Visible line of the resume")
        canvas.saveState()
        draw(canvas)
        canvas.restoreState()

    document = read_document(pdf(page), "resume.pdf")
    assert_hidden(document, reason)
    assert document.hidden[0].page == 1


def draw_on_dark(canvas: Canvas) -> None:
    canvas.setFillColor(HexColor("#0b1f3a"))
    canvas.roundRect(50, 580, 300, 50, 8, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.drawString(60, 600, "Readable words")


def draw_on_a_box_of_many_curves(canvas: Canvas) -> None:
    canvas.setFillColor(HexColor("#0b1f3a"))
    outline = canvas.beginPath()
    outline.moveTo(50, 600)
    for step in range(120):
        outline.lineTo(50 + 2.5 * step, 580 - step % 3)
    outline.lineTo(350, 630)
    outline.lineTo(50, 630)
    canvas.drawPath(outline, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.drawString(60, 600, "Readable words")


def draw_pale_grey(canvas: Canvas) -> None:
    canvas.setFillColor(HexColor("#c4c4c4"))
    canvas.drawString(60, 600, "Readable words")


def draw_small_print(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 5)
    canvas.drawString(60, 600, "Readable words")


def draw_in_a_frame(canvas: Canvas) -> None:
    frame = canvas.beginPath()
    frame.rect(40, 560, 320, 90)
    frame.rect(44, 564, 312, 82)
    canvas.drawPath(frame, stroke=0, fill=1, fillMode=0)
    canvas.drawString(60, 600, "Readable words")


def draw_over_dark_picture(canvas: Canvas) -> None:
    canvas.drawImage(picture((20, 30, 60)), 50, 580, 300, 50)
    canvas.setFillColor(white)
    canvas.drawString(60, 600, "Readable words")


def draw_under_translucent_box(canvas: Canvas) -> None:
    canvas.drawString(60, 600, "Readable words")
    canvas.setFillColor(Color(1, 1, 0, alpha=0.3))
    canvas.rect(50, 580, 300, 50, stroke=0, fill=1)


def draw_stroked(canvas: Canvas) -> None:
    text = canvas.beginText(60, 600)
    canvas.setFillColor(white)
    text.setTextRenderMode(1)
    text.textOut("Readable words")
    canvas.drawText(text)


@pytest.mark.parametrize(
    "draw",
    [
        draw_on_dark,
        draw_on_a_box_of_many_curves,
        draw_pale_grey,
        draw_small_print,
        draw_in_a_frame,
        draw_over_dark_picture,
        draw_under_translucent_box,
        draw_stroked,
    ],
)
def test_pdf_keeps_text_that_can_be_seen(draw: Draw) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Visible line of the resume")
        canvas.saveState()
        draw(canvas)
        canvas.restoreState()

    document = read_document(pdf(page), "resume.pdf")
    assert document.hidden == []
    assert "Readable words" in document.text


def test_pdf_reports_long_properties_only() -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Visible line of the resume")

    short = read_document(pdf(page, info={"title": "Resume of Noa", "keywords": "python, sql"}), "a.pdf")
    long = read_document(pdf(page, info={"keywords": f"{SECRET} " * 10}), "a.pdf")
    assert short.hidden == []
    assert [hidden.reason for hidden in long.hidden] == [HiddenReason.METADATA]
