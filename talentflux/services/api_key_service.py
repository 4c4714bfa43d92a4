"""Keys of programs: made, renamed, revoked; and when they were last used."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from talentflux.core.api_keys import new_key
from talentflux.core.database import AnySession, Database, Scope, WriteSession
from talentflux.core.errors import DependencyError, ForbiddenError, InvalidInputError, NotFoundError
from talentflux.core.logging import get_logger
from talentflux.models import ApiKey
from talentflux.repositories import api_key_repository
from talentflux.repositories.api_key_repository import ApiKeyRepository
from talentflux.schemas.api_key import NEVER_IN_KEYS, ApiKeyCreate, ApiKeyCreated, ApiKeyQuery, ApiKeyRead
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service

FLUSH_SECONDS: Final = 60.0
_log = get_logger("api_key")


async def page(session: AnySession, asked: ApiKeyQuery, *, own: bool) -> RowPage:
    """Read a page of keys, newest first.

    Args:
        session: The transaction.
        asked: Filter and place.
        own: Only the caller's personal keys.
    """
    return await ApiKeyRepository(session).page(asked, _caller(session) if own else None)


async def get(session: AnySession, key_id: UUID, *, own: bool) -> ApiKeyRead:
    """Return a key.

    Args:
        session: The transaction.
        key_id: Which.
        own: Only one of the caller's personal keys.

    Raises:
        NotFoundError: There is none.
    """
    return ApiKeyRead(**_fields(await _find(session, key_id, own=own)))


async def create(session: WriteSession, given: ApiKeyCreate, *, own: bool) -> ApiKeyCreated:
    """Make a key; its text is in the answer and nowhere else.

    Args:
        session: The transaction.
        given: What for, what it may do, for how long.
        own: A personal key, which acts as the caller; else one of a service.

    Raises:
        ForbiddenError: A scope is not the caller's own, or the caller is a key.
        InvalidInputError: A scope is none that keys may have.
    """
    principal = session.principal
    if principal is None or principal.user_id is None or principal.api_key_id is not None:
        raise ForbiddenError("Keys make no keys; log in as a person.", code="key_not_allowed")
    scopes = frozenset(given.scopes)
    if never := sorted(scopes & NEVER_IN_KEYS):
        raise InvalidInputError("Keys make no keys.", fields={"body.scopes": f"leave out {', '.join(never)}"})
    if foreign := sorted(scopes - principal.permissions):
        raise ForbiddenError(f"You do not hold {', '.join(foreign)} yourself.", code="scope_not_held")
    key, repository = new_key(), ApiKeyRepository(session)
    row = ApiKey(
        id=key.key_id,
        user_id=principal.user_id if own else None,
        label=given.label,
        prefix=key.prefix,
        secret_hash=key.secret_hash,
        scopes=sorted(scopes),
        created_by=principal.user_id,
        expires_at=await repository.now() + timedelta(days=given.expires_in_days),
    )
    await repository.add(row)
    audit_service.record(
        session, "api_key.create", "api_key", row.id,
        after={"label": row.label, "scopes": row.scopes, "user": row.user_id, "expires_at": row.expires_at},
    )  # fmt: skip
    return ApiKeyCreated(**_fields(row), key=key.text)


async def rename(
    session: WriteSession, key_id: UUID, label: str, versions: Versions = ANY_VERSION, *, own: bool
) -> ApiKeyRead:
    """Give a key another label; what it may do never changes.

    Args:
        session: The transaction.
        key_id: Which.
        label: The new one.
        versions: Those that the caller means.
        own: Only one of the caller's personal keys.

    Raises:
        NotFoundError: There is none.
        PreconditionFailedError: It has another version.
    """
    row = await _find(session, key_id, own=own, lock=True, versions=versions)
    before, row.label = row.label, label
    await session.flush()
    audit_service.record(session, "api_key.update", "api_key", row.id, before={"label": before}, after={"label": label})
    return ApiKeyRead(**_fields(row))


async def revoke(session: WriteSession, key_id: UUID, *, own: bool) -> None:
    """Let a key work no longer, from the next request on; the row stays to be seen.

    Args:
        session: The transaction.
        key_id: Which.
        own: Only one of the caller's personal keys.

    Raises:
        NotFoundError: There is none.
    """
    row = await _find(session, key_id, own=own, lock=True)
    if row.revoked_at is None:
        row.revoked_at = await ApiKeyRepository(session).now()
        await session.flush()
        audit_service.record(session, "api_key.revoke", "api_key", row.id)


class KeyUse:
    """Remembers which keys are used and writes it down now and then, outside of requests. One for each process.

    Args:
        database: Sessions.
        flush_seconds: How long to collect before writing.
    """

    def __init__(self, database: Database, flush_seconds: float = FLUSH_SECONDS) -> None:
        self._database = database
        self._seconds = flush_seconds
        self._used: set[UUID] = set()
        self._writer: asyncio.Task[None] | None = None

    def touch(self, key_id: UUID) -> None:
        """Remember that a key was used."""
        self._used.add(key_id)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._later())

    async def flush(self) -> None:
        """Write down what was used since the last time; what cannot be written is lost, for nothing depends on it."""
        used, self._used = self._used, set()
        if not used:
            return
        try:
            async with self._database.write_session(Scope(identity=True)) as session:
                await api_key_repository.touch(session, sorted(used))
        except (DependencyError, DBAPIError):
            _log.warning("use_not_written", keys=len(used))

    async def close(self) -> None:
        """Write down what is left."""
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        await self.flush()

    async def _later(self) -> None:
        while self._used:
            await asyncio.sleep(self._seconds)
            await self.flush()


async def _find(
    session: AnySession, key_id: UUID, *, own: bool, lock: bool = False, versions: Versions = ANY_VERSION
) -> ApiKey:
    row = await ApiKeyRepository(session).get(key_id, lock=lock, versions=versions)
    if own and row.user_id != _caller(session):
        raise NotFoundError("There is no api key with this id.")
    return row


def _caller(session: AnySession) -> UUID:
    user_id = session.scope.user_id
    if user_id is None:
        raise ForbiddenError("Keys of services have no personal keys.", code="key_not_allowed")
    return user_id


def _fields(row: ApiKey) -> dict[str, object]:
    return {name: getattr(row, name) for name in ApiKeyRead.model_fields}
