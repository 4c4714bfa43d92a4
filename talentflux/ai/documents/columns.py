"""Whether text beside text is another column, or the margin of the same one."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from talentflux.ai.documents.cleaning import starts_with_bullet
from talentflux.ai.documents.rows import Row, Word
from talentflux.ai.documents.words import word_set


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

    row: int
    words: list[Word]
    y: float
    left: float

    @cached_property
    def size(self) -> float:
        """Height of the largest font."""
        return max([word.size for word in self.words])

    @cached_property
    def right(self) -> float:
        """Where the last word ends."""
        return max([word.right for word in self.words])

    @cached_property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join([word.text for word in self.words])

    @cached_property
    def dated(self) -> bool:
        """Whether it holds a date or a duration."""
        return is_dated(self.text)

    @cached_property
    def section(self) -> bool:
        """Whether it is the name of a section, or ends with it as in "Professional Experience"."""
        words = self.text.lower().rstrip(":").split()
        return 1 <= len(words) <= 3 and words[-1] in _SECTIONS and not self.dated


class _Words:
    """The words of one row, and what of them stands on either side of a place.

    Args:
        row: Place of the row in its region.
        words: Its words from left to right.
    """

    def __init__(self, row: int, words: list[Word]) -> None:
        self._row = row
        self._words = words
        self._lefts = [word.left for word in words]
        # For each word that one of all up to it that ends furthest right.
        self._furthest: list[Word] = list(accumulate(words, _further))
        self._parts: dict[int, tuple[_Part | None, _Part | None]] = {}

    def goes_over(self, x: float, width: float) -> bool:
        """Whether a word stands in the gap of a width before x, or only a space between two words does."""
        count = bisect_left(self._lefts, x)
        if count == 0:
            return False
        last = self._furthest[count - 1]
        if last.right > x - width:
            return True
        if count == len(self._words):
            return False
        first = self._words[count]
        return first.left - last.right < 0.6 * min(last.size, first.size)

    def has_left(self, x: float) -> bool:
        """Whether a word begins left of x."""
        return self._lefts[0] < x

    def has_right(self, x: float) -> bool:
        """Whether a word begins at x or right of it."""
        return self._lefts[-1] >= x

    def sides(self, x: float) -> tuple[_Part | None, _Part | None]:
        """Return what stands left and right of x."""
        count = bisect_left(self._lefts, x)
        found = self._parts.get(count)
        if found is None:
            left, right = self._words[:count], self._words[count:]
            found = self._parts[count] = (
                _Part(self._row, left, left[0].y, left[0].left) if left else None,
                _Part(self._row, right, right[0].y, right[0].left) if right else None,
            )
        return found


def _further(first: Word, second: Word) -> Word:
    """Return which of two words ends further right."""
    return first if first.right >= second.right else second


_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{2,4}\b|\b\d+\s*(?:years?|months?|yrs?|mos?|Jahre?|Monate?|ans?|mois|años?|anni|jaar)\b"
    r"|\b(?:present|current|now|today|heute|aujourd|actualidad|heden|atual|oggi)\b",
    re.IGNORECASE,
)
# Words that stand at the head of a section, as people write them; enough of them, not all.
_SECTIONS = word_set(
    "about awards certificates certifications contact courses details education employment experience hobbies "
    "interests languages links objective portfolio profile projects publications qualifications references skills "
    "strengths summary tools training volunteering work "
    "ausbildung berufserfahrung bildung erfahrung fähigkeiten hobbys interessen kenntnisse kontakt profil "
    "projekte sprachen sprachkenntnisse weiterbildung zertifikate "
    "atouts certificats compétences contacts coordonnées diplômes expérience expériences formation intérêts langues "
    "loisirs profil projets "
    "aptitudes certificados competencias contacto educación experiencia formación habilidades idiomas intereses perfil "
    "proyectos "
    "certificaten contactgegevens ervaring hobby's opleiding opleidingen profiel talen vaardigheden werkervaring "
    "certificações competências contato contacto educação experiência formação habilidades idiomas perfil projetos "
    "capacità certificazioni competenze contatti esperienza esperienze formazione istruzione lingue profilo progetti"
)
_LEAST_ROWS = 3
# In units of the body's font: the narrowest gutter.
_LEAST_WIDTH = 0.6
_MOST_CANDIDATES = 12


def is_dated(text: str) -> bool:
    """Whether a text holds a date, a duration or a word such as "present"."""
    return _DATE.search(text) is not None


def find_gutter(rows: list[Row], body: float) -> Gutter | None:
    """Return the gutter that divides the most text into two columns, or None.

    Args:
        rows: Rows of a region, top to bottom.
        body: Height of the body's font in points.
    """
    best: Gutter | None = None
    most = 0
    candidates = _candidates(rows, body)
    words = [_Words(index, row.words) for index, row in enumerate(rows)] if candidates else []
    for x in candidates:
        for run in _runs(words, x, _LEAST_WIDTH * body):
            if not _has_both(words[run[0] : run[1] + 1], x):
                continue
            left, right = _sides(words[run[0] : run[1] + 1], x)
            first, last = _without_margins(left, right, run)
            left, right = _between(left, first, last), _between(right, first, last)
            if (end := _header_end(left, right)) is not None:
                last = end
                left, right = _between(left, first, last), _between(right, first, last)
            if not _enough(len(left), len(right)):
                continue
            divided = min(_length(left), _length(right))
            if divided > most and _are_columns(left, right):
                most = divided
                best = Gutter(x, first, last)
    return best


def _candidates(rows: list[Row], body: float) -> list[float]:
    """Return left edges at which several segments begin that have a gap before them, the most used first."""
    edges: dict[int, list[float]] = {}
    for row in rows:
        for segment in row.segments:
            edges.setdefault(round(segment.left / (0.5 * body)), []).append(segment.left)
    leftmost = min(row.left for row in rows)
    used = [found for found in edges.values() if len(found) >= 2 and min(found) > leftmost + 2 * body]
    used.sort(key=len, reverse=True)
    starts = [min(found) for found in used[:_MOST_CANDIDATES]]
    every = sorted(edge for found in edges.values() for edge in found)
    # The heading above a list begins a little to the left of its items.
    starts += [every[bisect_left(every, max(start - 3 * body, leftmost + 2 * body))] for start in starts]
    return [start - 0.2 * body for start in dict.fromkeys(starts)]


def _runs(rows: list[_Words], x: float, width: float) -> Iterator[tuple[int, int]]:
    """Yield the first and last row of each stretch of rows whose words leave a gap of a width before x."""
    start: int | None = None
    for index, words in enumerate(rows):
        if words.goes_over(x, width):
            if start is not None:
                yield start, index - 1
            start = None
        elif start is None:
            start = index
    if start is not None:
        yield start, len(rows) - 1


def _has_both(rows: list[_Words], x: float) -> bool:
    """Whether enough rows have words on either side of x."""
    left = sum([words.has_left(x) for words in rows])
    right = sum([words.has_right(x) for words in rows])
    return _enough(left, right)


def _enough(left: int, right: int) -> bool:
    """Whether two sides have rows enough for columns: a name and a title beside a block of contacts are the fewest."""
    return min(left, right) >= 2 and max(left, right) >= _LEAST_ROWS


def _without_margins(left: list[_Part], right: list[_Part], run: tuple[int, int]) -> tuple[int, int]:
    """Return a run without the entries above and below the columns whose dates or places stand beyond the gutter."""
    first, last = run
    for side, other in ((left, right), (right, left)):
        heights = [part.y for part in other]
        blocks = _blocks(side)
        while blocks and _is_margin(blocks[0], heights):
            first = max(first, blocks.pop(0)[-1].row + 1)
        while blocks and _is_margin(blocks[-1], heights):
            last = min(last, blocks.pop()[0].row - 1)
    return first, last


def _header_end(left: list[_Part], right: list[_Part]) -> int | None:
    """Return the last row of a page's header: contacts beside the name end where the first section begins."""
    if not left or not right or _has_sections(right):
        return None
    after = (part.row for part in left if part.row > right[-1].row and _has_sections([part]))
    return next((row - 1 for row in after), None)


