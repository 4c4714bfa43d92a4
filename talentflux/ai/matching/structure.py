"""The parts of a job description: headings, what each part is about, and its single items."""

import re
from dataclasses import dataclass

from talentflux.ai.matching.vocabulary import HEADINGS, LANGUAGE_HINTS
from talentflux.ai.taxonomy.text import fold

_BULLET = re.compile(r"^\s*(?:[-*•·▪●◦‣–—+►✓]\s*|\(?\d{1,2}[.)]\s+|[a-z][.)]\s+)")
_MARKUP = re.compile(r"^[\s#*_>]+|[\s#*_:]+$")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-ZÀ-Þ0-9])")
# "Skills: Java, SQL": a short label in front of its content on the same line.
_LABEL = re.compile(r"^[\s#*_]*(?P<label>[^\W\d_][^:\n]{2,40}?)[*_]*:[*_]*\s*(?=\S)")
_HEADING_WORDS = 7
_LONGEST_LINE = 2_000  # the patterns that read items are slow on endless ones


@dataclass(frozen=True)
class Item:
    """One sentence or list item.

    Attributes:
        start: Offset of its first character in the description.
        end: Offset behind its last character.
        part: What the part is about: must, should, duties, title, location, other, or `none` before any heading.
        bullet: Whether it is an item of a list.
    """

    start: int
    end: int
    part: str
    bullet: bool

    def of(self, text: str) -> str:
        """Return its text."""
        return text[self.start : self.end]


def split_items(text: str) -> list[Item]:
    """Divide a description into items, each with the part it belongs to.

    Args:
        text: The description, plain or Markdown.

    Returns:
        Items in order; headings are left out.
    """
    items: list[Item] = []
    part = "none"
    for start, end in _lines(text):
        line = text[start:end]
        heading = heading_part(line)
        if heading is not None:
            part = heading
            continue
        label = _LABEL.match(line)
        inline = heading_part(label["label"] + ":") if label and not _BULLET.match(line) else None
        if label and inline is not None:
            part = inline
            items += _sentences(text, start + label.end(), end, part, bullet=False)
            continue
        bullet = _BULLET.match(line)
        items += _sentences(text, start + (bullet.end() if bullet else 0), end, part, bullet=bool(bullet))
    return items


def heading_part(line: str) -> str | None:
    """Tell what a heading announces.

    Args:
        line: A line of the description.

    Returns:
        The part's name, or None where the line is no heading.
    """
    stripped = line.strip()
    marked = (
        stripped.startswith("#")
        or (stripped.startswith("**") and stripped.endswith(("**", "**:")))
        or stripped.endswith(":")
    )
    if _BULLET.match(line) and not marked:
        return None
    bare = _MARKUP.sub("", stripped)
    words = bare.split()
    if not words or len(words) > _HEADING_WORDS or bare.endswith((".", ",", ";")):
        return None
    folded = fold(bare)
    for part, pattern in HEADINGS:
        if pattern.search(folded):
            # Without a mark, only a line that is little more than the heading's words is a heading.
            return part if marked or len(words) <= 3 or part in {"title", "location"} else None
    return "other" if stripped.startswith("#") else None


def detect_language(text: str) -> str | None:
    """Tell the language of a description from its function words.

    Args:
        text: The description.

    Returns:
        ISO 639-1 code of one of the seven languages, or None where too few words tell.
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {code: sum(word in hints for word in words) for code, hints in _HINTS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= 3 else None


_HINTS = {code: frozenset(words.split()) for code, words in LANGUAGE_HINTS.items()}


def _lines(text: str) -> list[tuple[int, int]]:
    """Return the lines, a wrapped line joined to the one it continues."""
    lines: list[tuple[int, int]] = []
    position = 0
    for raw in text.split("\n"):
        start, end = position, position + len(raw)
        position = end + 1
        if not raw.strip():
            lines.append((start, start))
            continue
        continues = raw.strip()[0].islower() and not _BULLET.match(raw)
        if continues and lines and lines[-1][0] < lines[-1][1] and end - lines[-1][0] < 1000:
            previous = text[lines[-1][0] : lines[-1][1]].rstrip()
            if previous[-1] not in ".:;!?" and len(previous) > 50:
                lines[-1] = (lines[-1][0], end)
                continue
        lines.append((start, end))
    return [(low, min(low + _LONGEST_LINE, end)) for start, end in lines for low in range(start, end, _LONGEST_LINE)]


def _sentences(text: str, start: int, end: int, part: str, *, bullet: bool) -> list[Item]:
    """Cut a line at the ends of its sentences and trim each."""
    found = []
    position = start
    for cut in [*(match.span() for match in _SENTENCE.finditer(text, start, end)), (end, end)]:
        low, high = position, cut[0]
        position = cut[1]
        while low < high and (text[low].isspace() or text[low] in "*_#>"):
            low += 1
        while high > low and (text[high - 1].isspace() or text[high - 1] in "*_"):
            high -= 1
        if any(sign.isalnum() for sign in text[low:high]):
            found.append(Item(low, high, part, bullet))
    return found
