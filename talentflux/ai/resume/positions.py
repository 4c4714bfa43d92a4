"""The jobs that a resume lists."""

import re
from collections.abc import Sequence
from itertools import pairwise

from talentflux.ai.resume.classify import organization_score
from talentflux.ai.resume.dates import Period, Point
from talentflux.ai.resume.entries import DEPARTS, Entry, Scene, dated_entries, parted, undated_entries
from talentflux.ai.resume.heads import (
    Part,
)
from talentflux.ai.resume.lines import Line
from talentflux.ai.resume.values import Date, Text
from talentflux.schemas.base import Span
from talentflux.schemas.resume import Position

_COMMITTEE = re.compile(
    r"\b(?:(?:sub)?committees?|task ?force|advisory (?:board|council)|working group|ausschuss|comité|comisión|"
    r"commissie|comissão|comitato)\b",
    re.IGNORECASE,
)
_MEMBER = re.compile(
    r"(?:(?:active|alternate|student|board|founding) )?(?:member|mitglied|membre|miembro|lid|membro)", re.IGNORECASE
)


def read_positions(lines: Sequence[Line], periods: Sequence[Period], text: str, source: str) -> list[Position]:
    """Read the jobs of a section.

    Args:
        lines: Lines of the section, heading left out.
        periods: Dates of the whole text.
        text: The working text, name and contacts masked.
        source: The text of the document, which is quoted.

    Returns:
        The jobs in the order of the text.
    """
    lines = parted(lines, periods, text)
    scene = Scene(lines, periods, text)
    entries = dated_entries(scene)
    taken = {number for entry in entries for number in entry.head}
    entries += undated_entries(scene, taken, strict=bool(entries))
    entries.sort(key=lambda entry: min(entry.head))
    _settle(entries)
    entries = _inherit([entry for entry in entries if _is_job(entry)])
    return [
        _position(entry, lines, entries[place + 1] if place + 1 < len(entries) else None, source)
        for place, entry in enumerate(entries)
    ]


def _settle(entries: list[Entry]) -> None:
    """Decide for each entry which piece is the title and which the employer."""
    for entry in entries:
        places = [part for part in entry.spare if part.place == 2 or (part.place == 1 and len(entry.spare) > 1)]
        entry.place = places[0] if places else None
        entry.placed = [
            one
            for one, other in pairwise(entry.spare)
            if other in places and one.line == other.line and one not in places
        ]
        rest = [part for part in entry.spare if part not in places and part.text[:1].isalnum()]
        titles = sorted(
            (part for part in rest if part.title >= 2), key=lambda part: (-part.title, part.organization == 3)
        )
        if not titles:
            titles = [part for part in rest if part.title == 1 and part.organization < 2]
        entry.title = titles[0] if titles else None
        rest = [part for part in rest if part is not entry.title]
        entry.employer = _employer(entry, rest)
        if entry.title is None:
            entry.title = _unknown_title(entry, rest)
        entry.spare = [part for part in rest if part is not entry.employer]


def _is_job(entry: Entry) -> bool:
    """Whether an entry has a title, or an employer with a stretch of time or a legal form.

    An organization with a single date and no title is mostly a talk, a course or an award; a seat is no job.
    """
    if entry.employer is not None and (
        _COMMITTEE.search(entry.employer.text) or (entry.title is not None and _MEMBER.fullmatch(entry.title.text))
    ):
        return False
    if entry.title is not None or entry.employer is None:
        return entry.title is not None
    return entry.period is None or entry.period.is_range or entry.employer.organization == 3


def _employer(entry: Entry, rest: list[Part]) -> Part | None:
    ranked = [part for part in rest if (part.title < 3 or part.organization == 3) and not _mid_sentence(part.text)]
    title = entry.title
    other = [part for part in ranked if title is not None and part.line != title.line and not part.place]
    if title is not None and other and ranked and ranked[0].after.strip() in DEPARTS and ranked[0].organization < 3:
        ranked = other + [part for part in ranked if part not in other]  # what follows the title is a department
    strong = [part for part in ranked if part.organization >= 2]
    placed = [part for part in ranked if part in entry.placed and part.title == 0]
    if placed and all(part.organization < 3 for part in strong):
        return placed[0]
    if strong:
        return strong[0]
    plain = [
        part for part in ranked
        if (part.text[0].isupper() or part.text[0].isdigit()) and len(part.text) > 1 and len(part.text.split()) <= 8
    ]  # fmt: skip
    if title is None:
        return plain[0] if plain and (len(plain) == 1 or entry.place) else None
    line, start = title.line, title.start
    near = sorted(plain, key=lambda part: (-part.organization, abs(part.line - line), part.start < start))
    return near[0] if near else None


