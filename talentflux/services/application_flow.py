"""How an application comes to a stage, whatever brings it there: what is kept, called back, scheduled and told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from talentflux.core.database import WriteSession
from talentflux.core.errors import ConflictError
from talentflux.models import Application, ApplicationStageChange, PipelineStage
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.repositories.pipeline_repository import PipelineRepository
from talentflux.schemas.application import ApplicationStatus, ChangeCause, Stage
from talentflux.services import (
    answer_clock,
    application_action_service,
    audit_service,
    event_service,
    opening_service,
)
from talentflux.utils.fractional_order import place_of
from talentflux.utils.ids import new_id

_DONE = {
    ApplicationStatus.REJECTED: "rejected",
    ApplicationStatus.HIRED: "a hire",
    ApplicationStatus.WITHDRAWN: "withdrawn",
}


def check_active(application: Application) -> None:
    """Make sure that the decision on an application is still to come.

    Raises:
        ConflictError: It is not; the sentence says what to do.
    """
    if application.status == ApplicationStatus.ACTIVE:
        return
    if application.status == ApplicationStatus.TRANSFERRED:
        raise ConflictError(
            "This application goes on in another requisition. Change the one that `transferred_to_id` names.",
            code="application_closed",
        )
    raise ConflictError(
        f"This application is {_DONE[ApplicationStatus(application.status)]}. "
        "Reopen it first: POST /api/v1/applications/{application_id}/reopen.",
        code="application_closed",
    )


async def enter(
    session: WriteSession,
    application: Application,
    stage: PipelineStage,
    cause: ChangeCause,
    *,
    reject_reason_id: UUID | None = None,
) -> None:
    """Put a locked application into a stage, at the end of its column.

    Args:
        session: The transaction.
        application: Which; it is changed and flushed.
        stage: Where to.
        cause: What brings it there.
        reject_reason_id: Why it is rejected.

    Raises:
        ConflictError: The stage was deleted a moment ago.
    """
    await hold(session, stage)
    now = await ApplicationRepository(session).now()
    former_id, former = application.stage_id, Stage(application.stage)
    seconds = max((now - application.entered_stage_at).total_seconds(), 0.0)
    if former_id is not None and former_id != stage.id:
        await application_action_service.cancel(session, application.id, "left_stage", stage_id=former_id)
    application.stage_id, application.stage = stage.id, stage.kind
    application.position = place_of(new_id())
    stamp(application, stage, now)
    application.reject_reason_id = reject_reason_id
    application.withdrawn_at = None
    await _set_clock(session, application, now, came_back=cause is ChangeCause.REOPENED)
    await session.flush()
    await _fill(session, application, former)
    await note(
        session, application, cause, from_stage_id=former_id, from_kind=former, seconds=seconds,
        reject_reason_id=reject_reason_id,
    )  # fmt: skip
    await application_action_service.automate(session, application)
    if application.stage_due_at is not None:
        await application_action_service.schedule_sweep(session)


async def hold(session: WriteSession, stage: PipelineStage) -> None:
    """Let a stage not be deleted while an application enters it, which nobody would see again.

    Args:
        session: The transaction.
        stage: Which.

    Raises:
        ConflictError: It was deleted a moment ago.
    """
    if not await PipelineRepository(session).hold_stage(stage.id):
        raise ConflictError("This stage was deleted a moment ago. Name another one.")


def stamp(application: Application, stage: PipelineStage, now: datetime) -> None:
    """Write down when an application came to its stage, and what follows from the stage's kind.

    Args:
        application: Which.
        stage: Its stage.
        now: When.
    """
    kind = Stage(stage.kind)
    ended = kind in {Stage.HIRED, Stage.REJECTED}
    application.entered_stage_at = now
    application.stage_due_at = None if ended or stage.max_days is None else now + timedelta(days=stage.max_days)
    application.stage_alerted_at = None
    application.hired_at = now if kind is Stage.HIRED else None
    application.rejected_at = now if kind is Stage.REJECTED else None


async def note(  # noqa: PLR0913 -- the parts of a step; all but three by name
    session: WriteSession,
    application: Application,
    cause: ChangeCause,
    *,
    from_stage_id: UUID | None = None,
    from_kind: Stage | None = None,
    seconds: float | None = None,
    reject_reason_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Keep a step of an application: in its history, in the audit log and for followers.

    Args:
        session: The transaction.
        application: As it is now.
        cause: What happened.
        from_stage_id: The stage that it left.
        from_kind: The kind of that stage.
        seconds: How long it was there.
        reject_reason_id: Why it was rejected.
        data: What else followers are told.
    """
    session.add(
        ApplicationStageChange(
            id=new_id(),
            organization_id=application.organization_id,
            application_id=application.id,
            requisition_id=application.requisition_id,
            cause=cause,
            from_stage_id=from_stage_id,
            to_stage_id=application.stage_id,
            from_kind=from_kind,
            to_kind=application.stage,
            seconds=seconds,
            reject_reason_id=reject_reason_id,
            actor=audit_service.actor_of(session),
        )
    )
    action = "move" if cause is ChangeCause.MOVED else str(cause)
    stage = {"stage": str(application.stage), "stage_id": application.stage_id}
    audit_service.record(
        session, f"application.{action}", "application", application.id,
        before={"stage": from_kind and str(from_kind), "stage_id": from_stage_id},
        after=stage | {"reject_reason": reject_reason_id},
    )  # fmt: skip
    event_service.emit(
        session, f"application.{cause}", application_id=application.id, candidate_id=application.candidate_id,
        requisition_id=application.requisition_id, data=stage | {"from_stage_id": from_stage_id} | (data or {}),
    )  # fmt: skip


async def _set_clock(session: WriteSession, application: Application, now: datetime, *, came_back: bool) -> None:
    """Start the clock with a stage of interviews; stop it with a hire.

    Who is rejected has an answer once the e-mail that says so is handed over, or a person says that they know.
    """
    kind = Stage(application.stage)
    if kind is Stage.INTERVIEW and not (came_back and application.answer_due_at is not None):
        places = await ApplicationRepository(session).places(application.requisition_id)
        application.answer_due_at = answer_clock.due_at(places, now)
    elif kind is Stage.HIRED:
        application.answer_due_at = None


async def _fill(session: WriteSession, application: Application, former: Stage) -> None:
    if application.stage == former:
        return
    if application.stage == Stage.HIRED:
        await opening_service.fill(session, application.requisition_id, application.id)
    elif former is Stage.HIRED:
        await opening_service.release(session, application.requisition_id, application.id)
