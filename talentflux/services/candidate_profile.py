"""The personal fields of candidates: encrypted as one, found by blind indexes."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Cipher, Keys
from talentflux.core.errors import ConflictError
from talentflux.models import Candidate

FIELDS: Final = ("name", "email", "phone", "location", "headline")
_EMPTY: Final[dict[str, str | None]] = dict.fromkeys(FIELDS)
_NOBODY: Final = orjson.dumps(_EMPTY)
_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_FORMATTING: Final = re.compile(r"[\s().\-/\u00a0]+")
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_SHORTEST, _LONGEST = 2, 10
Profile = dict[str, str | None]


def open_profile(keys: Keys, candidate_id: UUID, wrapped_key: bytes | None, profile: bytes | None) -> Profile:
    """Return the personal fields of a candidate.

    Args:
        keys: Of the organization.
        candidate_id: Whose.
        wrapped_key: As stored.
        profile: As stored.

    Returns:
        All fields; all None where the person's key was destroyed.

    Raises:
        TamperedError: It was changed or moved.
    """
    (plain,) = keys.open_persons("candidate.profile", [(candidate_id, wrapped_key, profile)])
    return _fields(plain)


def _fields(plain: bytes | None) -> Profile:
    opened: Profile = dict(_EMPTY) if plain is None else orjson.loads(plain)
    return opened


def read(keys: Keys, candidate: Candidate) -> Profile:
    """Return the personal fields of a candidate's row.

    Raises:
        TamperedError: It was changed or moved.
    """
    return open_profile(keys, candidate.id, candidate.wrapped_key, candidate.profile)


def columns(keys: Keys, candidate_id: UUID, profile: Profile, wrapped_key: bytes | None = None) -> dict[str, Any]:
    """Return the columns that hold the personal fields.

    Args:
        keys: Of the organization.
        candidate_id: Whose.
        profile: The fields.
        wrapped_key: The person's key; a new one is made by default.

    Raises:
        TamperedError: The key was changed or moved.
    """
    place = f"candidate:{candidate_id}"
    cipher: Cipher
    if wrapped_key is None:
        wrapped_key, cipher = keys.new_person_key(place)
    else:
        cipher = keys.person(wrapped_key, place)
    ordered = {field: profile.get(field) for field in FIELDS}
    email, phone = profile.get("email"), profile.get("phone")
    return {
        "wrapped_key": wrapped_key,
        "profile": cipher.encrypt(orjson.dumps(ordered), f"candidate.profile:{candidate_id}"),
        "email_index": email_index(keys, email) if email else None,
        "phone_index": phone_index(keys, phone) if phone else None,
    }


def seal(keys: Keys, candidate: Candidate, column: str, text: str) -> bytes:
    """Return a text of a candidate's row, encrypted under the person's key.

    Args:
        keys: Of the organization.
        candidate: Whose.
        column: Where it will be stored.
        text: What to encrypt.

    Raises:
        ConflictError: The person's key was destroyed.
    """
    if candidate.wrapped_key is None:
        raise ConflictError("The data of this candidate were erased; nothing can be kept about them.")
    cipher = keys.person(candidate.wrapped_key, f"candidate:{candidate.id}")
    return cipher.encrypt(text.encode(), f"candidate.{column}:{candidate.id}")


def unseal(keys: Keys, candidate: Candidate, column: str) -> str | None:
    """Return a text of a candidate's row; None where there is none or the person's key was destroyed.

    Raises:
        TamperedError: It was changed or moved.
    """
    sealed = getattr(candidate, column)
    if sealed is None or candidate.wrapped_key is None:
        return None
    cipher = keys.person(candidate.wrapped_key, f"candidate:{candidate.id}")
    return cipher.decrypt(sealed, f"candidate.{column}:{candidate.id}").decode()


def open_rows(keys: Keys, rows: Iterable[dict[str, Any]]) -> None:
    """Put the personal fields of candidates in the place of their ciphertexts.

    Args:
        keys: Of the organization.
        rows: With `id`, `wrapped_key` and `profile`.

    Raises:
        TamperedError: A row was changed or moved.
    """
    listed = list(rows)
    sealed = [(row["id"], row["wrapped_key"], row["profile"]) for row in listed]
    for row, profile in zip(listed, _profiles(keys, sealed), strict=True):
        del row["wrapped_key"], row["profile"]
        row.update(profile)


def name_rows(keys: Keys, rows: Iterable[dict[str, Any]], *, blind: bool = False) -> None:
    """Put `candidate_name` in the place of a candidate's ciphertexts.

    Args:
        keys: Of the organization.
        rows: With `candidate_id`, `candidate_wrapped_key` and `candidate_profile`.
        blind: Leave the names out.

    Raises:
        TamperedError: A row was changed or moved.
    """
    listed = list(rows)
    if blind:
        profiles = [_EMPTY] * len(listed)
    else:
        profiles = _profiles(
            keys, [(row["candidate_id"], row["candidate_wrapped_key"], row["candidate_profile"]) for row in listed]
        )
    for row, profile in zip(listed, profiles, strict=True):
        del row["candidate_wrapped_key"], row["candidate_profile"]
        row["candidate_name"] = profile["name"]


def _profiles(keys: Keys, sealed: list[tuple[UUID, bytes | None, bytes | None]]) -> list[Profile]:
    """Return the personal fields of many candidates; all are parsed at once."""
    plain = [text or _NOBODY for text in keys.open_persons("candidate.profile", sealed)]
    profiles: list[Profile] = orjson.loads(b"[" + b",".join(plain) + b"]")
    return profiles


def email_index(keys: Keys, email: str) -> bytes:
    """Return the blind index of an address, whatever its case."""
    return keys.blind_index("candidate.email", email.strip().lower())


def phone_index(keys: Keys, phone: str) -> bytes | None:
    """Return the blind index of a telephone number; None where it is not of the form of E.164, with its country."""
    digits = _FORMATTING.sub("", phone)
    number = f"+{digits[2:]}" if digits.startswith("00") else digits
    return keys.blind_index("candidate.phone", number) if _E164.fullmatch(number) else None


def name_tokens(keys: Keys, name: str | None) -> list[bytes]:
    """Return the tokens under which a name is found: beginnings of 2 to 10 characters of each of its words."""
    beginnings = {
        word[:length]
        for word in name_words(name or "")
        for length in range(min(_SHORTEST, len(word)), min(_LONGEST, len(word)) + 1)
    }
    return sorted(keys.blind_index("candidate.name", beginning) for beginning in beginnings)


def tokens(keys: Keys, profile: Mapping[str, Any]) -> list[bytes]:
    """Return all tokens under which a candidate is found: by name, and by place.

    Args:
        keys: Of the organization.
        profile: The personal fields.
    """
    places = {
        keys.blind_index("candidate.place", word[:_LONGEST]) for word in name_words(profile.get("location") or "")
    }
    return sorted({*name_tokens(keys, profile.get("name")), *places})


def search_tokens(keys: Keys, asked: str) -> list[bytes]:
    """Return the tokens that a name must all have to be found.

    Args:
        keys: Of the organization.
        asked: Words or their beginnings. What goes beyond ten characters of a word is looked at by `has_words`.
    """
    return sorted({keys.blind_index("candidate.name", word[:_LONGEST]) for word in name_words(asked)})


def place_tokens(keys: Keys, asked: str) -> list[bytes]:
    """Return the tokens that a place must all have to be found: of whole words, up to their tenth character.

    Args:
        keys: Of the organization.
        asked: Words of a place.
    """
    return sorted({keys.blind_index("candidate.place", word[:_LONGEST]) for word in name_words(asked)})


def has_words(profile: Mapping[str, Any], asked: str) -> bool:
    """Return whether a name has words that begin with all that are asked for."""
    own = name_words(profile["name"] or "")
    return all(any(word.startswith(wanted) for word in own) for wanted in name_words(asked))


def name_words(text: str) -> list[str]:
    """Return the words of a name in small letters without accents; in a script without case only their form is one."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    bare = (sign for sign in letters if not unicodedata.combining(sign))
    # Letters, marks that are vowels and digits make words; all else divides them.
    return "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in bare).split()
