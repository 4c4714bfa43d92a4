"""Rotation of keys while everything goes on.

A new version is first made known: every process looks for new versions every few seconds, and none writes with one
before all can read it. Then the keys of persons are wrapped anew in small transactions that pass over rows which
others hold. Interrupted, a rotation goes on where it was when it is asked for again.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from talentflux.core.crypto import KEY_BYTES
from talentflux.core.database import Database, Scope
from talentflux.core.keyring import Keyring
from talentflux.repositories.encryption_repository import (
    PLATFORM_TABLES,
    TENANT_TABLES,
    EncryptionRepository,
    WrappedRowRepository,
    organization_ids,
)
from talentflux.schemas.encryption import RotatedKeys
from talentflux.services import audit_service
from talentflux.services.encryption_service import organization_keys, platform_keys

Progress = Callable[[int, int], None]
"""Called with how many keys are wrapped anew and how many there are in all."""

BATCH: Final = 500
"""Keys wrapped anew in one transaction."""

_PAUSE_SECONDS: Final = 0.05  # until others let go of rows


async def owners(database: Database) -> list[UUID | None]:
    """Return whoever has keys: all organizations, and None for the platform.

    Raises:
        DependencyError: The database cannot be reached.
    """
    async with database.read_session(Scope(identity=True)) as session:
        return [*await organization_ids(session), None]


async def rotate(database: Database, whose: Sequence[UUID | None], progress: Progress) -> RotatedKeys:
    """Give organizations, or the platform, a new key and wrap the keys of persons anew.

    Args:
        database: Sessions.
        whose: Organizations; None for the platform.
        progress: Told as it goes on.

    Raises:
        ConfigurationError: The master key does not open their keys.
        DependencyError: The database cannot be reached.
    """
    versions = {owner: await _begin(database, owner) for owner in whose}
    waits = [await _seconds_left(database, owner, version) for owner, version in versions.items()]
    if waits:
        await asyncio.sleep(max(waits))
    done, total = 0, sum([await _count(database, owner, version) for owner, version in versions.items()])
    progress(done, total)
    for owner, version in versions.items():
        _keyring(database).forget(owner)  # to wrap with the new version from the first batch on
        for table in _tables(owner):
            while taken := await _rewrap(database, owner, table, version):
                done += taken
                progress(done, max(done, total))
        async with database.write_session(_scope(owner)) as session:
            await EncryptionRepository(session, owner).retire_before(version)
    return RotatedKeys(owners=len(versions), rewrapped=done)


async def rotate_master(database: Database, progress: Progress) -> RotatedKeys:
    """Wrap the keys of organizations and of the platform under the present master key.

    Args:
        database: Sessions, whose keyring knows the former master key too.
        progress: Told as it goes on.

    Raises:
        ConfigurationError: The former master key is not at hand.
        DependencyError: The database cannot be reached.
    """
    whose = await owners(database)
    keyring = _keyring(database)
    rewrapped = 0
    progress(0, len(whose))
    for number, owner in enumerate(whose, 1):
        async with database.write_session(_scope(owner)) as session:
            repository = EncryptionRepository(session, owner)
            await repository.lock()
            stored, _ = await repository.stored()
            for key in stored:
                if key.master_key_id != keyring.management.key_id:
                    await repository.rewrapped(key, await keyring.rewrap(owner, key), keyring.management.key_id)
                    rewrapped += 1
        progress(number, len(whose))
    return RotatedKeys(owners=len(whose), rewrapped=rewrapped)


async def _begin(database: Database, owner: UUID | None) -> int:
    """Return the version to rotate to: of a rotation that was interrupted, else a new one."""
    keyring = _keyring(database)
    async with database.write_session(_scope(owner)) as session:
        await (organization_keys(session) if owner else platform_keys(session))  # the first, where there is none
        repository = EncryptionRepository(session, owner)
        await repository.lock()
        if (begun := await repository.rotating()) is not None:
            return begun
        stored, _ = await repository.stored()
        version = 1 + max(key.version for key in stored if key.purpose == "data")
        wrapped = await keyring.wrap(owner, {("data", version): os.urandom(KEY_BYTES)})
        # Two refreshes: a process that has just asked asks again before this time, with one to spare.
        delay = timedelta(seconds=2 * keyring.refresh_seconds)
        await repository.add(wrapped, keyring.management.key_id, delay)
        resource = "platform_key" if owner is None else "organization_key"
        audit_service.record(session, "key.rotate", resource, owner, after={"version": version})
    return version


async def _seconds_left(database: Database, owner: UUID | None, version: int) -> float:
    async with database.read_session(_scope(owner)) as session:
        return await EncryptionRepository(session, owner).seconds_until_usable(version)


async def _count(database: Database, owner: UUID | None, version: int) -> int:
    async with database.read_session(_scope(owner)) as session:
        return sum([await WrappedRowRepository(session, table).count(version) for table in _tables(owner)])


async def _rewrap(database: Database, owner: UUID | None, table: str, version: int) -> int:
    """Wrap a batch of keys anew; return how many, 0 when none of an older version is left."""
    while True:
        async with database.write_session(_scope(owner)) as session:
            keys = await (organization_keys(session) if owner else platform_keys(session))
            repository = WrappedRowRepository(session, table)
            taken = await repository.take(version, BATCH)
            if taken:
                await repository.put([(row, keys.rewrap(key, f"{table}:{row}")) for row, key in taken])
                return len(taken)
            if not await repository.count(version):
                return 0
        await asyncio.sleep(_PAUSE_SECONDS)


def _tables(owner: UUID | None) -> tuple[str, ...]:
    return PLATFORM_TABLES if owner is None else TENANT_TABLES


def _scope(owner: UUID | None) -> Scope:
    return Scope(identity=True) if owner is None else Scope(owner)


def _keyring(database: Database) -> Keyring:
    if database.keyring is None:
        raise LookupError("keys are rotated without a keyring")
    return database.keyring
