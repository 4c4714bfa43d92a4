"""The text of a resume as lines: where each stands, what it begins with, whether a gap lies before it."""

import re
from dataclasses import dataclass, field

from talentflux.ai.resume.dates import Period

BULLETS = "•◦▪●➢❖◆○■□✓➤►▶‣⁃∙·*➔→✔✦★☐❑❍◘¾§"
_TRANSLATION = {ord(sign): "•" for sign in BULLETS if sign not in "·*§¾"}
_TRANSLATION |= dict.fromkeys(
    (0xA0, 0x2007, 0x202F, 0x2009, 0x200A, 0x2002, 0x2003, 0x3000, 0x200B, 0xFEFF, 0x0B, 0x0C, 0x0D), " "
)
_TRANSLATION |= dict.fromkeys((0x2018, 0x2019, 0x02BC, 0x00B4, 0x0060), "'")
_TRANSLATION |= dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212), "–")
_TRANSLATION |= dict.fromkeys(range(0xF000, 0xF100), "•")  # symbol fonts: their bullets lie in the private use area
_PLAIN = {sign: to for sign, to in _TRANSLATION.items() if sign < 128}
_UNUSUAL = re.compile("[" + "".join(re.escape(chr(sign)) for sign in _PLAIN) + "]")
_FOREIGN = re.compile("[" + "".join(re.escape(chr(sign)) for sign in _TRANSLATION) + "]")
_ESCAPED = re.compile(r"(?:\\x[0-9a-f]{2}){2,4}")
_BULLET = re.compile(r"(?:[•·*§¾○]|[-–+](?=\s|[^\W\d_])|o(?=\s)|\d{1,2}[.)](?=\s+[^\W\d_]))\s*(?=\S)")
_SPLIT_LINE = re.compile(r"[^\n]+")
_SPLIT_FLAT = re.compile(r"\S+(?: \S+)*")
_CELLS = re.compile(r"\t+\s*| {3,}| ?\| ?| • ")
_FLAT_LINE = 150  # characters: a resume whose lines are longer on average may have lost its line breaks


@dataclass(slots=True)
class Line:
    """One line of the text, trimmed.

    Attributes:
        start: First character that is neither blank nor bullet.
        end: One past the last character.
        text: The working text of the line.
        bullet: Whether a bullet stood before it.
        gap: Whether an empty line (or, in a text without line breaks, a wide blank) lies before it.
        left: Where the line begins, bullet included.
        cells: Its cells once they are known, see `cells`.
        dates: The dates on it once they are known.
    """

    start: int
    end: int
    text: str
    bullet: bool
    gap: bool
    left: int
    cells: list[tuple[int, int]] = field(default_factory=list)
    dates: list[Period] | None = None


def _decode(match: re.Match[str]) -> str:
    """Give back the sign that stands as escaped bytes, padded to the length of the escape."""
    raw = match.group()
    try:
        sign = bytes.fromhex(raw.replace("\\x", "")).decode()[:1].translate(_TRANSLATION)
    except UnicodeDecodeError:
        return " " * len(raw)
    if sign in "'–":
        return sign * len(raw)
    return sign + " " * (len(raw) - 1)


def _translate(match: re.Match[str]) -> str:
    return _TRANSLATION[ord(match.group())]


def working_text(text: str) -> str:
    """Return the text in which the parser looks: blanks, dashes, quotes and bullets are unified, the length stays.

    Args:
        text: The text of the document.

    Returns:
        A text of the same length, position by position.
    """
    if "\\x" in text:
        text = _ESCAPED.sub(_decode, text)
    if "\\'" in text:
        text = text.replace("\\'", "''")
    if text.isascii():
        return text.translate(_PLAIN) if _UNUSUAL.search(text) else text
    return _FOREIGN.sub(_translate, text)


def lowered(text: str) -> str:
    """Return the text in lower case, position by position: letters whose small form is longer stay as they are."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(one if len(one.lower()) != 1 else one.lower() for one in text)


def is_flat(text: str) -> bool:
    """Return whether the text has lost its line breaks, so that two blanks stand for them."""
    breaks = text.count("\n") + 1
    return len(text) / breaks > _FLAT_LINE and text.count("  ") > 1.5 * breaks


def split_lines(text: str) -> list[Line]:
    """Split a working text into lines.

    Args:
        text: A text as given by `working_text`.

    Returns:
        The lines that are not blank, in order.
    """
    flat = is_flat(text)
    found: list[Line] = []
    last = 0
    for match in (_SPLIT_FLAT if flat else _SPLIT_LINE).finditer(text):
        raw = match.group()
        body = raw.strip(" \t")
        if not body:
            continue
        left = match.start() + len(raw) - len(raw.lstrip(" \t"))
        end = left + len(body)
        between = text[last:left]
        gap = len(between) > 3 if flat else between.count("\n") > 1
        mark = _BULLET.match(text, left, end)
        start = mark.end() if mark else left
        if start >= end or (end - start == 1 and not text[start].isalnum()):
            last = end
            continue
        found.append(Line(start, end, text[start:end], mark is not None, gap or not found, left))
        last = end
    return found


def cells(line: Line) -> list[tuple[int, int]]:
    """Return the stretches of a line that stand apart: columns, cells of a table, right margin."""
    if line.cells:
        return line.cells
    found: list[tuple[int, int]] = []
    place = 0
    for match in _CELLS.finditer(line.text):
        if match.start() > place:
            found.append((line.start + place, line.start + match.start()))
        place = match.end()
    if place < len(line.text):
        found.append((line.start + place, line.end))
    line.cells = found
    return found
