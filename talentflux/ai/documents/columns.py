"""Whether text beside text is another column, or the margin of the same one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


class _Segment(Protocol):
    @property
    def left(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def size(self) -> float: ...
    @property
    def text(self) -> str: ...
    @property
    def bold(self) -> bool: ...


class _Row(Protocol):
    @property
    def y(self) -> float: ...
    @property
    def size(self) -> float: ...
    @property
    def segments(self) -> Sequence[_Segment]: ...


@dataclass(frozen=True)
class Gutter:
    """A vertical gap between two columns.

    Attributes:
        x: Its right edge in points.
        first: First row beside it.
        last: Last row beside it.
    """

    x: float
    first: int
    last: int


@dataclass(frozen=True)
class _Part:
    """What of one row stands on one side of a gutter."""

    y: float
    size: float
    left: float
    right: float
    text: str
    bold: bool


_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{2,4}\b|\b\d+\s*(?:years?|months?|yrs?|mos?|Jahre?|Monate?|ans?|mois|años?|anni|jaar)\b"
    r"|\b(?:present|current|now|today|heute|aujourd|actualidad|heden|atual|oggi)\b",
    re.IGNORECASE,
)
_LEAST_ROWS = 3
_MOST_CANDIDATES = 16


def find_gutter(rows: Sequence[_Row], body: float) -> Gutter | None:
    """Return the gutter that divides the most text into two columns, or None.

    Args:
        rows: Rows of a region, top to bottom.
        body: Height of the body's font in points.
    """
    best: Gutter | None = None
    most = 0
    for x in _candidates(rows, body):
        for first, last in _runs(rows, x):
            left = list(_parts(rows[first : last + 1], x, is_left=True))
            right = list(_parts(rows[first : last + 1], x, is_left=False))
            if min(len(left), len(right)) < _LEAST_ROWS or not _are_columns(left, right):
                continue
            divided = min(sum(len(part.text) for part in left), sum(len(part.text) for part in right))
            if divided > most:
                most = divided
                best = Gutter(x, first, last)
    return best


def _candidates(rows: Sequence[_Row], body: float) -> list[float]:
    """Return left edges at which several segments begin that have a gap before them, the most used first."""
    edges: dict[int, list[float]] = {}
    for row in rows:
        for segment in row.segments:
            edges.setdefault(round(segment.left / (0.5 * body)), []).append(segment.left)
    leftmost = min(segment.left for row in rows for segment in row.segments)
    used = [found for found in edges.values() if len(found) >= 2 and min(found) > leftmost + 2 * body]
    used.sort(key=len, reverse=True)
    return [min(found) - 0.2 * body for found in used[:_MOST_CANDIDATES]]


def _runs(rows: Sequence[_Row], x: float) -> Iterator[tuple[int, int]]:
    """Yield the first and last row of each stretch of rows that nothing crosses at x."""
    start: int | None = None
    for index, row in enumerate(rows):
        crossed = any(segment.left < x - 0.5 and segment.right > x + 0.5 for segment in row.segments)
        if crossed:
            if start is not None:
                yield start, index - 1
            start = None
        elif start is None:
            start = index
    if start is not None:
        yield start, len(rows) - 1


def _parts(rows: Sequence[_Row], x: float, *, is_left: bool) -> Iterator[_Part]:
    for row in rows:
        inside = [segment for segment in row.segments if (segment.left < x) is is_left]
        if inside:
            yield _Part(
                row.y,
                max(segment.size for segment in inside),
                inside[0].left,
                inside[-1].right,
                " ".join(segment.text for segment in inside),
                all(segment.bold for segment in inside),
            )


def _are_columns(left: list[_Part], right: list[_Part]) -> bool:
    """Whether two sides are read one after the other, and not row by row."""
    overlap = min(left[0].y, right[0].y) - max(left[-1].y, right[-1].y)
    size = left[0].size
    if overlap < 2 * size:
        return False
    small, large = (left, right) if len(left) <= len(right) else (right, left)
    beside = [any(abs(part.y - other.y) <= 0.2 * part.size for other in large) for part in small]
    starts = [
        is_beside
        for index, (part, is_beside) in enumerate(zip(small, beside, strict=True))
        if index == 0 or small[index - 1].y - part.y > 1.7 * part.size
    ]
    dated = sum(_DATE.search(part.text) is not None for part in small) / len(small)
    starts_beside = sum(starts) / len(starts)
    if starts_beside >= 0.7 and dated >= 0.3:
        return False
    if sum(beside) / len(beside) < 0.6:
        return True
    return _is_prose(small) and _is_prose(large) and dated < 0.3


def _is_prose(parts: list[_Part]) -> bool:
    """Whether lines fill the width of their column, as running text does, and labels or levels do not."""
    edge = max(part.right for part in parts)
    start = min(part.left for part in parts)
    width = edge - start
    full = sum(part.right > edge - 0.15 * width for part in parts)
    median = sorted(len(part.text) for part in parts)[len(parts) // 2]
    return len(parts) >= 5 and median >= 14 and full >= 0.3 * len(parts)
