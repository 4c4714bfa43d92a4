"""Cursors: refused when changed in any character or used elsewhere, and read back as they were made."""

import hmac
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.core.cursor import make_cursor, read_cursor
from talentflux.core.errors import InvalidInputError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
VALUES = st.lists(st.one_of(st.uuids(), st.datetimes(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1)


def sign(text: str) -> bytes:
    return hmac.digest(b"a key for tests", text.encode(), "sha256")


@given(VALUES, st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_any_changed_character_is_refused(values: list[object], place: str, data: st.DataObject) -> None:
    cursor = make_cursor(values, place, sign)
    at = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.sampled_from([letter for letter in ALPHABET if letter != cursor[at]]))
    with pytest.raises(InvalidInputError) as refused:
        read_cursor(cursor[:at] + other + cursor[at + 1 :], place, sign)
    assert refused.value.fields.keys() == {"query.cursor"}


@given(VALUES, st.data())
def test_a_shorter_or_longer_one_is_refused(values: list[object], data: st.DataObject) -> None:
    cursor = make_cursor(values, "here", sign)
    cut = data.draw(st.integers(0, len(cursor) - 1))
    for changed in (cursor[:cut], cursor + data.draw(st.text(ALPHABET, min_size=1, max_size=3))):
        with pytest.raises(InvalidInputError):
            read_cursor(changed, "here", sign)


@given(st.text(max_size=200))
def test_text_of_any_kind_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        read_cursor(cursor, "here", sign)


@given(VALUES, st.text(max_size=20), st.text(max_size=20))
def test_one_of_another_place_is_refused(values: list[object], place: str, other: str) -> None:
    cursor = make_cursor(values, repr(place), sign)
    if place != other:
        with pytest.raises(InvalidInputError):
            read_cursor(cursor, repr(other), sign)


def test_one_signed_with_another_key_is_refused() -> None:
    cursor = make_cursor([UUID(int=1)], "here", lambda text: hmac.digest(b"another", text.encode(), "sha256"))
    with pytest.raises(InvalidInputError):
        read_cursor(cursor, "here", sign)


@given(VALUES, st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_made_is_read_back(values: list[object], place: str) -> None:
    assert read_cursor(make_cursor(values, place, sign), place, sign) == orjson.loads(orjson.dumps(values))
