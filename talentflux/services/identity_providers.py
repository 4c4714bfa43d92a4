"""The identity providers of an organization: set up, changed, removed, and their domains verified."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import SecretStr

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError
from talentflux.core.outbound import OutboundPolicy, OutboundRefusedError
from talentflux.core.permissions import Role
from talentflux.models import IdentityProvider
from talentflux.repositories.sign_on_repository import IdentityProviderRepository
from talentflux.schemas.sign_on import (
    DomainRead,
    IdentityProviderCreate,
    IdentityProviderList,
    IdentityProviderRead,
    IdentityProviderUpdate,
)
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

CALLBACK: Final = "/api/v1/auth/sign-on/callback"
MOST: Final = 20
_RECORD: Final = "_talentflux"
_TOKEN_SIGNS: Final = 32
_WATCHED: Final = ("name", "issuer", "client_id", "domains", "verified_domains", "default_role", "enforced")


@dataclass(frozen=True, slots=True)
class DomainProof:
    """Where a domain must show that it is the organization's.

    Attributes:
        domain: The domain.
        record_name: Name of the TXT record.
        record_value: What it must say.
    """

    domain: str
    record_name: str
    record_value: str


def redirect_uri(public_url: str) -> str:
    """Return where providers send browsers back to."""
    return public_url.rstrip("/") + CALLBACK


async def listed(session: AnySession, public_url: str) -> IdentityProviderList:
    """Return the organization's identity providers, the oldest first."""
    keys = await organization_keys(session)
    rows = await IdentityProviderRepository(session).all()
    return IdentityProviderList(items=[_read(keys, row, public_url) for row in rows])


async def get(session: AnySession, provider_id: UUID, public_url: str) -> IdentityProviderRead:
    """Return one identity provider.

    Raises:
        NotFoundError: There is none in this organization.
    """
    row = await IdentityProviderRepository(session).get(provider_id)
    return _read(await organization_keys(session), row, public_url)


async def create(
    session: WriteSession, given: IdentityProviderCreate, policy: OutboundPolicy, public_url: str
) -> IdentityProviderRead:
    """Set an identity provider up; nobody logs in by it until a domain is verified.

    Raises:
        ConflictError: There is one with this issuer, or there are too many.
        InvalidInputError: The issuer lies where this server does not go.
    """
    repository = IdentityProviderRepository(session)
    _check_issuer(policy, given.issuer)
    rows = await repository.all()
    _check_unique(rows, given.issuer)
    if len(rows) >= MOST:
        raise ConflictError(f"An organization has at most {MOST} identity providers.", code="too_many")
    keys = await organization_keys(session)
    row_id = new_id()
    row = await repository.add(
        IdentityProvider(
            id=row_id,
            name=given.name,
            issuer=given.issuer,
            client_id=given.client_id,
            client_secret=_sealed(keys, row_id, given.client_secret),
            domains=given.domains,
            verified_domains=[],
            default_role=given.default_role,
            enforced=given.enforced,
            trusted_for_owners=_is_owner(session),
        )
    )
    audit_service.record(session, "identity_provider.created", "identity_provider", row.id, after=_shown(row))
    return _read(keys, row, public_url)


async def update(  # noqa: PLR0913, PLR0917 -- what is changed, in which version, and two settings
    session: WriteSession,
    provider_id: UUID,
    given: IdentityProviderUpdate,
    versions: Versions,
    policy: OutboundPolicy,
    public_url: str,
) -> IdentityProviderRead:
    """Change an identity provider.

    Whoever names another issuer or client decides whose word is taken. When that was an admin, owners are not
    linked by it any more: an admin must not become an owner this way.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has changed since it was read.
        ConflictError: Another one has this issuer.
        InvalidInputError: The issuer lies where this server does not go.
    """
    repository = IdentityProviderRepository(session)
    row = await repository.get(provider_id, lock=True, versions=versions)
    before = _shown(row)
    changes = given.model_dump(exclude_unset=True, exclude={"client_secret"})
    if given.issuer is not None:
        _check_issuer(policy, given.issuer)
        _check_unique([each for each in await repository.all() if each.id != row.id], given.issuer)
    for column, value in changes.items():
        setattr(row, column, value)
    row.verified_domains = [domain for domain in row.verified_domains if domain in row.domains]
    keys = await organization_keys(session)
    if "client_secret" in given.model_fields_set:
        row.client_secret = _sealed(keys, row.id, given.client_secret)
    if {"issuer", "client_id", "client_secret"} & given.model_fields_set:
        row.trusted_for_owners = _is_owner(session)
    await session.flush()
    audit_service.record(
        session, "identity_provider.updated", "identity_provider", row.id, before=before, after=_shown(row)
    )
    return _read(keys, row, public_url)


