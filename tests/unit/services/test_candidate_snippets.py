"""Snippets: what was searched for, marked in short stretches of a masked resume."""

from html import escape, unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentflux.schemas.candidate_search import Snippet
from talentflux.services.candidate_snippets import pattern, snippets
from talentflux.utils.search_query import parse, terms

TEXT = (
    "████ ████\nBuilt services in C++ and PostgreSQL.\n\nLed a <team> of 4; machine\nlearning & more. "
    + "word " * 200
    + "Kafka"
)


def found(text: str, query: str) -> list[Snippet]:
    return snippets(text, pattern(terms(parse(query))))


def marked(each: Snippet) -> list[str]:
    return [unescape(span.of(each.text)) for span in each.spans]


@pytest.mark.parametrize("query", ["oracle", "-postgresql", "", "((", "postgre", "learn"])
def test_what_is_not_said_is_not_shown(query: str) -> None:
    assert found(TEXT, query) == []


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("postgresql", ["PostgreSQL"]),
        ("C++", ["C++"]),
        ('"machine learning"', ["machine learning"]),
        ("learn*", ["learning"]),
        ("POSTGRESQL OR c++", ["C++", "PostgreSQL"]),
    ],
)
def test_what_is_searched_for_is_marked(query: str, marks: list[str]) -> None:
    assert [mark for each in found(TEXT, query) for mark in marked(each)] == marks


def test_text_is_escaped_on_one_line_and_cuts_no_word() -> None:
    (snippet,) = found(TEXT, "team")
    assert "&lt;team&gt;" in snippet.text
    assert "&amp; more" in snippet.text
    assert "\n" not in snippet.text
    assert set(unescape(snippet.text).split()) <= set(TEXT.split())


def test_another_term_far_away_gets_a_stretch_of_its_own() -> None:
    assert [marked(each) for each in found(TEXT, "postgresql kafka")] == [["PostgreSQL"], ["Kafka"]]


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab <>&\"'\n█ſßİ"), max_size=400),
    st.sampled_from(["a", "b a", "ab*", "ß", '"a b"']),
)
def test_marks_are_those_of_the_text_whatever_it_is(text: str, query: str) -> None:
    for snippet in found(text, query):
        assert snippet.spans
        assert escape(unescape(snippet.text)) == snippet.text
        end = 0
        for span in snippet.spans:
            assert end <= span.start < span.end <= len(snippet.text)
            end = span.end