def _unknown_title(entry: Entry, rest: list[Part]) -> Part | None:
    """Take the only piece before an employer with dates, on the same line, for a title that no list has."""
    employer = entry.employer
    if employer is None or employer.organization < 2 or entry.period is None or not entry.period.is_range:
        return None
    before = [part for part in rest if part.line == employer.line and part.start < employer.start and not part.place]
    if len(before) != 1 or before[0].organization or before[0].text.isupper() or len(before[0].text) > 50:
        return None
    return before[0] if before[0].text[0].isupper() else None


def _mid_sentence(text: str) -> bool:
    """Whether a piece goes on with a sentence: it begins small, unlike `eBay` and other names of one word."""
    tokens = text.split()
    return tokens[0].islower() and len(tokens) > 1 and not (len(tokens) <= 6 and organization_score(text) == 3)


def _inherit(entries: list[Entry]) -> list[Entry]:
    """Give several jobs under one employer that employer, and drop the line that only announced them."""
    found: list[Entry] = []
    umbrella: Entry | None = None
    for entry in entries:
        if entry.title is None and entry.employer is not None:
            umbrella = entry
        elif entry.title is not None and entry.employer is None:
            before = umbrella or (found[-1] if found else None)
            if before is not None and before.employer is not None:
                entry.employer, entry.inherited = before.employer, True
                entry.place = entry.place or before.place
                if before is umbrella and umbrella in found and _within(entry.period, umbrella.period):
                    found.remove(umbrella)
        elif entry.employer is not None:
            umbrella = None
        found.append(entry)
    return found


def _within(inner: Period | None, outer: Period | None) -> bool:
    if outer is None or inner is None or inner.first.year is None or outer.first.year is None:
        return outer is None
    return inner.first.year >= outer.first.year


def quoted(part: Part | None, source: str, confidence: float) -> Text | None:
    """Return a piece as a found value, blanks in a row made one."""
    if part is None:
        return None
    span = Span(start=part.start, end=part.end)
    value = re.sub(r"\s+", " ", source[part.start : part.end]).strip()
    return Text(value=value, span=span, confidence=confidence) if value else None


def found_date(point: Point | None) -> Date | None:
    """Return a date as a found value."""
    if point is None or point.value is None:
        return None
    return Date(value=point.value, span=Span(start=point.start, end=point.end), confidence=0.9)


def _position(entry: Entry, lines: Sequence[Line], following: Entry | None, source: str) -> Position:
    end_line = min(following.head) if following is not None else len(lines)
    first, last = min(entry.head), max(entry.head)
    body = list(lines[last + 1 : max(end_line, last + 1)])
    description = None
    if body:
        span = Span(start=body[0].left, end=body[-1].end)
        text = source[span.start : span.end].strip()
        description = Text(value=text, span=span, confidence=0.8) if text else None
    period = entry.period
    title, employer = entry.title, entry.employer
    score = 0.3 + 0.1 * (title.title if title else 0) + (0.15 if employer else 0) + (0.2 if period else 0)
    return Position.model_construct(
        title=quoted(title, source, 0.5 + 0.13 * (title.title if title else 0)),
        employer=quoted(
            employer, source, (0.5 if entry.inherited else 0.6) + 0.1 * (employer.organization if employer else 0)
        ),
        location=quoted(entry.place, source, 0.8),
        start=found_date(period.first) if period is not None and (period.is_range) else None,
        end=found_date(_end_of(period)),
        current=period.current if period is not None else False,
        description=description,
        span=Span(start=lines[first].left, end=body[-1].end if body else lines[last].end),
        confidence=round(min(score, 0.95), 2),
    )


def _end_of(period: Period | None) -> Point | None:
    """The end of a stretch of time; a date alone is when the job ended."""
    if period is None or period.current:
        return None
    return period.last if period.last is not None else period.first
