"""The jobs that a resume lists."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from talentflux.ai.resume.classify import organization_score, title_score
from talentflux.ai.resume.dates import Period, Point
from talentflux.ai.resume.degrees import degree_at
from talentflux.ai.resume.header import MASK
from talentflux.ai.resume.heads import (
    Part,
    dated,
    field_of,
    head_like,
    parts_of,
    prose_parts,
    remainder,
    title_and_rest,
)
from talentflux.ai.resume.lines import Line
from talentflux.ai.resume.values import Date, Text
from talentflux.schemas.base import Span
from talentflux.schemas.resume import Position

_NO_PART = re.compile(
    r"(?:remote|full[ -]time|part[ -]time|contract|permanent|temporary|freelance|confidential|vollzeit|teilzeit|befristet|cdi|cdd|"
    r"(?:\d+\s)?(?:days?|months?|years?|yrs?|jahre?|monate?|ans|mois|años|meses|anni|mesi|jaar|maanden)\b.*|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|summer|winter|spring|fall|present))$",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(r"\s*\)?\s*[:–-]\s+(?=\S+(?:\s\S+){5})")
_REACH = 3  # lines that a head may have above or below its dates


@dataclass(slots=True)
class Entry:
    """A job in the making.

    Attributes:
        head: Numbers of the lines of its head.
        period: Its dates.
        title: The piece that names the job.
        employer: The piece that names who it was for.
        place: Where it was.
        inherited: Whether the employer was taken from the entry above.
    """

    head: list[int]
    period: Period | None = None
    title: Part | None = None
    employer: Part | None = None
    place: Part | None = None
    inherited: bool = False
    spare: list[Part] = field(default_factory=list)


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
    lines = _parted(lines, periods, text)
    entries = _dated_entries(lines, periods, text)
    taken = {number for entry in entries for number in entry.head}
    entries += _undated_entries(lines, periods, text, taken, strict=bool(entries))
    entries.sort(key=lambda entry: min(entry.head))
    _settle(entries)
    entries = [entry for entry in entries if entry.title is not None or entry.employer is not None]
    entries = _inherit(entries)
    return [
        _position(entry, lines, entries[place + 1] if place + 1 < len(entries) else None, source)
        for place, entry in enumerate(entries)
    ]


def _parted(lines: Sequence[Line], periods: Sequence[Period], text: str) -> list[Line]:
    """Part lines in which the description follows the dates: `Clerk, Acme (2015 – 2017): kept the books of …`."""
    found: list[Line] = []
    for line in lines:
        range_ends = [one.end for one in dated(line, periods) if one.is_range and one.end < line.end]
        match = _DESCRIPTION.match(text, range_ends[0], line.end) if range_ends else None
        if match is None:
            found.append(line)
            continue
        cut = match.end()
        found.append(
            Line(line.start, match.start(), text[line.start : match.start()], line.bullet, line.gap, line.left)
        )
        found.append(Line(cut, line.end, text[cut : line.end], bullet=True, gap=False, left=cut))
    return found


def _anchors(lines: Sequence[Line], periods: Sequence[Period]) -> list[tuple[int, int, Period]]:
    """Find the lines whose dates may belong to a head: first line, last line, dates."""
    found: list[tuple[int, int, Period]] = []
    for number, line in enumerate(lines):
        here = dated(line, periods)
        if not here or (found and found[-1][1] >= number and found[-1][2] is here[0]):
            continue
        period = next((one for one in here if one.is_range), here[0])
        rest = remainder(line, periods)
        alone = not any(map(str.isalpha, rest))
        if period.is_range and prose_parts(line, number):
            found.append((number, number, period))
            continue
        if line.bullet and not (period.is_range and len(rest) < 90 and title_score(rest) >= 2):
            continue
        headed = head_like(rest) or _titled(rest)
        if not (alone or headed) or (not period.is_range and not alone and not _titled(rest)):
            continue
        last = number
        while last + 1 < len(lines) and period.end > lines[last + 1].start:
            last += 1
        found.append((number, last, period))
    return found


def _titled(rest: str) -> bool:
    return title_score(rest) == 3 or organization_score(rest) >= 2


def _dated_entries(lines: Sequence[Line], periods: Sequence[Period], text: str) -> list[Entry]:
    found: list[Entry] = []
    consumed = -1
    anchors = _anchors(lines, periods)
    for place, (first, last, period) in enumerate(anchors):
        if first <= consumed and lines[first].text and not found:
            continue
        stop = anchors[place + 1][0] if place + 1 < len(anchors) else len(lines)
        entry = Entry(list(range(first, last + 1)), period)
        parts = [part for number in entry.head for part in _parts(lines, number, periods, text)]
        above = _above(lines, first, consumed, periods, text, parts)
        parts = [*above, *parts]
        below = _below(lines, last, stop, periods, text, parts)
        entry.head = sorted({*entry.head, *(part.line for part in above), *(part.line for part in below)})
        entry.spare = [*parts, *below]
        consumed = max(entry.head)
        found.append(entry)
    return found


def _parts(lines: Sequence[Line], number: int, periods: Sequence[Period], text: str) -> list[Part]:
    line = lines[number]
    found = prose_parts(line, number)
    if found:
        return found
    label = field_of(line.text)
    for part in parts_of(line, number, periods, text):
        if MASK in part.text or _NO_PART.match(part.text) or _is_degree(part, text):
            continue
        if label is not None and part.start >= line.start + label[1]:
            part.title = 3 if label[0] == "title" else 0
            part.organization = 3 if label[0] == "employer" else 0
            part.place = 2 if label[0] == "place" else 0
        elif label is not None:
            continue
        opened = title_and_rest(part)
        found.extend(opened or (part,))
    return found


def _is_degree(part: Part, text: str) -> bool:
    return part.title < 3 and part.organization < 3 and degree_at(text, part.start, part.end) is not None


def _complete(parts: Sequence[Part]) -> bool:
    """Whether the pieces already hold a title and something that may be an employer."""
    title = next((part for part in parts if part.title == 3), None)
    if title is None:
        return False
    return any(part is not title and not part.place and (part.organization or part.title < 3) for part in parts)


def _above(
    lines: Sequence[Line], first: int, consumed: int, periods: Sequence[Period], text: str, parts: Sequence[Part]
) -> list[Part]:
    """Take the lines above the dates that belong to the same head."""
    found: list[Part] = []
    number = first - 1
    while number > consumed and first - number <= _REACH and not _complete([*found, *parts]):
        line = lines[number]
        rest = remainder(line, periods)
        if line.bullet or not head_like(rest) or dated(line, periods):
            break
        if number > consumed + 1 and lines[number + 1].gap and not line.gap and found == []:
            break  # the last line of the paragraph before
        here = _parts(lines, number, periods, text)
        telling = any(part.title >= 2 or part.organization >= 2 for part in here)
        opening = line.gap or number == consumed + 1
        if not telling and not opening and not (found and len(rest.split()) <= 5):
            if not (number == first - 1 and _fresh(lines, number)):
                break
        if found and any(part.title == 3 for part in found) and any(part.title == 3 for part in here):
            break
        found = [*here, *found]
        number -= 1
    return found


def _fresh(lines: Sequence[Line], number: int) -> bool:
    """Whether a line begins anew and does not go on with the sentence of the line before it."""
    if number == 0:
        return True
    before = lines[number - 1].text.rstrip()
    return before.endswith((".", ";", "!", ":")) or len(before) < 60


def _below(
    lines: Sequence[Line], last: int, stop: int, periods: Sequence[Period], text: str, parts: Sequence[Part]
) -> list[Part]:
    """Take the lines below the dates that belong to the same head."""
    found: list[Part] = []
    for number in range(last + 1, min(stop, last + 1 + _REACH)):
        line = lines[number]
        if _complete([*parts, *found]):
            found.extend(_after_department(lines, number, periods, text, [*parts, *found]))
            break
        if line.bullet or not head_like(line.text) or dated(line, periods) or len(line.text) > 90:
            break
        here = _parts(lines, number, periods, text)
        known = [*parts, *found]
        if any(part.title == 3 for part in known) and any(part.title == 3 for part in here):
            break
        telling = any(part.title >= 2 or part.organization >= 2 or part.place for part in here)
        if not telling and (len(line.text.split()) > 6 or any(not part.place for part in known[1:])):
            break
        found.extend(here)
    return found


def _after_department(
    lines: Sequence[Line], number: int, periods: Sequence[Period], text: str, parts: Sequence[Part]
) -> list[Part]:
    """Take the employer from the next line where what follows the title is a department: `Nurse, Intensive Care`."""
    line = lines[number]
    department = _department(parts)
    if department is None or line.bullet or not head_like(line.text) or dated(line, periods):
        return []
    here = _parts(lines, number, periods, text)
    telling = any(part.organization >= 2 or part.place for part in here) and all(part.title < 3 for part in here)
    return here if telling else []


def _department(parts: Sequence[Part]) -> Part | None:
    """The only piece beside the title, when a comma divides both and it is no company."""
    rest = [part for part in parts if part.title < 3 and not part.place]
    title = next((part for part in parts if part.title == 3), None)
    if title is None or len(rest) != 1 or rest[0].organization == 3:
        return None
    return (
        rest[0] if rest[0].line == title.line and rest[0].after.strip() == "," and rest[0].start > title.end else None
    )


def _undated_entries(
    lines: Sequence[Line], periods: Sequence[Period], text: str, taken: set[int], *, strict: bool
) -> list[Entry]:
    """Find heads without dates: a line with a title beside or next to one with an employer."""
    found: list[Entry] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if number in taken or line.bullet or not head_like(line.text) or dated(line, periods) or len(line.text) > 100:
            number += 1
            continue
        run = [number]
        while (
            len(run) < 3 and run[-1] + 1 < len(lines) and run[-1] + 1 not in taken and not lines[run[-1] + 1].bullet
            and head_like(lines[run[-1] + 1].text) and not dated(lines[run[-1] + 1], periods)
        ):  # fmt: skip
            run.append(run[-1] + 1)
        parts = [part for one in run[:2] for part in _parts(lines, one, periods, text)]
        titles = [part for part in parts if part.title == 3]
        organizations = [part for part in parts if part.organization >= 2 and part.title < 3]
        if len(titles) == 1 and (organizations or not strict) and min(part.line for part in titles) <= run[0] + 1:
            used = sorted({titles[0].line, *(part.line for part in organizations[:1])})
            found.append(Entry(used, None, spare=[part for part in parts if part.line in used]))
            number = used[-1] + 1
        else:
            number = run[0] + 1
    return found


def _settle(entries: list[Entry]) -> None:
    """Decide for each entry which piece is the title and which the employer."""
    for entry in entries:
        places = [part for part in entry.spare if part.place == 2 or (part.place == 1 and len(entry.spare) > 1)]
        entry.place = places[0] if places else None
        rest = [part for part in entry.spare if part not in places and part.text[:1].isalnum()]
        titles = sorted(
            (part for part in rest if part.title >= 2), key=lambda part: (-part.title, part.organization == 3)
        )
        if not titles:
            titles = [part for part in rest if part.title == 1 and part.organization < 2]
        entry.title = titles[0] if titles else None
        rest = [part for part in rest if part is not entry.title]
        entry.employer = _employer(entry, rest)
        entry.spare = [part for part in rest if part is not entry.employer]
    _by_habit(entries)


def _employer(entry: Entry, rest: list[Part]) -> Part | None:
    ranked = [part for part in rest if part.title < 3 or part.organization == 3]
    title = entry.title
    other = [part for part in ranked if title is not None and part.line != title.line and not part.place]
    if title is not None and other and ranked and ranked[0].after.strip() == "," and ranked[0].organization < 3:
        ranked = other + [part for part in ranked if part not in other]  # what follows the title is a department
    strong = [part for part in ranked if part.organization >= 2]
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


def _by_habit(entries: list[Entry]) -> None:
    """Settle entries without a known title by the order that the others of the resume keep."""
    order = [entry.title.start < entry.employer.start for entry in entries if entry.title and entry.employer]
    title_first = sum(order) * 2 > len(order)
    for entry in entries:
        if entry.title is not None or not order:
            continue
        if entry.employer is not None and entry.spare:
            candidates = [
                part for part in entry.spare
                if (part.start < entry.employer.start) == title_first and part.organization == 0
            ]  # fmt: skip
            entry.title = candidates[0] if candidates and len(candidates[0].text.split()) <= 6 else None
        elif entry.employer is None and len(entry.spare) >= 2:
            first, second = entry.spare[:2]
            entry.title, entry.employer = (first, second) if title_first else (second, first)


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
