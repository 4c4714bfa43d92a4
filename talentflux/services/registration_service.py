"""Opening an account and confirming its address.

Known and unknown addresses are answered alike: the body says the same, the status too, and the answer is held back
until both would be done. What differs goes by e-mail, to whoever owns the address.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from talentflux.core.database import Database, WriteSession
from talentflux.core.errors import ConflictError
from talentflux.core.security import passwords
from talentflux.core.security.timing import at_least
from talentflux.models import User
from talentflux.models.auth import Purpose
from talentflux.repositories.auth_repository import OneTimeTokenRepository
from talentflux.repositories.user_repository import UserRepository
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
from talentflux.services.session_service import Caller, identity
from talentflux.services.user_service import Profile

VERIFY_LIFETIME: Final = timedelta(days=3)
EVEN_SECONDS: Final = 0.25
"""Longer than making an account and an organization takes."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who registers.

    Attributes:
        profile: Address and name.
        password: As it was typed.
        organization_name: Of the organization to found; None for a job seeker.
    """

    profile: Profile
    password: str
    organization_name: str | None


async def register(database: Database, applicant: Applicant, caller: Caller, public_url: str) -> None:
    """Open an account and send the link that confirms its address.

    Args:
        database: Sessions.
        applicant: Who registers.
        caller: Where it comes from.
        public_url: Where this server is reached.

    Raises:
        InvalidInputError: The password is not a good one.
    """
    profile = applicant.profile
    passwords.check_password(applicant.password, (profile.email, profile.name))
    async with at_least(EVEN_SECONDS):
        password_hash = await passwords.hash_password(applicant.password)
        async with identity(database, caller) as session:
            index = user_service.email_index(await platform_keys(session), profile.email)
            known = await UserRepository(session).find_by_email(index, lock=True)
            if known is None:
                try:
                    await _first(session, applicant, password_hash, public_url)
                except ConflictError:  # at the same moment, somebody else was the first
                    known = await UserRepository(session).find_by_email(index, lock=True)
            if known is not None:
                await _again(session, known, applicant, password_hash, public_url)


async def resend(database: Database, email: str, caller: Caller, public_url: str) -> None:
    """Send the link again that confirms an address, if there is an account that waits for it.

    Args:
        database: Sessions.
        email: The address.
        caller: Where it comes from.
        public_url: Where this server is reached.
    """
    async with reachable(database, email, caller) as (session, user):
        if user is not None and user.email_verified_at is None:
            await _send_link(session, user, email, public_url)


@asynccontextmanager
async def reachable(database: Database, email: str, caller: Caller) -> AsyncIterator[tuple[WriteSession, User | None]]:
    """Find the account of an address for which somebody asks for an e-mail, in the same time whether there is one.

    Args:
        database: Sessions.
        email: The address.
        caller: Where the request comes from.

    Yields:
        A transaction, and the account; None too where the address was sent an e-mail a moment ago.
    """
    async with at_least(EVEN_SECONDS), identity(database, caller) as session:
        index = user_service.email_index(await platform_keys(session), email)
        user = await UserRepository(session).find_by_email(index)
        yield session, user if await throttle_service.may_send(session, index) else None


async def verify(database: Database, secret: str, password: str, caller: Caller) -> None:
    """Confirm the address of an account.

    The password is asked for too: else whoever opens an account with a stranger's address would have it confirmed by
    the stranger, who takes the link for their own.

    Args:
        database: Sessions; the password is checked between two transactions.
        secret: Of the link.
        password: Of the registration.
        caller: Where it comes from.

    Raises:
        InvalidInputError: The link is not good, or no longer.
        UnauthenticatedError: The password is wrong.
        TooManyRequestsError: It failed too often.
    """
    async with identity(database, caller) as session:
        token = await one_time_service.find(session, secret, Purpose.VERIFY_EMAIL)
        user = await one_time_service.account(session, token.user_id)
        counted = throttle_service.tries(await platform_keys(session), user.email_index, caller.origin.address)
        await throttle_service.charge(session, counted)
        stored = user.password_hash
    if not await passwords.verify_password(password, stored):
        raise auth_service.credentials_invalid()
    async with identity(database, caller) as session:
        token = await one_time_service.redeem(session, secret, Purpose.VERIFY_EMAIL)
        user = await one_time_service.account(session, token.user_id)
        user.email_verified_at = await UserRepository(session).now()
        await throttle_service.succeed(session, counted)
        user_service.known_as(session, user.id)
        await user_service.note(session, "user.verify_email", user.id)


async def _first(session: WriteSession, applicant: Applicant, password_hash: str, public_url: str) -> None:
    """Make an account for an address that has none."""
    user = await user_service.create(session, applicant.profile, password_hash=password_hash)
    if applicant.organization_name is not None:
        await user_service.create_organization(session, applicant.organization_name, user.id)
    await _send_link(session, user, applicant.profile.email, public_url)


async def _again(session: WriteSession, user: User, applicant: Applicant, password_hash: str, public_url: str) -> None:
    """Answer an address that has an account already, by e-mail.

    Where the address was never confirmed, nobody's account is lost when the newest registration takes its place. The
    one before may have been a stranger's: no log-in, link or second factor of it is left.
    """
    email = applicant.profile.email
    if user.email_verified_at is None and user.deactivated_at is None:
        await user_service.change_profile(session, user, applicant.profile)
        user.password_hash = password_hash
        user.password_changed_at = await UserRepository(session).now()
        await OneTimeTokenRepository(session).void(user.id, *Purpose)
        await second_factor_service.forget(session, user.id)
        await session_service.end_all(session, user.id)
        if applicant.organization_name is not None and not await UserRepository(session).memberships(user.id):
            await user_service.create_organization(session, applicant.organization_name, user.id)
    if not await throttle_service.may_send(session, user.email_index):
        return
    if user.email_verified_at is None:
        await _send_link(session, user, email, public_url)
    else:
        await email_service.send(session, "account_exists", to=email, link=f"{public_url}/login", user_id=user.id)


async def _send_link(session: WriteSession, user: User, email: str, public_url: str) -> None:
    link = await one_time_service.issue(session, user.id, Purpose.VERIFY_EMAIL, VERIFY_LIFETIME, public_url)
    await email_service.send(session, "verify_email", to=email, link=link, user_id=user.id)
