"""Where a masked resume says what was searched for: short stretches of it with the places marked."""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from talentflux.ai.taxonomy.text import fold, indexed_words
from talentflux.schemas.base import Span
from talentflux.schemas.candidate_search import Snippet
from talentflux.utils.search_query import Term

_MOST: Final = 2
_BEFORE, _AFTER = 70, 130
_LOOKED_AT: Final = 200_000
_NO_WORD: Final = r"[\W_]+"
_SPACE: Final = re.compile(r"\s")
_LIGATURES: Final = {"ß": "ss", "æ": "ae", "œ": "oe"}


def pattern(terms: Sequence[Term]) -> re.Pattern[str] | None:
    """Return what finds terms in a folded text; None where there is none.

    Args:
        terms: Of the search, those that are asked for.
    """
    found = dict.fromkeys(expression for term in terms if (expression := _expression(term)))
    # The longest first, so that a phrase is marked as a whole.
    ordered = sorted(found, key=len, reverse=True)
    return re.compile("|".join(ordered)) if ordered else None


def snippets(text: str, wanted: re.Pattern[str] | None) -> list[Snippet]:
    """Return the first stretches of a text that say what is wanted, none twice.

    Args:
        text: Masked.
        wanted: What `pattern` returned.
    """
    found: list[Snippet] = []
    place, said = 0, set[str]()
    folded = fold(text[:_LOOKED_AT]) if wanted is not None else ""
    while wanted is not None and len(found) < _MOST:
        match = wanted.search(folded, place)
        if match is None:
            break
        place = match.end()
        if match[0] in said:
            continue
        start, end = _stretch(text, match.start(), match.end())
        marks = [each.span() for each in wanted.finditer(folded, match.start(), end)]
        said.update(folded[begin:finish] for begin, finish in marks)
        found.append(_marked(text, start, end, marks))
        place = max(place, end)
    return found


def _expression(term: Term) -> str | None:
    words = indexed_words(term.text)
    if not words:
        return None
    joined = _NO_WORD.join(re.escape(word) for word in words)
    for ligature, letters in _LIGATURES.items():
        joined = joined.replace(letters, f"(?:{letters}|{ligature})")
    # C is another word than C++ and C#.
    end = r"[^\W_]*" if term.begins else r"(?![^\W_])" if len(words[-1]) > 1 else r"(?![^\W_]|\+\+|#)"
    return rf"(?<![^\W_]){joined}{end}"


def _stretch(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch around a place that cuts no word."""
    first, last = max(0, start - _BEFORE), min(len(text), end + _AFTER)
    if first > 0 and (space := _SPACE.search(text, first, start)):
        first = space.end()
    if last < len(text):
        while last > end and not text[last].isspace():
            last -= 1
    return first, last


def _marked(text: str, start: int, end: int, marks: list[tuple[int, int]]) -> Snippet:
    parts: list[str] = []
    spans: list[Span] = []
    length = place = 0
    for begin, finish in [*((max(a, start), min(b, end)) for a, b in marks), (end, end)]:
        before, marked = (_escaped(text[a:b]) for a, b in ((place or start, begin), (begin, finish)))
        parts += [before, marked]
        if marked:
            spans.append(Span(start=length + len(before), end=length + len(before) + len(marked)))
        length += len(before) + len(marked)
        place = finish
    return Snippet(text="".join(parts), spans=spans)


def _escaped(text: str) -> str:
    """Return a text for HTML, on one line."""
    return escape(_SPACE.sub(" ", text))
