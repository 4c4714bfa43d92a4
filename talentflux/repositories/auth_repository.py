"""SQL of log-in: refresh tokens, links that are good once, back-off, keys that sign access tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update

from talentflux.core.database import AnySession, WriteSession
from talentflux.models import LoginThrottle, OneTimeToken, RefreshToken, SigningKey, UserSession
from talentflux.models.auth import Purpose

_SIGNING_LOCK: Final = 0x7461_6C65_6E74
_CHARGE = text(
    """
    insert into login_throttle as t (key, failures, last_failed_at, blocked_until)
    values (:key, 1, now(), now() + make_interval(secs => case when 1 < :free then 0 else 1 end))
    on conflict (key) do update set
        failures = case when t.last_failed_at < now() - make_interval(secs => :forget) then 1 else t.failures + 1 end,
        last_failed_at = now(),
        blocked_until = case
            when t.last_failed_at < now() - make_interval(secs => :forget) or t.failures + 1 < :free then now()
            else now() + make_interval(secs => least(:longest, power(2, least(t.failures + 1 - :free, 30)))) end
    where t.blocked_until <= now()
    returning failures
    """
)
_REFUND = text(
    "update login_throttle set failures = greatest(failures - 1, 0), blocked_until = last_failed_at where key = :key"
)


@dataclass(frozen=True, slots=True)
class BackOff:
    """How tries in vain are answered.

    Attributes:
        free: Tries before the first pause.
        longest: Of all pauses, in seconds.
        forget: Without a try for so many seconds, counting begins anew.
    """

    free: int
    longest: float
    forget: float


class SigningKeyRepository:
    """Keys that sign access tokens.

    Args:
        session: A transaction that finds out who somebody is.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Let no other transaction add keys until this one ends."""
        await self._session.execute(select(func.pg_advisory_xact_lock(_SIGNING_LOCK)))

    async def good(self) -> list[SigningKey]:
        """Return the keys that still verify, the newest first."""
        statement = select(SigningKey).where(or_(SigningKey.expires_at.is_(None), SigningKey.expires_at > func.now()))
        return list(
            await self._session.scalars(statement.order_by(SigningKey.active_from.desc(), SigningKey.id.desc()))
        )

    async def add(self, key: SigningKey) -> None:
        """Insert a key."""
        self._session.add(key)
        await self._session.flush()

    async def expire_before(self, key_id: UUID, moment: datetime) -> None:
        """Let all keys but one verify no longer than until a moment."""
        statement = update(SigningKey).where(
            SigningKey.id != key_id, or_(SigningKey.expires_at.is_(None), SigningKey.expires_at > moment)
        )
        await self._session.execute(statement.values(expires_at=moment))


class ThrottleRepository:
    """Counts of what was tried in vain.

    Args:
        session: A transaction that finds out who somebody is.
    """

    def __init__(self, session: WriteSession) -> None:
        self._session = session

    async def charge(self, key: bytes, back_off: BackOff) -> bool:
        """Count a try, before it is known how it ends.

        Returns:
            Whether it may go on; False while tries are refused, and then it does not count.
        """
        values = {"key": key, "free": back_off.free, "longest": back_off.longest, "forget": back_off.forget}
        return (await self._session.execute(_CHARGE, values)).first() is not None

    async def seconds_left(self, key: bytes) -> float:
        """Return for how long tries are still refused."""
        left = func.extract("epoch", LoginThrottle.blocked_until - func.clock_timestamp())
        return float(await self._session.scalar(select(left).where(LoginThrottle.key == key)) or 0)

    async def refund(self, key: bytes) -> None:
        """Take one try back."""
        await self._session.execute(_REFUND, {"key": key})

    async def forget(self, key: bytes) -> None:
        """Begin counting anew."""
        await self._session.execute(delete(LoginThrottle).where(LoginThrottle.key == key))


class RefreshTokenRepository:
    """Families of refresh tokens.

    Args:
        session: A transaction that finds out who somebody is.
    """

    def __init__(self, session: WriteSession) -> None:
        self._session = session

    async def lock(self, token_hash: bytes) -> RefreshToken | None:
        """Return a token and keep others from exchanging it until the transaction ends."""
        return await self._session.scalar(
            select(RefreshToken).where(RefreshToken.token_hash == token_hash).with_for_update()
        )

    async def add(self, session_id: UUID, token_hash: bytes) -> None:
        """Insert a token."""
        self._session.add(RefreshToken(session_id=session_id, token_hash=token_hash))
        await self._session.flush()


class OneTimeTokenRepository:
    """Links that are good once.

    Args:
        session: A transaction of the person, or one that finds out who somebody is.
    """

    def __init__(self, session: WriteSession) -> None:
        self._session = session

    async def add(self, row: OneTimeToken) -> None:
        """Insert a token; earlier ones of the same person and purpose are good no longer."""
        await self.void(row.user_id, Purpose(row.purpose))
        self._session.add(row)
        await self._session.flush()

    async def void(self, user_id: UUID, *purposes: Purpose) -> None:
        """Let no unused token of a person be good any longer."""
        statement = update(OneTimeToken).where(
            OneTimeToken.user_id == user_id, OneTimeToken.purpose.in_(purposes), OneTimeToken.used_at.is_(None)
        )
        await self._session.execute(statement.values(used_at=func.now()))

    async def find(self, token_hash: bytes, purpose: Purpose) -> OneTimeToken | None:
        """Return a token that is good, kept from others until the transaction ends."""
        statement = select(OneTimeToken).where(
            OneTimeToken.token_hash == token_hash,
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > func.now(),
        )
        return await self._session.scalar(statement.with_for_update())


async def clean(session: WriteSession, age: timedelta) -> int:
    """Delete what log-in needs no longer.

    Args:
        session: A transaction that finds out who somebody is.
        age: For how long past its end a row is kept; ended sessions show which devices are known.

    Returns:
        How many rows went.
    """
    before = func.now() - age
    statements = (
        delete(UserSession).where(UserSession.expires_at < before),  # its refresh tokens go with it
        delete(OneTimeToken).where(OneTimeToken.expires_at < before),
        delete(LoginThrottle).where(LoginThrottle.last_failed_at < before),
        delete(SigningKey).where(SigningKey.expires_at < before),
    )
    return sum([(await session.execute(statement)).rowcount for statement in statements])  # type: ignore[attr-defined] # a delete counts
