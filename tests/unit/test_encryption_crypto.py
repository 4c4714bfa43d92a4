"""Ciphers and keys: what was changed or moved does not open; equal values are found and not read."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.core.crypto import Cipher, Keys, TamperedError, UnknownKeyError, derive, digest_of, key_version

ONE, OTHER = UUID(int=1), UUID(int=2)
DATA, NEWER, INDEX = b"d" * 32, b"e" * 32, b"i" * 32
KEYS = Keys(ONE, {1: DATA}, INDEX)
PLACE = st.text(st.characters(codec="utf-8"), max_size=60)


def _flipped(sealed: bytes, bit: int) -> bytes:
    changed = bytearray(sealed)
    changed[bit // 8 % len(sealed)] ^= 1 << bit % 8
    return bytes(changed)


@given(st.binary(max_size=300), PLACE, st.integers(0, 10_000))
def test_any_changed_bit_is_refused(plain: bytes, place: str, bit: int) -> None:
    cipher = Cipher(DATA, ONE)
    with pytest.raises(TamperedError):
        cipher.decrypt(_flipped(cipher.encrypt(plain, place), bit), place)
    with pytest.raises((TamperedError, UnknownKeyError)):
        KEYS.decrypt(_flipped(KEYS.encrypt(plain, place), bit), place)


@given(st.binary(max_size=300), PLACE, PLACE)
def test_moved_to_another_row_or_column_is_refused(plain: bytes, here: str, there: str) -> None:
    cipher = Cipher(DATA, ONE)
    assert cipher.decrypt(cipher.encrypt(plain, here), here) == plain
    assert KEYS.decrypt(KEYS.encrypt(plain, here), here) == plain
    if here != there:
        with pytest.raises(TamperedError):
            cipher.decrypt(cipher.encrypt(plain, here), there)
        with pytest.raises(TamperedError):
            KEYS.decrypt(KEYS.encrypt(plain, here), there)


@pytest.mark.parametrize("owner", [OTHER, None])
def test_moved_to_another_tenant_is_refused_even_under_the_same_key(owner: UUID | None) -> None:
    with pytest.raises(TamperedError):
        Cipher(DATA, owner).decrypt(Cipher(DATA, ONE).encrypt(b"x", "a:1"), "a:1")
    with pytest.raises(TamperedError):
        Keys(owner, {1: DATA}, INDEX).decrypt(KEYS.encrypt(b"x", "a:1"), "a:1")


@given(st.binary(max_size=40))
def test_what_is_no_ciphertext_is_refused(noise: bytes) -> None:
    with pytest.raises(TamperedError):
        Cipher(DATA, ONE).decrypt(noise, "a:1")
    with pytest.raises((TamperedError, UnknownKeyError)):
        KEYS.decrypt(noise, "a:1")


def test_key_of_a_person_does_not_open_as_data_of_the_owner_and_the_other_way_round() -> None:
    wrapped, cipher = KEYS.new_person_key("candidate:1")
    with pytest.raises(TamperedError):
        KEYS.decrypt(wrapped, "candidate:1")
    with pytest.raises(TamperedError):
        KEYS.person(KEYS.encrypt(b"k" * 32, "candidate:1"), "candidate:1")
    with pytest.raises(TamperedError):
        KEYS.decrypt(cipher.encrypt(b"x", "candidate:1"), "candidate:1")


def test_refusal_names_the_column_and_neither_row_nor_content() -> None:
    row = uuid4()
    with pytest.raises(TamperedError) as refused:
        KEYS.decrypt(KEYS.encrypt(b"Mara", "candidate.profile:1"), f"candidate.profile:{row}")
    assert "candidate.profile" in refused.value.detail
    assert str(row) not in refused.value.detail


def test_person_moved_to_another_row_is_refused() -> None:
    wrapped, _ = KEYS.new_person_key("candidate:1")
    with pytest.raises(TamperedError):
        KEYS.person(wrapped, "candidate:2")


def test_version_that_is_not_known_yet_asks_for_another_try() -> None:
    newer = Keys(ONE, {1: DATA, 2: NEWER}, INDEX)
    with pytest.raises(UnknownKeyError) as refused:
        KEYS.decrypt(newer.encrypt(b"x", "a:1"), "a:1")
    assert refused.value.status == 503


def test_without_a_data_key_nothing_is_encrypted() -> None:
    empty = Keys(ONE, {}, INDEX)
    for refused in (lambda: empty.encrypt(b"x", "a:1"), lambda: empty.new_person_key("candidate:1")):
        with pytest.raises(LookupError):
            refused()
    assert len(empty.blind_index("candidate.email", "a@example.org")) == 32


def test_old_versions_go_on_decrypting_and_new_data_take_the_newest() -> None:
    wrapped, cipher = KEYS.new_person_key("candidate:1")
    sealed, old = cipher.encrypt(b"Mara", "candidate.profile:1"), KEYS.encrypt(b"x", "a:1")
    rotated = Keys(ONE, {1: DATA, 2: NEWER}, INDEX)
    assert rotated.decrypt(old, "a:1") == b"x"
    assert (key_version(old), key_version(rotated.encrypt(b"x", "a:1"))) == (1, 2)
    again = rotated.rewrap(wrapped, "candidate:1")
    assert key_version(again) == 2
    assert rotated.person(again, "candidate:1").decrypt(sealed, "candidate.profile:1") == b"Mara"
    assert rotated.versions == {1, 2}


def test_blind_indexes_and_commitments_outlive_a_rotation() -> None:
    rotated = Keys(ONE, {2: NEWER}, INDEX)
    assert rotated.blind_index("candidate.email", "a") == KEYS.blind_index("candidate.email", "a")
    assert rotated.commitment("a") == KEYS.commitment("a")


def test_blind_indexes_differ_by_column_tenant_and_value() -> None:
    other = Keys(OTHER, {1: DATA}, b"j" * 32)
    indexes = {
        keys.blind_index(column, value)
        for keys in (KEYS, other)
        for column in ("candidate.email", "candidate.phone")
        for value in ("a", "b")
    }
    assert len(indexes) == 8
    assert len({KEYS.commitment("a"), KEYS.commitment("b"), other.commitment("a")}) == 3


def test_equal_texts_have_different_ciphertexts() -> None:
    assert len({KEYS.encrypt(b"Mara", "a:1") for _ in range(50)}) == 50


def test_derived_keys_differ_by_purpose_and_are_those_of_rfc_5869() -> None:
    assert derive(DATA, "wrapping") != derive(DATA, "sealing")
    assert derive(DATA, "wrapping").hex() == _expanded(DATA, b"talentflux wrapping").hex()


def _expanded(key: bytes, info: bytes) -> bytes:
    import hashlib  # noqa: PLC0415 -- the formula of section 2.3, written out: T(1) = HMAC(PRK, info | 0x01)
    import hmac  # noqa: PLC0415 -- as above

    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()


def test_digest_is_sha256() -> None:
    assert digest_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("change", ["key", "data", "place", "form", "head"])
def test_list_refuses_a_row_that_was_changed_or_moved_even_after_it_was_read(change: str) -> None:
    row, other = uuid4(), uuid4()
    wrapped, cipher = KEYS.new_person_key(f"candidate:{row}")
    sealed = cipher.encrypt(b"Mara", f"candidate.profile:{row}")
    assert list(KEYS.open_persons("candidate.profile", [(row, wrapped, sealed)])) == [b"Mara"]
    changed = {
        "key": (row, _flipped(wrapped, 200), sealed),
        "data": (row, wrapped, _flipped(sealed, 200)),
        "place": (other, wrapped, sealed),
        "form": (row, wrapped, b"\x02" + sealed[1:]),
        "head": (row, b"", sealed),
    }[change]
    with pytest.raises(TamperedError, match=r"candidate\.profile"):
        list(KEYS.open_persons("candidate.profile", [(row, wrapped, sealed), changed]))


def test_list_gives_nothing_where_a_key_was_destroyed_though_it_was_read_before() -> None:
    row = uuid4()
    wrapped, cipher = KEYS.new_person_key(f"candidate:{row}")
    sealed = cipher.encrypt(b"Mara", f"candidate.profile:{row}")
    rows = [(row, wrapped, sealed), (row, None, sealed), (row, wrapped, None)]
    assert list(KEYS.open_persons("candidate.profile", rows)) == [b"Mara", None, None]


def test_list_opens_keys_of_several_versions_and_keeps_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talentflux.core.crypto._MOST_PERSONS", 3)
    rotated = Keys(ONE, {1: DATA, 2: NEWER}, INDEX)
    rows = []
    for keys in (KEYS, rotated) * 5:
        row = uuid4()
        wrapped, cipher = keys.new_person_key(f"candidate:{row}")
        rows.append((row, wrapped, cipher.encrypt(row.bytes, f"candidate.profile:{row}")))
    assert list(rotated.open_persons("candidate.profile", rows)) == [row.bytes for row, *_ in rows]
    assert len(rotated._persons) <= 3
    with pytest.raises(UnknownKeyError):
        list(KEYS.open_persons("candidate.profile", rows))
