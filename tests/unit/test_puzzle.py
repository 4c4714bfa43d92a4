"""Puzzles of public forms: what was changed, is too old or is not solved is refused."""

import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from talentflux.core import puzzle
from talentflux.core.errors import InvalidInputError

OWNER, JOB = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def sign(text: str) -> bytes:
    return hmac.digest(b"key", text.encode(), "sha256")


def issue(difficulty: int = 8) -> str:
    return puzzle.issue(sign, OWNER, JOB, difficulty, NOW)


@given(st.text(max_size=200))
def test_what_was_not_given_out_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        puzzle.read(sign, text, NOW)
    assert caught.value.code == "challenge_invalid"


@given(st.integers(min_value=0, max_value=10_000), st.characters(codec="ascii"))
def test_a_challenge_changed_in_any_sign_is_refused(place: int, sign_there: str) -> None:
    text = issue()
    place %= len(text)
    assume(text[place] != sign_there)
    with pytest.raises(InvalidInputError):
        puzzle.read(sign, text[:place] + sign_there + text[place + 1 :], NOW)


def test_a_challenge_of_another_key_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        puzzle.read(lambda text: hmac.digest(b"other", text.encode(), "sha256"), issue(), NOW)


def test_a_challenge_ends_with_its_time() -> None:
    text = issue()
    assert puzzle.read(sign, text, NOW + puzzle.LIFETIME - timedelta(seconds=1)).subject == JOB
    with pytest.raises(InvalidInputError) as caught:
        puzzle.read(sign, text, NOW + puzzle.LIFETIME)
    assert caught.value.code == "challenge_expired"


@given(st.integers(min_value=0, max_value=10))
def test_what_is_solved_passes_and_no_other_challenge_with_it(difficulty: int) -> None:
    text = issue(difficulty)
    found = puzzle.solve(text, difficulty)
    assert puzzle.zero_bits(text, found) >= difficulty
    puzzle.check_solution(text, found, difficulty)
    with pytest.raises(InvalidInputError):
        puzzle.check_solution(text, found, 32)


def test_two_challenges_are_never_alike() -> None:
    assert len({puzzle.read(sign, issue(), NOW).nonce for _ in range(1000)}) == 1000
