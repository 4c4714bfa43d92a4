"""Logging in, proving once more who one is, and the operator's way to make an owner."""

from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from talentflux.core.database import Database, WriteSession
from talentflux.core.errors import ConflictError, UnauthenticatedError
from talentflux.core.permissions import Role
from talentflux.core.principal import Principal
from talentflux.core.security import passwords
from talentflux.repositories.user_repository import SessionRepository, UserRepository
from talentflux.services import second_factor_service, session_service, sign_on_service, throttle_service, user_service
from talentflux.services.encryption_service import platform_keys
from talentflux.services.session_lifetime import SessionKind
from talentflux.services.session_service import Caller, Opened, identity
from talentflux.services.throttle_service import Tries
from talentflux.services.user_service import Profile


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody logs in with.

    Attributes:
        email: As it was typed.
        password: As it was typed.
        code: Of the second factor; None where none was given.
        kind: How the log-in shall be carried.
    """

    email: str
    password: str
    code: str | None
    kind: SessionKind


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an account before the slow work.

    Attributes:
        counted: What the try is counted for.
        user_id: None where there is no such account.
        password_hash: None where it has no password.
        personal: Address and name, which a password may not be made of.
    """

    counted: Tries
    user_id: UUID | None
    password_hash: str | None
    personal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnerMade:
    """An account that owns an organization."""

    user_id: UUID
    organization_id: UUID


class _Factor(Enum):
    HOLDS = auto()
    MISSING = auto()
    ELSEWHERE = auto()
    WRONG = auto()


async def log_in(database: Database, attempt: Attempt, caller: Caller, public_url: str) -> Opened:
    """Log somebody in.

    An unknown address, a deactivated account and a wrong password are answered alike, in words, counting and time.

    Args:
        database: Sessions; the password is checked between two transactions.
        attempt: What they give.
        caller: Where it comes from.
        public_url: Where this server is reached.

    Raises:
        UnauthenticatedError: `credentials_invalid`; with the right password `second_factor_required` or
            `second_factor_invalid`, or `sign_on_required` where an organization of theirs enforces single sign-on.
        TooManyRequestsError: It failed too often.
    """
    async with identity(database, caller) as session:
        index = user_service.email_index(await platform_keys(session), attempt.email)
        known = await _charged(session, index, caller)
    holds = await passwords.verify_password(attempt.password, known.password_hash)
    renewed = await renewed_hash(attempt.password, known.password_hash) if holds else None
    opened: Opened | None = None
    factor = _Factor.WRONG
    async with identity(database, caller) as session:
        user = await UserRepository(session).find(known.user_id, lock=True) if holds and known.user_id else None
        holds = user is not None and user.password_hash == known.password_hash
        if user is not None and holds:
            factor = await _factor(session, user.id, attempt.code, public_url)
            if factor is _Factor.HOLDS and not await sign_on_service.password_allowed(session, user.id):
                factor = _Factor.ELSEWHERE
            if factor is _Factor.HOLDS:
                user.password_hash = renewed or user.password_hash
                opened = await session_service.open_session(session, user, attempt.kind, caller, public_url)
        if opened is not None:
            await throttle_service.succeed(session, known.counted)
        elif factor in {_Factor.MISSING, _Factor.ELSEWHERE}:
            await throttle_service.refund(session, known.counted)
        else:
            reason = "second_factor" if holds else "credentials"
            await user_service.note(session, "user.login_failed", known.user_id, after={"reason": reason})
    if opened is None:
        raise _refusal(factor) if holds else credentials_invalid()
    return opened


