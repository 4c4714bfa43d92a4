"""The keys that personal data is encrypted under.

The master key wraps the key of each organization and of the platform; these wrap the keys of persons.
"""

import os
from functools import partial
from uuid import UUID

from psycopg.errors import UndefinedTable
from sqlalchemy.exc import ProgrammingError

from talentflux.core.crypto import KEY_BYTES, Keys
from talentflux.core.database import AnySession, Database, ReadSession, Scope
from talentflux.core.keyring import KeyPurpose
from talentflux.repositories.encryption_repository import EncryptionRepository

_KEPT = "talentflux keys"  # in `session.info`: keys that this transaction made and has not committed


async def organization_keys(session: AnySession) -> Keys:
    """Return the keys of the session's organization; they are made in its first writing transaction.

    Args:
        session: The transaction.

    Raises:
        LookupError: The scope has no organization.
        ConfigurationError: The master key does not open them.
    """
    if session.scope.organization_id is None:
        raise LookupError("an organization's keys are asked for without an organization")
    return await _keys(session, session.scope.organization_id)


async def platform_keys(session: AnySession) -> Keys:
    """Return the keys of accounts and of what lies outside tenants, in a transaction of any scope.

    Args:
        session: The transaction.

    Raises:
        ConfigurationError: The master key does not open them.
    """
    return await _keys(session, None)


async def keys_of(database: Database, organization_id: UUID) -> Keys:
    """Return an organization's keys where no transaction is open, made and committed where there were none.

    Args:
        database: Opens a short transaction, unless the keys were used a moment ago.
        organization_id: Whose.

    Raises:
        ConfigurationError: The master key does not open them.
        DependencyError: The database cannot be reached.
    """
    if database.keyring is not None and (keys := database.keyring.recall(organization_id)) is not None:
        return keys
    async with database.write_session(Scope(organization_id)) as session:
        return await organization_keys(session)


async def check_master_key(database: Database) -> None:
    """Make sure that the master key is the one that this database's keys are wrapped under.

    A database that was not migrated yet has none; readiness says so.

    Raises:
        ConfigurationError: It is another one; the sentence says which is needed.
        DependencyError: The database cannot be reached.
    """
    try:
        async with database.write_session(Scope()) as session:
            await platform_keys(session)
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable):
            raise


async def _keys(session: AnySession, owner: UUID | None) -> Keys:
    # What is made here and not committed is never recalled; a session's `info` costs making the ORM's part.
    if (keys := session.keyring.recall(owner)) is not None:
        return keys
    made: dict[UUID | None, Keys] = session.info.setdefault(_KEPT, {})
    if (keys := made.get(owner)) is not None:
        return keys
    repository = EncryptionRepository(session, owner)
    stored, now = await repository.stored()
    if now is not None:
        keys = await session.keyring.unwrap(owner, stored, now)
        session.keyring.keep(keys)
        return keys
    fresh: dict[tuple[KeyPurpose, int], bytes] = {("data", 1): _random(), ("index", 1): _random()}
    if isinstance(session, ReadSession):
        # Nothing is encrypted yet, so an index key that nobody keeps finds as much as any other.
        return Keys(owner, {}, fresh["index", 1])
    await repository.add(await session.keyring.wrap(owner, fresh), session.keyring.management.key_id)
    stored, now = await repository.stored()
    assert now is not None
    keys = made[owner] = await session.keyring.unwrap(owner, stored, now)
    session.after_commit.append(partial(session.keyring.keep, keys))
    return keys


def _random() -> bytes:
    return os.urandom(KEY_BYTES)
