"""Where a masked resume says what was searched for: short stretches of it with the places marked."""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from talentflux.schemas.base import Span
from talentflux.schemas.candidate_search import Snippet
from talentflux.utils.search_query import Term

_MOST: Final = 2
_BEFORE, _AFTER = 70, 130
_LOOKED_AT: Final = 200_000
_WORD: Final = re.compile(r"\w+")
_SPACE: Final = re.compile(r"\s")


def pattern(terms: Sequence[Term]) -> re.Pattern[str] | None:
    """Return what finds terms in a text, whatever their case; None where there is none.

    Args:
        terms: Of the search, those that are asked for.
    """
    found = dict.fromkeys(expression for term in terms if (expression := _expression(term)))
    # The longest first, so that a phrase is marked as a whole.
    ordered = sorted(found, key=len, reverse=True)
    return re.compile("|".join(ordered), re.IGNORECASE) if ordered else None


def snippets(text: str, wanted: re.Pattern[str] | None) -> list[Snippet]:
    """Return the first stretches of a text that say what is wanted, none twice.

    Args:
        text: Masked.
        wanted: What `pattern` returned.
    """
    found: list[Snippet] = []
    place, said = 0, set[str]()
    while wanted is not None and len(found) < _MOST:
        match = wanted.search(text, place, _LOOKED_AT)
        if match is None:
            break
        place = match.end()
        if match[0].casefold() in said:
            continue
        start, end = _stretch(text, match.start(), match.end())
        marks = [each.span() for each in wanted.finditer(text, match.start(), end)]
        said.update(text[begin:finish].casefold() for begin, finish in marks)
        found.append(_marked(text, start, end, marks))
        place = max(place, end)
    return found


def _expression(term: Term) -> str | None:
    words = _WORD.findall(term.text) if term.phrase else [term.text]
    if not words:
        return None
    joined = r"\W+".join(re.escape(word) for word in words)
    # A sign beside the word, as in C++, is no word of its own.
    return rf"(?<!\w){joined}" + (r"\w*" if term.begins else r"(?!\w)")


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
