"""The master key, which wraps all other keys: from the settings, a file, or a key management of one's own."""

import base64
import binascii
import contextlib
import hmac
import os
import secrets
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from talentflux.core.config import Environment, Settings
from talentflux.core.crypto import KEY_BYTES, derive
from talentflux.core.errors import ConfigurationError

FILE_NAME: Final = "master.key"
_NONCE_BYTES: Final = 12
_FEWEST_DIFFERENT: Final = 20
"""Of 32 random bytes fewer are different once in 10^9 keys."""


@runtime_checkable
class KeyManagement(Protocol):
    """Wraps and unwraps the keys of organizations; the master key itself may lie in a device or service."""

    @property
    def key_id(self) -> str:
        """Name of the master key that wraps now; not a secret."""
        ...

    async def wrap(self, key: bytes, context: str) -> bytes:
        """Return a key encrypted under the master key, bound to its place.

        Args:
            key: 32 bytes.
            context: The place, as `table:owner:purpose:version`.
        """
        ...

    async def unwrap(self, wrapped: bytes, key_id: str, context: str) -> bytes:
        """Return a key that was wrapped.

        Args:
            wrapped: What `wrap` returned.
            key_id: The master key that wrapped it.
            context: The place where it was found.

        Raises:
            ConfigurationError: That master key is not at hand, or the wrapped key does not belong here.
        """
        ...


class LocalKeyManagement:
    """Wraps with a master key that this process holds.

    Args:
        master: 32 bytes.
        previous: The master key before, while keys are being wrapped anew.
    """

    def __init__(self, master: bytes, previous: bytes | None = None) -> None:
        self._key_id = _identify(master)
        self._keys = {_identify(key): AESGCM(derive(key, "master")) for key in (previous, master) if key is not None}

    @property
    def key_id(self) -> str:
        """Name of the master key that wraps now; not a secret."""
        return self._key_id

    async def wrap(self, key: bytes, context: str) -> bytes:
        """Return a key encrypted under the master key, bound to its place."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._keys[self._key_id].encrypt(nonce, key, context.encode())

    async def unwrap(self, wrapped: bytes, key_id: str, context: str) -> bytes:
        """Return a key that was wrapped.

        Raises:
            ConfigurationError: Another master key wrapped it, or it was changed or moved.
        """
        master = self._keys.get(key_id)
        if master is None:
            raise ConfigurationError(
                f"The personal data of this database is encrypted under the master key {key_id}; TALENTFLUX_MASTER_KEY "
                f"(or its file) holds {self._key_id}. Give the former one back, or name it in "
                "TALENTFLUX_MASTER_KEY_PREVIOUS and run `talentflux keys rotate --master`."
            )
        try:
            return master.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            raise ConfigurationError(
                f"A key of {context.partition(':')[0]} does not open with the master key {key_id}: it was changed or "
                "moved in the database. Restore that table from a backup."
            ) from None


def open_key_management(settings: Settings) -> KeyManagement:
    """Return the key management that the settings name.

    Args:
        settings: `key_management` names a factory; empty takes the master key from `master_key`, `master_key_file`
            or, in development, a file in the data folder that is made when it is missing.

    Raises:
        ConfigurationError: There is no master key, it is no base64 of 32 bytes, or it is a placeholder.
    """
    if settings.key_management:
        return _foreign(settings)
    strict = settings.environment is not Environment.DEVELOPMENT
    master = parse_master_key(_given(settings), "TALENTFLUX_MASTER_KEY", strict=strict)
    previous = settings.master_key_previous
    if previous is None:
        return LocalKeyManagement(master)
    # A former key that was weak must still open what it wrapped, or it could not be replaced.
    former = parse_master_key(previous.get_secret_value(), "TALENTFLUX_MASTER_KEY_PREVIOUS", strict=False)
    return LocalKeyManagement(master, former)


def new_master_key() -> str:
    """Return a new master key as the settings take it: base64 of 32 random bytes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def parse_master_key(text: str, setting: str, *, strict: bool) -> bytes:
    """Return a master key from its base64.

    Args:
        text: As given.
        setting: Where it was given, for the message.
        strict: Refuse what does not look random: words, zeros, a repeated pattern.

    Returns:
        32 bytes.

    Raises:
        ConfigurationError: It is no base64 of 32 bytes, or a placeholder.
    """
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"{setting} is not the base64 of {KEY_BYTES} bytes. `talentflux keys generate` makes one."
        )
    if strict and (len(set(key)) < _FEWEST_DIFFERENT or all(32 <= byte < 127 for byte in key)):
        raise ConfigurationError(
            f"{setting} is a placeholder or a text, not a random key. `talentflux keys generate` makes one."
        )
    return key


def _given(settings: Settings) -> str:
    """Return the master key's base64 from the settings or a file."""
    if settings.master_key is not None:
        return settings.master_key.get_secret_value()
    if settings.master_key_file is not None:
        try:
            return settings.master_key_file.read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"TALENTFLUX_MASTER_KEY_FILE cannot be read: {settings.master_key_file}. Check the path and its rights."
            ) from error
    if settings.environment is Environment.PRODUCTION:
        raise ConfigurationError(
            "TALENTFLUX_MASTER_KEY is missing: personal data cannot be encrypted. `talentflux keys generate` makes "
            "one; keep it apart from the backups of the database."
        )
    return _kept(settings.data_folder.absolute() / FILE_NAME)


def _kept(file: Path) -> str:
    """Return the key in a file, made where there is none; of several who make it at once one wins."""
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"The master key in {file} cannot be read. Check its rights.") from error
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f".{FILE_NAME}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as target:
                target.write(new_master_key() + "\n")
                target.flush()
                os.fsync(target.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, file)  # unlike a rename, this never replaces a key that is there
        finally:
            draft.unlink()
        return file.read_text(encoding="ascii")
    except OSError as error:
        raise ConfigurationError(f"A master key could not be made in {file}: {error.strerror}.") from error


def _foreign(settings: Settings) -> KeyManagement:
    """Return what the factory that the settings name makes."""
    module, _, name = settings.key_management.partition(":")
    try:
        made = getattr(import_module(module), name)(settings)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            "TALENTFLUX_KEY_MANAGEMENT does not name a factory as package.module:function that can be imported."
        ) from error
    if not isinstance(made, KeyManagement):
        raise ConfigurationError("What TALENTFLUX_KEY_MANAGEMENT makes has no `key_id`, `wrap` and `unwrap`.")
    return made


def _identify(master: bytes) -> str:
    """Return a name of a master key that gives nothing of it away."""
    return hmac.digest(derive(master, "identity"), b"master key", "sha256").hex()[:12]
