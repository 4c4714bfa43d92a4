"""A person's account: address, name, where they belong, changing and leaving it."""

import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from talentflux.core.crypto import Cipher, Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError, PreconditionFailedError
from talentflux.core.permissions import Role
from talentflux.core.principal import Principal
from talentflux.models import Member, Organization, User
from talentflux.models.auth import Purpose
from talentflux.repositories.auth_repository import OneTimeTokenRepository
from talentflux.repositories.user_repository import SessionRepository, UserRepository
from talentflux.schemas.user import MembershipRead, UserRead
from talentflux.schemas.version import Versions, version_of
from talentflux.services import audit_service, email_service, one_time_service
from talentflux.services.encryption_service import platform_keys
from talentflux.utils.ids import new_id

CHANGE_LIFETIME: Final = timedelta(days=1)
_INDEXED: Final = "user_account.email"
_LONGEST_SLUG: Final = 40
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account says of its person.

    Attributes:
        email: Address as it was typed.
        name: Full name.
    """

    email: str
    name: str


def email_index(keys: Keys, email: str) -> bytes:
    """Return the blind index of an address: the same for every spelling of it.

    Args:
        keys: The platform's.
        email: An address.
    """
    return keys.blind_index(_INDEXED, unicodedata.normalize("NFKC", email.strip()).lower())


async def create(
    session: WriteSession, profile: Profile, *, password_hash: str | None = None, verified: bool = False
) -> User:
    """Make an account.

    Args:
        session: A transaction that finds out who somebody is.
        profile: Address and name.
        password_hash: By `core.security.passwords`; None for who logs in through single sign-on.
        verified: Whether the address is known to be theirs.

    Raises:
        ConflictError: There is an account with this address.
    """
    keys = await platform_keys(session)
    repository = UserRepository(session)
    user_id = new_id()
    wrapped, cipher = keys.new_person_key(_key_context(user_id))
    now = await repository.now()
    row = User(
        id=user_id,
        email_index=email_index(keys, profile.email),
        wrapped_key=wrapped,
        profile=_sealed(cipher, user_id, profile),
        password_hash=password_hash,
        password_changed_at=now if password_hash else None,
        email_verified_at=now if verified else None,
    )
    try:
        async with session.begin_nested():
            await repository.add(row)
    except IntegrityError as error:
        raise ConflictError("There is an account with this address.", code="account_exists") from error
    audit_service.record(session, "user.create", "user", user_id, after=asdict(profile))
    return row


async def create_organization(session: WriteSession, name: str, owner_id: UUID) -> UUID:
    """Make an organization and its first owner.

    Args:
        session: A transaction that finds out who somebody is.
        name: Of the organization.
        owner_id: The account that owns it.

    Returns:
        Its id.
    """
    repository = UserRepository(session)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or "organization"
    if await repository.slug_is_taken(slug):
        slug = f"{slug}-{secrets.token_hex(4)}"
    row = Organization(id=new_id(), slug=slug, name=name)
    await repository.add(row)
    audit_service.record(
        session, "organization.create", "organization", row.id, after={"slug": slug}, organization_id=row.id
    )
    await add_member(session, row.id, owner_id, Role.OWNER)
    return row.id


async def add_member(session: WriteSession, organization_id: UUID, user_id: UUID, role: Role) -> None:
    """Give somebody a role in an organization.

    Args:
        session: A transaction that finds out who somebody is.
        organization_id: Which.
        user_id: Who.
        role: Theirs.

    Raises:
        NotFoundError: There is no such organization.
    """
    repository = UserRepository(session)
    if not await repository.organization_exists(organization_id):
        raise NotFoundError("There is no such organization.")
    row = Member(organization_id=organization_id, user_id=user_id, role=role)
    await repository.add(row)
    audit_service.record(
        session, "member.create", "member", row.id,
        after={"user_id": user_id, "role": role}, organization_id=organization_id,
    )  # fmt: skip


async def note(  # noqa: PLR0913 -- the parts of an event
    session: WriteSession,
    action: str,
    user_id: UUID | None,
    *,
    resource: str = "user",
    row_id: UUID | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Write an event about an account into the log of the organization that its person belongs to.

    Args:
        session: The transaction.
        action: What happened.
        user_id: To whose account; None for one that there is not, which takes as long.
        resource: Kind of the row.
        row_id: The row; the account by default.
        before: Fields as they were.
        after: Fields as they are.
    """
    places = await UserRepository(session).memberships(user_id or _NOBODY)
    audit_service.record(
        session, action, resource, row_id or user_id, before=before, after=after,
        organization_id=places[0].organization_id if places else None,
    )  # fmt: skip


async def cipher_of(session: AnySession, row: User) -> Cipher:
    """Return the cipher of an account's own key."""
    return (await platform_keys(session)).person(row.wrapped_key, _key_context(row.id))


async def profile_of(session: AnySession, row: User) -> Profile:
    """Return address and name of an account."""
    cipher = await cipher_of(session, row)
    return Profile(**orjson.loads(cipher.decrypt(row.profile, _profile_context(row.id))))


async def change_profile(session: WriteSession, row: User, profile: Profile) -> None:
    """Write another address and name into an account.

    Raises:
        ConflictError: Another account has the address.
    """
    before = await profile_of(session, row)
    row.profile = _sealed(await cipher_of(session, row), row.id, profile)
    row.email_index = email_index(await platform_keys(session), profile.email)
    try:
        async with session.begin_nested():
            await session.flush()
    except IntegrityError as error:
        raise ConflictError("There is another account with this address.", code="account_exists") from error
    await note(session, "user.update", row.id, before=asdict(before), after=asdict(profile))


