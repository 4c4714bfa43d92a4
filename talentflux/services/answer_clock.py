"""Until when the law of a place asks for an answer to applicants.

One rule per place, each with its source. A place without a rule has no clock. This is a reminder, not legal advice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Rule:
    """A deadline for an answer.

    Attributes:
        country: ISO 3166-1, two letters.
        regions: Names of the region as people write them, in small letters; empty for the whole country.
        days: After the last interview.
        in_force: From when.
        source: Where it is written.
    """

    country: str
    regions: frozenset[str]
    days: int
    in_force: str
    source: str


RULES: Final = (
    Rule(
        country="CA",
        regions=frozenset({"on", "ca-on", "ontario"}),
        days=45,
        in_force="2026-01-01",
        source="Ontario: Employment Standards Act, 2000, Part III.1 (duty to inform applicants who were interviewed), "
        "with O. Reg. 476/24, https://www.ontario.ca/laws/regulation/240476; employers with 25 or more employees",
    ),
)


def rule_for(places: Iterable[Mapping[str, Any]]) -> Rule | None:
    """Return the strictest rule of the places of a requisition; None where there is none.

    Args:
        places: With `country` and `region`.
    """
    found = [
        rule
        for place in places
        for rule in RULES
        if str(place.get("country") or "").upper() == rule.country
        and (not rule.regions or str(place.get("region") or "").strip().lower() in rule.regions)
    ]
    return min(found, key=lambda rule: rule.days, default=None)


def due_at(places: Iterable[Mapping[str, Any]], interviewed_at: datetime) -> datetime | None:
    """Return until when an answer is due.

    Args:
        places: Of the requisition.
        interviewed_at: When the applicant came to the latest stage of interviews: no interview of it was earlier, so
            the clock never runs longer than the law lets it.

    Returns:
        The time; None where no rule holds.
    """
    rule = rule_for(places)
    return None if rule is None else interviewed_at + timedelta(days=rule.days)
