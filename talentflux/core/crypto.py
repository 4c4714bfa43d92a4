"""Authenticated encryption and keyed hashes of personal data.

Everything is AES-256-GCM with a random nonce of 96 bits. Where a ciphertext belongs (whose, which table, column and
row) is its associated data, so one that was moved elsewhere does not open.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from talentflux.core.errors import TalentFluxError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_PERSON_FORM: Final = b"\x01"
"""First byte of what a person's key encrypts; nonce, ciphertext and tag follow."""
_OWNER_FORM: Final = b"\x02"
"""First byte of what an organization's or the platform's key encrypts; two bytes of the key's version follow."""
_VERSION_BYTES: Final = 2
_MOST_PERSONS: Final = 2000
_Decrypt = Callable[[bytes, bytes, bytes], bytes]  # nonce, ciphertext, place
"""Unwrapped keys of persons that are kept at a time."""
_PLATFORM: Final = bytes(16)
"""Stands for the organization in the associated data of what belongs to no tenant."""


class TamperedError(TalentFluxError):
    """A ciphertext was changed, moved to another place, or belongs to another key."""

    status = 500
    code = "tampered"
    title = "Stored data does not open"


class UnknownKeyError(TalentFluxError):
    """A ciphertext names a version of a key that this process has not learnt of yet."""

    status = 503
    code = "key_unknown"
    title = "A new key is on its way"


