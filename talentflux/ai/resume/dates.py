"""Dates and stretches of time as resumes write them, in seven languages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from talentflux.ai.resume.lexicon import fold, groups, one_of

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # first month of each
_OLDEST = 1940
_AHEAD = 8  # years: an expected graduation may lie in the future
_BEFORE, _AFTER = 30, 44  # characters around a year in which the rest of its stretch of time is sought


@dataclass(frozen=True, slots=True)
class Point:
    """A date as far as it is known.

    Attributes:
        year: Year; None where a template holds its place (20XX).
        month: 1 to 12, or None.
        day: 1 to 31, or None.
        start: Where it stands.
        end: One past its last character.
    """

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int

    @property
    def value(self) -> str | None:
        """The date as `2019`, `2019-03` or `2019-03-14`."""
        if self.year is None:
            return None
        if self.month is None:
            return f"{self.year:04d}"
        if self.day is None:
            return f"{self.year:04d}-{self.month:02d}"
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, or a single date (then `last` is None and `current` false).

    Attributes:
        first: Its beginning, or the single date.
        last: Its end where one is given.
        current: Whether it goes on today.
        open_start: Whether only an end is given ("until 2015").
        start: Where it stands, words such as "since" included.
        end: One past its last character.
    """

    first: Point
    last: Point | None
    current: bool
    start: int
    end: int

    @property
    def is_range(self) -> bool:
        """Whether a beginning and an end (or that it goes on) are given."""
        return self.last is not None or self.current


_MONTHS: dict[str, int] = {}
for _key, _names in groups("months").items():
    for _name in _names:
        _MONTHS.setdefault(fold(_name), _SEASONS.get(_key) or int(_key))
_MONTH = one_of({name.lower() for names in groups("months").values() for name in names} | set(_MONTHS))
_PRESENT = (
    "present day|present|current(?:ly)?|now|today|till (?:date|now)|to date|until now|ongoing|date|"
    "heute|jetzt|aktuell|laufend|dato|présent|aujourd'hui|actuel(?:lement)?|maintenant|ce jour|en cours|"
    "(?:la )?actualidad|presente|actual(?:mente|idade)?|hoy|(?:la )?fecha|heden|nu|vandaag|atual(?:mente)?|o momento|"
    "momento|hoje|oggi|in corso|attual(?:e|mente)|ad oggi|presente"
)
_YEAR = r"(?:19[4-9]\d|20[0-4]\d|20[xX]{2})"


def _point_pattern(prefix: str) -> str:
    """Return the pattern of one date whose groups begin with `prefix`."""
    return (
        rf"(?:(?:(?P<{prefix}day>\d{{1,2}})(?:st|nd|rd|th|er|\.)? {{1,2}}(?:de |of )?)?"
        rf"(?P<{prefix}month>(?:{_MONTH}))\b\.?(?:\s\d{{1,2}}(?:st|nd|rd|th)?,\s)?\s{{0,2}}[,/'–-]?\s?"
        rf"(?:de\s|del\s|of\s)?(?P<{prefix}year>{_YEAR}|'?\d\d(?!\d|[./-]\d))"
        rf"|[QqTt](?P<{prefix}quarter>[1-4])[\s/-]{{0,2}}(?P<{prefix}qyear>20\d\d|19\d\d)"
        rf"|(?P<{prefix}dday>\d{{1,2}})[./–-](?P<{prefix}dmonth>\d{{1,2}})[./–-](?P<{prefix}dyear>(?:19|20)\d\d)"
        rf"|(?P<{prefix}imonth>0?[1-9]|1[0-2])\s?[./–-]\s?(?P<{prefix}iyear>(?:19|20)\d\d)"
        rf"|(?P<{prefix}syear>(?:19|20)\d\d)[./-](?P<{prefix}smonth>0[1-9]|1[0-2])"
        rf"(?:[./-](?P<{prefix}sday>[0-3]\d))?(?![\d/.-]\d|\d)"
        rf"|(?P<{prefix}only>{_YEAR}))(?!\d|%|[,.]\d)"
    )


