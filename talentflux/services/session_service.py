"""Where people are logged in: browser sessions, and families of refresh tokens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Cipher
from talentflux.core.database import NOWHERE, AnySession, Database, Origin, Scope, WriteSession
from talentflux.core.errors import NotFoundError, UnauthenticatedError
from talentflux.core.principal import Principal
from talentflux.core.queue import enqueue
from talentflux.core.security.one_time import new_secret, open_with, seal_with, secret_hash
from talentflux.models import User, UserSession
from talentflux.repositories import auth_repository
from talentflux.repositories.auth_repository import RefreshTokenRepository
from talentflux.repositories.user_repository import SessionRepository, UserRepository
from talentflux.schemas.user import SessionRead
from talentflux.services import email_service, user_service
from talentflux.services.session_lifetime import LIFETIMES, SessionKind
from talentflux.utils.ids import new_id

GRACE: Final = timedelta(seconds=10)
"""A refresh token shown again within this time gets the same successor: requests that cross are no theft."""
CLEAN_TASK: Final = "auth.clean"
KEPT: Final = timedelta(days=90)
"""Ended sessions are kept so long: they show which devices are known, and refresh tokens that come back."""
_CLEAN_SECONDS: Final = 86_400.0
_LONGEST_DEVICE: Final = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a log-in comes from.

    Attributes:
        origin: Request id and network address.
        device: What the browser or program says of itself.
    """

    origin: Origin = NOWHERE
    device: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened or goes on.

    Attributes:
        session_id: Its id.
        user_id: Whose.
        organization_id: The tenant that it begins in.
        secret: The refresh token or the cookie, which is stored nowhere.
        seconds: For how long it lasts without use.
    """

    session_id: UUID
    user_id: UUID
    organization_id: UUID | None
    secret: str
    seconds: int


@asynccontextmanager
async def identity(
    database: Database, caller: Caller = Caller(), principal: Principal | None = None
) -> AsyncIterator[WriteSession]:
    """Open a transaction that finds out who somebody is.

    Args:
        database: Sessions.
        caller: Where it comes from, for the audit log.
        principal: Who acts, where that is known already.
    """
    async with database.write_session(Scope(identity=True), caller.origin) as session:
        session.principal = principal
        yield session


async def open_session(session: WriteSession, user: User, kind: SessionKind, caller: Caller, public_url: str) -> Opened:
    """Log somebody in, whose identity has been proved.

    Args:
        session: A transaction that finds out who somebody is.
        user: The account.
        kind: How the log-in is carried.
        caller: Where it comes from; a place not seen before is told to the person by e-mail.
        public_url: Where this server is reached.
    """
    user_service.known_as(session, user.id)
    cipher = await user_service.cipher_of(session, user)
    await _alert(session, user, cipher, caller, public_url)
    places = await UserRepository(session).memberships(user.id)
    secret, session_id, life = new_secret(), new_id(), LIFETIMES[kind]
    row = UserSession(
        id=session_id,
        user_id=user.id,
        organization_id=places[0].organization_id if places else None,
        kind=kind,
        token_hash=secret_hash(secret) if kind is SessionKind.BROWSER else None,
        origin=cipher.encrypt(orjson.dumps(_place(caller)), _context(session_id)),
        expires_at=await UserRepository(session).now() + life.idle,
    )
    await SessionRepository(session).add(row)
    if kind is SessionKind.TOKEN:
        await RefreshTokenRepository(session).add(session_id, secret_hash(secret))
    after = {"session_id": session_id, "kind": kind}
    await user_service.note(session, "user.login", user.id, after=after)
    # While people log in, rows pile up; so each log-in sees to it that a clean-up waits.
    await enqueue(session, CLEAN_TASK, queueing_lock=CLEAN_TASK, delay_seconds=_CLEAN_SECONDS)
    return Opened(session_id, user.id, row.organization_id, secret, int(life.idle.total_seconds()))


async def exchange(session: WriteSession, secret: str, public_url: str) -> Opened | None:
    """Exchange a refresh token for its successor.

    Args:
        session: A transaction that finds out who somebody is; it must commit.
        secret: The refresh token.
        public_url: Where this server is reached.

    Returns:
        The successor; the same for every repeat within the grace. None where a token was shown after the grace: then
        somebody has a copy, and the whole family has ended.

    Raises:
        UnauthenticatedError: It is none of ours (`token_invalid`), or its log-in has ended (`session_ended`).
    """
    tokens = RefreshTokenRepository(session)
    token = await tokens.lock(secret_hash(secret))
    if token is None:
        raise UnauthenticatedError("This is no refresh token of ours. Log in again.", code="token_invalid")
    log_in = await SessionRepository(session).find(token.session_id)
    if log_in is None:
        raise UnauthenticatedError("This log-in has ended. Log in again.", code="session_ended")
    now = await UserRepository(session).now()
    while token.used_at is not None:
        if token.used_at < now - GRACE or token.successor is None:
            await _reused(session, log_in, public_url)
            return None
        # What followed may itself have been exchanged since; the newest of the family is what goes on being good.
        secret = open_with(secret, token.successor)
        following = await tokens.lock(secret_hash(secret))
        assert following is not None
        if following.used_at is None:
            return _goes_on(log_in, secret)
        token = following
    successor = new_secret()
    token.used_at, token.successor = now, seal_with(secret, successor)
    await tokens.add(log_in.id, secret_hash(successor))
    life = LIFETIMES[SessionKind.TOKEN]
    await SessionRepository(session).touch(log_in.id, life.idle.total_seconds(), life.absolute.total_seconds())
    return _goes_on(log_in, successor)


async def listed(session: AnySession, principal: Principal) -> list[SessionRead]:
    """Return where the caller is logged in, the last used first."""
    user = await user_service.own(session)
    cipher = await user_service.cipher_of(session, user)
    return [
        SessionRead(
            id=row.id,
            kind=SessionKind(row.kind),
            current=row.id == principal.session_id,
            **_origin(row, cipher),
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
        )
        for row in await SessionRepository(session).lasting(user.id)
    ]


async def end(session: WriteSession, user_id: UUID, session_id: UUID) -> None:
    """End one session of a person.

    Raises:
        NotFoundError: They have no such session, or it has ended.
    """
    if not await SessionRepository(session).end(user_id, only=session_id):
        raise NotFoundError("There is no session with this id, or it has ended.")
    await user_service.note(session, "session.end", user_id, resource="session", row_id=session_id)


async def end_former(session: WriteSession, secret: str) -> None:
    """End the session whose cookie another one takes the place of; whoever has kept the old cookie is logged out.

    Args:
        session: A transaction that finds out who somebody is.
        secret: The old cookie; any text.
    """
    row = await SessionRepository(session).end_browser(secret_hash(secret))
    if row is not None:
        await user_service.note(session, "session.end", row.user_id, resource="session", row_id=row.id)


async def end_all(session: WriteSession, user_id: UUID, *, but: UUID | None = None) -> None:
    """End all sessions of a person, or all but one."""
    ended = await SessionRepository(session).end(user_id, but=but)
    await user_service.note(session, "session.end_all", user_id, after={"ended": ended})


async def clean(session: WriteSession) -> int:
    """Delete what log-in needs no longer.

    Args:
        session: A transaction that finds out who somebody is.

    Returns:
        How many rows went.
    """
    return await auth_repository.clean(session, KEPT)


async def _reused(session: WriteSession, log_in: UserSession, public_url: str) -> None:
    await SessionRepository(session).end(log_in.user_id, only=log_in.id)
    await user_service.note(session, "session.reuse_detected", log_in.user_id, resource="session", row_id=log_in.id)
    user = await UserRepository(session).find(log_in.user_id)
    if user is not None:
        profile = await user_service.profile_of(session, user)
        await email_service.send(
            session, "session_reuse", to=profile.email, link=f"{public_url}/login", time=await _time(session),
            user_id=user.id,
        )  # fmt: skip


async def _alert(session: WriteSession, user: User, cipher: Cipher, caller: Caller, public_url: str) -> None:
    """Tell a person of a log-in from where none of the earlier ones came."""
    earlier = [_origin(row, cipher) for row in await SessionRepository(session).recent(user.id)]
    place = _place(caller)
    if not earlier or place in earlier:
        return
    profile = await user_service.profile_of(session, user)
    await email_service.send(
        session, "login_alert", to=profile.email, link=f"{public_url}/login", time=await _time(session),
        browser=place["device"] or "unknown", address=place["address"] or "unknown", user_id=user.id,
    )  # fmt: skip


def _place(caller: Caller) -> dict[str, str]:
    device = "".join(sign for sign in caller.device if sign.isprintable())[:_LONGEST_DEVICE]
    return {"address": caller.origin.address, "device": device}


def _origin(row: UserSession, cipher: Cipher) -> dict[str, str]:
    if row.origin is None:
        return {"address": "", "device": ""}
    found: dict[str, str] = orjson.loads(cipher.decrypt(row.origin, _context(row.id)))
    return found


def _goes_on(log_in: UserSession, secret: str) -> Opened:
    seconds = int(LIFETIMES[SessionKind.TOKEN].idle.total_seconds())
    return Opened(log_in.id, log_in.user_id, log_in.organization_id, secret, seconds)


async def _time(session: WriteSession) -> str:
    moment: datetime = await UserRepository(session).now()
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _context(session_id: UUID) -> str:
    return f"user_session.origin:{session_id}"
