"""Reads that open no transaction of their own before they know what to ask.

Who a caller is was found out the last time they asked. A read takes it to be so still, and sends what finds it out
again together with its own statement, in one transaction and one round trip. What was read counts only where the
database says the same of the caller once more, at the moment of reading; in every other case, and for all that goes
wrong, nothing has happened, and the request is answered in a transaction as any other.
"""

from time import perf_counter
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import ConnStatus
from sqlalchemy.util import greenlet_spawn

from talentflux.core.audit_trail import AuditEvent, AuditTrail
from talentflux.core.leasing import driver_of, forget, give_back, make_ready, settle
from talentflux.core.principal import Authorization, Principal
from talentflux.core.sessions import Origin, ReadSession, Scope
from talentflux.core.statements import fetch_behind, has_room

if TYPE_CHECKING:
    from collections.abc import Mapping

    from talentflux.core.database import Database
    from talentflux.core.statements import Statement


class UnforeseenError(Exception):
    """What a read asks for, or what the database says of the caller, is not what was foreseen."""


class _HeldTrail(AuditTrail):
    """Holds events until it is known that what they tell of was shown."""

    async def add(self, event: AuditEvent) -> None:
        """Let an event wait, however many do."""
        self.waiting.append(event)


class ForeseenSession(ReadSession):
    """A session whose every statement is a transaction of its own, and finds out anew who the caller is.

    Args:
        database: Whose connections it takes, for one statement each.
        authorization: How to find out who the caller is.
        foreseen: The row that this gave the last time, and who that was.
        origin: Where the request comes from.
    """

    def __init__(
        self,
        database: "Database",
        authorization: Authorization,
        foreseen: tuple[tuple[bytes | None, ...], Principal],
        origin: Origin,
    ) -> None:
        self._database, self._authorization = database, authorization
        self._sent, principal = foreseen
        self.principal, self.origin, self.keys = principal, origin, database.keyring
        organization_id = None if authorization.own else principal.organization_id
        self.scope = Scope(organization_id, principal.user_id, principal.requisitions)
        self.trail = _HeldTrail()
        self._asked = False

    async def rows(
        self, statement: "Statement", values: "Mapping[str, object]"
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Run a statement right behind what finds out who the caller is.

        Raises:
            UnforeseenError: They are not who they were, or the connection has no room for the statement.
            psycopg.Error: The server refuses it, or the connection is lost.
        """
        began = perf_counter()
        leased = await self._database.lender.lease()
        self._database.on_wait(perf_counter() - began)
        try:
            await settle(leased)
            driver = driver_of(leased)
            if driver.cursor_factory is not psycopg.AsyncCursor or not has_room(leased, statement):
                raise UnforeseenError  # the first of them, for statements that are watched
            await make_ready(leased)
            found = await fetch_behind(leased, driver, self._authorization.calls, statement, values)
        except psycopg.errors.InvalidSqlStatementName:
            forget(leased)
            raise
        finally:
            if driver_of(leased).pgconn.status != ConnStatus.OK:
                await greenlet_spawn(leased.invalidate)
            await give_back(leased)
        if found[0] != self._sent:
            raise UnforeseenError
        self._asked = True
        return found[1:]

    def confirm(self) -> None:
        """Make sure that the caller was found to be who they were.

        Raises:
            UnforeseenError: No statement was sent that would tell.
        """
        if not self._asked:
            raise UnforeseenError

    async def show(self) -> None:
        """Let it be written down what the caller is now shown.

        Raises:
            DependencyError: The audit log takes nothing for now.
        """
        held, self.trail = self.trail, self._database.trail
        for event in held.take():
            await self.trail.add(event)

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """Refuse: what is asked of a connection was not foreseen."""
        raise UnforeseenError

    def __getattr__(self, name: str) -> Any:
        if name in ("sync_session", "_proxied"):
            raise UnforeseenError
        raise AttributeError(name)
