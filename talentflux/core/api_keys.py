"""The form of API keys: `tfk_<id>_<secret>`, the secret of 256 random bits."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from talentflux.core.principal import KeyCredential
from talentflux.utils.ids import new_id

PREFIX: Final = "tfk_"
_SHOWN: Final = 16
_FORM: Final = re.compile(r"tfk_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is given out, once.

    Attributes:
        key_id: Of the row.
        text: The whole key; kept nowhere.
        prefix: Its beginning, by which a person tells keys apart.
        secret_hash: SHA-256 of the secret part, 32 bytes.
    """

    key_id: UUID
    text: str
    prefix: str
    secret_hash: bytes


def new_key() -> NewKey:
    """Return a new key."""
    key_id, secret = new_id(), secrets.token_urlsafe(32)
    text = f"{PREFIX}{key_id.hex}_{secret}"
    return NewKey(key_id, text, text[:_SHOWN], _hash(secret))


def parse_key(text: str) -> KeyCredential | None:
    """Return the credential in a key's text, None where it has not the form of a key.

    Args:
        text: As it came.
    """
    match = _FORM.fullmatch(text)
    return KeyCredential(UUID(match[1]), _hash(match[2])) if match else None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
