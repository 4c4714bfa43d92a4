"""SQL of single sign-on."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import any_, delete, func, literal, select, update

from talentflux.core.database import AnySession
from talentflux.core.permissions import Role
from talentflux.models import IdentityProvider, Member, Organization, SignOnState, UserIdentity, UserSession
from talentflux.repositories.base import TenantRepository


class IdentityProviderRepository(TenantRepository[IdentityProvider]):
    """The identity providers of the session's organization."""

    model: ClassVar = IdentityProvider

    async def all(self) -> list[IdentityProvider]:
        """Return all, the oldest first."""
        return list(await self.session.scalars(self.live().order_by(IdentityProvider.id)))


class SignOnRepository:
    """Log-ins by identity providers of all organizations.

    Args:
        session: A transaction that finds out who somebody is.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def find_provider(self, slug: str | None, domain: str | None) -> IdentityProvider | None:
        """Return the provider that an organization or a verified domain names, the oldest if there are several."""
        statement = (
            select(IdentityProvider)
            .join(Organization, Organization.id == IdentityProvider.organization_id)
            .where(IdentityProvider.deleted_at.is_(None), Organization.deleted_at.is_(None))
        )
        if slug is not None:
            statement = statement.where(Organization.slug == slug)
        if domain is not None:
            statement = statement.where(literal(domain) == any_(IdentityProvider.verified_domains))
        return await self._session.scalar(statement.order_by(IdentityProvider.id).limit(1))

    async def provider(self, provider_id: UUID) -> IdentityProvider | None:
        """Return a provider that is still there; it does not change until the transaction ends."""
        statement = (
            select(IdentityProvider)
            .join(Organization, Organization.id == IdentityProvider.organization_id)
            .where(
                IdentityProvider.id == provider_id,
                IdentityProvider.deleted_at.is_(None),
                Organization.deleted_at.is_(None),
            )
        )
        return await self._session.scalar(statement.with_for_update(read=True, of=IdentityProvider))

    async def add(self, row: SignOnState | UserIdentity) -> None:
        """Insert a row."""
        self._session.add(row)
        await self._session.flush()

    async def purge(self) -> None:
        """Remove log-ins that never came back."""
        await self._session.execute(delete(SignOnState).where(SignOnState.expires_at < func.now()))

    async def take(self, state_hash: bytes) -> SignOnState | None:
        """Return a log-in that came back in time, and remove it: of several who try at once, one succeeds."""
        taken = await self._session.scalars(
            delete(SignOnState).where(SignOnState.state_hash == state_hash).returning(SignOnState)
        )
        row = taken.one_or_none()
        return row if row is not None and row.expires_at > await self._now() else None

    async def identity(self, provider: IdentityProvider, issuer: str, subject_index: bytes) -> UserIdentity | None:
        """Return whom a provider's subject was linked to."""
        return await self._session.scalar(
            select(UserIdentity).where(
                UserIdentity.identity_provider_id == provider.id,
                UserIdentity.issuer == issuer,
                UserIdentity.subject_index == subject_index,
            )
        )

    async def touch(self, identity_id: UUID) -> None:
        """Write down that a link was used."""
        await self._session.execute(
            update(UserIdentity).where(UserIdentity.id == identity_id).values(last_used_at=func.now())
        )

    async def memberships(self, organization_id: UUID, user_id: UUID) -> list[Member]:
        """Return a person's memberships of one organization, ended ones too."""
        statement = select(Member).where(Member.organization_id == organization_id, Member.user_id == user_id)
        return list(await self._session.scalars(statement))

    async def enforced_domains(self, user_id: UUID) -> set[str]:
        """Return the verified domains of providers that enforce sign-on where a person is a member but not an owner."""
        found = await self._session.scalars(
            select(IdentityProvider.verified_domains)
            .join(Member, Member.organization_id == IdentityProvider.organization_id)
            .join(Organization, Organization.id == IdentityProvider.organization_id)
            .where(
                Member.user_id == user_id,
                Member.role != Role.OWNER,
                Member.deactivated_at.is_(None),
                Member.deleted_at.is_(None),
                IdentityProvider.enforced,
                IdentityProvider.deleted_at.is_(None),
                Organization.deleted_at.is_(None),
            )
        )
        return {domain for domains in found for domain in domains}

    async def begin_in(self, session_id: UUID, organization_id: UUID) -> None:
        """Let a session begin in an organization."""
        await self._session.execute(
            update(UserSession).where(UserSession.id == session_id).values(organization_id=organization_id)
        )

    async def _now(self) -> datetime:
        moment: datetime = (await self._session.execute(select(func.now()))).scalar_one()
        return moment