async def prove(  # noqa: PLR0913, PLR0917 -- who, by what, from where
    database: Database, principal: Principal, password: str | None, code: str | None, caller: Caller, public_url: str
) -> None:
    """Note that the caller has just proved once more who they are.

    Args:
        database: Sessions.
        principal: The caller.
        password: As it was typed; needed where the account has one.
        code: Of the second factor; needed where one is set up.
        caller: Where it comes from.
        public_url: Where this server is reached.

    Raises:
        UnauthenticatedError: As for logging in, or the session has ended.
        ConflictError: The account has neither password nor second factor.
        TooManyRequestsError: It failed too often.
    """
    known = await account_of(database, principal, caller)
    holds = known.password_hash is None or await passwords.verify_password(password or "", known.password_hash)
    factor = _Factor.WRONG
    proven = None
    async with identity(database, caller, principal) as session:
        assert known.user_id is not None
        if holds:
            factor = await _factor(session, known.user_id, code, public_url)
            if known.password_hash is None and not await second_factor_service.required(session, known.user_id):
                raise ConflictError("Log in again through single sign-on; that proves who you are.", code="no_password")
        if holds and factor is _Factor.HOLDS and principal.session_id is not None:
            proven = await SessionRepository(session).prove(principal.session_id)
            await throttle_service.succeed(session, known.counted)
            await user_service.note(session, "user.prove", known.user_id)
        elif factor is _Factor.MISSING:
            await throttle_service.refund(session, known.counted)
        else:
            await user_service.note(session, "user.proof_failed", known.user_id)
    if holds and factor is _Factor.HOLDS and proven is None:
        raise UnauthenticatedError("This log-in has ended. Log in again.", code="session_ended")
    if proven is None:
        raise _refusal(factor) if holds else credentials_invalid()


async def account_of(database: Database, principal: Principal, caller: Caller) -> Known:
    """Return the caller's account for checking its password once more; the try is counted.

    Raises:
        TooManyRequestsError: It failed too often.
    """
    async with identity(database, caller, principal) as session:
        user = await user_service.own(session)
        counted = throttle_service.tries(await platform_keys(session), user.email_index)
        await throttle_service.charge(session, counted)
        profile = await user_service.profile_of(session, user)
        return Known(counted, user.id, user.password_hash, (profile.email, profile.name))


async def create_owner(
    database: Database, *, email: str, name: str, password: str, organization: UUID | str
) -> OwnerMade:
    """Make a verified account that owns an organization. For the operator: nobody is asked.

    Args:
        database: Sessions.
        email: Address of the account.
        name: Of the person.
        password: Theirs; the rules for passwords hold.
        organization: Id of one that exists, or the name of a new one.

    Raises:
        InvalidInputError: The password is not a good one.
        ConflictError: There is an account with this address.
        NotFoundError: There is no such organization.
    """
    passwords.check_password(password, (email, name))
    password_hash = await passwords.hash_password(password)
    async with identity(database) as session:
        user = await user_service.create(session, Profile(email, name), password_hash=password_hash, verified=True)
        if isinstance(organization, str):
            organization = await user_service.create_organization(session, organization, user.id)
        else:
            await user_service.add_member(session, organization, user.id, Role.OWNER)
    return OwnerMade(user.id, organization)


async def renewed_hash(password: str, stored: str | None) -> str | None:
    """Return the hash of a password by today's parameters, where the stored one was made by others."""
    return await passwords.hash_password(password) if stored and passwords.needs_rehash(stored) else None


def credentials_invalid() -> UnauthenticatedError:
    """Return the one answer to every wrong password, whatever is wrong."""
    return UnauthenticatedError("Address or password is wrong.", code="credentials_invalid")


async def _charged(session: WriteSession, index: bytes, caller: Caller) -> Known:
    counted = throttle_service.tries(await platform_keys(session), index, caller.origin.address)
    await throttle_service.charge(session, counted)
    user = await UserRepository(session).find_by_email(index)
    if user is None or user.deactivated_at is not None:
        return Known(counted, None, None)
    return Known(counted, user.id, user.password_hash)


async def _factor(session: WriteSession, user_id: UUID, code: str | None, public_url: str) -> _Factor:
    if not await second_factor_service.required(session, user_id):
        return _Factor.HOLDS
    if code is None:
        return _Factor.MISSING
    holds = await second_factor_service.check(session, user_id, code, public_url)
    return _Factor.HOLDS if holds else _Factor.WRONG


def _refusal(factor: _Factor) -> UnauthenticatedError:
    if factor is _Factor.MISSING:
        return UnauthenticatedError("Give the code of your second factor too.", code="second_factor_required")
    if factor is _Factor.ELSEWHERE:
        return UnauthenticatedError(
            "Your organization asks for single sign-on: POST /api/v1/auth/sign-on.", code="sign_on_required"
        )
    return UnauthenticatedError("The code is wrong or was used.", code="second_factor_invalid")
