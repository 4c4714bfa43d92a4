"""Cutting a masked resume into the stretches that count as evidence."""

import re
from bisect import bisect_right

from talentflux.ai.matching.masking import MASK
from talentflux.ai.taxonomy.text import fold
from talentflux.schemas.base import Span
from talentflux.schemas.features import Window
from talentflux.schemas.resume import ParsedResume, Section, SectionKind

# Sections that tell who a person is, not what they can do.
_PERSONAL_SECTIONS = {SectionKind.HEADER, SectionKind.PERSONAL, SectionKind.REFERENCES}
_BULLET = re.compile(r"\s*(?:[-*•·▪●◦‣–—+►✓]\s*|\(?\d{1,2}[.)]\s+)+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÀ-Þ])")
_SCHOOL = re.compile(
    r"universit|college|school|institut|academy|hochschule|fachhochschule|schule|gymnasium|lyc[ée]e|[ée]cole|facult|escuela|"
    r"colegio|instituto|hogeschool|escola|faculdade|scuola|politecnic|polytechni|akademie|accademia",
    re.IGNORECASE,
)
_SEGMENT = re.compile(r"[^,;|()\n–—:]+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Words of the seven languages that bind what follows; no line ends with one unless it goes on.
_JOINING = re.compile(
    r"and|or|of|in|on|at|to|into|for|with|by|from|as|the|a|an|using|via|und|oder|von|vom|im|mit|bei|fur|auf|aus|der|die|"
    r"das|den|dem|et|ou|en|dans|sur|pour|par|avec|aux?|de|du|des|la|les?|y|e|o|con|por|para|del|el|los|las|een|van|het|"
    r"met|voor|bij|com|do|da|dos|das|na|ed|di|della|delle|nella?|alla?|il|gli"
)
# A line of a list such as "Advanced laboratory skills", which looks like the heading of a part.
_NAMED_SKILL = re.compile(
    r"\W*(?!.*\b(?:technical|technology|key|core|professional|soft|hard|additional|other|relevant|special|summary|it|"
    r"computer|language|personal|main|top|primary|and|&)\b)(?:[^\W\d_]+[ -]){1,3}skills?\W*",
    re.IGNORECASE,
)
_LONG_LINE = 110
_WRAPPED_LINE = 60
# A header has at most this many lines, and a line of it at most this many words.
_HEADER_LINES = 8
_LINE_WORDS = 9
_BULLET_WORDS = 5


def cut_windows(masked: str, parsed: ParsedResume, dropped: list[tuple[int, int]]) -> list[Window]:
    """Divide a masked resume into windows.

    Left out are the lines above the first section, personal details and references, schools and years in the section
    on education, and what `dropped` touches.

    Args:
        masked: The masked text.
        parsed: Sections and headline.
        dropped: Stretches that must not count, such as commands to software.

    Returns:
        Windows in order; none overlaps another.
    """
    sections = _sections(masked, parsed)
    starts = [section.span.start for section in sections]
    windows: list[Window] = []
    for start, end in _logical_lines(masked):
        place = bisect_right(starts, start) - 1
        section = sections[place] if place >= 0 and start < sections[place].span.end else None
        kind = section.kind if section else None
        titled = section is not None and section.heading is not None and _same(section.heading, start, end)
        if kind in _PERSONAL_SECTIONS or (titled and not _NAMED_SKILL.fullmatch(masked[start:end].strip())):
            continue
        for low, high in _stretches(masked, start, end, education=kind is SectionKind.EDUCATION):
            if not any(low < stop and begin < high for begin, stop in dropped):
                span = Span.model_construct(start=low, end=high)
                windows.append(Window.model_construct(span=span, section=kind.value if kind else None))
    return _with_headline(masked, parsed, windows, dropped)


def _same(heading: Span, start: int, end: int) -> bool:
    """Tell whether a line is the heading itself."""
    return heading.start <= start + 3 and start < heading.end and end <= heading.end + 3


def _sections(masked: str, parsed: ParsedResume) -> list[Section]:
    """Return the sections in order; without any, the short lines at the top count as the header."""
    sections = sorted(parsed.sections, key=lambda section: section.span.start)
    if not sections or sections[0].span.start > 0:
        top = Span(start=0, end=sections[0].span.start if sections else len(masked))
        sections.insert(0, Section(kind=SectionKind.HEADER, heading=None, span=top))
    return [part for section in sections for part in _short(masked, section)]


def _short(masked: str, section: Section) -> list[Section]:
    """Cut a long header or personal section: what goes on beyond its first lines was not recognised."""
    low, high = section.span.start, section.span.end
    if section.kind not in {SectionKind.HEADER, SectionKind.PERSONAL}:
        return [section]
    # Lines are counted, never characters: how long a name is must not decide what counts.
    lines = sum(bool(line.strip()) for line in masked[low:high].split("\n"))
    everything = not masked[:low].strip() and not masked[high:].strip()
    if lines <= _HEADER_LINES and not everything:
        return [section]
    end = low + _header_end(masked[low:high])
    rest = Section(kind=SectionKind.OTHER, heading=None, span=Span(start=end, end=high))
    return [section.model_copy(update={"span": Span(start=low, end=end)}), rest]


def _header_end(masked: str) -> int:
    """Return where the block of short lines at the top ends."""
    position = filled = 0
    for line in masked.split("\n"):
        words = len(line.split())
        long = words > (_BULLET_WORDS if _BULLET.match(line) else _LINE_WORDS)
        if filled >= _HEADER_LINES or long or (not words and filled > 1):
            break
        filled += bool(words)
        position += len(line) + 1
    return min(position, len(masked))


def _logical_lines(text: str) -> list[tuple[int, int]]:
    """Return the lines, a wrapped line joined to the one it continues."""
    lines: list[tuple[int, int]] = []
    position = 0
    open_line = hanging = False
    for raw in text.split("\n"):
        start, end = position, position + len(raw)
        position = end + 1
        bare = raw.strip()
        if not bare:
            open_line = hanging = False
            continue
        goes_on = (open_line and bare[0].islower()) or (hanging and not _BULLET.match(raw))
        if goes_on and end - lines[-1][0] < 1000:
            lines[-1] = (lines[-1][0], end)
        else:
            lines.append((start, end))
        open_line = len(bare) > _WRAPPED_LINE and bare[-1] not in ".:;!?"
        last = bare.rsplit(None, 1)[-1]
        hanging = bare[-1] == "," or (last.islower() and _JOINING.fullmatch(fold(last)) is not None and last != bare)
    return lines


def _stretches(text: str, start: int, end: int, *, education: bool) -> list[tuple[int, int]]:
    """Cut a line into sentences, or a line on education into its parts without school and year; trim each."""
    bullet = _BULLET.match(text, start, end)
    start = bullet.end() if bullet else start
    if education:
        parts = [m.span() for m in _SEGMENT.finditer(text, start, end) if not _SCHOOL.search(m[0])]
        parts = [piece for low, high in parts for piece in _around(text, low, high, _YEAR)]
    elif end - start > _LONG_LINE:
        cuts = [match.span() for match in _SENTENCE.finditer(text, start, end)]
        parts = list(zip([start, *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), end], strict=True))
    else:
        parts = [(start, end)]
    return [(low, high) for low, high in (_trim(text, *part) for part in parts) if low < high]


