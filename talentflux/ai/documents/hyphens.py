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
    "all anti client cloud co community company cost cross customer data decision detail end event fast first five "
    "four front full goal hands high in industry inter long low machine micro mid multi non object on one open out "
    "part peer post pre problem product quality real result results role self semi server service short six socio "
    "solution sub team technical test third three time top two up user vice web well world year"
)
_TAILS = word_set(
    "active agnostic and aware based benefit bound building bred box breaking by call case centered centric class "
    "commerce critical cutting day defined depth domain driven edge edged effective efficient end ended enabled "
    "established facing faceted factor first focused free friendly functional grade grained grown hand hosted hour "
    "house impact in intensive learning led level line making management minded month native of off office on "
    "oriented out paced party party’s performance performing person platform purpose quality ready related "
    "renowned rich risk round saving scale screen service side sign site size skilled solving source specific "
    "speed stack stakeholder standing state step term test the thinking throughput tier time to tolerant trained "
    "up user value volume week wide winning written year"
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
        if before is None or after is None or not (soft or after.group()[0].islower()):
            continue
        if known is None:
            known = {word.lower() for other in lines for word in _WORDS.findall(other.text)}
        hyphen = "-" if not soft and _keeps_hyphen(before.group().lower(), after.group().lower(), known) else ""
        first, _, rest = following.text.partition(" ")
        line.text = line.text[:-1] + hyphen + first
        following.text = rest
    return [line for line in lines if line.text]


def _keeps_hyphen(before: str, after: str, known: set[str]) -> bool:
    """Whether the hyphen belongs to the word: by the other words of the page, then by the usual compounds."""
    if before + after in known:
        return False
    if f"{before}-{after}" in known or "-" in before:
        return True
    return before in _HEADS or after in _TAILS
