"""Openings: the seats of a requisition, filled by hiring.

Whoever changes an opening first locks its requisition, which keeps the counts.
"""

from typing import Any
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.models import ApprovalChain, Opening, Requisition
from talentflux.repositories.base import unique
from talentflux.repositories.changing import change
from talentflux.repositories.opening_repository import OpeningRepository
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.approval import ApprovalStatus
from talentflux.schemas.opening import OpeningCreate, OpeningRead, OpeningStatus, OpeningUpdate
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import approval_service, audit_service, event_service, opening_waiting, requisition_states

_TAKEN = "Another opening of this organization has this external id."


async def page(session: AnySession, requisition_id: UUID) -> list[OpeningRead]:
    """Return the openings of a requisition, the oldest first.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
    """
    await RequisitionRepository(session).get(requisition_id)
    return [_read(row) for row in await OpeningRepository(session).of(requisition_id)]


async def add(session: WriteSession, requisition_id: UUID, given: OpeningCreate) -> OpeningRead:
    """Add a seat to a requisition. One more than was approved waits for an approval where a chain applies.

    Args:
        session: The transaction.
        requisition_id: To which.
        given: The seat.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
        ConflictError: The requisition is closed; or another opening has the external id; or the approval that it
            needs could be given by nobody else.
    """
    requisition = await RequisitionRepository(session).get(requisition_id, lock=True)
    if requisition.status == RequisitionStatus.CLOSED:
        raise ConflictError("A requisition that is closed gets no openings. Reopen it first.", code="requisition_state")
    chain = await approval_service.exceeding(session, requisition)
    row = Opening(requisition_id=requisition_id, external_id=given.external_id, target_date=given.target_date)
    row.status = OpeningStatus.OPEN if chain is None else OpeningStatus.PENDING_APPROVAL
    with unique(_TAKEN):
        await OpeningRepository(session).add(row)
    after = given.model_dump(mode="json") | {"status": str(row.status)}
    await _changed(session, requisition, row, "add", after=after)
    await _ask(session, requisition, chain)
    return _read(row)


async def fill_in(session: WriteSession, requisition: Requisition, number: int) -> None:
    """Make the openings that a new requisition begins with.

    Args:
        session: The transaction.
        requisition: As it was made a moment ago.
        number: How many.
    """
    for _ in range(number):
        session.add(
            Opening(
                organization_id=requisition.organization_id,
                requisition_id=requisition.id,
                target_date=requisition.target_date,
            )
        )
    requisition.headcount = number
    await session.flush()


async def update(
    session: WriteSession,
    requisition_id: UUID,
    opening_id: UUID,
    changes: OpeningUpdate,
    versions: Versions = ANY_VERSION,
) -> OpeningRead:
    """Change a seat, give it up or take it up again.

    Args:
        session: The transaction.
        requisition_id: Whose seat.
        opening_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is no such requisition or opening, or the caller does not see it.
        PreconditionFailedError: The opening has another version.
        ConflictError: It is filled, or waits for an approval; or another opening has the external id; or the approval
            that it needs could be given by nobody else.
    """
    requisition, row = await _locked(session, requisition_id, opening_id, versions)
    given = changes.model_dump(exclude_unset=True)
    if given.get("status", row.status) is None:
        del given["status"]
    wanted = given.get("status", row.status)
    if wanted != row.status and OpeningStatus.FILLED in {wanted, row.status}:
        raise ConflictError("Hiring fills an opening, and undoing the hire frees it.", code="opening_filled")
    waits = {wanted, row.status} & {OpeningStatus.PENDING_APPROVAL}
    if wanted != row.status and waits and wanted != OpeningStatus.CLOSED:
        raise ConflictError("The approval of an opening opens it. Close it to give it up.", code="opening_waits")
    chain = None
    if wanted == OpeningStatus.OPEN and row.status == OpeningStatus.CLOSED:
        chain = await approval_service.exceeding(session, requisition)
        given["status"] = OpeningStatus.OPEN if chain is None else OpeningStatus.PENDING_APPROVAL
    before = await change(session, row, given, _TAKEN)
    await _changed(session, requisition, row, "update", before=before, after=given)
    await _ask(session, requisition, chain)
    if before.get("status") == OpeningStatus.PENDING_APPROVAL:
        await _withdraw(session, requisition)
    return _read(row)