def _is_beside(part: _Part, other: _Part) -> bool:
    """Whether two parts stand on one baseline."""
    return abs(part.y - other.y) <= 0.2 * min(part.size, other.size)


def _is_margin(block: list[_Part], heights: list[float]) -> bool:
    """Whether lines that follow each other are the dates and places of the entry beside them."""
    if len(block) > 3 or not any(abs(block[0].y - height) <= 0.2 * block[0].size for height in heights):
        return False
    short = all(len(part.text) <= 25 for part in block)
    return short and any(part.dated for part in block) and not _has_sections(block)


def _blocks(parts: list[_Part]) -> list[list[_Part]]:
    """Return parts in groups without an empty line between them."""
    blocks: list[list[_Part]] = []
    for part in parts:
        if blocks and blocks[-1][-1].y - part.y <= 1.7 * part.size:
            blocks[-1].append(part)
        else:
            blocks.append([part])
    return blocks


def _sides(rows: list[_Words], x: float) -> tuple[list[_Part], list[_Part]]:
    """Return what stands left and right of x."""
    pairs = [words.sides(x) for words in rows]
    return [left for left, _ in pairs if left is not None], [right for _, right in pairs if right is not None]


def _length(parts: list[_Part]) -> int:
    """Return the number of characters in parts."""
    return sum([len(part.text) for part in parts])


