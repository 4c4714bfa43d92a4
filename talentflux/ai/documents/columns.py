"""Whether text beside text is another column, or the margin of the same one."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

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
    y: float
    size: float
    right: float
    left: float
    text: str


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
    words = [row.words for row in rows]
    for x in _candidates(rows, body):
        for run in _runs(words, x, _LEAST_WIDTH * body):
            if not _has_both(words[run[0] : run[1] + 1], x):
                continue
            first, last = _without_margins(words, run, x)
            left, right = _sides(words, range(first, last + 1), x)
            if (end := _header_end(left, right)) is not None:
                last = end
                left, right = _sides(words, range(first, last + 1), x)
            if not _enough(len(left), len(right)):
                continue
            divided = min(sum(len(part.text) for part in left), sum(len(part.text) for part in right))
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


def _runs(rows: list[list[Word]], x: float, width: float) -> Iterator[tuple[int, int]]:
    """Yield the first and last row of each stretch of rows whose words leave a gap of a width before x."""
    start: int | None = None
    for index, words in enumerate(rows):
        if any(word.left < x and word.right > x - width for word in words) or _runs_on(words, x):
            if start is not None:
                yield start, index - 1
            start = None
        elif start is None:
            start = index
    if start is not None:
        yield start, len(rows) - 1


def _has_both(rows: list[list[Word]], x: float) -> bool:
    """Whether enough rows have words on either side of x."""
    left = sum(words[0].left < x for words in rows)
    right = sum(words[-1].left >= x for words in rows)
    return _enough(left, right)


def _enough(left: int, right: int) -> bool:
    """Whether two sides have rows enough for columns: a name and a title beside a block of contacts are the fewest."""
    return min(left, right) >= 2 and max(left, right) >= _LEAST_ROWS


def _runs_on(words: list[Word], x: float) -> bool:
    """Whether a row goes over x with no more than a space between words."""
    before = [word for word in words if word.right <= x]
    after = [word for word in words if word.left >= x]
    if not before or not after:
        return False
    last, first = max(before, key=lambda word: word.right), min(after, key=lambda word: word.left)
    return first.left - last.right < 0.6 * min(last.size, first.size)


def _without_margins(words: list[list[Word]], run: tuple[int, int], x: float) -> tuple[int, int]:
    """Return a run without the entries above and below the columns whose dates or places stand beyond x."""
    first, last = run
    left, right = _sides(words, range(first, last + 1), x)
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
    beside = any(abs(block[0].y - height) <= 0.2 * block[0].size for height in heights)
    short = len(block) <= 3 and all(len(part.text) <= 25 for part in block)
    return beside and short and any(is_dated(part.text) for part in block) and not _has_sections(block)


def _blocks(parts: list[_Part]) -> list[list[_Part]]:
    """Return parts in groups without an empty line between them."""
    blocks: list[list[_Part]] = []
    for part in parts:
        if blocks and blocks[-1][-1].y - part.y <= 1.7 * part.size:
            blocks[-1].append(part)
        else:
            blocks.append([part])
    return blocks


def _sides(words: list[list[Word]], run: range, x: float) -> tuple[list[_Part], list[_Part]]:
    """Return what stands left and right of x."""
    return list(_parts(words, run, x, is_left=True)), list(_parts(words, run, x, is_left=False))


def _parts(words: list[list[Word]], run: range, x: float, *, is_left: bool) -> Iterator[_Part]:
    for index in run:
        inside = [word for word in words[index] if (word.left < x) is is_left]
        if inside:
            yield _Part(
                row=index,
                y=inside[0].y,
                size=max(word.size for word in inside),
                left=inside[0].left,
                right=max(word.right for word in inside),
                text=" ".join(word.text for word in inside),
            )


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
    dated = sum(is_dated(part.text) for part in small) / len(small)
    if sum(starts) / len(starts) >= 0.7 and dated >= 0.3:
        return False
    if len(small) < _LEAST_ROWS:
        return not all(beside) and not any(is_dated(part.text) for part in (*small, *large))
    if sum(beside) / len(beside) < 0.6 or (_is_list(small) and _is_list(large)):
        return True
    return _is_prose(small) and _is_prose(large) and dated < 0.3


def _has_sections(parts: list[_Part]) -> bool:
    """Whether one of the lines is the name of a section, or ends with it as in "Professional Experience"."""
    for part in parts:
        words = part.text.lower().rstrip(":").split()
        if 1 <= len(words) <= 3 and words[-1] in _SECTIONS and not is_dated(part.text):
            return True
    return False


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
