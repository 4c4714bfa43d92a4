"""Anchors: the newest hash of each chain, kept outside the database, where cutting the chain's end does not reach."""

import asyncio
import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol
from uuid import UUID

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import ObjectStore, from_url

from talentflux.core.audit_chain import PLATFORM, chain_name
from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError, DependencyError

_SILENT = "The store of audit anchors did not answer. Check its access and its free space."


class AnchorStore(Protocol):
    """Keeps lines per chain; takes new ones and never changes or removes one."""

    async def add(self, organization_id: UUID | None, sequence: int, line: bytes) -> None:
        """Keep the anchor of a chain.

        Args:
            organization_id: Whose chain; None for the platform's.
            sequence: Number of the anchored event.
            line: What `Chain.anchor` returned.

        Raises:
            DependencyError: The store did not take it.
        """

    async def lines(self, organization_id: UUID | None) -> list[bytes]:
        """Return the anchors of a chain, oldest first.

        Raises:
            DependencyError: The store did not answer.
        """

    async def chains(self) -> set[UUID | None]:
        """Return the chains that have anchors.

        Raises:
            DependencyError: The store did not answer.
        """


class FolderAnchors:
    """A file per chain in a folder; lines are appended.

    Args:
        folder: Made where it does not exist; only this user may enter it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)

    async def add(self, organization_id: UUID | None, sequence: int, line: bytes) -> None:
        """Append a line and wait until the disk has it."""
        del sequence  # the line says it
        try:
            await asyncio.to_thread(self._append, self._path(organization_id), line)
        except OSError as error:
            raise DependencyError(_SILENT) from error

    async def lines(self, organization_id: UUID | None) -> list[bytes]:
        """Return the lines of a chain's file."""
        try:
            return (await asyncio.to_thread(self._path(organization_id).read_bytes)).splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DependencyError(_SILENT) from error

    async def chains(self) -> set[UUID | None]:
        """Return the chains that have a file."""
        return _chains(path.stem for path in self._folder.glob("*.jsonl"))

    def _path(self, organization_id: UUID | None) -> Path:
        return self._folder / f"{chain_name(organization_id)}.jsonl"

    @staticmethod
    def _append(path: Path, line: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class ObjectAnchors:
    """An object per anchor; use a bucket with object lock, and nobody can remove one.

    Args:
        store: Where to.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def add(self, organization_id: UUID | None, sequence: int, line: bytes) -> None:
        """Put an object under the chain and the number; one that is there stays."""
        key = f"audit/{chain_name(organization_id)}/{sequence:019}.json"
        try:
            with contextlib.suppress(AlreadyExistsError):
                await obstore.put_async(self._store, key, line, mode="create")
        except (BaseError, OSError) as error:
            raise DependencyError(_SILENT) from error

    async def lines(self, organization_id: UUID | None) -> list[bytes]:
        """Return the objects of a chain by their numbers."""
        found: list[bytes] = []
        try:
            async for batch in obstore.list(self._store, f"audit/{chain_name(organization_id)}"):
                answers = await asyncio.gather(*(obstore.get_async(self._store, each["path"]) for each in batch))
                found += [bytes(await answer.bytes_async()) for answer in answers]
        except (BaseError, OSError) as error:
            raise DependencyError(_SILENT) from error
        return found

    async def chains(self) -> set[UUID | None]:
        """Return the chains that have objects."""
        try:
            listed = await obstore.list_with_delimiter_async(self._store, "audit")
        except (BaseError, OSError) as error:
            raise DependencyError(_SILENT) from error
        return _chains(prefix.rstrip("/").rpartition("/")[2] for prefix in listed["common_prefixes"])


def open_anchors(settings: Settings) -> AnchorStore:
    """Return the store of anchors: beside the originals where these lie in a bucket, else in the data folder.

    Args:
        settings: `file_store` is an `s3://bucket/prefix`, or empty for the folder `audit` of the data folder.

    Raises:
        ConfigurationError: The address is of another kind.
    """
    if not settings.file_store:
        return FolderAnchors(settings.data_folder.absolute() / "audit")
    try:
        return ObjectAnchors(from_url(settings.file_store))
    except (BaseError, ValueError) as error:
        raise ConfigurationError("TALENTFLUX_FILE_STORE is not a usable s3://bucket/prefix.") from error


def _chains(names: Iterable[str]) -> set[UUID | None]:
    """Return the chains that these names are of; other names are none of ours."""
    chains: set[UUID | None] = set()
    for name in names:
        with contextlib.suppress(ValueError):
            chains.add(None if name == PLATFORM else UUID(name))
    return chains
