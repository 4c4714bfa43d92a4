"""SQL of organizations."""

from sqlalchemy import select

from talentflux.core.database import AnySession
from talentflux.core.errors import NotFoundError
from talentflux.models import Organization


class OrganizationRepository:
    """The organization of the session's scope.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def current(self) -> Organization:
        """Return the organization of the scope.

        Raises:
            NotFoundError: There is none.
        """
        statement = select(Organization).where(
            Organization.id == self._session.scope.organization_id, Organization.deleted_at.is_(None)
        )
        organization = await self._session.scalar(statement)
        if organization is None:
            raise NotFoundError("There is no such organization.")
        return organization
