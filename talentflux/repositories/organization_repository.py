"""SQL of organizations."""

from uuid import UUID

from sqlalchemy import func, select, update

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import NotFoundError, PreconditionFailedError
from talentflux.models import Organization, UserSession
from talentflux.schemas.version import ANY_VERSION, Versions, version_of


class OrganizationRepository:
    """The organization of the session's scope.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def current(self, *, lock: bool = False, versions: Versions = ANY_VERSION) -> Organization:
        """Return the organization of the scope.

        Args:
            lock: Keep others from changing it, and those apart who change its owners, until the transaction ends.
            versions: Those that the caller means.

        Raises:
            NotFoundError: There is none.
            PreconditionFailedError: It has another version.
        """
        statement = select(Organization).where(
            Organization.id == self._session.scope.organization_id, Organization.deleted_at.is_(None)
        )
        row = await self._session.scalar(statement.with_for_update(key_share=True) if lock else statement)
        if row is None:
            raise NotFoundError("There is no such organization.")
        if version_of(row.updated_at) not in versions:
            raise PreconditionFailedError("The organization has changed since you read it. Read it again.")
        return row

    async def hide(self, row: Organization) -> None:
        """Hide an organization from now on; nobody has access any more."""
        row.deleted_at = (await self._session.execute(select(func.now()))).scalar_one()
        await self._session.flush()

    async def restore(self, organization_id: UUID) -> bool:
        """Show a hidden organization again; return whether there was one."""
        statement = (
            update(Organization)
            .where(Organization.id == organization_id, Organization.deleted_at.is_not(None))
            .values(deleted_at=None)
        )
        return (await self._session.execute(statement.returning(Organization.id))).first() is not None


async def settle_in(session: WriteSession, session_id: UUID, organization_id: UUID) -> None:
    """Let a log-in that has no organization yet begin in this one.

    Args:
        session: The transaction.
        session_id: The log-in.
        organization_id: Where its user has become a member.
    """
    statement = update(UserSession).where(UserSession.id == session_id, UserSession.organization_id.is_(None))
    await session.execute(statement.values(organization_id=organization_id))