async def delete(session: WriteSession, provider_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Remove an identity provider; nobody logs in by it any more.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has changed since it was read.
    """
    repository = IdentityProviderRepository(session)
    row = await repository.get(provider_id, lock=True, versions=versions)
    await repository.delete(row)
    audit_service.record(session, "identity_provider.deleted", "identity_provider", row.id, before=_shown(row))


async def proofs(session: AnySession, provider_id: UUID) -> list[DomainProof]:
    """Return what the domains of a provider must show.

    Raises:
        NotFoundError: There is none in this organization.
    """
    row = await IdentityProviderRepository(session).get(provider_id)
    keys = await organization_keys(session)
    return [_proof(keys, domain) for domain in row.domains]


async def set_verified(
    session: WriteSession, provider_id: UUID, shown: Collection[str], public_url: str
) -> IdentityProviderRead:
    """Write down which domains have shown that they are the organization's; the others count no longer.

    Args:
        session: The transaction.
        provider_id: Which provider.
        shown: The domains that have.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is none in this organization.
    """
    row = await IdentityProviderRepository(session).get(provider_id, lock=True)
    before = _shown(row)
    row.verified_domains = [domain for domain in row.domains if domain in shown]
    await session.flush()
    audit_service.record(
        session, "identity_provider.domains_verified", "identity_provider", row.id, before=before, after=_shown(row)
    )
    return _read(await organization_keys(session), row, public_url)


async def client_secret(session: AnySession, provider_id: UUID) -> str | None:
    """Return the secret shared with a provider; None for a public client.

    Raises:
        NotFoundError: There is no such provider in this organization.
    """
    row = await IdentityProviderRepository(session).get(provider_id)
    if row.client_secret is None:
        return None
    return (await organization_keys(session)).decrypt(row.client_secret, _context(row.id)).decode()


def _read(keys: Keys, row: IdentityProvider, public_url: str) -> IdentityProviderRead:
    found = [(_proof(keys, domain), domain in row.verified_domains) for domain in row.domains]
    return IdentityProviderRead.model_validate(
        {
            "id": row.id,
            "name": row.name,
            "issuer": row.issuer,
            "client_id": row.client_id,
            "has_client_secret": row.client_secret is not None,
            "domains": [
                DomainRead(
                    name=proof.domain, verified=verified, record_name=proof.record_name,
                    record_value=proof.record_value,
                )
                for proof, verified in found
            ],
            "default_role": row.default_role,
            "enforced": row.enforced,
            "redirect_uri": redirect_uri(public_url),
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }
    )  # fmt: skip


def _proof(keys: Keys, domain: str) -> DomainProof:
    token = keys.commitment(f"domain:{domain}")[:_TOKEN_SIGNS]
    return DomainProof(domain, f"{_RECORD}.{domain}", f"talentflux-domain={token}")


def _check_issuer(policy: OutboundPolicy, issuer: str) -> None:
    try:
        policy.check_url(issuer)
    except OutboundRefusedError as error:
        raise InvalidInputError(error.detail, fields={"body.issuer": error.detail}, code=error.code) from error


def _check_unique(others: list[IdentityProvider], issuer: str) -> None:
    if any(other.issuer == issuer for other in others):
        raise ConflictError(
            "There is an identity provider with this issuer.", fields={"body.issuer": "is taken by another provider"}
        )


def _is_owner(session: WriteSession) -> bool:
    return session.principal is not None and session.principal.role is Role.OWNER


def _sealed(keys: Keys, row_id: UUID, secret: SecretStr | None) -> bytes | None:
    return None if secret is None else keys.encrypt(secret.get_secret_value().encode(), _context(row_id))


def _shown(row: IdentityProvider) -> dict[str, object]:
    return {column: getattr(row, column) for column in _WATCHED} | {"has_client_secret": row.client_secret is not None}


def _context(row_id: UUID) -> str:
    return f"identity_provider.client_secret:{row_id}"
