"""Words with positions, and the rows and segments that they stand in. Lengths in points, y upwards."""

from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter

from talentflux.ai.documents.cleaning import is_icon
from talentflux.ai.documents.spacing import Word, close_spacing

# In units of the font's height: the widest space between words.
_WORD_GAP = 0.8


@dataclass(slots=True)
class Segment:
    """Words of one row without a wide gap between them."""

    words: list[Word]
    left: float
    right: float
    size: float
    _text: str | None = None

    @property
    def text(self) -> str:
        """The words with single spaces; an icon before a word parts it from what comes before."""
        if self._text is None:
            words = close_spacing(self.words)
            text = " ".join([word.text for word in words])
            if not text.isascii() or any(word.glued for word in words):
                text = _glue(words)
            self._text = text
        return self._text

    def extend(self, other: "Segment") -> None:
        """Add the words of another segment."""
        self.words.extend(other.words)
        self._text = None

    @property
    def bold(self) -> bool:
        """Whether all words are bold."""
        return all(word.bold for word in self.words)


def _glue(words: list[Word]) -> str:
    """Return words that may be icons, or follow each other without a space."""
    parts = [words[0].text]
    for before, word in pairwise(words):
        if is_icon(word.text):
            parts.append("\t")
            continue
        close = word.glued and word.left - before.right < 0.15 * word.size
        parts.append(word.text if close else f" {word.text}")
    return "".join(parts)


@dataclass(slots=True)
class Row:
    """Segments on one baseline, from left to right."""

    y: float
    size: float
    segments: list[Segment] = field(default_factory=list)

    @property
    def words(self) -> list[Word]:
        """All words, from left to right."""
        return [word for segment in self.segments for word in segment.words]

    @property
    def left(self) -> float:
        """Where the first segment begins."""
        return self.segments[0].left

    @property
    def right(self) -> float:
        """Where the last segment ends."""
        return max(segment.right for segment in self.segments)


def rows_of(words: list[Word]) -> list[Row]:
    """Return words as rows, top to bottom: words whose baselines are about the same stand on one row."""
    rows: list[Row] = []
    members: list[list[Word]] = []
    row: Row | None = None
    for word in sorted(words, key=attrgetter("y"), reverse=True):
        if row is not None and row.y - word.y <= 0.35 * min(row.size, word.size):
            members[-1].append(word)
            row.size = max(row.size, word.size)
        else:
            row = Row(word.y, word.size)
            rows.append(row)
            members.append([word])
    for row, inside in zip(rows, members, strict=True):
        row.segments = _segments(sorted(inside, key=attrgetter("left")))
    return rows


def _segments(words: list[Word]) -> list[Segment]:
    segments: list[Segment] = []
    last: Segment | None = None
    for word in words:
        if last is not None and word.left - last.right <= _WORD_GAP * max(last.size, word.size):
            last.words.append(word)
            last.right = max(last.right, word.right)
            last.size = max(last.size, word.size)
        else:
            last = Segment([word], word.left, word.right, word.size)
            segments.append(last)
    return segments


__all__ = ["Row", "Segment", "Word", "rows_of"]
