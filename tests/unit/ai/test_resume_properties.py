"""Whatever the text, the result is valid, quotes the text and invents nothing."""

import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from talentflux.ai.resume import parse_resume
from talentflux.ai.resume.dates import merged_months
from talentflux.ai.resume.lines import lowered, split_lines, working_text
from talentflux.ai.resume.parser import intervals_of
from talentflux.schemas.base import Found, Span
from talentflux.schemas.resume import ParsedResume
from tests.factories import resume_texts as texts
from tests.factories.resume_texts import TODAY, text_document

WORDS = [
    *(
        "Experience",
        "Education",
        "Skills",
        "Berufserfahrung",
        "Formation",
        "Nurse",
        "Engineer",
        "GmbH",
        "Inc",
        "University",
    ),
    *(
        "Bachelor",
        "of",
        "Science",
        "in",
        "2019",
        "2021",
        "–",
        "-",
        "to",
        "Present",
        "since",
        "Jan 2018",
        "03/2019",
        "05/13-08/14",
    ),
    *(",", "|", "•", ":", "(", ")", "\n", "\n\n", "\t", "     ", "1.", "20XX", "20132015", "12.03.1985"),
    *(
        "Jane Roe",
        "jane@example.org",
        "+1 415 555 0142",
        "https://github.com/jane",
        "Mr.",
        "Austin, TX",
        "English",
        "native",
    ),
    *("C1", "\\xe2\\x80\\xa2", "İ", "ß", "ﬁ", "Name:", "he/him", "née", "\ue000"),
]
PIECES = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
SLICES = st.builds(
    lambda text, cuts: "\n".join(text[min(pair) : max(pair)] for pair in cuts),
    st.sampled_from([texts.ENGLISH, texts.GERMAN, texts.FRENCH, texts.FLAT, texts.ITALIAN]),
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 700)), max_size=5),
)


def spans_in(value: object) -> Iterator[Span]:
    """Yield every span of a model."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from spans_in(getattr(value, name))
    elif isinstance(value, list):
        for one in value:
            yield from spans_in(one)


def found_texts(resume: ParsedResume) -> Iterator[Found[str]]:
    """Yield the values that quote the text as it stands."""
    singles = [resume.name, resume.headline, resume.location]
    for job in resume.positions:
        singles += [job.title, job.employer, job.location, job.description]
    for course in resume.education:
        singles += [course.institution, course.degree, course.field]
    yield from (one for one in singles if one is not None)
    yield from resume.emails


def check(text: str) -> None:
    resume = parse_resume(text_document(text), today=TODAY)
    assert ParsedResume.model_validate(resume.model_dump()) == resume
    assert all(span.end <= len(text) for span in spans_in(resume))
    for found in found_texts(resume):
        assert found.span is not None
        assert found.value.split() == found.span.of(text).split()
        assert found.value.strip()
    assert all(0.0 <= job.confidence <= 1.0 for job in resume.positions)
    years = resume.total_years or 0.0
    assert round(years * 12) <= merged_months(intervals_of(resume.positions, TODAY)) + 1


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
@example("İstanbul\nİ İ İ\n2019 – İ")
@example("\ud7ff\ue000\uf0b7 • \x00\x0b\x1c\u2028Name: \ue000")
def test_any_text_gives_a_valid_resume(text: str) -> None:
    check(text)


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_any_order_of_telling_words_gives_a_valid_resume(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(SLICES)
def test_any_cut_of_a_resume_gives_a_valid_resume(text: str) -> None:
    check(text)


@given(st.text(max_size=200))
def test_working_texts_keep_every_position(text: str) -> None:
    assert len(working_text(text)) == len(text) == len(lowered(text))
    lines = split_lines(working_text(text))
    assert all(line.start < line.end <= len(text) for line in lines)
    assert all(one.end <= other.left for one, other in pairwise(lines))


def test_reads_the_same_every_time() -> None:
    one = parse_resume(text_document(texts.GERMAN), today=TODAY)
    assert one == parse_resume(text_document(texts.GERMAN), today=TODAY)


@pytest.mark.parametrize(
    "pattern",
    [
        "2019 ",
        "2019 – 2020\n",
        "a@a.",
        "(",
        "A B ",
        "BSc in Physics, University\n",
        "Nurse, Acme Inc 2010 - 2012\n",
        " ",
    ],
)
def test_time_grows_in_step_with_the_length(pattern: str) -> None:
    short, long = (_seconds(f"Experience\n{pattern * (length // len(pattern))}") for length in (15_000, 60_000))
    assert long < max(10 * short, 0.5)  # four times the length; quadratic time would be sixteen times as long


def _seconds(text: str) -> float:
    """Return the processor seconds of reading a text, the best of three: another process may be in the way."""
    took = []
    for _ in range(3):
        started = time.process_time()
        parse_resume(text_document(text), today=TODAY)
        took.append(time.process_time() - started)
    return min(took)
