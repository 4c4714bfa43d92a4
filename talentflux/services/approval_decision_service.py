"""Decisions on approvals: what waits for whom, who decided, and what follows."""

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from talentflux.core.permissions import Permission
from talentflux.core.scope import switched
from talentflux.models import Approval, ApprovalDecision, ApprovalStep, Requisition
from talentflux.repositories.approval_repository import ApprovalRepository
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.approval import (
    ApprovalQuery,
    ApprovalRead,
    ApprovalStatus,
    ApprovalStepRead,
    ApprovalSubject,
    ApprovalView,
    Decision,
    DecisionRead,
    DecisionWrite,
    StepReassign,
    StepStatus,
)
from talentflux.schemas.opening import OpeningStatus
from talentflux.schemas.page import RowPage
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.services import (
    approval_mail,
    approval_people,
    approval_service,
    audit_service,
    opening_waiting,
    requisition_states,
)
from talentflux.services.approval_people import People

_UNKNOWN = "There is no approval with this id."


async def page(session: AnySession, asked: ApprovalQuery) -> RowPage:
    """Read a page of requests, the latest first.

    Args:
        session: The transaction.
        asked: Which requests, and place.

    Raises:
        ForbiddenError: All are asked for by somebody who may not see them.
    """
    repository, actor = ApprovalRepository(session), session.scope.user_id
    if asked.view is ApprovalView.ALL:
        if session.principal is None or Permission.APPROVAL_WRITE not in session.principal.permissions:
            raise ForbiddenError(f"To list all approvals needs the permission {Permission.APPROVAL_WRITE}.")
        return await repository.all(asked.limit, asked.cursor)
    if actor is None:
        return RowPage([], None)
    if asked.view is ApprovalView.REQUESTED:
        return await repository.requested(asked.limit, asked.cursor, actor)
    async with _all_in_sight(session):
        present = await approval_people.people(session)
        seats = [(place, str(present.roles[place])) for place in sorted(present.places_of(actor))]
        return await repository.waiting(asked.limit, asked.cursor, actor, seats)


async def of_requisition(session: AnySession, requisition_id: UUID, limit: int, cursor: str | None) -> RowPage:
    """Read a page of a requisition's requests, the latest first.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
    """
    await RequisitionRepository(session).get(requisition_id)
    return await ApprovalRepository(session).of_requisition(limit, cursor, requisition_id)


async def get(session: AnySession, approval_id: UUID) -> ApprovalRead:
    """Return a request with its steps.

    Raises:
        NotFoundError: There is none in this organization, or the caller neither sees its requisition nor has a part.
    """
    shown = await ApprovalRepository(session).exists(approval_id)
    async with _all_in_sight(session):
        row = await ApprovalRepository(session).get(approval_id)
        present = await approval_people.people(session)
        found = await _read(session, row, present)
    actor = session.scope.user_id
    if not shown and not (actor is not None and _has_part(found, present, actor)):
        raise NotFoundError(_UNKNOWN)
    return found


async def decide(session: WriteSession, approval_id: UUID, given: DecisionWrite, public_url: str) -> ApprovalRead:
    """Approve or decline a step, in one's own place and those that one stands in for.

    Args:
        session: The transaction.
        approval_id: Which request.
        given: The decision, and on which step.
        public_url: Where this server is reached, for the e-mail to who asked.

    Raises:
        NotFoundError: There is none in this organization, or the caller neither sees its requisition nor has a part.
        ForbiddenError: It is not the caller's to decide, or they are a service key.
        ConflictError: The step is decided or not yet begun, or the caller has decided.
    """
    actor = session.scope.user_id
    if actor is None:
        raise ForbiddenError("API keys of services decide on nothing; log in as a person.", code="key_not_allowed")
    shown = await ApprovalRepository(session).exists(approval_id)
    async with _all_in_sight(session):
        requisition, row = await _locked(session, approval_id)
        step = await _step(session, row, given.step_id)
        present = await approval_people.people(session)
        seats = approval_service.seats_of(present, row, step)
        mine = present.places_of(actor) & seats.able
        if not mine or (actor == row.requested_by and not row.self_approval):
            raise _not_theirs(shown=shown)
        decided = {made.for_user_id for made in await ApprovalRepository(session).decisions([step.id])}
        _check_open(row, step, mine - decided)
        await _keep(session, row, step, given, mine - decided)
        grows = requisition.status != RequisitionStatus.PENDING_APPROVAL
        if given.decision is Decision.DECLINE:
            await _decline(session, requisition, row, step)
        else:
            await _advance(session, requisition, row, step, present)
        if row.status != ApprovalStatus.PENDING:
            await approval_mail.tell_requester(session, row, given.comment, public_url, openings=grows)
        return await _read(session, row, present)


