"""SQL of answers kept for repeated requests."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from talentflux.core.database import AnySession, WriteSession
from talentflux.models import IdempotencyKey


class IdempotencyRepository:
    """Kept answers of the session's organization and person.

    Args:
        session: The transaction; row-level security shows it only what its own user or key has sent.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def try_lock(self, key_index: bytes) -> bool:
        """Keep others from carrying out a request with this key until the transaction ends.

        Args:
            key_index: Blind index of the key.

        Returns:
            Whether nobody else does so now.
        """
        number = int.from_bytes(key_index[:8], "big", signed=True)
        locked: bool = (
            await self._session.execute(text("select pg_try_advisory_xact_lock(:number)"), {"number": number})
        ).scalar_one()
        return locked

    async def find(self, key_index: bytes) -> IdempotencyKey | None:
        """Return what is kept under a key and has not expired."""
        statement = select(IdempotencyKey).where(
            IdempotencyKey.key_index == key_index, IdempotencyKey.expires_at > func.now()
        )
        found: IdempotencyKey | None = await self._session.scalar(statement)
        return found

    async def keep(self, row_id: UUID, key_index: bytes, request_index: bytes, answer: bytes, kept: timedelta) -> None:
        """Keep an answer, in the place of an expired one.

        Args:
            row_id: Of the new row.
            key_index: Blind index of the key.
            request_index: Blind index of the request.
            answer: Encrypted.
            kept: For how long.
        """
        values = {
            "id": row_id,
            "request_index": request_index,
            "answer": answer,
            "created_at": func.now(),
            "expires_at": func.now() + kept,
        }
        new = insert(IdempotencyKey).values(
            organization_id=self._session.scope.organization_id,
            user_id=self._session.scope.user_id,
            key_index=key_index,
            **values,
        )
        await self._session.execute(new.on_conflict_do_update(index_elements=["key_index"], set_=values))

    @staticmethod
    async def purge(session: WriteSession) -> int:
        """Remove expired answers of everybody.

        Args:
            session: A transaction that finds out who somebody is; it sees expired answers only.

        Returns:
            How many there were.
        """
        found = await session.execute(delete(IdempotencyKey).where(IdempotencyKey.expires_at < func.now()))
        return int(found.rowcount)  # type: ignore[attr-defined] # a delete has one
