"""Search in the skill lexicon."""

import pytest

from talentflux.services.skill_service import search


@pytest.mark.parametrize("query", ["", "  ", "zzqqxx"])
def test_nothing_is_found_for_nothing(query: str) -> None:
    assert search(query, 10) == []


def test_equal_names_come_before_beginnings_and_parts() -> None:
    names = [skill.name.casefold() for skill in search("SQL", 50)]
    assert names[0] == "sql"
    assert len(names) == len(set(names))


def test_aliases_are_searched_and_the_limit_holds() -> None:
    assert search("postgres", 1)[0].id == "postgresql"
    assert len(search("a", 7)) == 7
