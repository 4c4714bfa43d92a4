"""Logging in by an organization's identity provider.

An organization is believed about addresses in domains that it has shown to be its own, and about no others: an
account reaches beyond one organization, so nobody may claim somebody else's address.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import orjson

from talentflux.core.database import AnySession, Database, Scope, WriteSession
from talentflux.core.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from talentflux.core.permissions import Role
from talentflux.core.principal import Principal
from talentflux.core.security.oidc import Client, Identity, OidcClient
from talentflux.core.security.one_time import MAX_LENGTH, new_secret, open_with, seal_with, secret_hash
from talentflux.models import IdentityProvider, SignOnState, User, UserIdentity
from talentflux.repositories.sign_on_repository import SignOnRepository
from talentflux.repositories.user_repository import UserRepository
from talentflux.services import audit_service, identity_providers, session_service, user_service
from talentflux.services.encryption_service import platform_keys
from talentflux.services.session_lifetime import SessionKind
from talentflux.services.session_service import Caller, Opened, identity
from talentflux.services.user_service import Profile

LIFETIME: Final = timedelta(minutes=10)
_SUBJECT: Final = "user_identity.subject"
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Begun:
    """A log-in that is sent to its provider.

    Attributes:
        authorization_url: Where the browser goes.
        browser_secret: For a cookie of the browser that began, so that nobody else's can end it.
    """

    authorization_url: str
    browser_secret: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser brings back from its provider.

    Attributes:
        state: What it was sent with.
        browser_secret: Its cookie; empty where it has none.
        code: To be exchanged; None where the provider refused.
        issuer: Who the answer says it comes from; None where it says nothing.
    """

    state: str
    browser_secret: str
    code: str | None
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Finished:
    """A log-in by a provider that holds.

    Attributes:
        opened: The session.
        kind: How it is carried.
        next_page: Where a browser goes.
    """

    opened: Opened
    kind: SessionKind
    next_page: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A log-in that came back: by whom, how it ends, and what only its beginning knew."""

    organization_id: UUID
    provider_id: UUID
    kind: SessionKind
    next_page: str
    client: Client
    verifier: str
    nonce: str


async def password_allowed(session: AnySession, user_id: UUID) -> bool:
    """Return whether a user may log in by password: not where an organization of theirs enforces single sign-on.

    Owners may, so that a provider that fails or is set up wrongly locks nobody out for good.

    Args:
        session: A transaction that finds out who somebody is.
        user_id: The user.
    """
    domains = await SignOnRepository(session).enforced_domains(user_id)
    user = await UserRepository(session).find(user_id) if domains else None
    if user is None:
        return True
    return domain_of((await user_service.profile_of(session, user)).email) not in domains


async def check_address_free(session: AnySession, principal: Principal) -> None:
    """Make sure that no organization's single sign-on holds a person to their address: with another it would end.

    Args:
        session: A transaction that finds out who somebody is.
        principal: The person.

    Raises:
        ConflictError: One does.
    """
    if principal.user_id is not None and not await password_allowed(session, principal.user_id):
        raise ConflictError(
            "Your organization logs you in by single sign-on with this address. Ask an owner to change it there.",
            code="sign_on_required",
        )


async def begin(  # noqa: PLR0913, PLR0917 -- where, how, and what it is done with
    database: Database, oidc: OidcClient, organization: str | None, email: str | None, kind: SessionKind,
    next_page: str, public_url: str,
) -> Begun:  # fmt: skip
    """Begin a log-in.

    Args:
        database: Sessions; the provider is asked between two transactions.
        oidc: Talks to it.
        organization: Slug of the organization; None to go by the address.
        email: An address, of which the domain is looked at; None to go by the organization.
        kind: What the log-in becomes.
        next_page: Where a browser goes in the end.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is no single sign-on for this.
        TalentFluxError: The provider does not answer as it should, or lies where this server does not go.
    """
    async with database.read_session(Scope(identity=True)) as reading:
        provider = await SignOnRepository(reading).find_provider(organization, domain_of(email) if email else None)
    if provider is None:
        raise NotFoundError("There is no single sign-on for this.", code="sign_on_unknown")
    state, browser, nonce, verifier = (new_secret() for _ in range(4))
    client = Client(provider.issuer, provider.client_id, None, identity_providers.redirect_uri(public_url))
    url = await oidc.authorization_url(client, state, nonce, verifier)
    kept = orjson.dumps([verifier, nonce, provider.issuer, provider.client_id, next_page]).decode()
    async with identity(database) as session:
        repository = SignOnRepository(session)
        await repository.purge()
        await repository.add(
            SignOnState(
                organization_id=provider.organization_id,
                identity_provider_id=provider.id,
                state_hash=secret_hash(state),
                browser_hash=secret_hash(browser),
                sealed=seal_with(state, kept),
                kind=kind,
                expires_at=await UserRepository(session).now() + LIFETIME,
            )
        )
    return Begun(url, browser)


async def finish(database: Database, oidc: OidcClient, returned: Returned, caller: Caller, public_url: str) -> Finished:
    """End a log-in whose browser has come back.

    Args:
        database: Sessions; the provider is asked between transactions.
        oidc: Talks to it.
        returned: What the browser brings.
        caller: Where it comes from.
        public_url: Where this server is reached.

    Raises:
        UnauthenticatedError: The log-in was not begun here, or is over, or the provider's word does not hold.
        ForbiddenError: The provider vouches for somebody who may not log in here.
        TalentFluxError: The provider does not answer as it should.
    """
    waiting = await _take(database, returned, public_url)
    if returned.code is None:
        raise UnauthenticatedError("The identity provider let nobody in. Begin again.", code="sign_on_refused")
    async with database.read_session(Scope(organization_id=waiting.organization_id)) as reading:
        secret = await identity_providers.client_secret(reading, waiting.provider_id)
    client = replace(waiting.client, client_secret=secret)
    who = await oidc.identify(client, returned.code, waiting.verifier, waiting.nonce, returned.issuer)
    try:
        async with identity(database, caller) as session:
            provider = await SignOnRepository(session).provider(waiting.provider_id)
            if provider is None or (provider.issuer, provider.client_id) != (client.issuer, client.client_id):
                raise _over()
            user = await _user(session, provider, who)
            opened = await session_service.open_session(session, user, waiting.kind, caller, public_url)
            await SignOnRepository(session).begin_in(opened.session_id, provider.organization_id)
            audit_service.record(
                session, "user.signed_on", "user", user.id,
                after={"identity_provider_id": provider.id, "kind": waiting.kind},
                organization_id=provider.organization_id,
            )  # fmt: skip
    except ForbiddenError as refusal:
        async with identity(database, caller) as session:
            audit_service.record(
                session, "identity_provider.sign_on_refused", "identity_provider", waiting.provider_id,
                after={"reason": refusal.code}, organization_id=waiting.organization_id,
            )  # fmt: skip
        raise
    opened = replace(opened, organization_id=waiting.organization_id)
    return Finished(opened, waiting.kind, waiting.next_page)


def domain_of(email: str) -> str:
    """Return the domain of an address, as it is written in the domain name system."""
    domain = email.rpartition("@")[2].strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


async def _take(database: Database, returned: Returned, public_url: str) -> _Waiting:
    """Take a log-in that came back out of the table, so that it ends once, whatever becomes of it."""
    if len(returned.state) > MAX_LENGTH or len(returned.browser_secret) > MAX_LENGTH:
        raise _over()
    async with identity(database) as session:
        repository = SignOnRepository(session)
        row = await repository.take(secret_hash(returned.state))
        provider = None if row is None else await repository.provider(row.identity_provider_id)
    if row is None or provider is None:
        raise _over()
    if not secrets.compare_digest(row.browser_hash, secret_hash(returned.browser_secret)):
        raise _over()
    verifier, nonce, issuer, client_id, next_page = orjson.loads(open_with(returned.state, row.sealed))
    client = Client(issuer, client_id, None, identity_providers.redirect_uri(public_url))
    return _Waiting(row.organization_id, provider.id, SessionKind(row.kind), next_page, client, verifier, nonce)


async def _user(session: WriteSession, provider: IdentityProvider, who: Identity) -> User:
    """Return whose account a provider's word opens; the first time, the account is linked or made."""
    if domain_of(who.email) not in provider.verified_domains:
        raise _refusal("Your e-mail address lies in no verified domain of this organization.", "domain_not_allowed")
    keys = await platform_keys(session)
    repository = SignOnRepository(session)
    subject_index = keys.blind_index(_SUBJECT, f"{who.issuer}\n{who.subject}")
    known = await repository.identity(provider, who.issuer, subject_index)
    if known is not None:
        user = await UserRepository(session).find(known.user_id)
        if user is None or not await _is_member(session, provider, known.user_id):
            raise _not_a_member()
        await repository.touch(known.id)
        return user
    user = await UserRepository(session).find_by_email(user_service.email_index(keys, who.email), lock=True)
    if user is None:
        user = await _provision(session, provider, who)
    else:
        await _check_link(session, provider, user)
    await repository.add(
        UserIdentity(
            user_id=user.id,
            organization_id=provider.organization_id,
            identity_provider_id=provider.id,
            issuer=who.issuer,
            subject_index=subject_index,
        )
    )
    audit_service.record(
        session, "user.identity_linked", "user", user.id, after={"identity_provider_id": provider.id},
        organization_id=provider.organization_id,
    )  # fmt: skip
    return user


