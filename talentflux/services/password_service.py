"""Changing a password, and getting a new one when it is forgotten."""

from datetime import timedelta
from typing import Final

from talentflux.core.database import Database, WriteSession
from talentflux.core.errors import ConflictError
from talentflux.core.principal import Principal
from talentflux.core.security import passwords
from talentflux.models import User
from talentflux.models.auth import Purpose
from talentflux.repositories.auth_repository import OneTimeTokenRepository
from talentflux.repositories.user_repository import SessionRepository, UserRepository
from talentflux.services import (
    auth_service,
    email_service,
    one_time_service,
    second_factor_service,
    session_service,
    throttle_service,
    user_service,
)
from talentflux.services.encryption_service import platform_keys
from talentflux.services.registration_service import reachable
from talentflux.services.session_service import Caller, identity

RESET_LIFETIME: Final = timedelta(hours=1)


async def change(  # noqa: PLR0913, PLR0917 -- who, from where, from what, to what
    database: Database, principal: Principal, current: str, new: str, caller: Caller, public_url: str
) -> None:
    """Change the caller's password; all other log-ins of theirs end.

    Args:
        database: Sessions; the passwords are worked on between two transactions.
        principal: The caller.
        current: The present password.
        new: The next one.
        caller: Where it comes from.
        public_url: Where this server is reached.

    Raises:
        InvalidInputError: The new password is not a good one.
        ConflictError: The account has no password: a reset gives it one.
        UnauthenticatedError: The present password is wrong.
        TooManyRequestsError: It failed too often.
    """
    known = await auth_service.account_of(database, principal, caller)
    if known.password_hash is None:
        raise ConflictError("Your account has no password. Ask for a reset to get one.", code="no_password")
    passwords.check_password(new, known.personal, field="body.new_password")
    if not await passwords.verify_password(current, known.password_hash):
        raise auth_service.credentials_invalid()
    password_hash = await passwords.hash_password(new)
    async with identity(database, caller, principal) as session:
        assert known.user_id is not None
        user = await UserRepository(session).find(known.user_id, lock=True) or await user_service.own(session)
        if user.password_hash != known.password_hash:  # a reset came in between: the link's holder is the one to keep
            raise auth_service.credentials_invalid()
        await throttle_service.succeed(session, known.counted)
        await _set(session, user, password_hash, public_url, "user.password_change")
        await session_service.end_all(session, user.id, but=principal.session_id)
        if principal.session_id is not None:
            await SessionRepository(session).prove(principal.session_id)


async def request_reset(database: Database, email: str, caller: Caller, public_url: str) -> None:
    """Send a link for a new password, if there is an account with this address; it is answered alike if not.

    Args:
        database: Sessions.
        email: The address.
        caller: Where it comes from.
        public_url: Where this server is reached.
    """
    async with reachable(database, email, caller) as (session, user):
        if user is not None and user.deactivated_at is None:
            link = await one_time_service.issue(session, user.id, Purpose.RESET_PASSWORD, RESET_LIFETIME, public_url)
            await email_service.send(session, "reset_password", to=email, link=link, user_id=user.id)
            await user_service.note(session, "user.password_reset_request", user.id)


async def reset(database: Database, secret: str, new: str, caller: Caller, public_url: str) -> None:
    """Set a new password by the link of an e-mail; all log-ins end, and the address counts as confirmed.

    Args:
        database: Sessions; the password is hashed between two transactions.
        secret: Of the link.
        new: The password.
        caller: Where it comes from.
        public_url: Where this server is reached.

    Raises:
        InvalidInputError: The link is not good, or no longer, or the password is not a good one.
    """
    async with identity(database, caller) as session:
        token = await one_time_service.find(session, secret, Purpose.RESET_PASSWORD)
        profile = await user_service.profile_of(session, await one_time_service.account(session, token.user_id))
    passwords.check_password(new, (profile.email, profile.name))
    password_hash = await passwords.hash_password(new)
    async with identity(database, caller) as session:
        token = await one_time_service.redeem(session, secret, Purpose.RESET_PASSWORD)
        user = await one_time_service.account(session, token.user_id)
        user_service.known_as(session, user.id)
        if user.email_verified_at is None:  # whoever opened the account need not be who reads its e-mail
            await second_factor_service.forget(session, user.id)
            user.email_verified_at = await UserRepository(session).now()
        await throttle_service.succeed(session, throttle_service.tries(await platform_keys(session), user.email_index))
        await _set(session, user, password_hash, public_url, "user.password_reset")
        await session_service.end_all(session, user.id)


async def _set(session: WriteSession, user: User, password_hash: str, public_url: str, action: str) -> None:
    user.password_hash = password_hash
    user.password_changed_at = await UserRepository(session).now()
    await OneTimeTokenRepository(session).void(user.id, *Purpose)
    profile = await user_service.profile_of(session, user)
    time = user.password_changed_at.strftime("%Y-%m-%d %H:%M UTC")
    await email_service.send(
        session, "password_changed", to=profile.email, link=f"{public_url}/login", time=time, user_id=user.id
    )
    await user_service.note(session, action, user.id)
