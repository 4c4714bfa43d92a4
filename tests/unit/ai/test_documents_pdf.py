"""Reading PDF: order, columns, headings, links, divided words."""

import pytest
from reportlab.lib.colors import HexColor, white
from reportlab.pdfgen.canvas import Canvas

from talentflux.ai.documents import read_document
from tests.factories.document_files import HEIGHT, WIDTH, pdf, text_pdf

LEFT = (
    "Built the billing platform for a chain of",
    "forty hotels and moved its ledgers from",
    "spreadsheets to one database that closes",
    "the month in hours and not in weeks, with",
    "two auditors who signed without remarks.",
    "Led a team of six engineers in Bern and",
    "hired four of them within the first year.",
)
RIGHT = ("Skills", "Python and PostgreSQL", "Kubernetes", "Accounting", "Languages", "German, French", "Italian")


def at(canvas: Canvas, x: float, y: float, text: str, font: str = "Helvetica", *, size: float = 10) -> None:
    canvas.setFont(font, size)
    canvas.drawString(x, HEIGHT - y, text)


def lines_of(data: bytes) -> list[str]:
    return read_document(data, "resume.pdf").text.splitlines()


def test_reads_header_then_left_then_right_column() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawCentredString(WIDTH / 2, HEIGHT - 50, "Noa Lindqvist, platform engineer")
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            # Drawn line by line over both columns, each with its own pitch: stream order is no reading order.
            at(canvas, 50, 90 + 14 * number, left)
            at(canvas, 380, 92 + 17 * number, right)

    lines = [line for line in lines_of(pdf(draw)) if line]
    assert lines == ["Noa Lindqvist, platform engineer", *LEFT, *RIGHT]


def test_reads_columns_that_share_their_baselines() -> None:
    second = tuple(line.replace("the", "its").replace("and", "or") for line in reversed(LEFT))

    def draw(canvas: Canvas) -> None:
        for number, (left, right) in enumerate(zip(LEFT, second, strict=True)):
            at(canvas, 50, 90 + 14 * number, left)
            at(canvas, 320, 90 + 14 * number, right)

    assert [line for line in lines_of(pdf(draw)) if line] == [*LEFT, *second]


MAIN = (
    "Profile",
    "Analyst who turns messy ledgers into charts",
    "Experience",
    "Senior Analyst",
    "Built the churn model of a bank with two",
    "million customers",
    "Analyst",
    "Priced motor policies",
)
SIDE = ("Contact", "ingrid@example.no", "Skills", "SQL", "Power BI", "Languages", "Norwegian", "English")


@pytest.mark.parametrize("side_first", [True, False])
def test_reads_a_sidebar_on_the_same_grid_of_lines(side_first: bool) -> None:  # noqa: FBT001 - a case of the test
    side, main = (50, 220) if side_first else (400, 50)

    def draw(canvas: Canvas) -> None:
        for number, (first, second) in enumerate(zip(SIDE, MAIN, strict=True)):
            at(canvas, side, 90 + 14 * number, first)
            at(canvas, main, 90 + 14 * number, second)
        canvas.drawRightString(main + 150, HEIGHT - 90 - 14 * 3, "2019 – 2023")

    dated = tuple(f"{line}\t2019 – 2023" if line == "Senior Analyst" else line for line in MAIN)
    expected = (*SIDE, *dated) if side_first else (*dated, *SIDE)
    assert [line for line in lines_of(pdf(draw)) if line] == list(expected)


def test_reads_lists_side_by_side_below_entries_with_dates() -> None:
    lists = (("Skills", "SQL", "Python", "Excel"), ("Languages", "Norwegian", "English", "German"))

    def draw(canvas: Canvas) -> None:
        at(canvas, 50, 60, "Senior Analyst")
        at(canvas, 300, 60, "2019 – 2023")
        at(canvas, 50, 74, "Nordbank")
        at(canvas, 300, 74, "Oslo")
        for column, lines in enumerate(lists):
            for number, line in enumerate(lines):
                at(canvas, 50 + 200 * column, 120 + 14 * number, line)

    lines = [line for line in lines_of(pdf(draw)) if line]
    assert lines == ["Senior Analyst\t2019 – 2023", "Nordbank\tOslo", *lists[0], *lists[1]]


