"""What is kept about candidates beside their profile: encrypted under the candidate's own key, in its place."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from talentflux.core.crypto import Cipher, Keys
from talentflux.core.errors import NotFoundError
from talentflux.services import candidate_profile


def cipher_of(keys: Keys, candidate_id: UUID, wrapped_key: bytes | None) -> Cipher:
    """Return the cipher of a candidate.

    Args:
        keys: Of the organization.
        candidate_id: Whose.
        wrapped_key: As stored.

    Raises:
        NotFoundError: The key was destroyed.
        TamperedError: The key was changed or moved.
    """
    if wrapped_key is None:
        raise NotFoundError("The person's data was erased.")
    return keys.person(wrapped_key, f"candidate:{candidate_id}")


def open_column(
    keys: Keys, rows: Iterable[dict[str, Any]], column: str, name: str, *, wrapped_key: bytes | None = None
) -> None:
    """Put the text of an encrypted column in the place of its ciphertext; null where the key was destroyed.

    Args:
        keys: Of the organization.
        rows: With `id`, `candidate_id`, the column and, where no key is given, `wrapped_key`.
        column: As `table.column`, which is the place together with the row's id.
        name: Of the column in the rows.
        wrapped_key: Of the one candidate whose rows all are.
    """
    ciphers: dict[UUID, Cipher] = {}
    for row in rows:
        sealed, key = row[name], row.get("wrapped_key", wrapped_key)
        row[name] = None
        if sealed is not None and key is not None:
            candidate_id = row["candidate_id"]
            if candidate_id not in ciphers:
                ciphers[candidate_id] = cipher_of(keys, candidate_id, key)
            row[name] = ciphers[candidate_id].decrypt(sealed, f"{column}:{row['id']}").decode()


def open_profiles(keys: Keys, rows: Iterable[dict[str, Any]], *fields: str) -> None:
    """Put fields of candidates in the place of their ciphertexts, in rows that are not candidates.

    Args:
        keys: Of the organization.
        rows: With `candidate_id`, `wrapped_key` and `profile`.
        *fields: Of the profile.
    """
    listed = list(rows)
    sealed = [(row["candidate_id"], row.pop("wrapped_key"), row.pop("profile")) for row in listed]
    empty = dict.fromkeys(candidate_profile.FIELDS)
    for row, plain in zip(listed, keys.open_persons("candidate.profile", sealed), strict=True):
        profile = empty if plain is None else orjson.loads(plain)
        row.update({field: profile[field] for field in fields})