async def _provision(session: WriteSession, provider: IdentityProvider, who: Identity) -> User:
    if provider.default_role is None:
        raise _not_a_member()
    plain = "".join(sign for sign in who.name if sign.isprintable()).strip()[:_LONGEST_NAME]
    name = plain or who.email.partition("@")[0]
    user = await user_service.create(session, Profile(who.email, name), verified=True)
    await user_service.add_member(session, provider.organization_id, user.id, Role(provider.default_role))
    return user


async def _check_link(session: WriteSession, provider: IdentityProvider, user: User) -> None:
    """Make sure that an account may be linked, and make its person a member where the provider lets newcomers in."""
    if user.deactivated_at is not None:
        raise _not_a_member()
    if user.email_verified_at is None:
        # Whoever opened the account knows its password and may be somebody else.
        raise _refusal("Confirm the address of your account first, or reset its password.", "email_unverified")
    places = await SignOnRepository(session).memberships(provider.organization_id, user.id)
    lasting = [place for place in places if place.deleted_at is None and place.deactivated_at is None]
    if lasting and lasting[0].role == Role.OWNER and not provider.trusted_for_owners:
        raise _refusal(
            "An owner must have set up this identity provider before owners log in by it. Use your password.",
            "owner_not_linked",
        )
    if places and not lasting:
        raise _not_a_member()  # whom the organization has removed comes back by an invitation only
    if not places:
        if provider.default_role is None:
            raise _not_a_member()
        await user_service.add_member(session, provider.organization_id, user.id, Role(provider.default_role))


async def _is_member(session: WriteSession, provider: IdentityProvider, user_id: UUID) -> bool:
    places = await SignOnRepository(session).memberships(provider.organization_id, user_id)
    return any(place.deleted_at is None and place.deactivated_at is None for place in places)


def _refusal(detail: str, code: str) -> ForbiddenError:
    return ForbiddenError(detail, code=code)


def _not_a_member() -> ForbiddenError:
    return _refusal("You are no member of this organization. Ask there for an invitation.", "not_a_member")


def _over() -> UnauthenticatedError:
    return UnauthenticatedError("This log-in is over, or began in another browser. Begin again.", code="sign_on_over")
