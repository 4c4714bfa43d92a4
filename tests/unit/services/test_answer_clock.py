"""The clock of places that ask for an answer."""

from datetime import UTC, datetime, timedelta

import pytest

from talentflux.services.answer_clock import RULES, due_at, rule_for

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TORONTO = {"country": "CA", "region": "Ontario", "city": "Toronto"}


@pytest.mark.parametrize(
    "places",
    [[], [{}], [{"country": None, "region": None}], [{"country": "CA", "region": "Quebec"}], [{"country": "US"}],
     [{"country": "DE", "region": "Ontario"}]],
)  # fmt: skip
def test_places_without_a_rule_have_no_clock(places: list[dict[str, str]]) -> None:
    assert due_at(places, NOW) is None


@pytest.mark.parametrize("region", ["Ontario", " ontario ", "ON", "CA-ON"])
def test_ontario_asks_for_an_answer_within_45_days(region: str) -> None:
    assert due_at([{"country": "US"}, TORONTO | {"region": region}], NOW) == NOW + timedelta(days=45)


def test_each_rule_names_its_source() -> None:
    assert all("http" in rule.source and rule.in_force and rule.days > 0 for rule in RULES)
    assert rule_for([TORONTO]) is RULES[0]
