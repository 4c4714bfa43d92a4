"""Sessions as services and repositories get them: of two types that the type checker tells apart."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.pool import PoolProxiedConnection

from talentflux.core.audit_trail import AuditTrail
from talentflux.core.keyring import Keyring
from talentflux.core.leasing import driver_of
from talentflux.core.permissions import RequisitionLevel
from talentflux.core.principal import Principal

_ORM = frozenset({"sync_session", "_proxied"})  # attributes that the ORM's part brings


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may see; row-level security reads it.

    Attributes:
        organization_id: The tenant; None sees no tenant's rows.
        user_id: The person who acts; None for the system.
        requisitions: Which of the organization's requisitions are seen; what runs for the system sees all.
        identity: Find out who somebody is: accounts, sessions, members and keys of everybody, no rows of hiring.
    """

    organization_id: UUID | None = None
    user_id: UUID | None = None
    requisitions: RequisitionLevel = "all"
    identity: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a transaction comes from, for the audit log.

    Attributes:
        request_id: The X-Request-Id; empty for what no request caused.
        address: The caller's network address; empty where there is none.
    """

    request_id: str = ""
    address: str = ""


NOWHERE: Final = Origin()
"""For what no request caused."""


class _ScopedSession(AsyncSession):
    """A session that knows its scope and whose transaction is opened by `Database`.

    The ORM's part is made when it is first used: what reads through the driver alone never pays for it.

    Args:
        engine: Whose connection it is.
        leased: The connection, taken from the engine's pool.

    Attributes:
        scope: Whose rows it sees.
        principal: Who acts; None for the system.
        origin: Where the request came from.
        keys: Unwraps the keys of personal data; None where none is touched.
        trail: What this process still has to write to the audit log.
    """

    scope: Scope
    trail: AuditTrail
    principal: Principal | None = None
    origin: Origin = NOWHERE
    keys: Keyring | None = None

    def __init__(self, engine: AsyncEngine, leased: PoolProxiedConnection) -> None:
        self._engine, self._leased = engine, leased

    @property
    def keyring(self) -> Keyring:
        """Return what unwraps the keys of personal data.

        Raises:
            LookupError: The database was opened without one.
        """
        if self.keys is None:
            raise LookupError("this database was opened without a keyring")
        return self.keys

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """Return the driver's connection inside this transaction, to encode rows as they come."""
        return driver_of(self._leased)

    def __getattr__(self, name: str) -> Any:
        if name not in _ORM:
            raise AttributeError(name)
        connection = AsyncConnection(self._engine, Connection(self._engine.sync_engine, self._leased))
        super().__init__(bind=connection, expire_on_commit=False)
        return self.__dict__[name]

    @property
    def used_orm(self) -> bool:
        """Whether the ORM's part was made."""
        return "sync_session" in self.__dict__


class ReadSession(_ScopedSession):
    """A read-only transaction; PostgreSQL refuses writes in it."""


class WriteSession(_ScopedSession):
    """A transaction that commits when its block ends and rolls back when the block raises.

    Attributes:
        before_commit: Awaited in order inside the transaction, after the block, before the commit.
        after_commit: Called in order when the transaction has committed; must not raise and must not wait.
    """

    before_commit: list[Callable[[], Awaitable[None]]]
    after_commit: list[Callable[[], None]]


AnySession = ReadSession | WriteSession
