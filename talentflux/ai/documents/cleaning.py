"""Characters that are not what they look like: put right where harmless, taken out and reported where not."""

import re
import unicodedata

from talentflux.schemas.document import HiddenReason, HiddenText

BULLET = "•"
_BULLETS = "•●○◦∙▪▫■□◆◇♦❖➢➤►▶▸▹‣⁃⦿⚫➔➜→✓✔✦✧★☆➣❯\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf02d\uf06e\uf071\uf0a8\u2b29\u25c8"
_BULLET_SET = frozenset(_BULLETS + "·⋅‧")
_LEADING_BULLET = re.compile(rf"^(\s*)(?:[{re.escape(_BULLETS)}]|[·⋅‧](?=\s)|[o](?=\t))\s*")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": None, "\ufffe": "-"}
)
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\x0b\x0c]")
_RUN_OF_SPACES = re.compile(r" {2,}")
_SPACE_AT_TAB = re.compile(r" *\t[ \t]*")
# Printable ASCII and the Latin letters that most lines consist of, after a bullet as it is wanted.
_ORDINARY = re.compile(r"(?:• (?=\S))?[\t -~À-ſ–—’‘“”…€]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffb]")
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ZERO_WIDTH = re.compile(r"[\u200b-\u200d\u2060-\u2064\u180e\ufeff]+")
_TAGS = re.compile(r"(?<!\U0001f3f4)[\U000e0000-\U000e007f]+")
_FLAG_TAGS = re.compile(r"(?<=\U0001f3f4)[\U000e0020-\U000e007f]{1,8}")
# Icons of symbol fonts; those used as bullets have been replaced by then.
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_SPACED_LETTERS = re.compile(r"(?<!\S)(?:[^\W\d_] ){4,}[^\W\d_](?!\S)")
# A run of zero-width characters this long can carry a message; shorter ones come from editors.
_MESSAGE_LENGTH = 8


def starts_with_bullet(text: str) -> bool:
    """Whether a line begins with a bullet glyph."""
    return text[:1] in _BULLET_SET


def is_icon(text: str) -> bool:
    """Whether a word consists of signs of a symbol font only."""
    return not text.isascii() and _PRIVATE.sub("", text) == ""


def clean_line(line: str, hidden: list[HiddenText], page: int | None = None) -> str:
    """Return a line as a reader of the page would type it.

    Args:
        line: One line without its end.
        hidden: Receives what is in the characters and cannot be seen.
        page: Page of the line, for the report.

    Returns:
        The line with ordinary spaces, whole ligatures, "•" for any leading bullet, single spaces between words and
        single tabs between cells.
    """
    match = _ORDINARY.fullmatch(line)
    if match is None:
        line = _clean_unusual(line, hidden, page)
    if "  " in line:
        line = _close_letter_spacing(line) or _RUN_OF_SPACES.sub(" ", line)
    elif _SPACED_LETTERS.search(line):
        line = _SPACED_LETTERS.sub(lambda found: found.group().replace(" ", ""), line)
    if "\t" in line:
        line = _SPACE_AT_TAB.sub("\t", line)
    return line.strip()


def _clean_unusual(line: str, hidden: list[HiddenText], page: int | None) -> str:
    """Handle everything beyond printable ASCII and Latin letters."""
    line = _CONTROLS.sub("", _SURROGATES.sub("\ufffd", line))
    line = _FLAG_TAGS.sub("", line)
    for run in _TAGS.findall(line):
        message = "".join(chr(ord(character) - 0xE0000) for character in run)
        message = "".join(character for character in message if character.isprintable())
        hidden.append(HiddenText(text=message or "(tag characters)", reason=HiddenReason.UNICODE_TAGS, page=page))
    line = _TAGS.sub("", line)
    for run in _ZERO_WIDTH.findall(line):
        if len(run) >= _MESSAGE_LENGTH:
            points = " ".join(f"U+{ord(character):04X}" for character in run[:16])
            hidden.append(HiddenText(text=points, reason=HiddenReason.ZERO_WIDTH, page=page))
    line = _BIDI.sub("", _ZERO_WIDTH.sub("", line))
    line = _SPACES.sub(" ", line.translate(_LIGATURES))
    line = _LEADING_BULLET.sub(rf"\1{BULLET} ", line)
    return unicodedata.normalize("NFC", _PRIVATE.sub("", line))


def _close_letter_spacing(line: str) -> str | None:
    """Return "WORK HISTORY" for "W O R K   H I S T O R Y", or None for any other line with runs of spaces."""
    words = [word.split(" ") for word in re.split(r" {2,}", line.strip())]
    letters = [letter for word in words for letter in word]
    if len(letters) < 4 or any(len(letter) != 1 for letter in letters):
        return None
    return " ".join("".join(word) for word in words)
