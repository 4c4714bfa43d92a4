"""Originals of resumes: encrypted under a key of their own, together with all that was read from them."""

import zlib
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Cipher, Keys
from talentflux.core.errors import NotFoundError
from talentflux.models import File, Resume

ERASED: Final = "(erased)"
"""Stands for the name of a file whose key was destroyed."""

_FASTEST: Final = 1  # a ciphertext cannot be compressed by the database any more


def cipher_of(keys: Keys, file: File) -> Cipher:
    """Return the cipher of a file and of what was read from it.

    Raises:
        NotFoundError: Its key was destroyed.
        TamperedError: The key was changed or moved.
    """
    if file.wrapped_key is None:
        raise NotFoundError("The person's data was erased.")
    return keys.person(file.wrapped_key, f"file:{file.id}")


def seal_meta(cipher: Cipher, file_id: UUID, name: str, sha256: str) -> bytes:
    """Return name and digest of an original, encrypted."""
    return cipher.encrypt(orjson.dumps({"name": name, "sha256": sha256}), f"file.meta:{file_id}")


def open_meta(cipher: Cipher, file_id: UUID, meta: bytes | None) -> dict[str, str]:
    """Return `name` and `sha256` of an original.

    Raises:
        TamperedError: They were changed or moved.
    """
    if meta is None:
        return {"name": ERASED, "sha256": ""}
    opened: dict[str, str] = orjson.loads(cipher.decrypt(meta, f"file.meta:{file_id}"))
    return opened


def seal_content(cipher: Cipher, resume_id: UUID, document: object, parsed: object) -> bytes:
    """Return what was read from an original, encrypted."""
    plain = zlib.compress(orjson.dumps({"document": document, "parsed": parsed}), _FASTEST)
    return cipher.encrypt(plain, f"resume.content:{resume_id}")


def open_content(cipher: Cipher, resume: Resume) -> dict[str, Any]:
    """Return `document` and `parsed` as they were stored; both None where nothing was read.

    Raises:
        TamperedError: They were changed or moved.
    """
    if resume.content is None:
        return {"document": None, "parsed": None}
    plain = cipher.decrypt(resume.content, f"resume.content:{resume.id}")
    opened: dict[str, Any] = orjson.loads(zlib.decompress(plain))
    return opened


def seal_failure(cipher: Cipher, resume_id: UUID, detail: str) -> bytes:
    """Return the sentence that says why an original cannot be read, encrypted: it may quote the file's name."""
    return cipher.encrypt(detail.encode(), f"resume.failure:{resume_id}")


def open_failure(cipher: Cipher, resume_id: UUID, failure: bytes | None) -> str | None:
    """Return the sentence that says why an original cannot be read.

    Raises:
        TamperedError: It was changed or moved.
    """
    return None if failure is None else cipher.decrypt(failure, f"resume.failure:{resume_id}").decode()


def open_rows(keys: Keys, rows: Iterable[dict[str, Any]]) -> None:
    """Put `file_name`, and `failure_detail` where there is `failure`, in the place of ciphertexts.

    Args:
        keys: Of the organization.
        rows: Of resumes, with `id`, `file_id`, `wrapped_key` and `meta`.

    Raises:
        TamperedError: A row was changed or moved.
    """
    for row in rows:
        file_id, wrapped_key, meta = row.pop("file_id"), row.pop("wrapped_key"), row.pop("meta")
        cipher = None if wrapped_key is None else keys.person(wrapped_key, f"file:{file_id}")
        row["file_name"] = open_meta(cipher, file_id, meta)["name"] if cipher else ERASED
        if "failure" in row:
            failure = row.pop("failure")
            row["failure_detail"] = open_failure(cipher, row["id"], failure) if cipher else None
