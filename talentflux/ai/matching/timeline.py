"""Positions whose line holds its years but which the parser did not take apart."""

import re
from datetime import date
from itertools import pairwise

from talentflux.ai.matching.dates import MONTHS
from talentflux.schemas.base import Span
from talentflux.schemas.features import PositionFacts, Window
from talentflux.schemas.resume import SectionKind

_NOW = (
    r"present|current(?:ly)?|now|today|date|till date|to date|ongoing|heute|jetzt|aujourd'hui|actualidad|"
    r"actualmente|presente|heden|nu|oggi|atual"
)
_MONTH = (
    r"(?:jan|feb|mar|mrz|apr|may|mai|maj|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*\.? |(?P<m{0}>0?[1-9]|1[0-2])[/.]"
)
RANGE = re.compile(
    rf"(?<![\d/])(?:{_MONTH.format(1)})?(?P<y1>(?:19|20)\d\d)\s*(?:[-–—/]+|to|until|till|through|and|bis|au?|"
    rf"al?|tot)\s*"
    rf"(?:{_MONTH.format(2)})?(?P<y2>(?:19|20)\d\d|{_NOW})(?!\d)"
)
_SECTIONS = {SectionKind.EXPERIENCE.value, SectionKind.OTHER.value, SectionKind.VOLUNTEERING.value, None}
_TITLE_WORDS = 14
_LEAD = re.compile(
    (
        r"^(?:\b(?:work(?:ed)?|served|acted|employed|position|job title|title|role|from|between|as|an?|the|for|in|"
        r"years?|duration|period)\b|[-–—:(,.\s])+"
    ),
    re.IGNORECASE,
)


def complete_positions(
    text: str, folded: str, windows: list[Window], positions: list[PositionFacts], as_of: date
) -> list[PositionFacts]:
    """Add positions from lines with a range of years that no parsed position has, and titles where one is missing.

    Args:
        text: The masked text.
        folded: The same, folded.
        windows: What counts of it.
        positions: Positions read by the parser.
        as_of: The day on which positions still held are taken to end.

    Returns:
        All positions in order of their place; none reaches into the next one.
    """
    known = list(positions)
    ordered = sorted(windows, key=lambda window: window.span.start)
    dated = {number for number, window in enumerate(ordered) if _is_dated(folded, window.span)}
    for number, window in enumerate(ordered):
        if window.section not in _SECTIONS or number not in dated:
            continue
        for match in RANGE.finditer(folded, window.span.start, window.span.end):
            months = _months(match, as_of)
            if months is None:
                continue
            title = _title(text, window.span, match) or _title_above(text, ordered, number)
            same = next((p for p in known if _same_time(p, months) or _same_line(p, window.span)), None)
            begin = title.start if title else window.span.start
            if same is None:
                span = Span(start=min(begin, match.start()), end=_end(ordered, number, dated))
                known.append(PositionFacts(title_span=title, span=span, start=months[0], end=months[1]))
                same = known[-1]
            elif same.start is None:
                same.start, same.end = months
            if same.title is None and title is not None:
                same.title, same.title_span = title.of(text), title
            break  # a second range in one line is nearly always part of the same position
    return _cut(known)


def _is_dated(folded: str, span: Span) -> bool:
    """Tell whether a window has a range of years; most are cleared by a look for a century."""
    low, high = span.start, span.end
    if folded.find("19", low, high) < 0 and folded.find("20", low, high) < 0:
        return False
    return RANGE.search(folded, low, high) is not None


def _same_time(position: PositionFacts, months: tuple[int, int]) -> bool:
    """Tell whether a position has the same years."""
    if position.start is None or position.end is None:
        return False
    return position.start // MONTHS == months[0] // MONTHS and abs(position.end - months[1]) < MONTHS


def _same_line(position: PositionFacts, window: Span) -> bool:
    """Tell whether a position's title stands in the line."""
    title = position.title_span
    return title is not None and window.start <= title.start < window.end


def _cut(positions: list[PositionFacts]) -> list[PositionFacts]:
    """End each position where the next begins."""
    ordered = sorted(positions, key=lambda p: p.span.start if p.span else 0)
    for one, following in pairwise(ordered):
        if one.span and following.span and one.span.start < following.span.start < one.span.end:
            one.span = Span(start=one.span.start, end=following.span.start)
    return ordered


def _months(match: re.Match[str], as_of: date) -> tuple[int, int] | None:
    """Return the months of a range."""
    start = int(match["y1"]) * MONTHS + int(match["m1"] or 1) - 1
    if match["y2"].isdigit():
        end = int(match["y2"]) * MONTHS + (int(match["m2"]) if match["m2"] else 0)
        end += MONTHS // 2 if end == start else 0
    else:
        end = as_of.year * MONTHS + as_of.month
    return (start, end) if start < end else None


def _title(text: str, window: Span, match: re.Match[str]) -> Span | None:
    """Return the words before the years, else those behind them."""
    return _words(text, window.start, match.start()) or _words(text, match.end(), window.end)


def _title_above(text: str, windows: list[Window], number: int) -> Span | None:
    """Return the line above where the years stand alone."""
    if number == 0:
        return None
    above = windows[number - 1].span
    return _words(text, above.start, above.end) if windows[number].span.start - above.end < 12 else None


def _words(text: str, start: int, end: int) -> Span | None:
    """Return a stretch without its leading words and marks, at most fourteen words of it."""
    lead = _LEAD.match(text[start:end])
    start += lead.end() if lead else 0
    words = [match.span() for match in re.finditer(r"\S+", text[start:end])][:_TITLE_WORDS]
    if not words:
        return None
    last = start + words[-1][1]
    while last > start and not text[last - 1].isalnum():
        last -= 1
    return Span(start=start, end=last) if sum(sign.isalpha() for sign in text[start:last]) >= 3 else None


def _end(windows: list[Window], number: int, dated: set[int]) -> int:
    """Return where the telling of a position ends: at the next line with years or the next section."""
    end = windows[number].span.end
    for following, window in enumerate(windows[number + 1 :], start=number + 1):
        if window.section != windows[number].section or following in dated:
            break
        end = window.span.end
    return end
