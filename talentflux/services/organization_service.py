"""The organization of a scope."""

from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession
from talentflux.repositories.organization_repository import OrganizationRepository
from talentflux.schemas.organization import OrganizationRead

LOCAL_ORGANIZATION_ID: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The one organization there is until there are accounts; the migration makes it."""


async def current(session: AnySession) -> OrganizationRead:
    """Return the organization of the session's scope.

    Args:
        session: The transaction.

    Raises:
        NotFoundError: There is none.
    """
    row = await OrganizationRepository(session).current()
    return OrganizationRead(id=row.id, slug=row.slug, name=row.name, created_at=row.created_at)
