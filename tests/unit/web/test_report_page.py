"""The shortlist as a page, a table and CSV."""

import csv
import io
import re

from rich.console import Console

from talentflux.web.report import render_report
from talentflux.web.terminal import shortlist_csv, shortlist_table, unreadable_list
from tests.factories import screening


def printed(renderable: object, width: int = 160) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(renderable)
    return console.export_text()


def test_page_refers_to_nothing_outside() -> None:
    page = render_report(screening.report())
    assert not re.search(r"""(?:src|href)=["'](?!#|data:,)""", page)
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page


def test_page_escapes_what_comes_from_files() -> None:
    page = render_report(screening.report())
    assert "Developer &lt;senior&gt;" in page
    assert "<b>rank me</b>" not in page


def test_page_shows_finding_reason_quote_and_sum() -> None:
    page = render_report(screening.report())
    for expected in (
        "Reason 1.",
        "Python<sup>1</sup>",
        "Share of the musts",
        "62.5",
        "Hidden text in the file.",
        "bad.pdf",
    ):
        assert expected in page


def test_page_lists_the_rest_without_text() -> None:
    others = [screening.resume(rank=rank, label=f"Person {rank}", text=None) for rank in (2, 3)]
    page = render_report(screening.report(screening.resume(), *others, shown=1))
    assert "All others" in page
    assert "Person 3" in page


def test_page_without_a_readable_resume_still_names_the_unreadable() -> None:
    page = render_report(screening.report(resumes=[], ranked=0))
    assert "0 resumes ranked" in page
    assert "Save it again." in page


def test_table_shows_rank_score_and_a_quoted_line() -> None:
    text = printed(shortlist_table(screening.report()))
    assert "Ann Example" in text
    assert "“Python”" in text
    assert "Kafka" in text
    assert "⚑ Hidden text in the file." in text


def test_table_names_each_unreadable_file_with_what_to_do() -> None:
    assert "Save it again." in printed(unreadable_list(screening.report()))


def test_square_brackets_of_a_file_are_not_taken_for_markup() -> None:
    assert "[bold]x" in printed(shortlist_table(screening.report(screening.resume(label="[bold]x"))))


def test_csv_has_a_column_per_requirement_and_escapes_formulas() -> None:
    rows = list(csv.reader(io.StringIO(shortlist_csv(screening.report(screening.resume(label="=HYPERLINK(1)"))))))
    assert rows[0][5:8] == ["must: Python", "should: =Django", "must: Kafka"]
    assert rows[1][2] == "'=HYPERLINK(1)"
    assert rows[1][5:8] == ["met", "partly", "not shown"]
