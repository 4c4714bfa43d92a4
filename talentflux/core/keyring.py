"""Unwrapped keys of organizations and of the platform, kept in memory by one process."""

import hmac
import os
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal, Self
from uuid import UUID

from talentflux.core.config import Settings
from talentflux.core.crypto import KEY_BYTES, Keys
from talentflux.core.errors import ConfigurationError
from talentflux.core.master_key import KeyManagement, LocalKeyManagement, open_key_management

KeyPurpose = Literal["data", "index"]
REFRESH_SECONDS: Final = 5.0
"""How often a process asks the database for new versions of a key that it uses."""
_MOST_OWNERS: Final = 4096


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One version of a key as its table holds it.

    Attributes:
        purpose: `data` wraps and encrypts; `index` makes blind indexes and commitments.
        version: From 1.
        wrapped: Under the master key.
        master_key_id: The master key that wrapped it.
        usable_at: From when new data are written with it; all processes have learnt of it by then.
    """

    purpose: KeyPurpose
    version: int
    wrapped: bytes
    master_key_id: str
    usable_at: datetime


class Keyring:
    """Unwraps keys with the master key and keeps them for a while.

    A process that wrote with a new version at once would write what others cannot read yet. So a new version is used
    for writing only from `usable_at` on, two refreshes after it was made.

    Args:
        management: Holds the master key.
        refresh_seconds: How often to look for new versions; the same in all processes of one database.
    """

    def __init__(self, management: KeyManagement, refresh_seconds: float | None = None) -> None:
        self.management = management
        self.refresh_seconds = REFRESH_SECONDS if refresh_seconds is None else refresh_seconds
        self._kept: OrderedDict[UUID | None, tuple[float, Keys]] = OrderedDict()
        self._plain: OrderedDict[tuple[UUID | None, bytes], bytes] = OrderedDict()
        self._signing: Keys | None = None
        self._provisional = os.urandom(KEY_BYTES)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the keyring of a process.

        Args:
            settings: Name the master key or the key management.

        Raises:
            ConfigurationError: There is no usable master key.
        """
        return cls(open_key_management(settings))

    @classmethod
    def for_tests(cls) -> Self:
        """Return a keyring under a master key that everybody knows."""
        return cls(LocalKeyManagement(sha256(b"a master key for tests").digest()))

    def recall(self, owner: UUID | None) -> Keys | None:
        """Return keys that were unwrapped a moment ago; None when the database must be asked.

        Args:
            owner: The organization; None for the platform.
        """
        kept = self._kept.get(owner)
        if kept is None or time.monotonic() - kept[0] > self.refresh_seconds:
            return None
        return kept[1]

    def keep(self, keys: Keys) -> None:
        """Keep keys whose rows are committed."""
        self._kept[keys.owner] = (time.monotonic(), keys)
        if keys.owner is None:
            self._signing = keys
        self._kept.move_to_end(keys.owner)
        while len(self._kept) > _MOST_OWNERS:
            self._kept.popitem(last=False)

    def forget(self, owner: UUID | None) -> None:
        """Let go of an owner's keys; the database is asked at the next use."""
        self._kept.pop(owner, None)
        for kept in [entry for entry in self._plain if entry[0] == owner]:
            del self._plain[kept]

    def sign(self, text: str) -> bytes:
        """Return a keyed hash by which every process knows again what one of them has given out.

        It comes from the platform's index key, which stays the same. A process that has not read the platform's keys,
        as the server does when it starts, knows only what it has given out itself.

        Args:
            text: What was given out.

        Returns:
            HMAC-SHA256, 32 bytes.
        """
        if self._signing is None:
            return hmac.digest(self._provisional, text.encode(), "sha256")
        return self._signing.blind_index("signed", text)

    async def unwrap(self, owner: UUID | None, stored: Sequence[StoredKey], now: datetime) -> Keys:
        """Return the keys of an owner.

        Args:
            owner: The organization; None for the platform.
            stored: Its rows: one or more `data` keys and the `index` key.
            now: Time of the database, against which `usable_at` is held.

        Raises:
            ConfigurationError: The master key does not open them.
        """
        plain = {(key.purpose, key.version): await self._unwrapped(owner, key) for key in stored}
        data = {version: key for (purpose, version), key in plain.items() if purpose == "data"}
        usable = [key.version for key in stored if key.purpose == "data" and key.usable_at <= now]
        index = next((key for (purpose, _), key in plain.items() if purpose == "index"), None)
        if not data or index is None:
            raise ConfigurationError(f"Keys of {_named(owner)} are missing. Restore them from a backup.")
        return Keys(owner, data, index, max(usable, default=min(data)))

    async def wrap(
        self, owner: UUID | None, keys: Mapping[tuple[KeyPurpose, int], bytes]
    ) -> dict[tuple[KeyPurpose, int], bytes]:
        """Return keys wrapped under the master key that wraps now, by purpose and version."""
        return {
            (purpose, version): await self.management.wrap(key, _place(owner, purpose, version))
            for (purpose, version), key in keys.items()
        }

    async def rewrap(self, owner: UUID | None, stored: StoredKey) -> bytes:
        """Return a key, wrapped by a former master key, under the one that wraps now.

        Raises:
            ConfigurationError: The former master key is not at hand.
        """
        place = _place(owner, stored.purpose, stored.version)
        key = await self.management.unwrap(stored.wrapped, stored.master_key_id, place)
        return await self.management.wrap(key, place)

    async def _unwrapped(self, owner: UUID | None, key: StoredKey) -> bytes:
        entry = (owner, key.wrapped)
        plain = self._plain.get(entry)
        if plain is None:
            place = _place(owner, key.purpose, key.version)
            plain = await self.management.unwrap(key.wrapped, key.master_key_id, place)
            self._plain[entry] = plain
            while len(self._plain) > 4 * _MOST_OWNERS:
                self._plain.popitem(last=False)
        return plain


def _place(owner: UUID | None, purpose: KeyPurpose, version: int) -> str:
    return f"platform_key:{purpose}:{version}" if owner is None else f"organization_key:{owner}:{purpose}:{version}"


def _named(owner: UUID | None) -> str:
    return "the platform" if owner is None else f"the organization {owner}"
