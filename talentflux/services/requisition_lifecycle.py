"""What people do with a requisition: submit it, open it, hold it, close it, and back."""

from uuid import UUID

from talentflux.core.database import WriteSession
from talentflux.core.errors import ConflictError
from talentflux.models import Requisition
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.approval import ApprovalStatus
from talentflux.schemas.opening import OpeningStatus
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import approval_service, opening_waiting, requisition_states


async def act_on(
    session: WriteSession,
    requisition_id: UUID,
    action: str,
    reason: str | None = None,
    versions: Versions = ANY_VERSION,
) -> Requisition:
    """Do something with a requisition.

    Args:
        session: The transaction.
        requisition_id: Which.
        action: One of `requisition_states.ACTIONS` that persons may ask for.
        reason: In words of a person.
        versions: Those that the caller means.

    Returns:
        The row as it is then.

    Raises:
        NotFoundError: There is none in this organization, or the caller does not see it.
        PreconditionFailedError: It has another version.
        ConflictError: The action is not allowed now.
    """
    row = await RequisitionRepository(session).get(requisition_id, lock=True, versions=versions)
    await act(session, row, action, reason)
    return row


async def act(session: WriteSession, row: Requisition, action: str, reason: str | None = None) -> None:
    """Do something with a requisition that is locked; as `act_on`.

    Args:
        session: The transaction.
        row: The requisition.
        action: As for `act_on`.
        reason: In words of a person.

    Raises:
        ConflictError: The action is not allowed now.
    """
    requisition_states.check(row, action)
    target: RequisitionStatus | None = None
    if action == "submit":
        await approval_service.submit(session, row, reason)
        return
    if action in {"withdraw", "close"}:
        await approval_service.end_pending(session, row.id, ApprovalStatus.WITHDRAWN)
        await opening_waiting.settle(session, row, OpeningStatus.CLOSED)
    elif action == "open" and row.status == RequisitionStatus.DRAFT and await approval_service.needed(session, row):
        raise ConflictError("An approval chain applies to this requisition: submit it first.", code="requisition_state")
    elif action == "reopen":
        unapproved = await approval_service.needed(session, row)
        target = RequisitionStatus.DRAFT if unapproved else RequisitionStatus.OPEN
        if unapproved:  # the draft is asked for as a whole
            await approval_service.end_pending(session, row.id, ApprovalStatus.SUPERSEDED)
            await opening_waiting.settle(session, row, OpeningStatus.OPEN)
    await requisition_states.take(session, row, action, target, reason=reason)