def _between(parts: list[_Part], first: int, last: int) -> list[_Part]:
    """Return the parts of some rows."""
    return [part for part in parts if first <= part.row <= last]


def _are_columns(left: list[_Part], right: list[_Part]) -> bool:
    """Whether two sides are read one after the other, and not row by row."""
    overlap = min(left[0].y, right[0].y) - max(left[-1].y, right[-1].y)
    size = min(part.size for part in (*left, *right))
    if overlap < (2 if min(len(left), len(right)) >= _LEAST_ROWS else 1) * size:
        return False
    if _has_sections(left) and _has_sections(right):
        return True
    small, large = (left, right) if len(left) <= len(right) else (right, left)
    beside = [any(_is_beside(part, other) for other in large) for part in small]
    starts = [any(_is_beside(block[0], other) for other in large) for block in _blocks(small)]
    dated = sum(part.dated for part in small) / len(small)
    if sum(starts) / len(starts) >= 0.7 and dated >= 0.3:
        return False
    if len(small) < _LEAST_ROWS:
        return not all(beside) and not any(part.dated for part in (*small, *large))
    if sum(beside) / len(beside) < 0.6 or (_is_list(small) and _is_list(large)):
        return True
    return _is_prose(small) and _is_prose(large) and dated < 0.3


def _has_sections(parts: list[_Part]) -> bool:
    """Whether one of the lines is the name of a section, or ends with it as in "Professional Experience"."""
    return any(part.section for part in parts)


def _is_list(parts: list[_Part]) -> bool:
    """Whether most lines are items of a list."""
    return sum(starts_with_bullet(part.text) for part in parts) >= 0.6 * len(parts)


def _is_prose(parts: list[_Part]) -> bool:
    """Whether lines fill the width of their column, as running text does, and labels or levels do not."""
    edge = max(part.right for part in parts)
    start = min(part.left for part in parts)
    width = edge - start
    full = sum(part.right > edge - 0.15 * width for part in parts)
    median = sorted(len(part.text) for part in parts)[len(parts) // 2]
    return len(parts) >= 5 and median >= 14 and full >= 0.3 * len(parts)
