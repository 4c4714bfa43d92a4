"""Resumes for the tests of matching, with what a parser would read of them."""

import re
from datetime import date

from talentflux.ai.matching.features import analyse
from talentflux.ai.matching.masking import mask
from talentflux.ai.taxonomy import SkillMatcher, load_lexicon
from talentflux.schemas.base import Found, Span
from talentflux.schemas.document import Document, DocumentKind, HiddenText
from talentflux.schemas.features import ResumeFeatures
from talentflux.schemas.resume import (
    Education,
    EducationLevel,
    LanguageLevel,
    ParsedResume,
    PersonalDetail,
    PersonalKind,
    Position,
    Section,
    SectionKind,
    SpokenLanguage,
)

AS_OF = date(2026, 1, 15)
RESUME = """{name}
{email} | {phone}
{address}

Summary
Backend engineer who likes data.

Experience
Senior Backend Engineer, Northwind (2019-03 - 2023-02)
- Built services in Python on PostgreSQL
- Led a team of four engineers
Backend Engineer, Contoso (2016-03 - 2019-02)
- Wrote Java services, no experience with Kubernetes

Education
Master of Science in Computer Science, {school}, {year}

Skills
Python, Docker, basic knowledge of Terraform

Languages
English (C1), German (B1)
"""
DEFAULTS = {
    "name": "Ada Miller",
    "email": "ada.miller@example.com",
    "phone": "+44 20 7946 0958",
    "address": "12 Long Lane, London",
    "school": "Springfield University",
    "year": "2015",
}


def matcher() -> SkillMatcher:
    """Return a matcher over the packaged lexicon."""
    return SkillMatcher(load_lexicon())


def find(text: str, words: str) -> Span:
    """Return where words stand in a text."""
    start = text.index(words)
    return Span(start=start, end=start + len(words))


def found(text: str, words: str) -> Found[str]:
    """Return words as a value read from a text."""
    return Found(value=words, span=find(text, words), confidence=0.9)


def position(text: str, line: str, start: str, end: str, until: str) -> Position:
    """Return a position whose line begins with `title, employer` and whose description runs to the words `until`."""
    begin = text.index(f"\n{line}") + 1
    title = line.split(",", maxsplit=1)[0]
    return Position(
        title=Found(value=title, span=Span(start=begin, end=begin + len(title)), confidence=0.9),
        start=Found(value=start, confidence=0.9),
        end=Found(value=end, confidence=0.9),
        span=Span(start=begin, end=text.index(f"\n{until}", begin)),
        confidence=0.9,
    )


def sections(text: str) -> list[Section]:
    """Return the sections of a resume by its headings."""
    kinds = {kind.value.title(): kind for kind in SectionKind}
    marks = [m for m in re.finditer(r"^(\w+)$", text, re.MULTILINE) if m[1] in kinds]
    ends = [*(m.start() for m in marks[1:]), len(text)][: len(marks)]
    return [
        Section(kind=kinds[m[1]], heading=Span(start=m.start(), end=m.end()), span=Span(start=m.start(), end=end))
        for m, end in zip(marks, ends, strict=True)
    ]


def parsed(text: str, values: dict[str, str]) -> ParsedResume:
    """Return what a parser reads of the resume above."""
    kinds = {
        "name": PersonalKind.NAME,
        "email": PersonalKind.EMAIL,
        "phone": PersonalKind.PHONE,
        "address": PersonalKind.ADDRESS,
        "school": PersonalKind.SCHOOL,
        "year": PersonalKind.GRADUATION_YEAR,
    }
    return ParsedResume(
        language="en",
        name=found(text, values["name"]),
        positions=[
            position(text, "Senior Backend Engineer, Northwind", "2019-03", "2023-02", "Backend Engineer, Contoso"),
            position(text, "Backend Engineer, Contoso", "2016-03", "2019-02", "Education"),
        ],
        education=[
            Education(
                degree=found(text, "Master of Science"),
                field=found(text, "Computer Science"),
                level=EducationLevel.MASTER,
                confidence=0.9,
            )
        ],
        languages=[
            SpokenLanguage(code="en", name=found(text, "English"), level=LanguageLevel.C1, confidence=0.9),
            SpokenLanguage(code="de", name=found(text, "German"), level=LanguageLevel.B1, confidence=0.9),
        ],
        sections=sections(text),
        personal=[PersonalDetail(kind=kind, span=find(text, values[name])) for name, kind in kinds.items()],
    )


def document(text: str, hidden: list[HiddenText] | None = None) -> Document:
    """Return a text as a document."""
    return Document(
        name="resume.txt", kind=DocumentKind.TEXT, sha256="0" * 64, size=len(text), text=text, hidden=hidden or []
    )


def features(extra: str = "", hidden: list[HiddenText] | None = None, **changes: str) -> ResumeFeatures:
    """Return the features of the resume above, with personal details changed and lines added to its skills."""
    values = DEFAULTS | changes
    text = RESUME.format(**values).replace("Terraform\n", f"Terraform\n{extra}")
    resume = parsed(text, values)
    return analyse(document(text, hidden), resume, mask(text, resume), matcher(), AS_OF)


def plain_features(text: str) -> ResumeFeatures:
    """Return the features of a text of which a parser read only the sections."""
    resume = ParsedResume(sections=sections(text))
    return analyse(document(text), resume, mask(text, resume), matcher(), AS_OF)
