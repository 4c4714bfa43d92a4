"""Who sees private fields, and what everybody else gets in their place."""

from typing import TypeVar

from pydantic import BaseModel

from talentflux.core.database import AnySession
from talentflux.core.errors import ForbiddenError
from talentflux.core.permissions import Permission
from talentflux.schemas.private import private_fields

S = TypeVar("S", bound=BaseModel)


def holds(session: AnySession, permission: Permission = Permission.CANDIDATE_READ_PRIVATE) -> bool:
    """Return whether whoever acts has a permission; the system has all."""
    return session.principal is None or permission in session.principal.permissions


def require(session: AnySession, permission: Permission, what: str) -> None:
    """Make sure that whoever acts has a permission beside the one that the route asks for.

    Args:
        session: The transaction.
        permission: Which.
        what: For the sentence of the refusal.

    Raises:
        ForbiddenError: They have not.
    """
    if not holds(session, permission):
        raise ForbiddenError(f"{what} needs the permission {permission}, which you do not have here.")


def without_private(session: AnySession, row: S) -> S:
    """Return a row as whoever acts may see it: private fields are null, lists of them empty.

    Args:
        session: The transaction.
        row: As the service has it.
    """
    if holds(session):
        return row
    hidden: dict[str, list[object] | None] = {
        name: [] if isinstance(getattr(row, name), list) else None for name in private_fields(type(row))
    }
    return row.model_copy(update=hidden)
