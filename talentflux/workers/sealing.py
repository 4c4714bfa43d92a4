"""After the migrations: encrypt what a version before encryption wrote."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError
from talentflux.core.logging import get_logger
from talentflux.db import plain_rows
from talentflux.db.errors import DatabaseSetupError

if TYPE_CHECKING:
    from talentflux.schemas.encryption import SealedRows

_log = get_logger("up")


def seal_plain_rows(
    settings: Settings, app_url: str, progress: Callable[[int, int], None] | None = None
) -> "SealedRows | None":
    """Encrypt rows and files of the version before, where there are any; quick where there are none.

    Args:
        settings: Name the master key and the file store.
        app_url: Connection URL of the application's role, to a migrated database.
        progress: Told as it goes on; by default each tenth is logged.

    Returns:
        How many rows were encrypted; None where there was nothing to do.

    Raises:
        ConfigurationError: The database cannot be reached, or the master key is missing or wrong.
    """
    try:
        if not plain_rows.pending(app_url):
            return None
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error
    _log.info("encrypting the rows of the version before")
    return asyncio.run(_seal(settings, app_url, progress or _Tenths()))


async def _seal(settings: Settings, app_url: str, progress: Callable[[int, int], None]) -> "SealedRows":
    # Imported here: whoever starts everything is quick where there is nothing to do.
    from talentflux.core.database import Database  # noqa: PLC0415 -- as above
    from talentflux.core.file_store import open_file_store  # noqa: PLC0415 -- as above
    from talentflux.core.keyring import Keyring  # noqa: PLC0415 -- as above
    from talentflux.services.encryption_backfill import seal_plain_rows as seal  # noqa: PLC0415 -- as above

    async with Database(app_url, pool_size=2, keyring=Keyring.from_settings(settings)) as database:
        return await seal(database, open_file_store(settings), progress)


class _Tenths:
    """Logs progress at each tenth of the way."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if tenth > self._told:
            self._told = tenth
            _log.info("encrypting", done=done, total=total)
