"""The courses of study that a resume lists."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from talentflux.ai.resume.classify import school_score
from talentflux.ai.resume.dates import Period
from talentflux.ai.resume.degrees import begins_with_degree, degree_at
from talentflux.ai.resume.heads import Part, dated, parts_of
from talentflux.ai.resume.lines import Line
from talentflux.ai.resume.positions import found_date, quoted
from talentflux.ai.resume.values import Text
from talentflux.schemas.base import Span
from talentflux.schemas.resume import Education, EducationLevel

_LONGEST_DEGREE = 140  # characters of a line with a degree outside of a section of education


@dataclass(slots=True)
class Course:
    """A course of study in the making."""

    lines: list[int] = field(default_factory=list)
    degree: tuple[int, int] | None = None
    level: EducationLevel | None = None
    field: tuple[int, int] | None = None
    school: Part | None = None
    period: Period | None = None


def read_education(lines: Sequence[Line], periods: Sequence[Period], text: str, source: str) -> list[Education]:
    """Read the courses of study of a section.

    Args:
        lines: Lines of the section, heading left out.
        periods: Dates of the whole text.
        text: The working text, name and contacts masked.
        source: The text of the document, which is quoted.

    Returns:
        The courses in the order of the text.
    """
    courses: list[Course] = []
    current = Course()
    plain = any(
        not line.bullet and (school_score(line.text) or degree_at(text, line.start, line.end)) for line in lines
    )
    for number, line in enumerate(lines):
        if len(line.text) > 260 or (plain and line.bullet):
            continue
        for kind, value in _facts(line, number, periods, text):
            if _taken(current, kind, value) or (current.lines and line.gap and number - current.lines[-1] > 4):
                courses.append(current)
                current = Course()
            _put(current, kind, value)
            current.lines.append(number)
    courses.append(current)
    kept = [course for course in courses if course.degree is not None or course.school is not None]
    return [_education(course, lines, source) for course in kept]


def degree_lines(lines: Sequence[Line]) -> list[Line]:
    """Pick the lines that begin with a degree, each with the next one where it names a school.

    Args:
        lines: Lines of a section that is not about education.

    Returns:
        They, in order.
    """
    found: list[Line] = []
    for number, line in enumerate(lines):
        begins = len(line.text) < _LONGEST_DEGREE and begins_with_degree(line.text)
        if not begins:
            continue
        found.append(line)
        following = lines[number + 1 : number + 2]
        if following and school_score(following[0].text) and len(following[0].text) < _LONGEST_DEGREE:
            found.append(following[0])
    return found


def _facts(line: Line, number: int, periods: Sequence[Period], text: str) -> list[tuple[str, object]]:
    """List what a line says about a course, in the order in which it stands."""
    found: list[tuple[int, str, object]] = []
    degree = degree_at(text, line.start, line.end)
    if degree is not None:
        found.append((degree[0], "degree", degree))
    found += [(period.start, "period", period) for period in dated(line, periods) if period.start >= line.start]
    for part in parts_of(line, number, periods, text):
        inside = degree is not None and part.start < degree[1] and degree[0] < part.end
        if school_score(part.text) and not inside and len(part.text.split()) <= 12 and part.text[0].isupper():
            found.append((part.start, "school", part))
        elif inside and degree is not None and school_score(part.text):
            found.extend(_school_beside(part, degree))
    found.sort(key=lambda fact: fact[0])
    return [(kind, value) for _, kind, value in found]


def _school_beside(
    part: Part, degree: tuple[int, int, EducationLevel, tuple[int, int] | None]
) -> list[tuple[int, str, object]]:
    """Find a school that shares a piece with a degree: `B.Sc. from Acme University`, `PhD Acme University`."""
    last = degree[3][1] if degree[3] else degree[1]
    between = (degree[1], degree[3][0] if degree[3] else degree[1])
    for begin, end in ((last, part.end), (part.start, degree[0]), between):
        if end - begin < 4:
            continue
        raw = part.text[begin - part.start : end - part.start]
        body = re.sub(r"^\W*(?:(?:from|at|of|in|de|an der|à|en|bei|von|der|the)\s+)*", "", raw)
        body_start = begin + len(raw) - len(body)
        body = body.split(",")[0].rstrip(" ,.–-(")
        if school_score(body) and len(body.split()) <= 10:
            return [(body_start, "school", Part(body_start, body_start + len(body), body, part.line))]
    return []


def _taken(course: Course, kind: str, value: object) -> bool:
    if kind == "degree":
        return course.degree is not None
    if kind == "school":
        return course.school is not None
    return course.period is not None and isinstance(value, Period)


def _put(course: Course, kind: str, value: object) -> None:
    if kind == "degree" and isinstance(value, tuple):
        course.degree, course.level, course.field = (value[0], value[1]), value[2], value[3]
    elif kind == "school" and isinstance(value, Part):
        course.school = value
    elif isinstance(value, Period):
        course.period = value


def _education(course: Course, lines: Sequence[Line], source: str) -> Education:
    period = course.period
    first, last = lines[min(course.lines)], lines[max(course.lines)]
    single = period is not None and not period.is_range
    return Education.model_construct(
        institution=quoted(course.school, source, 0.8),
        degree=_stretch(course.degree, source),
        field=_stretch(course.field, source),
        level=course.level,
        start=found_date(period.first) if period is not None and not single else None,
        end=found_date(period.first if single else period.last) if period is not None else None,
        span=Span(start=first.left, end=last.end),
        confidence=round(
            0.4 + 0.2 * (course.degree is not None) + 0.2 * (course.school is not None) + 0.1 * (period is not None), 2
        ),
    )


def _stretch(place: tuple[int, int] | None, source: str) -> Text | None:
    if place is None:
        return None
    start, end = place
    value = re.sub(r"\s+", " ", source[start:end]).strip()
    if not value:
        return None
    return Text(value=value, span=Span(start=start, end=end), confidence=0.85)
