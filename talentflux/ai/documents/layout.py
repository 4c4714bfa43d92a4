"""From words with positions to lines in reading order.

Columns are found by vertical gutters that no word crosses over a run of rows, as in the recursive X-Y cut (Nagy and
Seth, 1984), with one exception: dates, places and labels in a margin belong to the entry on their line.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from talentflux.ai.documents.cleaning import is_icon, starts_with_bullet
from talentflux.ai.documents.columns import Gutter, find_gutter, is_dated
from talentflux.ai.documents.hyphens import join_hyphenated
from talentflux.ai.documents.rows import Row, Segment, Word, rows_of


@dataclass(slots=True)
class Line:
    """A line in reading order.

    Attributes:
        text: Its text; a tab divides what stands apart on the same line.
        heading: Whether it is set larger than the body or bold.
        gap: Whether an empty line comes before it.
        size: Height of its largest font in points.
    """

    text: str
    heading: bool
    gap: bool
    size: float = 0.0


# In units of the font's height: the gap that divides cells.
_CELL_GAP = 1.5
_DEEPEST = 6


def order(words: list[Word]) -> list[Line]:
    """Return the lines of a page in reading order.

    Args:
        words: All visible words of the page, in any order.

    Returns:
        The lines, top to bottom; full-width stretches first, then the left column, then the right one.
    """
    if not words:
        return []
    exact: dict[float, int] = {}
    for word in words:
        exact[word.size] = exact.get(word.size, 0) + len(word.text)
    sizes: Counter[float] = Counter()
    for size, length in exact.items():
        sizes[round(size * 2) / 2] += length
    body = sizes.most_common(1)[0][0]
    lines: list[Line] = []
    _emit(words, body, lines, 0)
    _drop_paragraphs(lines)
    return join_hyphenated(lines)


def _emit(words: list[Word], body: float, lines: list[Line], depth: int) -> None:
    """Add the lines of a region, column by column."""
    rows = rows_of(words)
    gutter = find_gutter(rows, body) if depth < _DEEPEST and len(rows) > 3 else None
    if gutter is None:
        _emit_rows(rows, body, lines)
        return
    above, left, right, below = _divide(rows, gutter)
    for part in (above, left, right, below):
        if part:
            _emit(part, body, lines, depth + 1)


def _divide(rows: list[Row], gutter: Gutter) -> tuple[list[Word], list[Word], list[Word], list[Word]]:
    """Return the words above the columns, in the left one, in the right one, and below them."""
    above = [word for row in rows[: gutter.first] for word in row.words]
    below = [word for row in rows[gutter.last + 1 :] for word in row.words]
    left: list[Word] = []
    right: list[Word] = []
    for row in rows[gutter.first : gutter.last + 1]:
        for word in row.words:
            (left if word.left < gutter.x else right).append(word)
    return above, left, right, below


def _emit_rows(rows: list[Row], body: float, lines: list[Line]) -> None:
    """Add the lines of a region without columns."""
    if not rows:
        return
    rows = [part for row in _join_wrapped_dates(rows) for part in _split_at_bullets(row)]
    head: int | None = None
    last_margin_y = 0.0
    item_left: float | None = None
    edge = max(row.right for row in rows)
    start = min(row.left for row in rows)
    wrapped: Segment | None = None
    for index, row in enumerate(rows):
        gap = index == 0 or rows[index - 1].y - row.y > 1.9 * max(row.size, rows[index - 1].size, body)
        margin = _margin_segment(row, start, edge)
        rest = row.segments if margin is None else row.segments[:-1]
        item_left = _item_left(rest, item_left)
        inside_item = not rest or item_left is not None
        follows = head is not None and last_margin_y - row.y <= 2.0 * row.size
        if margin is not None and inside_item and follows and head is not None:
            head += 1
            lines.insert(head, Line(margin.text, heading=False, gap=False))
            last_margin_y = row.y
            if rest:
                lines.append(_line(rest, body, gap=False))
            continue
        held = wrapped
        wrapped = margin if margin is not None and index + 1 < len(rows) and _wraps(rest, rows[index + 1]) else None
        shown = rest if wrapped is not None else row.segments
        lines.append(_line(shown if held is None else [*shown, held], body, gap=gap))
        if margin is not None:
            head, last_margin_y = len(lines) - 1, row.y


def _join_wrapped_dates(rows: list[Row]) -> list[Row]:
    """Return the rows with a date of the left margin that runs over two rows made whole on the first."""
    kept: list[Row] = []
    for row in rows:
        first = kept[-1].segments[0] if kept and len(kept[-1].segments) > 1 else None
        second = row.segments[0]
        open_ended = first is not None and first.text[-1] in "–—-" and is_dated(first.text) and len(first.text) <= 20
        if first is not None and open_ended and abs(first.left - second.left) < 2 and len(second.text) <= 20:
            first.extend(second)
            row.segments = row.segments[1:]
        if row.segments:
            kept.append(row)
    return kept


def _split_at_bullets(row: Row) -> list[Row]:
    """Return a row as rows that begin with their list items: items stand side by side, or beside a margin."""
    starts = [
        index for index, segment in enumerate(row.segments) if index == 0 or starts_with_bullet(segment.words[0].text)
    ]
    ends = [*starts[1:], len(row.segments)]
    return [Row(row.y, row.size, row.segments[start:end]) for start, end in zip(starts, ends, strict=True)]


def _wraps(segments: list[Segment], following: Row) -> bool:
    """Whether a bold title beside a margin runs on in the next row: the margin then stands after its end."""
    if len(segments) != 1 or len(following.segments) != 1:
        return False
    first, second = segments[0], following.segments[0]
    alike = first.bold and second.bold and abs(first.size - second.size) < 0.1 and abs(first.left - second.left) < 1
    return alike and second.right < first.right


def _margin_segment(row: Row, start: float, edge: float) -> Segment | None:
    """Return the segment at the right edge of a row that stands apart there, or None."""
    last = row.segments[-1]
    apart = last.left > start + 0.55 * (edge - start) and last.right > edge - 1.5 * last.size
    if not apart or len(last.text) > 40:
        return None
    return last


def _item_left(segments: list[Segment], current: float | None) -> float | None:
    """Return where the text of the list item on this row begins, or None outside of items."""
    if not segments:
        return current
    words = [word for segment in segments for word in segment.words]
    if starts_with_bullet(words[0].text) or (len(words) > 1 and words[0].text in ("-", "–", "*", "o")):
        return words[1].left if len(words) > 1 else words[0].right
    if current is not None and words[0].left >= current - 0.6 * words[0].size:
        return current
    return None


def _line(segments: list[Segment], body: float, *, gap: bool) -> Line:
    """Return the line of segments that stand beside each other."""
    text = segments[0].text
    for before, segment in pairwise(segments):
        wide = segment.left - before.right > _CELL_GAP * max(before.size, segment.size)
        apart = (wide and not _is_mark(before)) or is_icon(segment.words[0].text)
        text += ("\t" if apart else " ") + segment.text
    length = len(text)
    size = max(segment.size for segment in segments)
    stands_out = (size >= 1.12 * body and segments[0].size >= 1.12 * body) or segments[0].bold
    heading = stands_out and length <= 90 and not starts_with_bullet(text) and any(map(str.isalpha, text))
    return Line(text, heading, gap, size)


def _is_mark(segment: Segment) -> bool:
    """Whether a segment is a bullet or a number before its text."""
    text = segment.text
    return len(text) <= 3 and not any(map(str.isalpha, text))


def _drop_paragraphs(lines: list[Line]) -> None:
    """Take the mark of a heading from lines that follow each other in the same size: they are text."""
    start = 0
    for index in range(1, len(lines) + 1):
        first = lines[start]
        if index < len(lines) and lines[index].heading and first.heading and abs(lines[index].size - first.size) < 0.3:
            continue
        if index - start > 2:
            for line in lines[start:index]:
                line.heading = False
        start = index
