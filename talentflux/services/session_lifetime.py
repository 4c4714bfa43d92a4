"""How long log-ins last, and what lets those of browsers last longer."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from talentflux.core.database import Database, Scope
from talentflux.repositories.user_repository import SessionRepository

_TOUCH_SECONDS: Final = 300.0
_REMEMBERED: Final = 10_000


class SessionKind(StrEnum):
    """How a log-in is carried."""

    TOKEN = "token"  # noqa: S105 -- no password
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts: without use, and at most."""

    idle: timedelta
    absolute: timedelta


LIFETIMES: Final = {
    SessionKind.TOKEN: Lifetime(timedelta(days=30), timedelta(days=90)),
    SessionKind.BROWSER: Lifetime(timedelta(hours=12), timedelta(days=14)),
}


class SessionKeeper:
    """Lets browser sessions last while they are used. One for each process.

    Args:
        database: Sessions.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    async def keep(self, token_hash: bytes) -> None:
        """Write down that a session is used, at most every five minutes. Opens a transaction of its own.

        Args:
            token_hash: SHA-256 of the cookie, whoever's it is.
        """
        now = time.monotonic()
        if now - self._seen.get(token_hash, float("-inf")) < _TOUCH_SECONDS:
            return
        self._seen[token_hash] = now
        self._seen.move_to_end(token_hash)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        life = LIFETIMES[SessionKind.BROWSER]
        async with self._database.write_session(Scope(identity=True)) as session:
            await SessionRepository(session).touch(token_hash, life.idle.total_seconds(), life.absolute.total_seconds())
