"""Approvals: a requisition goes through the steps of its chain, and what was approved may not change unnoticed.

Approvers need not see the requisition otherwise: what they are to approve is copied into the request. So requests are
read with all requisitions in sight, and this module says who is shown which. Whoever changes a request first locks
its requisition.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError
from talentflux.core.queue import enqueue
from talentflux.models import Approval, ApprovalChain, ApprovalStep, Requisition
from talentflux.repositories.approval_repository import ApprovalRepository
from talentflux.schemas.approval import ApprovalStatus, ApprovalSubject, StepRule, StepStatus
from talentflux.schemas.opening import OpeningStatus
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.services import (
    approval_chain_service,
    approval_people,
    event_service,
    opening_waiting,
    requisition_states,
)
from talentflux.services.approval_people import People, Seats
from talentflux.utils.ids import new_id

REMIND_TASK: Final = "approval.remind"
_OPENED: Final = frozenset({RequisitionStatus.APPROVED, RequisitionStatus.OPEN, RequisitionStatus.ON_HOLD})


def subject_of(requisition: Requisition) -> ApprovalSubject:
    """Return what of a requisition is to be approved.

    Args:
        requisition: As it is now.
    """
    return ApprovalSubject.model_validate({name: getattr(requisition, name) for name in ApprovalSubject.model_fields})


def uncovered(approved: ApprovalSubject, now: ApprovalSubject) -> list[str]:
    """Return the fields that an approval does not cover. Fewer openings than approved need no other approval.

    Args:
        approved: What was approved.
        now: What the requisition says.
    """
    return [
        name
        for name in ApprovalSubject.model_fields
        if getattr(approved, name) != getattr(now, name)
        and not (name == "headcount" and now.headcount < approved.headcount)
    ]


async def needed(session: AnySession, requisition: Requisition) -> bool:
    """Return whether a requisition must be approved before people are looked for.

    Args:
        session: The transaction.
        requisition: As it is now.
    """
    if await approval_chain_service.applying(session, requisition) is None:
        return False
    approved = requisition.approved
    return approved is None or bool(uncovered(ApprovalSubject.model_validate(approved), subject_of(requisition)))


async def submit(session: WriteSession, requisition: Requisition, reason: str | None = None) -> Approval | None:
    """Ask for a requisition's approval; where no chain applies it is approved at once.

    Args:
        session: The transaction.
        requisition: A draft, locked.
        reason: In words of a person.

    Returns:
        The request; None where no chain applies.

    Raises:
        ConflictError: A step can be decided by nobody, or only by who asks; or this is no draft.
    """
    requisition_states.check(requisition, "submit")
    chain = await approval_chain_service.applying(session, requisition)
    if chain is None:
        requisition.approved = subject_of(requisition).model_dump(mode="json")
        await requisition_states.take(
            session, requisition, "submit", RequisitionStatus.APPROVED, reason=reason, data={"approval_chain_id": None}
        )
        return None
    row, first = await _ask(session, requisition, chain, subject_of(requisition))
    told: dict[str, object] = {"approval_id": row.id, "approval_chain_id": chain.id}
    await requisition_states.take(session, requisition, "submit", reason=reason, data=told)
    await start(session, first)
    return row


async def exceeding(session: AnySession, requisition: Requisition) -> ApprovalChain | None:
    """Return the chain that must agree before a requisition for which people are looked for gets one opening more.

    Args:
        session: The transaction.
        requisition: As it is now, locked.

    Returns:
        None where no chain applies, what was approved covers one more, or nobody has to be asked in its status.
    """
    if requisition.status not in _OPENED:
        return None
    now = subject_of(requisition)
    base = ApprovalSubject.model_validate(requisition.approved) if requisition.approved else now
    if "headcount" not in uncovered(base, now.model_copy(update={"headcount": now.headcount + 1})):
        return None
    return await approval_chain_service.applying(session, requisition)


async def ask_for_openings(session: WriteSession, requisition: Requisition, chain: ApprovalChain, number: int) -> None:
    """Ask for openings beyond what was approved; until somebody decides, the requisition goes on as it is.

    Args:
        session: The transaction.
        requisition: Locked.
        chain: That applies to it.
        number: How many wait. A request for fewer ends.

    Raises:
        ConflictError: A step can be decided by nobody, or only by who asks.
    """
    await end_pending(session, requisition.id, ApprovalStatus.SUPERSEDED, ["headcount"])
    now = subject_of(requisition)
    wanted = now.model_copy(update={"headcount": now.headcount + number})
    row, first = await _ask(session, requisition, chain, wanted)
    told = {"fields": ["approval"], "approval_id": row.id, "approval_chain_id": chain.id}
    event_service.emit(session, "requisition.updated", requisition_id=requisition.id, data=told)
    await start(session, first)


async def _ask(
    session: WriteSession, requisition: Requisition, chain: ApprovalChain, subject: ApprovalSubject
) -> tuple[Approval, ApprovalStep]:
    """Write down a request with its steps; return it and its first step."""
    row = Approval(
        id=new_id(),
        requisition_id=requisition.id,
        approval_chain_id=chain.id,
        requested_by=session.scope.user_id,
        subject=subject.model_dump(mode="json"),
        self_approval=chain.self_approval,
        remind_after_days=chain.remind_after_days,
    )
    steps = await _new_steps(session, chain, row)
    await ApprovalRepository(session).add(row)
    for step in steps:
        step.organization_id = row.organization_id
        session.add(step)
    await session.flush()
    return row, steps[0]


async def _new_steps(session: WriteSession, chain: ApprovalChain, row: Approval) -> list[ApprovalStep]:
    """Return the steps that a request begins with, each of which somebody can decide now."""
    present = await approval_people.people(session)
    steps = []
    for position, step in enumerate(await approval_chain_service.steps_of(session, chain)):
        new = ApprovalStep(
            id=new_id(),
            approval_id=row.id,
            requisition_id=row.requisition_id,
            position=position,
            name=step.name,
            role=step.role,
            approver_ids=[str(each) for each in step.user_ids],
            rule=step.rule,
        )
        seats = seats_of(present, row, new)
        if not seats.able:
            raise ConflictError(
                f"The step “{step.name}” of the chain “{chain.name}” can be decided by nobody but who asks, "
                "if by anybody. Have somebody else submit it, or change the chain.",
                code="approval_impossible",
            )
        if seats.rule is StepRule.ALL and seats.needed - seats.able:
            raise ConflictError(
                f"The step “{step.name}” of the chain “{chain.name}” needs somebody who may not decide any longer. "
                "Change the chain.",
                code="approval_impossible",
            )
        steps.append(new)
    return steps


async def start(session: WriteSession, step: ApprovalStep) -> None:
    """Let a step be decided on from now, and tell its approvers.

    Args:
        session: The transaction.
        step: The next one of its request, or one with other approvers.
    """
    step.status = StepStatus.PENDING
    step.started_at = step.remind_at = await ApprovalRepository(session).now()
    await session.flush()
    await enqueue(session, REMIND_TASK, approval_step_id=step.id)


async def remind_later(session: WriteSession, row: Approval, step: ApprovalStep) -> None:
    """Let the approvers of a step be reminded after the days that the chain says, or never.

    Args:
        session: The transaction.
        row: The request.
        step: Its step that is pending, locked.
    """
    if row.remind_after_days is None:
        step.remind_at = None
    else:
        pause = timedelta(days=row.remind_after_days)
        step.remind_at = await ApprovalRepository(session).now() + pause
        await enqueue(session, REMIND_TASK, delay_seconds=pause.total_seconds(), approval_step_id=step.id)
    await session.flush()


async def end_pending(
    session: WriteSession, requisition_id: UUID, status: ApprovalStatus, changed: list[str] | None = None
) -> Approval | None:
    """End the request of a requisition that has not ended.

    Args:
        session: The transaction.
        requisition_id: Which; its row is locked.
        status: What becomes of the request.
        changed: The fields whose change ended it.

    Returns:
        The request; None where none was pending.
    """
    repository = ApprovalRepository(session)
    row = await repository.pending_of(requisition_id)
    if row is None:
        return None
    await close(session, row, status)
    row.changed_fields = changed or []
    await session.flush()
    return row


async def close(session: WriteSession, row: Approval, status: ApprovalStatus) -> None:
    """Write down that a request has ended.

    Args:
        session: The transaction.
        row: The request, locked.
        status: How.
    """
    repository = ApprovalRepository(session)
    row.status, row.ended_at = status, await repository.now()
    await session.flush()
    await repository.stop_steps(row.id)


async def recheck(session: WriteSession, requisition: Requisition, former: ApprovalSubject) -> list[str]:
    """Send a requisition back when what was or is to be approved has changed.

    Args:
        session: The transaction.
        requisition: As it is now, locked.
        former: What `subject_of` said before the change.

    Returns:
        The fields that need another approval.
    """
    now = subject_of(requisition)
    if requisition.status == RequisitionStatus.PENDING_APPROVAL:
        changed = [name for name in ApprovalSubject.model_fields if getattr(former, name) != getattr(now, name)]
        if changed:
            await end_pending(session, requisition.id, ApprovalStatus.SUPERSEDED, changed)
    elif requisition.status in _OPENED:
        base = ApprovalSubject.model_validate(requisition.approved) if requisition.approved else former
        changed = uncovered(base, now)
        if changed and await approval_chain_service.applying(session, requisition) is None:
            changed = []
        if changed:
            row = await ApprovalRepository(session).approved_of(requisition.id)
            if row is not None:
                row.status, row.changed_fields = ApprovalStatus.SUPERSEDED, changed
            requisition.approved = None
            await end_pending(session, requisition.id, ApprovalStatus.SUPERSEDED, changed)
            await opening_waiting.settle(session, requisition, OpeningStatus.OPEN)  # the draft is asked for as a whole
    else:
        changed = []
    if changed:
        await requisition_states.take(session, requisition, "return", data={"fields": changed})
    return changed


def seats_of(present: People, row: Approval, step: ApprovalStep) -> Seats:
    """Return whose decisions a step needs.

    Args:
        present: Who may decide now.
        row: The request.
        step: Of that request.
    """
    barred = None if row.self_approval else row.requested_by
    return present.seats(step.role, step.approver_ids, step.rule, barred)
