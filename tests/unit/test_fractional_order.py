"""Places in a list: always room for one more, always one order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentflux.utils.fractional_order import between, place_of
from talentflux.utils.ids import new_id


@pytest.mark.parametrize(("lower", "upper"), [("b", "a"), ("a", "a"), ("a", "a0"), ("", "0")])
def test_no_place_between_what_is_not_in_order(lower: str, upper: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        between(lower, upper)


def test_new_rows_come_behind_those_before_them() -> None:
    places = [place_of(new_id()) for _ in range(1000)]
    assert places == sorted(places)
    assert len(set(places)) == 1000


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=150), st.booleans())
def test_moves_to_any_places_keep_one_order(moves: list[int], from_ids: bool) -> None:  # noqa: FBT001 -- hypothesis
    places = [place_of(new_id()) for _ in range(5)] if from_ids else []
    for move in moves:
        at = move % (len(places) + 1)
        lower = places[at - 1] if at else None
        upper = places[at] if at < len(places) else None
        places.insert(at, between(lower, upper))
        assert not places[at].endswith("0")
    assert places == sorted(places)
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("at", [0, -1])
def test_a_thousand_moves_to_one_place_stay_short(at: int) -> None:
    lower, upper = place_of(new_id()), place_of(new_id())
    for _ in range(1000):
        made = between(lower, upper)
        lower, upper = (lower, made) if at == 0 else (made, upper)
    assert len(made) < 400
