"""The database that the settings ask for: an external one by its URL, or the embedded one in the data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from talentflux.db import migrate
from talentflux.db.embedded import EmbeddedPostgres


@dataclass(frozen=True)
class ProvidedDatabase:
    """A database that is there to be used.

    Attributes:
        app_url: For the application.
        owner_url: For migrations.
        embedded: The share in the embedded server; None for an external database.
    """

    app_url: str
    owner_url: str
    embedded: EmbeddedPostgres | None = None

    def migrate(self) -> bool:
        """Bring the schema to the newest revision.

        Returns:
            Whether there was anything to do.

        Raises:
            DatabaseSetupError: The database cannot be reached or migrated.
        """
        if migrate.is_current(self.owner_url):
            return False
        migrate.upgrade(self.owner_url)
        return True


@contextmanager
def provide(data_folder: Path, database_url: str | None, owner_url: str | None = None) -> Iterator[ProvidedDatabase]:
    """Give the database of the settings for as long as the block runs, starting the embedded one when none is named.

    Args:
        data_folder: Where the embedded database lies (`postgres` inside it).
        database_url: An external database; None takes the embedded one.
        owner_url: The external database as the owner of its tables; None when `database_url` is that role.

    Yields:
        The database. It is not migrated yet.

    Raises:
        DatabaseSetupError: The embedded database cannot be started.
    """
    if database_url is not None:
        yield ProvidedDatabase(database_url, owner_url or database_url)
        return
    embedded = EmbeddedPostgres(data_folder / "postgres")
    with embedded as connection:
        yield ProvidedDatabase(connection.app_url, connection.owner_url, embedded)