async def _keep(
    session: WriteSession, row: Approval, step: ApprovalStep, given: DecisionWrite, places: Collection[UUID]
) -> None:
    """Write down what whoever acts decided, in each place that is theirs."""
    for place in sorted(places):
        session.add(
            ApprovalDecision(
                organization_id=row.organization_id,
                approval_step_id=step.id,
                requisition_id=row.requisition_id,
                user_id=session.scope.user_id,
                for_user_id=place,
                decision=given.decision,
                comment=given.comment,
            )
        )
    await session.flush()
    audit_service.record(
        session, "approval.decide", "approval", row.id,
        after={"decision": str(given.decision), "step": step.id, "requisition_id": row.requisition_id},
    )  # fmt: skip


def _not_theirs(*, shown: bool) -> NotFoundError | ForbiddenError:
    """Return what is said to who may not decide: whether there is such a request only where they see it."""
    if not shown:
        return NotFoundError(_UNKNOWN)
    return ForbiddenError("This step is not yours to decide.", code="not_approver")


async def reassign(session: WriteSession, approval_id: UUID, given: StepReassign, public_url: str) -> ApprovalRead:
    """Name other approvers for a step that is not decided.

    Args:
        session: The transaction.
        approval_id: Which request.
        given: Who decides from now on.
        public_url: Where this server is reached, for the e-mail to who asked.

    Raises:
        NotFoundError: There is none in this organization, or it has no such step.
        ConflictError: The request or the step has ended.
        InvalidInputError: Somebody named may not decide here, or only who asked is named.
    """
    async with _all_in_sight(session):
        requisition, row = await _locked(session, approval_id)
        steps = await ApprovalRepository(session).steps(row.id)
        wanted = [
            each for each in steps
            if (each.id == given.step_id if given.step_id else each.status == StepStatus.PENDING)
        ]  # fmt: skip
        if given.step_id is not None and not wanted:
            raise NotFoundError("The approval has no step with this id.")
        if row.status != ApprovalStatus.PENDING or not wanted or wanted[0].status in _ENDED_STEPS:
            raise ConflictError("What has ended is decided by nobody any more.", code="approval_ended")
        step, present = wanted[0], await approval_people.people(session)
        before = {"role": step.role, "user_ids": step.approver_ids, "rule": step.rule}
        step.role, step.rule = None, given.rule
        step.approver_ids = [str(each) for each in given.user_ids]
        seats = approval_service.seats_of(present, row, step)
        if not seats.able or seats.needed != seats.able:
            raise InvalidInputError(
                f"The step “{step.name}” needs active members who may decide, and others than who asks.",
                code="approval_impossible",
                fields={"body.user_ids": "name members whose role allows approval:decide"},
            )
        await session.flush()
        after = {"role": None, "user_ids": step.approver_ids, "rule": str(step.rule), "step": step.id}
        audit_service.record(session, "approval.reassign", "approval", row.id, before=before, after=after)
        if step.status == StepStatus.PENDING:
            await approval_service.start(session, step)
            grows = requisition.status != RequisitionStatus.PENDING_APPROVAL
            await _advance(session, requisition, row, step, present)
            if row.status != ApprovalStatus.PENDING:
                await approval_mail.tell_requester(session, row, None, public_url, openings=grows)
        return await _read(session, row, present)


_ENDED_STEPS = frozenset({StepStatus.APPROVED, StepStatus.DECLINED})


async def _advance(
    session: WriteSession, requisition: Requisition, row: Approval, step: ApprovalStep, present: People
) -> None:
    """Go on to the next step, or approve the requisition, where the present step has what it needs."""
    repository = ApprovalRepository(session)
    approved = {made.for_user_id for made in await repository.decisions([step.id])}
    seats = approval_service.seats_of(present, row, step)
    # Who was taken off the step has not decided on what it is now.
    counted = approved & seats.needed if step.role is None else approved
    if not seats.complete(counted):
        return
    step.status, step.remind_at = StepStatus.APPROVED, None
    await session.flush()
    following = [each for each in await repository.steps(row.id) if each.status == StepStatus.WAITING]
    if following:
        await approval_service.start(session, following[0])
        return
    await approval_service.close(session, row, ApprovalStatus.APPROVED)
    requisition.approved = row.subject
    if requisition.status == RequisitionStatus.PENDING_APPROVAL:
        await requisition_states.take(session, requisition, "approve", data={"approval_id": row.id})
        return
    opened = await opening_waiting.settle(session, requisition, OpeningStatus.OPEN)
    if opened and requisition.status == RequisitionStatus.FILLED:
        await requisition_states.take(session, requisition, "release", data={"approval_id": row.id})