class Cipher:
    """Encrypts and decrypts under the key of one person.

    Args:
        key: 32 bytes.
        owner: The organization, or None for what belongs to no tenant.
    """

    __slots__ = ("_aead", "_owner")

    def __init__(self, key: bytes, owner: UUID | None) -> None:
        self._aead = AESGCM(key)
        self._owner = _PLATFORM if owner is None else owner.bytes

    def encrypt(self, plain: bytes, context: str) -> bytes:
        """Return a ciphertext that opens in its place only.

        Args:
            plain: What to encrypt.
            context: Its place, as `table.column:row-id`.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return _PERSON_FORM + nonce + self._aead.encrypt(nonce, plain, self._owner + _PERSON_FORM + context.encode())

    def decrypt(self, sealed: bytes, context: str) -> bytes:
        """Return what was encrypted.

        Args:
            sealed: The ciphertext.
            context: The place where it was found.

        Raises:
            TamperedError: It was changed or moved, or belongs to another key.
        """
        if sealed[:1] != _PERSON_FORM:
            raise _tampered(context)
        try:
            return self._aead.decrypt(sealed[1:13], sealed[13:], self._owner + _PERSON_FORM + context.encode())
        except (InvalidTag, ValueError):  # the latter of a nonce that is cut
            raise _tampered(context) from None


class Keys:
    """The keys of one organization, or of the platform for what belongs to no tenant.

    From each data key two are derived: one wraps the keys of persons, one encrypts what belongs to no person. Blind
    indexes and commitments come from a key of their own that stays the same when the data key is rotated.

    Args:
        owner: The organization; None for the platform.
        data: The data keys by version; the old ones go on decrypting. Without one, nothing can be encrypted.
        index: The key of blind indexes and commitments.
        newest: Version for new data; by default the highest.
    """

    def __init__(self, owner: UUID | None, data: Mapping[int, bytes], index: bytes, newest: int | None = None) -> None:
        self.owner = owner
        self.newest = max(data, default=0) if newest is None else newest
        self._prefix = _PLATFORM if owner is None else owner.bytes
        self._wrapping = {version: AESGCM(derive(key, "wrapping")) for version, key in data.items()}
        self._sealing = {version: AESGCM(derive(key, "sealing")) for version, key in data.items()}
        self._index = index
        # With the key read in: to begin anew costs the library several times what a short value does.
        self._columns: dict[str, hmac.HMAC] = {}
        # By column and row: the wrapped key, so that nothing is opened with one that is not in the database any more,
        # what decrypts by what it wraps, and the place of the ciphertext. A process lets go of `Keys` after a few
        # seconds, and of these.
        self._persons: dict[str, dict[int, tuple[bytes, _Decrypt, bytes]]] = {}
        self._commitment = derive(index, "commitment")

    @property
    def versions(self) -> frozenset[int]:
        """The versions of the data key that are known."""
        return frozenset(self._wrapping)

    def new_person_key(self, context: str) -> tuple[bytes, Cipher]:
        """Make the key of a person.

        Args:
            context: Where the wrapped key will be stored, as `table.column:row-id` or `table:row-id`.

        Returns:
            The wrapped key to store, and its cipher.
        """
        key = os.urandom(KEY_BYTES)
        return self._seal(self._wrapping, key, context), Cipher(key, self.owner)

    def person(self, wrapped: bytes, context: str) -> Cipher:
        """Return the cipher of a person's stored key.

        Args:
            wrapped: The wrapped key.
            context: Where it is stored.

        Raises:
            TamperedError: It was changed or moved, or belongs to another organization.
            UnknownKeyError: It is wrapped by a version that is not known yet.
        """
        return Cipher(self._open(self._wrapping, wrapped, context), self.owner)

    def open_persons(
        self, column: str, rows: Iterable[tuple[UUID, bytes | None, bytes | None]]
    ) -> Iterator[bytes | None]:
        """Give what is encrypted in one column of many persons' rows; as `person` and `decrypt`, with less around it.

        Args:
            column: As `table.column`; the key is wrapped for the place `table:row-id`.
            rows: Id, wrapped key and ciphertext of each.

        Yields:
            What was encrypted, in order; None where the key was destroyed.

        Raises:
            TamperedError: A row was changed or moved, or belongs to another organization.
            UnknownKeyError: A key is wrapped by a version that is not known yet.
        """
        known = self._persons.setdefault(column, {})
        for row_id, wrapped, sealed in rows:
            if wrapped is None or sealed is None:
                yield None
                continue
            person = known.get(row_id.int)
            try:
                if person is None or person[0] != wrapped:
                    if len(known) >= _MOST_PERSONS:
                        known.clear()
                    person = known[row_id.int] = self._person(column, row_id, wrapped)
                if not sealed.startswith(_PERSON_FORM):
                    raise _tampered(column)
                yield person[1](sealed[1:13], sealed[13:], person[2])
            except (InvalidTag, ValueError):
                raise _tampered(column) from None

    def _person(self, column: str, row_id: UUID, wrapped: bytes) -> tuple[bytes, _Decrypt, bytes]:
        """Return a wrapped key, what decrypts by what it wraps, and the place of what is encrypted in a column."""
        head, row = wrapped[:3], str(row_id)
        wrapping = self._of_version(self._wrapping, head, column)
        place = self._prefix + head + f"{column.partition('.')[0]}:{row}".encode()
        key = wrapping.decrypt(wrapped[3:15], wrapped[15:], place)
        return wrapped, AESGCM(key).decrypt, self._prefix + _PERSON_FORM + f"{column}:{row}".encode()

    def rewrap(self, wrapped: bytes, context: str) -> bytes:
        """Return a person's key wrapped by the newest version; what it encrypts stays as it is.

        Args:
            wrapped: The key as it is stored now.
            context: Where it is stored.

        Raises:
            TamperedError: It was changed or moved, or belongs to another organization.
            UnknownKeyError: It is wrapped by a version that is not known yet.
        """
        return self._seal(self._wrapping, self._open(self._wrapping, wrapped, context), context)

    def encrypt(self, plain: bytes, context: str) -> bytes:
        """Return a ciphertext under the owner's own key, for what belongs to no single person.

        Args:
            plain: What to encrypt.
            context: Its place, as `table.column:row-id`.
        """
        return self._seal(self._sealing, plain, context)

    def decrypt(self, sealed: bytes, context: str) -> bytes:
        """Return what was encrypted under the owner's own key.

        Args:
            sealed: The ciphertext.
            context: The place where it was found.

        Raises:
            TamperedError: It was changed or moved, or belongs to another organization.
            UnknownKeyError: It is encrypted by a version that is not known yet.
        """
        return self._open(self._sealing, sealed, context)

    def blind_index(self, column: str, value: str) -> bytes:
        """Return a keyed hash under which equal values of one column are found.

        Args:
            column: As `table.column`.
            value: Normalised by the caller.

        Returns:
            HMAC-SHA256, 32 bytes.
        """
        keyed = self._columns.get(column)
        if keyed is None:
            keyed = self._columns[column] = hmac.new(derive(self._index, f"index {column}"), digestmod="sha256")
        mac = keyed.copy()
        mac.update(value.encode())
        return mac.digest()

    def commitment(self, value: str) -> str:
        """Return a keyed hash that shows whether a value was this one, and not which it was.

        Args:
            value: Personal data.

        Returns:
            HMAC-SHA256, hexadecimal.
        """
        return hmac.digest(self._commitment, value.encode(), "sha256").hex()

    def _seal(self, keys: Mapping[int, AESGCM], plain: bytes, context: str) -> bytes:
        if not keys:
            raise LookupError("the first key of an organization is made in a transaction that may write")
        head = _OWNER_FORM + self.newest.to_bytes(_VERSION_BYTES, "big")
        nonce = os.urandom(_NONCE_BYTES)
        return head + nonce + keys[self.newest].encrypt(nonce, plain, self._prefix + head + context.encode())

    def _open(self, keys: Mapping[int, AESGCM], sealed: bytes, context: str) -> bytes:
        head = sealed[:3]
        key = self._of_version(keys, head, context)
        try:
            return key.decrypt(sealed[3:15], sealed[15:], self._prefix + head + context.encode())
        except (InvalidTag, ValueError):
            raise _tampered(context) from None

    @staticmethod
    def _of_version(keys: Mapping[int, AESGCM], head: bytes, context: str) -> AESGCM:
        if head[:1] != _OWNER_FORM or len(head) < 1 + _VERSION_BYTES:
            raise _tampered(context)
        key = keys.get(int.from_bytes(head[1:], "big"))
        if key is None:
            raise UnknownKeyError("This was encrypted with a key that is not known here yet. Try again in a moment.")
        return key


def key_version(sealed: bytes) -> int:
    """Return the version of the organization's or the platform's key that a ciphertext was made with."""
    return int.from_bytes(sealed[1 : 1 + _VERSION_BYTES], "big")


def derive(key: bytes, purpose: str) -> bytes:
    """Return a key for one purpose (HKDF-Expand of RFC 5869 with SHA-256; the given key is uniformly random).

    Args:
        key: 32 random bytes.
        purpose: What the derived key is for.
    """
    return HKDFExpand(SHA256(), KEY_BYTES, f"talentflux {purpose}".encode()).derive(key)


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _tampered(context: str) -> TamperedError:
    place = context.partition(":")[0]
    return TamperedError(f"What is stored in {place} was changed or moved, or belongs to another key.")
