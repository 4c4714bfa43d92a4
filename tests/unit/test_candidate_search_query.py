"""The language of searches: whatever is typed means something, and nothing that is typed fails."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentflux.utils.search_query import MOST_TERMS, All, Either, Not, Query, Term, is_plain, parse, terms

_PIECES = st.sampled_from(
    ["python", "C++", "AND", "OR", "NOT", "-", "--", "(", ")", "|", '"', '"a b"', "*", "&", "x*", "'", "\\", ":", "!"]
)
_TYPED = st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=60).map(" ".join), st.lists(_PIECES).map("".join))


@pytest.mark.parametrize("nothing", ["", "   ", "((", "))", '"', '""', "OR", "AND OR NOT", "-", "NOT (", "* & !", "'"])
def test_what_asks_for_nothing_is_nothing(nothing: str) -> None:
    assert parse(nothing) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("python sql", All((Term("python"), Term("sql")))),
        ("python AND sql", All((Term("python"), Term("sql")))),
        ("python and sql", All((Term("python"), Term("and"), Term("sql")))),
        ("a OR b c", Either((Term("a"), All((Term("b"), Term("c")))))),
        ("(a | b) c", All((Either((Term("a"), Term("b"))), Term("c")))),
        ('"machine learning" -java', All((Term("machine learning", phrase=True), Not(Term("java"))))),
        ("NOT (a OR b)", Not(Either((Term("a"), Term("b"))))),
        ("NOT NOT a", Term("a")),
        ("front-end", Term("front-end")),
        ("develop*", Term("develop", begins=True)),
        ("C++ node.js", All((Term("C++"), Term("node.js")))),
        ("a OR", Term("a")),
        ("OR a", Term("a")),
        ("(a", Term("a")),
        ("a) b", All((Term("a"), Term("b")))),
        ('"not closed', Term("not closed", phrase=True)),
        ("(" * 400 + "a", Term("a")),
        ("-" * 401 + "a", Not(Term("a"))),
        ("„maschinelles Lernen“ –Java", All((Term("maschinelles Lernen", phrase=True), Not(Term("Java"))))),
        ("«aprendizaje automático»", Term("aprendizaje automático", phrase=True)),
        ("“machine learning”", Term("machine learning", phrase=True)),
        ("»a b« ＂c d＂", All((Term("a b", phrase=True), Term("c d", phrase=True)))),
        ("developer - Java – Oslo", All((Term("developer"), Term("Java"), Term("Oslo")))),
        ('-"a b" -(c)', All((Not(Term("a b", phrase=True)), Not(Term("c"))))),
    ],
)
def test_what_is_typed_is_read_as_meant(typed: str, meant: Query) -> None:
    assert parse(typed) == meant


def test_terms_are_told_apart_by_whether_they_are_wanted() -> None:
    query = parse("a -b NOT (c OR -d)")
    assert [term.text for term in terms(query)] == ["a", "d"]
    assert [term.text for term in terms(query, wanted=False)] == ["b", "c"]


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("a b", True),
        ("a", True),
        ('"a b"', False),
        ("a OR b", False),
        ("a AND b", False),
        ("AND a", True),
        ("a*", False),
    ],
)
def test_only_words_alone_are_plain(typed: str, plain: bool) -> None:  # noqa: FBT001 -- what is expected
    assert is_plain(parse(typed)) is plain


@settings(max_examples=500, deadline=None)
@given(_TYPED)
def test_anything_can_be_typed(typed: str) -> None:
    query = parse(typed)
    found = [*terms(query), *terms(query, wanted=False)]
    assert (query is None) == (not found)
    assert len(found) <= MOST_TERMS
    assert all(any(sign.isalnum() or sign == "_" for sign in term.text) for term in found)