async def delete(
    session: WriteSession, requisition_id: UUID, opening_id: UUID, versions: Versions = ANY_VERSION
) -> None:
    """Take a seat away that nobody fills.

    Raises:
        NotFoundError: There is no such requisition or opening, or the caller does not see it.
        PreconditionFailedError: The opening has another version.
        ConflictError: It is filled.
    """
    requisition, row = await _locked(session, requisition_id, opening_id, versions)
    if row.status == OpeningStatus.FILLED:
        raise ConflictError("Hiring fills an opening, and undoing the hire frees it.", code="opening_filled")
    await OpeningRepository(session).delete(row)
    await _changed(session, requisition, row, "delete")
    if row.status == OpeningStatus.PENDING_APPROVAL:
        await _withdraw(session, requisition)


async def fill(session: WriteSession, requisition_id: UUID, application_id: UUID) -> UUID | None:
    """Let an application that is hired fill the opening that is due first.

    When no opening is left, the requisition is filled. An application that fills one already changes nothing.

    Args:
        session: The transaction.
        requisition_id: Of the application.
        application_id: Who is hired.

    Returns:
        The opening; None where the requisition has none that is open.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
    """
    requisition = await RequisitionRepository(session).get(requisition_id, lock=True)
    repository = OpeningRepository(session)
    if (known := await repository.filled_by(requisition_id, application_id)) is not None:
        return known.id
    row = await repository.first_open(requisition_id)
    if row is None:
        return None
    row.status, row.application_id = OpeningStatus.FILLED, application_id
    row.filled_at = await repository.now()
    await opening_waiting.count(session, requisition)
    _tell(session, requisition, row, "fill", after={"application_id": application_id})
    await _fill_whole(session, requisition)
    return row.id


async def release(session: WriteSession, requisition_id: UUID, application_id: UUID) -> UUID | None:
    """Free the opening that an application filled, because the hire is undone.

    Args:
        session: The transaction.
        requisition_id: Of the application.
        application_id: Who is hired no longer.

    Returns:
        The opening; None where the application filled none.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
    """
    requisition = await RequisitionRepository(session).get(requisition_id, lock=True)
    row = await OpeningRepository(session).filled_by(requisition_id, application_id)
    if row is None:
        return None
    row.status, row.application_id, row.filled_at = OpeningStatus.OPEN, None, None
    await opening_waiting.count(session, requisition)
    _tell(session, requisition, row, "release", before={"application_id": application_id})
    if requisition.status == RequisitionStatus.FILLED:
        await requisition_states.take(session, requisition, "release")
    return row.id


async def _locked(
    session: WriteSession, requisition_id: UUID, opening_id: UUID, versions: Versions
) -> tuple[Requisition, Opening]:
    requisition = await RequisitionRepository(session).get(requisition_id, lock=True)
    row = await OpeningRepository(session).get(opening_id, lock=True, versions=versions)
    if row.requisition_id != requisition_id:
        raise NotFoundError("There is no opening with this id.")
    return requisition, row


async def _changed(
    session: WriteSession,
    requisition: Requisition,
    row: Opening,
    action: str,
    **sides: dict[str, Any],
) -> None:
    """Count anew, write down what happened, and see whether the requisition is still what was approved."""
    former = approval_service.subject_of(requisition)
    await opening_waiting.count(session, requisition)
    _tell(session, requisition, row, action, **sides)
    await approval_service.recheck(session, requisition, former)
    await _fill_whole(session, requisition)


async def _fill_whole(session: WriteSession, requisition: Requisition) -> None:
    """Let a requisition be filled when nobody is looked for any more, because all are hired or seats were given up."""
    sought = requisition.status in requisition_states.ACTIONS["fill"].sources
    if sought and requisition.filled and requisition.filled == requisition.headcount:
        await requisition_states.take(session, requisition, "fill")


async def _ask(session: WriteSession, requisition: Requisition, chain: ApprovalChain | None) -> None:
    """Ask for the openings that wait, where a chain must agree."""
    if chain is not None:
        number = len(await OpeningRepository(session).waiting(requisition.id))
        await approval_service.ask_for_openings(session, requisition, chain, number)


async def _withdraw(session: WriteSession, requisition: Requisition) -> None:
    """Ask for nothing any more when no opening waits. A request for more than wait goes on: fewer are covered."""
    if not await OpeningRepository(session).waiting(requisition.id):
        await approval_service.end_pending(session, requisition.id, ApprovalStatus.WITHDRAWN)


def _tell(  # noqa: PLR0913 -- both sides of a change, by name
    session: WriteSession,
    requisition: Requisition,
    row: Opening,
    action: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit_service.record(session, f"opening.{action}", "opening", row.id, before=before, after=after)
    event_service.emit(
        session,
        "requisition.updated",
        requisition_id=requisition.id,
        application_id=row.application_id,
        data={"fields": ["openings"], "opening_id": row.id, "opening_status": str(row.status)},
    )


def _read(row: Opening) -> OpeningRead:
    return OpeningRead.model_validate({name: getattr(row, name) for name in OpeningRead.model_fields})
