"""Marks the evidence in a resume's text."""

from collections.abc import Iterable
from itertools import pairwise

from markupsafe import Markup, escape

from talentflux.schemas.match import MatchResult


def highlight(text: str, match: MatchResult) -> Markup:
    """Return the text as HTML with every quoted stretch marked and numbered by its requirement.

    Args:
        text: What the spans refer to.
        match: The findings.

    Returns:
        Escaped text in which `mark` elements carry the requirement's number; stretches quoted for several
        requirements carry all their numbers.
    """
    quotes = [
        (evidence.span.start, min(evidence.span.end, len(text)), result.requirement_id, evidence.supports)
        for result in match.results
        for evidence in result.evidence
        if evidence.span.start < evidence.span.end <= len(text)
    ]
    edges = sorted({0, len(text), *(edge for quote in quotes for edge in quote[:2])})
    pieces: list[Markup] = []
    for start, end in pairwise(edges):
        inside = [quote for quote in quotes if quote[0] <= start and end <= quote[1]]
        stretch = escape(text[start:end])
        if not inside:
            pieces.append(stretch)
            continue
        ends_here = _numbers(quote[2] for quote in inside if quote[1] == end)
        opening = Markup("<mark>") if any(quote[3] for quote in inside) else Markup('<mark class="against">')
        number = Markup("<sup>{}</sup>").format(ends_here) if ends_here else ""
        pieces.append(opening + stretch + number + Markup("</mark>"))
    return Markup("").join(pieces)


def _numbers(requirement_ids: Iterable[str]) -> str:
    numbers = sorted({int(requirement_id[1:]) for requirement_id in requirement_ids})
    return ",".join(str(number) for number in numbers)
