"""Personal fields of candidates: found by parts of names, addresses and numbers in any spelling; moved ones refused."""

from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.core.crypto import Keys, TamperedError
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.models import Candidate, File, Resume
from talentflux.services import candidate_cipher, resume_content
from talentflux.services import candidate_profile as profiles

OWNER = UUID(int=1)
KEYS = Keys(OWNER, {1: b"d" * 32}, b"i" * 32)
MARA = {"name": "Mara Lindqvist", "email": "mara@example.org", "phone": "+46 8 123 45 67"}


def _row(profile: dict[str, str | None], row_id: UUID | None = None) -> dict[str, object]:
    row_id = row_id or uuid4()
    made = profiles.columns(KEYS, row_id, profile)
    return {"id": row_id, "wrapped_key": made["wrapped_key"], "profile": made["profile"]}


@pytest.mark.parametrize("column", ["profile", "wrapped_key"])
def test_ciphertext_of_another_row_is_refused_in_a_list(column: str) -> None:
    one, other = _row({"name": "One"}), _row({"name": "Other"})
    one[column] = other[column]
    with pytest.raises(TamperedError):
        profiles.open_rows(KEYS, [one])


def test_fields_come_back_in_order_with_none_for_what_is_unknown() -> None:
    row = _row({"name": "Mara Lindqvist", "headline": "Backend developer"})
    profiles.open_rows(KEYS, [row])
    assert list(row)[1:] == list(profiles.FIELDS)
    assert (row["name"], row["email"], row["headline"]) == ("Mara Lindqvist", None, "Backend developer")


def test_person_whose_key_was_destroyed_is_shown_without_fields() -> None:
    row = _row(dict(MARA)) | {"wrapped_key": None}
    profiles.open_rows(KEYS, [row])
    assert [row[field] for field in profiles.FIELDS] == [None] * 5


def test_nothing_more_is_kept_about_a_person_whose_key_was_destroyed() -> None:
    with pytest.raises(ConflictError, match="erased"):
        profiles.seal(KEYS, Candidate(id=uuid4(), wrapped_key=None), "contact_reason", "moved away")
    with pytest.raises(NotFoundError, match="erased"):
        candidate_cipher.cipher_of(KEYS, uuid4(), None)


def test_places_are_found_by_whole_words_in_any_order() -> None:
    tokens = profiles.place_tokens(KEYS, "Malmö Sweden")
    assert tokens == profiles.place_tokens(KEYS, "sweden, malmo")
    assert not set(tokens) & set(profiles.place_tokens(KEYS, "Mal Swed"))


@pytest.mark.parametrize("blind", [False, True])
def test_names_are_put_beside_rows_unless_blind(blind: bool) -> None:  # noqa: FBT001 -- a case
    row = _row(dict(MARA))
    named = {
        "candidate_id": row["id"],
        "candidate_wrapped_key": row["wrapped_key"],
        "candidate_profile": row["profile"],
    }
    profiles.name_rows(KEYS, [named], blind=blind)
    assert named == {"candidate_id": row["id"], "candidate_name": None if blind else "Mara Lindqvist"}


@pytest.mark.parametrize("written", ["+49 30 123-45 67", "0049 (30) 1234567", "+49.30/1234567"])
def test_number_is_found_in_any_spelling_with_its_country(written: str) -> None:
    assert profiles.phone_index(KEYS, written) == profiles.phone_index(KEYS, "+49301234567")


@pytest.mark.parametrize("written", ["030 1234567", "+49", "call me", "+0123456789", "+1234567890123456"])
def test_number_without_country_has_no_index(written: str) -> None:
    assert profiles.phone_index(KEYS, written) is None


def test_address_is_found_in_any_case() -> None:
    assert profiles.email_index(KEYS, " Mara@Example.org") == profiles.email_index(KEYS, "mara@example.org")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Mara Lindqvist", "ma lin"),
        ("Mara Lindqvist", "LINDQVIST mara"),
        ("José Núñez", "nunez"),
        ("Jose\u0301 Nunez", "josé"),
        ("Anna Strauß", "strauss"),
        ("Søren Łukasz", "soren luk"),
        ("Siobhán O'Brien-Kelly", "brien kel"),
        ("王小明", "王小"),
        ("Ли Вэй", "ли"),
        ("王", "王"),
        ("Bartholomäus Wintersteinhauser", "wintersteinhau"),
    ],
)
def test_name_is_found_by_the_beginnings_of_its_words(name: str, asked: str) -> None:
    assert set(profiles.search_tokens(KEYS, asked)) <= set(profiles.name_tokens(KEYS, name))
    assert profiles.has_words({"name": name}, asked)


@pytest.mark.parametrize("asked", ["qvist", "mara x", "lindqvists", "m", "-", "(&)"])
def test_name_is_not_found_by_other_words(asked: str) -> None:
    tokens = profiles.search_tokens(KEYS, asked)
    assert not tokens or not set(tokens) <= set(profiles.name_tokens(KEYS, "Mara Lindqvist"))


def test_long_words_with_the_same_beginning_are_told_apart() -> None:
    assert set(profiles.search_tokens(KEYS, "christopher")) <= set(profiles.name_tokens(KEYS, "Christopheline"))
    assert not profiles.has_words({"name": "Christopheline"}, "christopher")
    assert not profiles.has_words({"name": None}, "christopher")


@given(st.text(max_size=60))
def test_any_text_can_be_a_name_or_a_question(text: str) -> None:
    tokens = profiles.name_tokens(KEYS, text)
    assert len(tokens) == len(set(tokens))
    asked = text[: len(text) // 2]
    if all(len(word) > 1 for word in profiles.name_words(asked)):
        assert set(profiles.search_tokens(KEYS, asked)) <= set(profiles.name_tokens(KEYS, asked))


def test_tokens_of_one_organization_say_nothing_in_another() -> None:
    other = Keys(UUID(int=2), {1: b"d" * 32}, b"j" * 32)
    assert not set(profiles.name_tokens(KEYS, "Mara")) & set(profiles.name_tokens(other, "Mara"))


def test_file_whose_key_was_destroyed_is_not_found_and_listed_as_erased() -> None:
    file = File(id=uuid4(), wrapped_key=None)
    with pytest.raises(NotFoundError):
        resume_content.cipher_of(KEYS, file)
    row = {"id": uuid4(), "file_id": file.id, "wrapped_key": None, "meta": None, "failure": b"x"}
    resume_content.open_rows(KEYS, [row])
    assert (row["file_name"], row["failure_detail"]) == (resume_content.ERASED, None)


def test_what_was_read_comes_back_and_opens_nowhere_else() -> None:
    file_id, resume_id = uuid4(), uuid4()
    wrapped, _ = KEYS.new_person_key(f"file:{file_id}")
    cipher = resume_content.cipher_of(KEYS, File(id=file_id, wrapped_key=wrapped))
    sealed = resume_content.seal_content(cipher, resume_id, {"text": "Mara " * 1000}, {"name": "Mara"})
    assert len(sealed) < 1000
    opened = resume_content.open_content(cipher, Resume(id=resume_id, content=sealed))
    assert orjson.dumps(opened["parsed"]) == b'{"name":"Mara"}'
    assert resume_content.open_content(cipher, Resume(id=resume_id))["parsed"] is None
    with pytest.raises(TamperedError):
        resume_content.open_content(cipher, Resume(id=uuid4(), content=sealed))
    assert resume_content.open_meta(cipher, file_id, None)["name"] == resume_content.ERASED
