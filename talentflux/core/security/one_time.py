"""Opaque secrets: 256 random bits of which only the SHA-256 is stored."""

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES: Final = 32
MAX_LENGTH: Final = 128
"""No secret of ours is longer; whatever is gets refused before it is hashed."""
_NONCE: Final = 12


def new_secret() -> str:
    """Return 256 random bits in characters that a URL and a cookie can carry."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_hash(secret: str) -> bytes:
    """Return what is stored of a secret.

    The secret is random and long, so a fast hash without salt cannot be turned round.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def seal_with(secret: str, plain: str) -> bytes:
    """Encrypt a text so that only who shows the secret again can have it read.

    Args:
        secret: One of ours.
        plain: What to hide.
    """
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, plain.encode(), None)


def open_with(secret: str, sealed: bytes) -> str:
    """Decrypt what `seal_with` gave.

    Raises:
        ValueError: It was sealed with another secret, or changed.
    """
    try:
        return AESGCM(_key(secret)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()
    except InvalidTag as error:
        raise ValueError("this was sealed with another secret") from error


def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"seal", hashlib.sha256).digest()
