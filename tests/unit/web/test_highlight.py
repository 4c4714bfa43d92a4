"""Evidence marked in a resume's text."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from talentflux.schemas.base import Span
from talentflux.schemas.match import Evidence, Verdict
from talentflux.web.highlight import highlight
from tests.factories import screening


def test_text_is_escaped_inside_and_outside_of_marks() -> None:
    html = highlight(screening.TEXT, screening.match())
    assert "<payment>" not in html
    assert "&lt;payment&gt;" in html
    assert "Python<sup>1</sup></mark>" in html


def test_a_stretch_quoted_twice_is_marked_once_and_numbered_at_each_end() -> None:
    html = highlight(screening.TEXT, screening.match())
    assert "<mark>services in </mark><mark>Python<sup>1</sup></mark><mark> &amp; Django<sup>2</sup></mark>" in html


def test_contradicting_evidence_looks_different() -> None:
    html = highlight(screening.TEXT, screening.match())
    assert '<mark class="against">No experience with Kafka<sup>3</sup></mark>' in html


def test_a_span_outside_of_the_text_is_left_out() -> None:
    beyond = Evidence(quote="x", span=Span(start=5, end=10_000))
    html = highlight("short", screening.match(results=[screening.result(1, Verdict.MET, beyond)]))
    assert html == "short"


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6))
def test_without_its_marks_the_html_is_the_text(text: str, pairs: list[tuple[int, int]]) -> None:
    quotes = [Evidence(quote="", span=Span(start=min(pair), end=max(pair))) for pair in pairs]
    html = highlight(text, screening.match(results=[screening.result(1, Verdict.MET, *quotes)]))
    assert unescape(re.sub(r"<sup>[\d,]*</sup>|</?mark[^>]*>", "", html)) == unescape(
        str(highlight(text, screening.match(results=[])))
    )