async def _decline(session: WriteSession, requisition: Requisition, row: Approval, step: ApprovalStep) -> None:
    step.status, step.remind_at = StepStatus.DECLINED, None
    await session.flush()
    await approval_service.close(session, row, ApprovalStatus.DECLINED)
    if requisition.status == RequisitionStatus.PENDING_APPROVAL:
        told: dict[str, object] = {"approval_id": row.id, "step_id": step.id}
        await requisition_states.take(session, requisition, "decline", data=told)
    else:
        await opening_waiting.settle(session, requisition, OpeningStatus.CLOSED)


async def _locked(session: WriteSession, approval_id: UUID) -> tuple[Requisition, Approval]:
    """Return a request with its requisition, the latter locked first as everywhere."""
    repository = ApprovalRepository(session)
    known = await repository.get(approval_id)
    requisition = await RequisitionRepository(session).get(known.requisition_id, lock=True)
    await session.refresh(known)
    return requisition, known


async def _step(session: WriteSession, row: Approval, step_id: UUID) -> ApprovalStep:
    for step in await ApprovalRepository(session).steps(row.id):
        if step.id == step_id:
            return step
    raise NotFoundError("The approval has no step with this id.")


def _check_open(row: Approval, step: ApprovalStep, left: set[UUID]) -> None:
    if row.status != ApprovalStatus.PENDING:
        raise ConflictError(f"This approval is {row.status} already.", code="approval_ended")
    if step.status == StepStatus.WAITING:
        raise ConflictError("The steps before this one are not decided yet.", code="approval_step_waits")
    if step.status != StepStatus.PENDING:
        raise ConflictError("This step is decided already.", code="approval_step_decided")
    if not left:
        raise ConflictError("You have decided on this step already.", code="approval_step_decided")


def _has_part(found: ApprovalRead, present: People, actor: UUID) -> bool:
    """Return whether somebody decides, decided or will decide in a request, or made it."""
    places = present.places_of(actor)
    roles = {present.roles[place] for place in places}
    return actor == found.requested_by or any(
        (step.role is not None and step.role in roles)
        or places & set(step.user_ids)
        or any(made.user_id == actor for made in step.decisions)
        for step in found.steps
    )


def _all_in_sight(session: AnySession) -> AbstractAsyncContextManager[None]:
    """Let a block see the requests for all requisitions; this module says who is shown them."""
    if session.scope.requisitions == "all":
        return nullcontext()
    return switched(session, replace(session.scope, requisitions="all"))


async def _read(session: AnySession, row: Approval, present: People) -> ApprovalRead:
    repository = ApprovalRepository(session)
    steps = await repository.steps(row.id)
    decisions = await repository.decisions([step.id for step in steps])
    return ApprovalRead(
        id=row.id,
        requisition_id=row.requisition_id,
        approval_chain_id=row.approval_chain_id,
        status=ApprovalStatus(row.status),
        subject=ApprovalSubject.model_validate(row.subject),
        requested_by=row.requested_by,
        self_approval=row.self_approval,
        changed_fields=row.changed_fields,
        ended_at=row.ended_at,
        steps=[
            _read_step(row, step, [made for made in decisions if made.approval_step_id == step.id], present)
            for step in steps
        ],
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _read_step(row: Approval, step: ApprovalStep, made: list[ApprovalDecision], present: People) -> ApprovalStepRead:
    pending = step.status == StepStatus.PENDING
    seats = approval_service.seats_of(present, row, step)
    decided = {each.for_user_id for each in made}
    return ApprovalStepRead.model_validate(
        {
            "id": step.id,
            "name": step.name,
            "role": step.role,
            "user_ids": step.approver_ids,
            "rule": step.rule,
            "status": step.status,
            "started_at": step.started_at,
            "reminders": step.reminders,
            "missing_ids": sorted(seats.missing(decided)) if pending else [],
            "stuck": seats.stuck(decided) if pending else None,
            "decisions": [{name: getattr(each, name) for name in DecisionRead.model_fields} for each in made],
        }
    )
