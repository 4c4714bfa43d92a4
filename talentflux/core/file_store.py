"""Originals: a folder beside the database, or an S3 bucket, behind one interface."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from talentflux.core.config import Settings
from talentflux.core.crypto import Cipher
from talentflux.core.errors import ConfigurationError, DependencyError, NotFoundError

_NO_FOLDER: Final = "The folder of the originals is not there or may not be entered. Tell who runs this server."


class FileStore:
    """Keeps encrypted bytes; whoever reads the store without the keys sees neither content nor name nor digest.

    Args:
        store: Where they lie.
        folder: The same, where it is one of this machine.
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @staticmethod
    def place(organization_id: UUID, file_id: UUID) -> str:
        """Return the key under which a file lies; it tells nothing of the content."""
        return str(PurePosixPath(str(organization_id), file_id.hex[-2:], file_id.hex))

    async def put(self, organization_id: UUID, file_id: UUID, data: bytes, cipher: Cipher) -> str:
        """Keep bytes, encrypted.

        Args:
            organization_id: Whose they are.
            file_id: The row that they belong to.
            data: The bytes.
            cipher: Under which they are kept.

        Returns:
            The key under which they lie.

        Raises:
            DependencyError: The store did not take them.
        """
        key = self.place(organization_id, file_id)
        sealed = await asyncio.to_thread(cipher.encrypt, data, _context(key))
        try:
            await obstore.put_async(self._store, key, sealed)
        except (BaseError, OSError) as error:
            raise DependencyError("The file store did not take a file. Check its free space and its access.") from error
        return key

    async def get(self, key: str, cipher: Cipher) -> bytes:
        """Return the bytes under a key.

        Args:
            key: As given by `put`.
            cipher: Under which they were kept.

        Raises:
            NotFoundError: Nothing lies there.
            TamperedError: They were changed or moved.
            DependencyError: The store did not answer.
        """
        return await asyncio.to_thread(cipher.decrypt, await self.get_raw(key), _context(key))

    def read(self, key: str, cipher: Cipher) -> bytes:
        """Return the bytes under a key; blocks, for threads that read one file after the other.

        Args:
            key: As given by `put`.
            cipher: Under which they were kept.

        Raises:
            NotFoundError: Nothing lies there.
            TamperedError: They were changed or moved.
            DependencyError: The store did not answer.
        """
        with self._told():
            sealed = bytes(obstore.get(self._store, key).bytes())
        return cipher.decrypt(sealed, _context(key))

    async def get_raw(self, key: str) -> bytes:
        """Return what lies under a key as it is; of an older version that is the original itself.

        Args:
            key: Any key.

        Raises:
            NotFoundError: Nothing lies there.
            DependencyError: The store did not answer.
        """
        with self._told():
            answer = await obstore.get_async(self._store, key)
            return bytes(await answer.bytes_async())

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove what lies under keys; what is gone already stays gone.

        Args:
            keys: Any keys.

        Raises:
            DependencyError: The store did not answer.
        """
        for key in keys:
            with contextlib.suppress(NotFoundError), self._told():
                await obstore.delete_async(self._store, key)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the store's errors into ours.

        Where the whole folder is gone, or empty as that of a disk that is not mounted, no file counts as removed.
        """
        try:
            yield
        except FileNotFoundError as error:
            if self._folder is not None and not (self._folder.is_dir() and any(self._folder.iterdir())):
                raise DependencyError(_NO_FOLDER) from error
            raise NotFoundError("The original is no longer in the file store.") from error
        except (BaseError, OSError) as error:
            raise DependencyError("The file store did not answer. Try again in a moment.") from error


def _context(key: str) -> str:
    return f"file.content:{key}"


def open_file_store(settings: Settings) -> FileStore:
    """Return the file store that the settings name.

    Args:
        settings: `file_store` is an `s3://bucket/prefix`, or empty for a folder that only this user may enter.

    Raises:
        ConfigurationError: The address is of another kind.
        DependencyError: The folder cannot be made or entered.
    """
    if not settings.file_store:
        folder = settings.data_folder.absolute() / "files"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise DependencyError(_NO_FOLDER) from error
        return FileStore(LocalStore(folder), folder)
    if not settings.file_store.startswith("s3://"):
        raise ConfigurationError("TALENTFLUX_FILE_STORE is neither empty nor s3://bucket/prefix.")
    try:
        return FileStore(from_url(settings.file_store))
    except BaseError as error:
        raise ConfigurationError("TALENTFLUX_FILE_STORE is not a usable s3://bucket/prefix.") from error
