"""Every column of bytes: what is encrypted in it and under whose key, or which keyed hash it holds.

The archive of an organization opens and seals rows by this registry alone, and a test holds it against the models: a
column of bytes that is in none of the tables below fails it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from talentflux.core.crypto import Keys
from talentflux.services import candidate_profile

Form = Literal["json", "text", "bytes", "compressed_json"]
Row = dict[str, Any]
Derive = Callable[[Keys, Row, Mapping[str, str]], bytes | None]
"""Gets the keys, the row with its sealed columns open, and the SHA-256 of originals by the id of their file."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One encrypted column.

    Its place, which is associated data, is `<context>:<value of row_id>`.

    Attributes:
        key: Whose key: `organization`, `platform`, or the table with the `wrapped_key` of a person or file.
        by: The column that holds the id of the row with that key; `id` where the row has it itself.
        form: What the plain bytes are.
        context: By default `<table>.<column>`.
        row_id: The column whose value is part of the place.
    """

    key: Literal["organization", "platform", "candidate", "data_import", "file", "user_account"]
    by: str = "id"
    form: Form = "json"
    context: str | None = None
    row_id: str = "id"


WRAPPED: Final[dict[str, Literal["organization", "platform"]]] = {
    "candidate": "organization",
    "data_export": "organization",
    "data_import": "organization",
    "file": "organization",
    "user_account": "platform",
}
"""Tables with a column `wrapped_key`, and whose key wraps it, for the place `<table>:<id>`."""

SEALED: Final[dict[str, dict[str, Sealed]]] = {
    "application_screening": {"assessment_reason": Sealed("candidate", by="candidate_id", form="text")},
    "application": {"custom": Sealed("candidate", by="candidate_id")},
    "application_action": {"content": Sealed("candidate", by="candidate_id")},
    "application_bulk": {"content": Sealed("organization")},
    "application_task": {"title": Sealed("candidate", by="candidate_id", form="text")},
    "application_answer": {"answers": Sealed("candidate", by="candidate_id")},
    "candidate": {
        "custom": Sealed("candidate"),
        "profile": Sealed("candidate"),
        "contact_reason": Sealed("candidate", form="text"),
    },
    "candidate_link": {"url": Sealed("candidate", by="candidate_id", form="text")},
    "candidate_merge": {"record": Sealed("candidate", by="candidate_id")},
    "data_import": {"meta": Sealed("data_import")},
    "data_import_batch": {"rows": Sealed("data_import", by="data_import_id", form="compressed_json")},
    "email_message": {
        "recipient": Sealed("organization", form="text"),  # the platform's key where there is no organization
        "content": Sealed("organization"),
    },
    "file": {"meta": Sealed("file")},
    "idempotency_key": {"answer": Sealed("organization", form="bytes")},
    "identity_provider": {"client_secret": Sealed("organization", form="text")},
    "invitation": {"email": Sealed("organization", form="text")},
    "note": {"body": Sealed("candidate", by="candidate_id", form="text")},
    "one_time_token": {"payload": Sealed("user_account", by="user_id", form="text")},
    "referral": {"note": Sealed("candidate", by="candidate_id", form="text")},
    "resume": {
        "content": Sealed("file", by="file_id", form="compressed_json"),
        "failure": Sealed("file", by="file_id", form="text"),
    },
    "saved_search": {"content": Sealed("organization")},
    "signing_key": {"private_key": Sealed("platform", form="bytes")},
    "talent_pool_member": {"reason": Sealed("candidate", by="candidate_id", form="text")},
    "task": {"failures": Sealed("organization")},
    "user_account": {"profile": Sealed("user_account")},
    "user_session": {"origin": Sealed("user_account", by="user_id")},
    "user_totp": {"secret": Sealed("user_account", by="user_id", form="text")},
    "webhook_endpoint": {
        "url": Sealed("organization", form="text"),
        "secret": Sealed("organization", form="bytes"),
        "previous_secret": Sealed("organization", form="bytes"),
    },
}
"""Encrypted columns, by table."""

INDEXED: Final[dict[str, dict[str, Derive]]] = {
    "candidate": {
        "email_index": lambda keys, row, _: _of(row, "email", lambda email: candidate_profile.email_index(keys, email)),
        "phone_index": lambda keys, row, _: _of(row, "phone", lambda phone: candidate_profile.phone_index(keys, phone)),
    },
    "resume": {
        "digest": lambda keys, row, digests: (
            keys.blind_index("resume.digest", digests[str(row["file_id"])]) if str(row["file_id"]) in digests else None
        ),
    },
}
"""Blind indexes under an organization's key, by table, with how each is made from what is open."""

TOKENS: Final[dict[str, tuple[str, Callable[[Keys, Row], list[bytes]]]]] = {
    "candidate_name_token": (
        "candidate",
        lambda keys, row: candidate_profile.tokens(keys, row["profile"] or {}),
    ),
}
"""Tables of tokens `(organization_id, token, <parent>_id)`: their parent and how the tokens come from its open row."""

HASHED: Final[dict[str, dict[str, str]]] = {
    "api_key": {"secret_hash": "SHA-256 of a random secret"},
    "audit_event": {"hash": "the chain of the audit log"},
    "audit_head": {"hash": "the end of that chain"},
    "candidate_contact": {"contact": "blind index; the search for duplicates makes it again"},
    "email_message": {"recipient_index": "blind index of the address, of a log that stays where it is"},
    "idempotency_key": {
        "key_index": "blind index of a header, kept for a day",
        "request_index": "blind index of a request, kept for a day",
    },
    "invitation": {
        "email_index": "blind index of an address that is invited to this install",
        "token_hash": "SHA-256 of a random secret",
    },
    "login_throttle": {"key": "HMAC of what is counted"},
    "one_time_token": {"token_hash": "SHA-256 of a random secret"},
    "organization_key": {"wrapped": "a key under the master key"},
    "platform_key": {"wrapped": "a key under the master key"},
    "recovery_code": {"code_index": "HMAC of a code under the platform's key"},
    "refresh_token": {
        "token_hash": "SHA-256 of a random secret",
        "successor": "sealed with the token before it, which nobody keeps",
    },
    "sign_on_state": {
        "state_hash": "SHA-256 of a random secret",
        "browser_hash": "SHA-256 of a random secret",
        "sealed": "readable with the state only, which nobody keeps",
    },
    "signing_key": {"public_key": "public"},
    "user_account": {"email_index": "blind index under the platform's key"},
    "user_identity": {"subject_index": "blind index under the platform's key"},
    "user_session": {"token_hash": "SHA-256 of a random secret"},
}
"""Columns of bytes that hold nothing which could be opened, or nothing of an organization, with the reason."""


def place(table: str, column: str, row: Mapping[str, Any]) -> str:
    """Return the place of a sealed value, which is its associated data.

    Args:
        table: Of the column.
        column: In `SEALED`.
        row: With the column that `row_id` names.
    """
    sealed = SEALED[table][column]
    return f"{sealed.context or f'{table}.{column}'}:{row[sealed.row_id]}"


def _of(row: Row, field: str, index: Callable[[str], bytes | None]) -> bytes | None:
    value = (row["profile"] or {}).get(field)
    return index(value) if value else None
