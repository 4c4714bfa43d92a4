"""SQL of wrapped keys."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from talentflux.core.database import AnySession
from talentflux.core.keyring import KeyPurpose, StoredKey
from talentflux.models.encryption import OrganizationKey, PlatformKey


class EncryptionRepository:
    """The wrapped keys of one owner.

    Args:
        session: The transaction.
        owner: The organization, which must be the scope's; None for the platform.
    """

    def __init__(self, session: AnySession, owner: UUID | None) -> None:
        self._session = session
        self._model = PlatformKey if owner is None else OrganizationKey
        self._owner = {} if owner is None else {"organization_id": owner}
        self._mine = literal(value=True) if owner is None else OrganizationKey.organization_id == owner

    async def stored(self) -> tuple[list[StoredKey], datetime | None]:
        """Return all versions and the database's time; None for the time where there are none."""
        model = self._model
        statement = select(
            model.purpose, model.version, model.wrapped, model.master_key_id, model.usable_at, func.clock_timestamp()
        ).where(self._mine)
        rows = (await self._session.execute(statement.order_by(model.version))).all()
        return [StoredKey(*row[:5]) for row in rows], rows[0][5] if rows else None

    async def add(self, wrapped: Mapping[tuple[KeyPurpose, int], bytes], master_key_id: str) -> None:
        """Insert wrapped keys by purpose and version; those that are there stay."""
        rows = [
            {**self._owner, "purpose": purpose, "version": version, "wrapped": key, "master_key_id": master_key_id}
            for (purpose, version), key in sorted(wrapped.items())
        ]
        await self._session.execute(insert(self._model).values(rows).on_conflict_do_nothing())
