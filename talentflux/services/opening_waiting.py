"""Openings that wait for an approval: taken up with it, given up where it is declined."""

from talentflux.core.database import WriteSession
from talentflux.models import Requisition
from talentflux.repositories.opening_repository import OpeningRepository
from talentflux.schemas.opening import OpeningStatus
from talentflux.services import audit_service, event_service


async def count(session: WriteSession, requisition: Requisition) -> None:
    """Count the openings of a requisition anew; those that wait are none of it yet.

    Args:
        session: The transaction.
        requisition: Locked.
    """
    await session.flush()
    requisition.headcount, requisition.filled = await OpeningRepository(session).counts(requisition.id)
    await session.flush()


async def settle(session: WriteSession, requisition: Requisition, status: OpeningStatus) -> int:
    """Let no opening of a requisition wait any longer.

    Args:
        session: The transaction.
        requisition: Locked.
        status: What becomes of those that wait: open or closed.

    Returns:
        How many there were.
    """
    waiting = await OpeningRepository(session).waiting(requisition.id)
    for row in waiting:
        row.status = status
        before, after = {"status": str(OpeningStatus.PENDING_APPROVAL)}, {"status": str(status)}
        audit_service.record(session, "opening.settle", "opening", row.id, before=before, after=after)
        told = {"fields": ["openings"], "opening_id": row.id, "opening_status": str(status)}
        event_service.emit(session, "requisition.updated", requisition_id=requisition.id, data=told)
    if waiting:
        await count(session, requisition)
    return len(waiting)
