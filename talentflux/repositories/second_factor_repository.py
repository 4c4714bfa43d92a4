"""SQL of second factors."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from talentflux.core.database import AnySession
from talentflux.models import RecoveryCode, UserTotp


class SecondFactorRepository:
    """Authenticator app and recovery codes of one user.

    Args:
        session: A transaction of the user, or one that finds out who somebody is.
        user_id: The user.
    """

    def __init__(self, session: AnySession, user_id: UUID) -> None:
        self._session = session
        self._user_id = user_id

    async def find(self, *, lock: bool = False) -> UserTotp | None:
        """Return the user's authenticator app, confirmed or not.

        Args:
            lock: Keep others from using a code of it until the transaction ends.
        """
        statement = select(UserTotp).where(UserTotp.user_id == self._user_id)
        return await self._session.scalar(statement.with_for_update() if lock else statement)

    async def add(self, row: UserTotp) -> None:
        """Insert an authenticator app."""
        self._session.add(row)
        await self._session.flush()

    async def remove(self) -> None:
        """Remove authenticator app and recovery codes."""
        await self._session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == self._user_id))
        await self._session.execute(delete(UserTotp).where(UserTotp.user_id == self._user_id))

    async def set_codes(self, indexes: Iterable[bytes]) -> None:
        """Put new recovery codes in the place of the former ones."""
        await self._session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == self._user_id))
        self._session.add_all(RecoveryCode(user_id=self._user_id, code_index=index) for index in indexes)
        await self._session.flush()

    async def use_code(self, index: bytes) -> bool:
        """Use a recovery code up; of several who try at once, one succeeds."""
        statement = update(RecoveryCode).where(
            RecoveryCode.user_id == self._user_id, RecoveryCode.code_index == index, RecoveryCode.used_at.is_(None)
        )
        used = await self._session.execute(statement.values(used_at=func.now()).returning(RecoveryCode.id))
        return used.scalar_one_or_none() is not None

    async def codes_left(self) -> int:
        """Return how many recovery codes are unused."""
        statement = select(func.count()).where(RecoveryCode.user_id == self._user_id, RecoveryCode.used_at.is_(None))
        return await self._session.scalar(statement) or 0

    async def now(self) -> datetime:
        """Return the time of the transaction."""
        moment: datetime = (await self._session.execute(select(func.now()))).scalar_one()
        return moment