_SINCE = (
    r"(?:(?P<since>since|from|seit(?:\sdem)?|ab|depuis|à partir de|desde|sinds|vanaf|dal(?:l')?|a partir de|dès)"
    r"|von|vom|de|du|del|van|da|entre|between|dal)"
)
_TO = (
    r"(?:\s{0,3}(?:[–-]{1,3}|\bto\b|\btill\b|\buntil\b|\bthrough\b|\bthru\b|\bbis(?:\szum)?\b|\bà\b|\bau\b|"
    r"\bjusqu'(?:à|en|au)|"
    r"\bal?\b|\bhasta(?:\sla)?\b|\baté\b|\btot(?:\sen\smet)?\b|\bt/m\b|\bfino\sa\b|/|\bupto\b|\bup\sto\b|"
    r"\band\b)\s{0,3}(?:the\s|zum\s|le\s|la\s|al\s|o\s|ao\s)?|\s{1,3})"
)
_RANGE = re.compile(
    rf"(?<![\w$€£#])(?=[^\W_])(?:{_SINCE}\s{{1,2}})?(?:(?P<lone>{_MONTH})\b\.?\s?(?:[–-]|to|bis|à|a|/|\s)\s?(?=[a-z]))?"
    rf"(?:{_point_pattern('a_')})"
    rf"(?:(?P<to>{_TO})(?:(?P<present>\b(?:{_PRESENT}))\b|{_point_pattern('b_')}|(?P<short>\d\d)(?![\d./:%,-]|\s?[%°]))"
    rf"|(?P<onwards>\s{{1,2}}(?:onwards?|on|till date|to date)\b))?",
    re.IGNORECASE,
)
_GLUED = re.compile(
    r"(?P<first>[12](?<![\w.,$€£-].)(?:9[5-9]|0[0-4])\d)(?:(?P<last>(?:19[5-9]|20[0-4])\d)|"
    r"(?P<present>present|current|heute))(?!\w)",
    re.IGNORECASE,
)
_SHORT = re.compile(
    rf"(?P<m1>\d(?<![\w/.,$€£-].)\d?)/(?P<y1>'?\d\d)\s?(?:[–-]|\bto\b|\buntil\b|\bbis\b|\s)\s?"
    rf"(?:(?P<m2>0?[1-9]|1[0-2])/(?P<y2>'?\d\d)(?![\d/])|(?P<present>{_PRESENT})\b)",
    re.IGNORECASE,
)
_HINT = re.compile(r"\d\d(?:\d\d|[xX]{2})?(?!\d)")


def _year(text: str) -> int | None:
    digits = text.strip("'")
    if len(digits) == 2 and digits.isdigit():
        number = int(digits)
        return 1900 + number if number > 49 else 2000 + number
    return int(digits) if digits.isdigit() else None


def _point(match: re.Match[str], given: dict[str, str | None], prefix: str) -> Point | None:
    """Read the parts of one date of a match; None where the stretch has no such date."""
    get = {key[2:]: value for key, value in given.items() if value and key.startswith(prefix)}
    if not get:
        return None
    year, month, day = None, None, None
    if "month" in get:
        year, month = _year(get["year"]), _MONTHS.get(fold(get["month"]))
        day = int(get["day"]) if "day" in get and 1 <= int(get["day"]) <= 31 else None
    elif "quarter" in get:
        year, month = int(get["qyear"]), 3 * int(get["quarter"]) - 2
    elif "dmonth" in get:
        year, month, day = _numeric(int(get["dday"]), int(get["dmonth"]), int(get["dyear"]))
    elif "imonth" in get:
        year, month = int(get["iyear"]), int(get["imonth"])
    elif "smonth" in get:
        year, month = int(get["syear"]), int(get["smonth"])
        day = int(get["sday"]) if "sday" in get and 1 <= int(get["sday"]) <= 31 else None
    else:
        year = _year(get["only"])
    places = [match.span(prefix + name) for name in get]
    return Point(year, month, day, min(place[0] for place in places), max(place[1] for place in places))


def _numeric(first: int, second: int, year: int) -> tuple[int, int | None, int | None]:
    """Tell day and month of a date in numbers: the day comes first unless that cannot be."""
    if 1 <= second <= 12 and 1 <= first <= 31:
        return year, second, first
    if 1 <= first <= 12 and 1 <= second <= 31:
        return year, first, second
    return year, None, None


def _period(match: re.Match[str], newest: int) -> Period | None:
    given = match.groupdict()
    first = _point(match, given, "a_")
    if first is None:
        return None
    current = match["present"] is not None or match["onwards"] is not None
    last = _point(match, given, "b_")
    if match["short"] and first.year is not None:
        year = first.year // 100 * 100 + int(match["short"])
        year += 100 if year < first.year and first.year >= 1990 else 0
        if not first.year <= year <= first.year + 30 or (match["to"] or "").isspace():
            last = None
        else:
            last = Point(year, None, None, *match.span("short"))
    if match["lone"] and last is None:
        month = _MONTHS.get(fold(match["lone"]))
        last, first = first, Point(first.year, month, None, *match.span("lone"))
    return _checked(match, first, last, current=current, newest=newest)