def test_reads_the_name_before_the_contacts_beside_it() -> None:
    contacts = ("noa@example.org", "+41 31 555 01 23", "Bern, Switzerland", "linkedin.com/in/noa")

    def draw(canvas: Canvas) -> None:
        at(canvas, 50, 70, "Noa Lindqvist", size=24)
        at(canvas, 50, 88, "Platform engineer")
        for number, line in enumerate(contacts):
            at(canvas, 400, 58 + 12 * number, line)
        at(canvas, 50, 130, "Profile", size=14)
        at(canvas, 50, 150, "Keeps the books of eleven companies in three currencies and in two languages")

    lines = [line for line in lines_of(pdf(draw)) if line]
    assert lines[:6] == ["Noa Lindqvist", "Platform engineer", *contacts]
    assert lines[6] == "Profile"


def test_gives_bullets_that_are_drawn_as_dots() -> None:
    def draw(canvas: Canvas) -> None:
        at(canvas, 60, 60, "Skills")
        for number, line in enumerate(("Accounting", "Payroll")):
            at(canvas, 74, 80 + 16 * number, line)
            canvas.circle(66, HEIGHT - 77 - 16 * number, 1.5, stroke=0, fill=1)
            for place in range(5):
                canvas.circle(180 + 8 * place, HEIGHT - 77 - 16 * number, 2.5, stroke=0, fill=1)

    assert lines_of(pdf(draw)) == ["Skills", "• Accounting", "• Payroll"]


def test_makes_a_date_of_the_left_margin_whole() -> None:
    def draw(canvas: Canvas) -> None:
        at(canvas, 50, 60, "2019 –")
        at(canvas, 50, 74, "2023")
        at(canvas, 120, 60, "Senior Analyst, Nordbank")
        at(canvas, 120, 74, "Built the churn model")

    assert lines_of(pdf(draw)) == ["2019 – 2023\tSenior Analyst, Nordbank", "Built the churn model"]


def test_closes_letter_spacing_between_words() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(60, 700, "WORK HISTORY", charSpace=6)
        at(canvas, 60, 180, "Alpina AG keeps the books of eleven companies")

    assert lines_of(pdf(draw))[0] == "WORK HISTORY"


def test_keeps_right_hand_dates_on_the_line_of_their_entry() -> None:
    entries = (("Engineer, Alpina AG", "2019 – 2023"), ("Analyst, Helvia", "2016 – 2019"), ("Trainee, Lumen", "2015"))

    def draw(canvas: Canvas) -> None:
        for number, (title, date) in enumerate(entries):
            top = 80 + 60 * number
            at(canvas, 50, top, title, "Helvetica-Bold")
            canvas.setFont("Helvetica", 10)
            canvas.drawRightString(540, HEIGHT - top, date)
            at(canvas, 50, top + 14, "Kept the books of eleven subsidiaries in three currencies and two")
            at(canvas, 50, top + 28, "languages, with monthly closing.")

    lines = lines_of(pdf(draw))
    for title, date in entries:
        assert f"{title}\t{date}" in lines


def test_moves_stacked_margin_lines_to_the_head_of_their_entry() -> None:
    def draw(canvas: Canvas) -> None:
        for number in range(3):
            top = 80 + 70 * number
            at(canvas, 50, top, f"Employer {number}, Engineer", "Helvetica-Bold")
            at(canvas, 460, top, "Bern, Switzerland")
            at(canvas, 55, top + 14, "•")
            at(canvas, 65, top + 14, "Moved the payments of all shops to one platform that answers")
            at(canvas, 458, top + 14, "Jan 2019 – May 202" + str(number))
            at(canvas, 65, top + 28, "within the promised time")

    lines = lines_of(pdf(draw))
    head = lines.index("Employer 1, Engineer\tBern, Switzerland")
    assert lines[head + 1] == "Jan 2019 – May 2021"
    assert lines[head + 2].startswith("• Moved the payments")
    assert lines[head + 3] == "within the promised time"


