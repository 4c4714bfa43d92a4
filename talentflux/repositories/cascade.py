"""Hiding what belongs to a candidate or a requisition with it, and showing it again.

A row is shown only where everything that it belongs to is. So what was hidden with one of two owners comes back with it
unless the other is hidden too; then it waits for that one.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import null, select, update

from talentflux.core.database import AnySession
from talentflux.models import Application, Candidate, Match, Referral, Requisition, Resume

_OWNERS: Final[dict[Any, str]] = {Candidate: "candidate_id", Requisition: "requisition_id"}
_PARTS: Final[dict[Any, tuple[Any, ...]]] = {
    Candidate: (Resume, Application, Match, Referral),
    Requisition: (Application, Match, Referral),
}
"""What is hidden with each owner. A resume belongs to its candidate, whatever requisition it was sent for."""


async def hide(session: AnySession, owner: Candidate | Requisition) -> None:
    """Hide what belongs to a row that has just been hidden.

    Args:
        session: The transaction.
        owner: The row; its `deleted_at` is given to all that belongs to it.
    """
    for part in _PARTS[type(owner)]:
        change = _of(part, owner).where(part.deleted_at.is_(None)).values(deleted_at=owner.deleted_at)
        await session.execute(change.execution_options(synchronize_session=False))


async def show(session: AnySession, owner: Candidate | Requisition, hidden_at: datetime | None) -> None:
    """Show what was hidden with a row that has just been shown again.

    Args:
        session: The transaction.
        owner: The row.
        hidden_at: When both were hidden.
    """
    for part in _PARTS[type(owner)]:
        others = [
            select(other.deleted_at)
            .where(other.organization_id == part.organization_id, other.id == getattr(part, column))
            .scalar_subquery()
            for other, column in _OWNERS.items()
            if not isinstance(owner, other) and part in _PARTS[other]
        ]
        change = _of(part, owner).where(part.deleted_at == hidden_at).values(deleted_at=others[0] if others else null())
        await session.execute(change.execution_options(synchronize_session=False))


def _of(part: Any, owner: Candidate | Requisition) -> Any:
    """Return the change of what belongs to a row."""
    return update(part).where(
        part.organization_id == owner.organization_id, getattr(part, _OWNERS[type(owner)]) == owner.id
    )