def _around(text: str, start: int, end: int, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return what a pattern leaves of a stretch."""
    found = [match.span() for match in pattern.finditer(text, start, end)]
    return list(zip([start, *(stop for _, stop in found)], [*(begin for begin, _ in found), end], strict=True))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Drop what is neither letter nor digit at both ends, but keep signs that belong to words."""
    edge = f" \t\n*_|,;:-–—•·{MASK}"
    while start < end and (text[start] in edge or text[start] == "#"):
        start += 1
    while end > start and text[end - 1] in edge:
        end -= 1
    return (start, end) if any(sign.isalnum() for sign in text[start:end]) else (start, start)


def _with_headline(
    masked: str, parsed: ParsedResume, windows: list[Window], dropped: list[tuple[int, int]]
) -> list[Window]:
    """Add the headline, which stands in the header and says what the person is by trade.

    Without a name beside it, it may be the name itself: a surname such as Baker looks like a trade.
    """
    if parsed.headline is None or parsed.headline.span is None or parsed.name is None:
        return windows
    low, high = _trim(masked, parsed.headline.span.start, min(parsed.headline.span.end, len(masked)))
    taken = any(window.span.start < high and low < window.span.end for window in windows)
    if low == high or taken or MASK in masked[low:high] or any(low < stop and begin < high for begin, stop in dropped):
        return windows
    return [Window(span=Span(start=low, end=high), section=SectionKind.HEADER.value), *windows]