def _checked(match: re.Match[str], first: Point, last: Point | None, *, current: bool, newest: int) -> Period | None:
    """Drop what cannot be meant: years out of range, an end before the beginning."""
    for point in (first, last):
        if point is not None and point.year is not None and not _OLDEST <= point.year <= newest:
            return None
    end = match.end()
    if last is not None and last.year is not None and first.year is not None:
        same_year_back = last.year == first.year and (last.month or 12) < (first.month or 1)
        if last.year < first.year or same_year_back:
            last, end = None, first.end
    if match["since"] and last is None and fold(match["since"]) not in ("from", "ab", "desde", "vanaf", "dal"):
        current = True
    if last is None and not current:
        end = first.end
    return Period(first, last, current, match.start(), end)


def _is_year(match: re.Match[str], text: str) -> bool:
    """Whether digits may be a year: four of them in range, or two after an apostrophe or a word."""
    start = match.start()
    before = text[start - 1] if start else " "
    if match.end() - start == 4:
        return match.group()[:2] in ("19", "20") and not before.isdigit() and before not in "$€£#"
    return before == "'" or (before in " –-" and text[max(0, start - 2) : start - 1].isalpha())


def find_periods(text: str, today: date) -> list[Period]:
    """Find the dates and stretches of time of a text.

    Args:
        text: A working text.
        today: The day that "present" means; years far after it are no dates.

    Returns:
        They, in order, not overlapping.
    """
    found: list[Period] = []
    newest = today.year + _AHEAD
    done = 0
    hints = [(match.start(), match.end()) for match in _HINT.finditer(text) if _is_year(match, text)]
    place = 0
    while place < len(hints):
        begin = max(done, hints[place][0] - _BEFORE)
        finish = hints[place][1] + _AFTER
        while place + 1 < len(hints) and hints[place + 1][0] - _BEFORE < finish:
            place += 1
            finish = hints[place][1] + _AFTER
        for match in _RANGE.finditer(text, begin, min(len(text), finish)):
            if match.end() > match.start():
                period = _period(match, newest)
                if period is not None:
                    found.append(period)
        done = finish
        place += 1
    return _with_glued(found, text, newest)


def _with_glued(found: list[Period], text: str, newest: int) -> list[Period]:
    """Add what the general pattern leaves out: `20132015` and `2016present`, whose dash is lost, and `05/13-08/14`."""
    extra = []
    for match in _GLUED.finditer(text):
        first = Point(int(match["first"]), None, None, *match.span("first"))
        last = Point(int(match["last"]), None, None, *match.span("last")) if match["last"] else None
        extra.append(Period(first, last, last is None, match.start(), match.end()))
    for match in _SHORT.finditer(text):
        if not 1 <= int(match["m1"]) <= 12:
            continue
        first = Point(_year(match["y1"]), int(match["m1"]), None, match.start("m1"), match.end("y1"))
        last = None
        if match["m2"]:
            last = Point(_year(match["y2"]), int(match["m2"]), None, match.start("m2"), match.end("y2"))
        extra.append(Period(first, last, last is None, match.start(), match.end()))
    extra = [one for one in extra if (one.first.year or 0) <= ((one.last or one.first).year or 0) <= newest]
    if extra:
        taken = [(one.start, one.end) for one in extra]
        found = [one for one in found if not any(start < one.end and one.start < end for start, end in taken)]
    return sorted([*found, *extra], key=lambda period: period.start)


def months_between(start: str, end: str | None, today: date) -> tuple[int, int]:
    """Return a stretch of time as months since the year 0, the last one excluded.

    A date without a month counts from the middle of its year, so that 2004 to 2007 are three years; a month of the end
    counts whole. The stretch has at least one month and ends with the present month.

    Args:
        start: Beginning as a partial date.
        end: End as a partial date; None when it goes on today.
        today: The present day.

    Returns:
        First month and one past the last.
    """
    now = today.year * 12 + today.month  # one past the present month, counted from 0
    first = int(start[:4]) * 12 + (int(start[5:7]) - 1 if len(start) > 4 else 6)
    last = now
    if end is not None:
        last = int(end[:4]) * 12 + (int(end[5:7]) if len(end) > 4 else 6)
    last = min(last, now)
    return first, max(last, first + 1)


def merged_months(intervals: Iterable[tuple[int, int]]) -> int:
    """Return how many months some intervals cover together, overlaps counted once.

    Args:
        intervals: Pairs of first month and one past the last.

    Returns:
        Number of months.
    """
    total, reach = 0, -1
    for first, last in sorted(intervals):
        total += max(0, last - max(first, reach))
        reach = max(reach, last)
    return total
