"""Words that were divided at the end of a line, made whole again."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

from talentflux.ai.documents.words import word_set


class _Line(Protocol):
    text: str
    gap: bool


L = TypeVar("L", bound=_Line)

# PDFium gives U+FFFE (older versions U+0002) for any hyphen at the end of a line, divided word or not.
DIVIDERS = "-‐\x02\ufffe"
_SOFT = "\u00ad"
_WORDS = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*$")
_FIRST_PART = re.compile(r"[^\W\d_]+")
# Compounds that keep their hyphen, by their first and by their second part.
_HEADS = word_set(
    "all cloud cross customer detail eight end first five four front full goal hands high industry long low mid "
    "multi nine non object one open part peer problem product quality real result results role self semi service short "
    "six socio solution state ten third three two user well world"
)
_TAILS = word_set(
    "active agent agnostic and author authored aware based benefit bound box breaking bred building by call case "
    "centered centric class commerce critical cutting day defined depth domain driven edge edged effective "
    "efficient enabled end ended established faceted facing factor first focused founded founder free friendly "
    "functional grade grained grown hand hosted hour house impact in intensive learning led level line making "
    "management minded month native of off office on oriented out paced party party’s performance performing person "
    "platform purpose quality ready related renowned rich risk round saving scale screen service side sign site "
    "size skilled solving source specific speed stack stakeholder standing state step term test the thinking "
    "throughput tier time to tolerant trained up user value volume week wide winning written year "
)


def join_hyphenated(lines: Sequence[L]) -> list[L]:
    """Return lines with divided words made whole on the first of the two lines.

    Args:
        lines: Lines in reading order; their texts are changed.

    Returns:
        The lines that still have text.
    """
    known: set[str] | None = None
    for line, following in pairwise(lines):
        if following.gap or len(line.text) < 2 or line.text[-1] not in DIVIDERS + _SOFT:
            continue
        before, after = _LAST_WORD.search(line.text[:-1]), _FIRST_PART.match(following.text)
        soft = line.text[-1] == _SOFT
        if before is None or after is None:
            continue
        # A capital follows a hyphen only inside a name or title: "Trillion-Parameter".
        title = after.group()[0].isupper()
        if title and not (before.group()[0].isupper() and len(before.group()) > 1) and not soft:
            continue
        if known is None:
            known = {word.lower() for other in lines for word in _WORDS.findall(other.text)}
        keeps = title or _keeps_hyphen(before.group().lower(), after.group().lower(), known)
        hyphen = "-" if keeps and not soft else ""
        first, *rest = following.text.split(maxsplit=1)
        line.text = line.text[:-1] + hyphen + first
        following.text = "".join(rest)
    return [line for line in lines if line.text]


def _keeps_hyphen(before: str, after: str, known: set[str]) -> bool:
    """Whether the hyphen belongs to the word: by the other words of the page, then by the usual compounds."""
    if before + after in known:
        return False
    if f"{before}-{after}" in known or "-" in before:
        return True
    return before in _HEADS or after in _TAILS
