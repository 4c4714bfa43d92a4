"""Positions held, compared with roles and trades; shared by the judges of titles and of years."""

import re

from talentflux.ai.matching.roles import Role, names_trade, read_role, read_words, similarity
from talentflux.ai.matching.trades import trades
from talentflux.ai.matching.view import ResumeView
from talentflux.schemas.base import Span
from talentflux.schemas.features import PositionFacts
from talentflux.schemas.match import Evidence

_OR = re.compile(r"\s+(?:or|oder|ou|o|of)\s+", re.IGNORECASE)
SAME_ROLE = 0.75
NEAR_ROLE = 0.5


def quotes_of(view: ResumeView, spans: list[Span | None]) -> list[Evidence]:
    """Quote the places that are known, three at most."""
    return [view.evidence(span) for span in spans if span is not None][:3]


def wanted_roles(title: str) -> list[Role]:
    """Return the role asked for, and each of several divided by `or`."""
    parts = [part for part in _OR.split(title) if names_trade(read_words(part))]
    return [read_role(title), *(read_words(part) for part in parts if len(parts) > 1)]


def role_likeness(wanted: list[Role], position: PositionFacts, view: ResumeView) -> float:
    """Compare roles with a position's title, or with the whole line where the title was read too short."""
    title = max(similarity(role, read_role(position.title or "")) for role in wanted)
    if title >= SAME_ROLE or position.title_span is None:
        return title
    window = view.window_of(position.title_span)
    if window is None:
        return title
    end = min(view.heading_end(position.title_span) or position.title_span.end, position.title_span.start + 120)
    line = view.features.text[position.title_span.start : end]
    return max(title, *(similarity(role, read_words(line)) for role in wanted))


def held_trades(position: PositionFacts, view: ResumeView) -> frozenset[str]:
    """Return the fields of work that a position's title names; its line may say whose house it is."""
    if not position.title:
        return frozenset()
    span = position.span or position.title_span
    # The employer stands in the title's line or in the next one.
    lines = span.of(view.features.text).split("\n", maxsplit=2)[:2] if span else []
    return trades(position.title, " ".join(lines))
