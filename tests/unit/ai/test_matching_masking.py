"""Masking: nothing that tells who a person is goes on, and positions stay."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.ai.matching.masking import EMAIL, MASK, MaskingError, mask
from talentflux.schemas.base import Found, Span
from talentflux.schemas.resume import ParsedResume, PersonalDetail, PersonalKind
from tests.factories.matching_resumes import DEFAULTS, RESUME, parsed

EMPTY = ParsedResume()


def test_refuses_a_span_outside_the_text() -> None:
    wrong = ParsedResume(personal=[PersonalDetail(kind=PersonalKind.NAME, span=Span(start=0, end=99))])
    with pytest.raises(MaskingError, match="Parse the document again"):
        mask("short", wrong)


def test_masks_every_personal_detail_and_keeps_the_length() -> None:
    text = RESUME.format(**DEFAULTS)
    masked = mask(text, parsed(text, DEFAULTS))
    assert len(masked) == len(text)
    assert masked.count("\n") == text.count("\n")
    for value in DEFAULTS.values():
        assert value not in masked
    assert "Built services in Python on PostgreSQL" in masked
    assert "(2019-03 - 2023-02)" in masked


@pytest.mark.parametrize(
    "secret",
    [
        "jo.x+cv@mail.example.org",
        "https://example.org/jo",
        "www.example.org",
        "linkedin.com/in/jo-x",
        "github.com/jo",
        "+49 (0)30 1234567",
        "030/1234567",
        "(555) 123-4567",
        "Date of birth: 12.03.1980",
        "geboren am 3. Mai 1980",
        "née le 03/05/1980",
    ],
)
def test_masks_what_the_parser_missed(secret: str) -> None:
    masked = mask(f"I can be found: {secret}\nSkills", EMPTY)
    assert MASK in masked
    assert secret.rsplit(": ", maxsplit=1)[-1] not in masked


@pytest.mark.parametrize(
    "harmless",
    ["2015 - 2019", "01/2015 - 12/2019", "grew sales by 1,200,000", "ISO 27001", "C++ 17", "2019-03 – 2023-02"],
)
def test_leaves_dates_and_figures(harmless: str) -> None:
    assert mask(harmless, EMPTY) == harmless


@pytest.mark.parametrize("text", ["a." * 20_000 + ".com", "x" * 40_000 + " a@b.com", "a@" * 20_000, "(1" * 20_000])
def test_a_hostile_text_costs_little_time(text: str) -> None:
    started = time.process_time()
    assert len(mask(text, EMPTY)) == len(text)
    assert time.process_time() - started < 5


def named(name: str) -> ParsedResume:
    return ParsedResume(name=Found(value=name, confidence=0.9))


def test_masks_the_full_name_wherever_it_stands() -> None:
    text = "Ada Miller\nResume\nMiller, Ada - page 2\nADA MILLER"
    assert mask(text, named("Ada Miller")).split("\n") == [MASK * 10, "Resume", MASK * 11 + " - page 2", MASK * 10]


@pytest.mark.parametrize(
    ("name", "line", "masked"),
    [
        ("Troquimdov Zelmeklun", "Troquimdov built services in Python.", MASK * 10 + " built services in Python."),
        ("Troquimdov Zelmeklun", "Contact ZELMEKLUN.", f"Contact {MASK * 9}."),
        ("TROQUIMDOV ZELMEKLUN", "Zelmeklun’s team", f"{MASK * 11} team"),
        ("Zoé Brixolet-Quandar", "Zoe and Quandar", f"{MASK * 3} and {MASK * 7}"),
    ],
)
def test_masks_a_part_of_the_name_that_stands_alone(name: str, line: str, masked: str) -> None:
    assert mask(line, named(name)) == masked


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Jordan Java", "Java services"),
        ("Ruby Swift", "Ruby, Swift"),
        ("Paris Berlin", "Worked in Paris and Berlin"),
        ("Grace Summer", "Summer internship"),
        ("Angular Smith", "Angular front ends"),
        ("Ann Baker", "Baker at Northwind"),
        ("Ana de la Cruz", "De Bakkerij, La Mesa"),
        ("Bo Troquimdov", "Bo, Troquimdovian, troquimdov"),
    ],
)
def test_leaves_a_part_of_the_name_that_is_a_word(name: str, line: str) -> None:
    assert mask(line, named(name)) == line


@given(st.text(max_size=200), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 60)), max_size=5))
def test_keeps_length_and_line_breaks_of_any_text(text: str, places: list[tuple[int, int]]) -> None:
    spans = [Span(start=min(s, len(text)), end=min(s + n, len(text))) for s, n in places]
    resume = ParsedResume(personal=[PersonalDetail(kind=PersonalKind.NAME, span=span) for span in spans])
    masked = mask(text, resume)
    assert len(masked) == len(text)
    assert [i for i, sign in enumerate(masked) if sign == "\n"] == [i for i, sign in enumerate(text) if sign == "\n"]
    assert all(set(span.of(masked)) <= {MASK, "\n"} for span in spans)


@given(st.emails())
def test_no_email_gets_through(address: str) -> None:
    assert not EMAIL.search(mask(f"Mail {address} please", EMPTY))
