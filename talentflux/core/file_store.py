"""Originals: a folder beside the database, or an S3 bucket, behind one interface."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError, DependencyError, NotFoundError


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """Bytes that lie in the file store and have no row yet.

    Attributes:
        name: File name as given.
        size: Bytes.
        sha256: Hexadecimal.
        key: Where they lie.
    """

    name: str
    size: int
    sha256: str
    key: str


class FileStore:
    """Keeps bytes under keys made from the organization and the content, so that storing twice changes nothing."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, organization_id: UUID, name: str, data: bytes) -> StoredBytes:
        """Keep bytes.

        Args:
            organization_id: Whose they are.
            name: File name as given, kept in the answer only.
            data: The bytes.

        Returns:
            Where they lie, for the row.

        Raises:
            DependencyError: The store did not take them.
        """
        digest = hashlib.sha256(data).hexdigest()
        key = str(PurePosixPath(str(organization_id), digest[:2], digest))
        try:
            await obstore.put_async(self._store, key, data)
        except (BaseError, OSError) as error:
            raise DependencyError("The file store did not take a file. Check its free space and its access.") from error
        return StoredBytes(name=name, size=len(data), sha256=digest, key=key)

    async def get(self, key: str) -> bytes:
        """Return the bytes under a key.

        Args:
            key: As given by `put`.

        Raises:
            NotFoundError: Nothing lies there.
            DependencyError: The store did not answer.
        """
        with _told():
            answer = await obstore.get_async(self._store, key)
            return bytes(await answer.bytes_async())

    def read(self, key: str) -> bytes:
        """Return the bytes under a key; blocks, for threads that read one file after the other.

        Args:
            key: As given by `put`.

        Raises:
            NotFoundError: Nothing lies there.
            DependencyError: The store did not answer.
        """
        with _told():
            return bytes(obstore.get(self._store, key).bytes())


@contextmanager
def _told() -> Iterator[None]:
    """Turn the store's errors into ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFoundError("The original is no longer in the file store.") from error
    except (BaseError, OSError) as error:
        raise DependencyError("The file store did not answer. Try again in a moment.") from error


def open_file_store(settings: Settings) -> FileStore:
    """Return the file store that the settings name.

    Args:
        settings: `file_store` is an `s3://bucket/prefix`, or empty for a folder that only this user may enter.

    Raises:
        ConfigurationError: The address is of another kind.
    """
    if not settings.file_store:
        folder = settings.data_folder.absolute() / "files"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        return FileStore(LocalStore(folder))
    if not settings.file_store.startswith("s3://"):
        raise ConfigurationError("TALENTFLUX_FILE_STORE is neither empty nor s3://bucket/prefix.")
    try:
        return FileStore(from_url(settings.file_store))
    except BaseError as error:
        raise ConfigurationError("TALENTFLUX_FILE_STORE is not a usable s3://bucket/prefix.") from error