def known_as(session: WriteSession, user_id: UUID) -> None:
    """Let a transaction that has found out who somebody is act in their name from here on."""
    session.scope = replace(session.scope, user_id=user_id)


async def own(session: AnySession) -> User:
    """Return the account of whoever acts.

    Raises:
        NotFoundError: It was deleted in the meantime.
    """
    user_id = session.principal.user_id if session.principal is not None else session.scope.user_id
    row = await UserRepository(session).find(user_id) if user_id is not None else None
    if row is None:
        raise NotFoundError("There is no such account.")
    return row


async def read(session: AnySession) -> UserRead:
    """Return the caller's own account."""
    row = await own(session)
    profile = await profile_of(session, row)
    return UserRead(
        id=row.id,
        email=profile.email,
        name=profile.name,
        email_verified=row.email_verified_at is not None,
        has_password=row.password_hash is not None,
        password_changed_at=row.password_changed_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def rename(session: WriteSession, name: str | None, versions: Versions) -> UserRead:
    """Change the caller's name.

    Args:
        session: The transaction.
        name: The new one; None leaves it as it is.
        versions: The change is meant for one of these.

    Raises:
        PreconditionFailedError: The account has changed since.
    """
    row = await own(session)
    if version_of(row.updated_at) not in versions:
        raise PreconditionFailedError("Your account has changed since you read it. Read it again, then change it.")
    profile = await profile_of(session, row)
    if name is not None and name != profile.name:
        await change_profile(session, row, Profile(profile.email, name))
    return await read(session)


async def memberships(session: AnySession) -> list[MembershipRead]:
    """Return the organizations that the caller belongs to, the oldest first."""
    row = await own(session)
    found = await UserRepository(session).memberships(row.id)
    return [
        MembershipRead(
            organization_id=each.organization_id,
            name=each.name,
            slug=each.slug,
            role=Role(each.role),
            created_at=each.created_at,
        )
        for each in found
    ]


async def request_email_change(session: WriteSession, public_url: str, email: str) -> None:
    """Send a link to a new address; the address changes when the link is followed.

    A taken address is told so by e-mail only, so that nobody learns here who has an account.

    Args:
        session: A transaction that finds out who somebody is, of the caller.
        public_url: Where this server is reached.
        email: The new address.

    Raises:
        InvalidInputError: It is the present one.
    """
    row = await own(session)
    keys = await platform_keys(session)
    index = email_index(keys, email)
    if index == row.email_index:
        raise InvalidInputError("This is your address already.", fields={"body.email": "give another address"})
    if await UserRepository(session).find_by_email(index) is not None:
        await email_service.send(session, "account_exists", to=email, link=f"{public_url}/login", user_id=None)
        return
    link = await one_time_service.issue(
        session, row.id, Purpose.CHANGE_EMAIL, CHANGE_LIFETIME, public_url, (await cipher_of(session, row), email)
    )
    await email_service.send(session, "confirm_email", to=email, link=link, user_id=row.id)
    await note(session, "user.email_change_request", row.id)


async def confirm_email_change(session: WriteSession, public_url: str, secret: str) -> None:
    """Change the address for which a link was sent; the old address is told.

    Args:
        session: A transaction that finds out who somebody is.
        public_url: Where this server is reached.
        secret: Of the link.

    Raises:
        InvalidInputError: The link is not good, or no longer.
    """
    token = await one_time_service.redeem(session, secret, Purpose.CHANGE_EMAIL)
    row = await UserRepository(session).find(token.user_id, lock=True)
    if row is None:
        raise one_time_service.refused()
    known_as(session, row.id)
    before = await profile_of(session, row)
    email = one_time_service.payload(token, await cipher_of(session, row))
    row.email_verified_at = await UserRepository(session).now()
    try:
        await change_profile(session, row, Profile(email, before.name))
    except ConflictError:
        raise one_time_service.refused() from None
    await OneTimeTokenRepository(session).void(row.id, *Purpose)
    await email_service.send(session, "email_changed", to=before.email, link=f"{public_url}/login", user_id=row.id)


async def delete(session: WriteSession, principal: Principal) -> None:
    """Close the caller's account: log-ins, memberships and personal keys end.

    Args:
        session: A transaction that finds out who somebody is.
        principal: The caller.

    Raises:
        ConflictError: An organization would be left without an owner.
    """
    assert principal.user_id is not None
    repository = UserRepository(session)
    row = await repository.find(principal.user_id, lock=True)
    if row is None:
        raise NotFoundError("There is no such account.")
    if await repository.sole_ownerships(row.id):
        raise ConflictError(
            "You are the only owner of an organization. Hand it over or delete it first.", code="sole_owner"
        )
    await note(session, "user.delete", row.id)
    row.deactivated_at = row.deleted_at = await repository.now()
    await repository.leave_everything(row.id)
    await SessionRepository(session).end(row.id)
    await OneTimeTokenRepository(session).void(row.id, *Purpose)
    await session.flush()


def _sealed(cipher: Cipher, user_id: UUID, profile: Profile) -> bytes:
    return cipher.encrypt(orjson.dumps(asdict(profile)), _profile_context(user_id))


def _key_context(user_id: UUID) -> str:
    return f"user_account:{user_id}"


def _profile_context(user_id: UUID) -> str:
    return f"user_account.profile:{user_id}"