def test_keeps_left_hand_dates_and_labels_on_their_line() -> None:
    def draw(canvas: Canvas) -> None:
        for number, (label, text) in enumerate(
            (("2019 – 2023", "Engineer, Alpina AG"), ("2016 – 2019", "Analyst, Helvia"), ("2015", "Trainee, Lumen"))
        ):
            at(canvas, 50, 80 + 40 * number, label)
            at(canvas, 150, 80 + 40 * number, text)
            at(canvas, 150, 94 + 40 * number, "Kept the books of eleven subsidiaries in three currencies.")

    lines = lines_of(pdf(draw))
    assert "2016 – 2019\tAnalyst, Helvia" in lines


def test_reads_table_rows_cell_by_cell() -> None:
    rows = (("Language", "Level"), ("German", "C2"), ("French", "B2"), ("Italian", "A2"), ("English", "C1"))

    def draw(canvas: Canvas) -> None:
        for number, (first, second) in enumerate(rows):
            at(canvas, 50, 80 + 16 * number, first)
            at(canvas, 250, 80 + 16 * number, second)

    assert lines_of(pdf(draw)) == ["\t".join(row) for row in rows]


def test_light_text_on_a_dark_sidebar_stays_visible() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(HexColor("#102a54"))
        canvas.rect(0, 0, 180, HEIGHT, stroke=0, fill=1)
        canvas.setFillColor(white)
        for number, line in enumerate(RIGHT):
            at(canvas, 20, 92 + 17 * number, line)
        canvas.setFillColor(HexColor("#000000"))
        for number, line in enumerate(LEFT):
            at(canvas, 220, 90 + 14 * number, line)

    document = read_document(pdf(draw), "resume.pdf")
    assert document.hidden == []
    assert [line for line in document.text.splitlines() if line] == [*RIGHT, *LEFT]


def test_marks_headings_and_closes_letter_spacing() -> None:
    def draw(canvas: Canvas) -> None:
        at(canvas, 50, 60, "Noa Lindqvist", size=22)
        at(canvas, 50, 100, "E D U C A T I O N", "Helvetica-Bold", size=11)
        at(canvas, 50, 116, "Master of Science in accounting, University of Bern")
        at(canvas, 50, 130, "with a thesis on the valuation of small hotels.")

    document = read_document(pdf(draw), "resume.pdf")
    assert [span.of(document.text) for span in document.headings] == ["Noa Lindqvist", "EDUCATION"]


def test_makes_divided_words_whole_and_keeps_compounds() -> None:
    text = read_document(
        text_pdf("Wrote the account-", "ing manual for customer-", "facing teams and a long-", "term plan"),
        "resume.pdf",
    ).text
    assert "the accounting\nmanual" in text
    assert "customer-facing" in text
    assert "long-term" in text


def test_keeps_targets_of_links_and_spans_of_pages() -> None:
    def first(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "See my work")
        canvas.linkURL("https://example.org/noa", (60, 695, 140, 712))
        canvas.linkURL("javascript:alert(1)", (60, 600, 140, 612))

    def second(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Second page")

    document = read_document(pdf(first, second), "resume.pdf")
    assert document.links == ["https://example.org/noa"]
    assert [span.of(document.text).strip() for span in document.pages] == ["See my work", "Second page"]


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_reads_pages_that_are_shown_turned(turned: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(turned)
        canvas.translate(WIDTH / 2, HEIGHT / 2)
        canvas.rotate(turned)
        for number, line in enumerate(LEFT):
            canvas.drawString(-180, 150 - 14 * number, line)

    assert lines_of(pdf(draw)) == list(LEFT)


def test_same_bytes_give_the_same_document() -> None:
    data = text_pdf(*LEFT)
    assert read_document(data, "a.pdf") == read_document(data, "a.pdf")
