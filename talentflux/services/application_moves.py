"""Decisions on applications, each by a person: rejecting, taking back, withdrawing, transferring."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from talentflux.core.database import WriteSession
from talentflux.core.errors import ConflictError, ForbiddenError, NotFoundError
from talentflux.core.permissions import TEAM_PERMISSIONS, Permission
from talentflux.models import Application
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.repositories.reject_reason_repository import RejectReasonRepository
from talentflux.schemas.application import (
    ApplicationDetail,
    ApplicationStatus,
    ChangeCause,
    Origin,
    Rejection,
    Reopening,
    Stage,
    Transfer,
)
from talentflux.schemas.application_action import ActionPurpose
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import (
    application_action_service,
    application_flow,
    application_service,
    hiring_team_service,
    pipeline_service,
    requisition_service,
)

_REJECTION: Final = {
    "en": (
        "Your application to {{organization_name}}",
        (
            "Dear {{candidate_name}},\n\nthank you for your application as {{requisition_title}} and for the time that "
            "you took. We have decided to go on with other applicants.\n\nWe wish you all the best.\n\n"
            "{{organization_name}}"
        ),
    ),
    "de": (
        "Ihre Bewerbung bei {{organization_name}}",
        (
            "Guten Tag {{candidate_name}},\n\nvielen Dank für Ihre Bewerbung als {{requisition_title}} und für Ihre "
            "Zeit. Wir haben uns für andere Bewerberinnen und Bewerber entschieden.\n\nWir wünschen Ihnen alles Gute."
            "\n\n{{organization_name}}"
        ),
    ),
}
"""What is said where an organization has no words of its own."""
_ENDED: Final = frozenset({Stage.HIRED, Stage.REJECTED})


async def reject(
    session: WriteSession, application_id: UUID, given: Rejection, versions: Versions = ANY_VERSION
) -> ApplicationDetail:
    """Reject an application; the e-mail that says so waits and can be called back until then.

    Args:
        session: The transaction.
        application_id: Which.
        given: Why, and what the e-mail says.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or no such reason.
        PreconditionFailedError: It has another version.
        ConflictError: It is closed already.
    """
    application = await ApplicationRepository(session).get(application_id, lock=True, versions=versions)
    await reject_row(session, application, given)
    return await application_service.read(session, application)


async def reject_row(session: WriteSession, application: Application, given: Rejection) -> None:
    """Reject a locked application, as `reject` does."""
    application_flow.check_active(application)
    if given.reject_reason_id is not None:
        await RejectReasonRepository(session).get(given.reject_reason_id)
    course = await pipeline_service.course(session, application.requisition_id)
    stage = course.first(Stage.REJECTED)
    await application_flow.enter(
        session, application, stage, ChangeCause.REJECTED, reject_reason_id=given.reject_reason_id
    )
    if not given.send_email:
        return
    pipeline = course.pipeline
    names = await ApplicationRepository(session).names_for_mail(application.id)
    subject, body = _REJECTION.get(names["language"] or "", _REJECTION["en"])
    minutes = pipeline.rejection_delay_minutes if given.delay_minutes is None else given.delay_minutes
    content = {
        "subject": given.subject or pipeline.rejection_subject or subject,
        "body": given.body or pipeline.rejection_body or body,
    }
    await application_action_service.schedule(
        session, application, content, purpose=ActionPurpose.REJECTION, delay=timedelta(minutes=minutes),
        stage_id=stage.id,
    )  # fmt: skip


async def reopen(
    session: WriteSession, application_id: UUID, given: Reopening, versions: Versions = ANY_VERSION
) -> ApplicationDetail:
    """Bring a closed application back; an e-mail that rejects and is not sent yet never will be.

    Args:
        session: The transaction.
        application_id: Which.
        given: Where to; by default where it was before.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or no such stage in its pipeline.
        PreconditionFailedError: It has another version.
        ConflictError: It is open, or goes on elsewhere; or the stage would close it again.
    """
    repository = ApplicationRepository(session)
    application = await repository.get(application_id, lock=True, versions=versions)
    if application.status == ApplicationStatus.ACTIVE:
        raise ConflictError("This application is open.", code="application_open")
    if application.status == ApplicationStatus.TRANSFERRED:
        application_flow.check_active(application)
    stage = await application_service.target_of(session, application.requisition_id, given.stage, given.stage_id)
    if stage is None:
        course = await pipeline_service.course(session, application.requisition_id)
        former = await repository.former_stage(application)
        stage = next((each for each in course.stages if each.id == former and each.kind not in _ENDED), None)
        stage = stage or course.first(Stage.APPLIED)
    if stage.kind in _ENDED:
        raise ConflictError("This stage would close the application again. Name another one.", code="stage_closed")
    await application_action_service.cancel(session, application_id, "undone")
    await application_flow.enter(session, application, stage, ChangeCause.REOPENED)
    return await application_service.read(session, application)


async def withdraw(session: WriteSession, application_id: UUID, versions: Versions = ANY_VERSION) -> ApplicationDetail:
    """Close an application because the candidate does not want to go on.

    Args:
        session: The transaction.
        application_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: It is closed already.
    """
    application = await ApplicationRepository(session).get(application_id, lock=True, versions=versions)
    application_flow.check_active(application)
    application.withdrawn_at = await ApplicationRepository(session).now()
    await _close(session, application, "withdrawn", ChangeCause.WITHDRAWN)
    return await application_service.read(session, application)


async def transfer(
    session: WriteSession, application_id: UUID, given: Transfer, versions: Versions = ANY_VERSION
) -> ApplicationDetail:
    """Let an application go on in another requisition, where a new one takes its place; both point to each other.

    Args:
        session: The transaction.
        application_id: Which.
        given: Where to.
        versions: Those that the caller means.

    Returns:
        The new application.

    Raises:
        NotFoundError: There is no such application or requisition.
        PreconditionFailedError: It has another version.
        ForbiddenError: The caller may not move applications of the other requisition.
        ConflictError: It is closed, the other requisition is not open, or the candidate has applied there.
    """
    repository = ApplicationRepository(session)
    application = await repository.get(application_id, lock=True, versions=versions)
    application_flow.check_active(application)
    await _check_target(session, given.requisition_id)
    await requisition_service.require_open(session, given.requisition_id, lock=True)
    known = await repository.of_pair(given.requisition_id, application.candidate_id)
    if known is not None:
        raise ConflictError(
            f"This candidate has applied there: application {known.id}, which is {known.status}.",
            code="application_exists",
        )
    course = await pipeline_service.course(session, given.requisition_id)
    stage = course.nearest(Stage(application.stage)) if given.stage is None else course.first(given.stage)
    if stage.kind in _ENDED:
        raise ConflictError("An application goes on in an open stage. Name another one.", code="stage_closed")
    new_id = await application_service.ensure(
        session, given.requisition_id, application.candidate_id, application.resume_id, origin=Origin.TRANSFER,
        source_id=application.source_id, stage_id=stage.id, do_not_screen=application.do_not_screen,
        transferred_from_id=application.id,
    )  # fmt: skip
    if new_id is None:
        raise ConflictError("This candidate has just applied there. Look at that application.")
    made = await repository.get(new_id)
    made.answer_due_at = made.answer_due_at or application.answer_due_at
    application.transferred_to_id = new_id
    data: dict[str, Any] = {"to_application_id": new_id, "to_requisition_id": given.requisition_id}
    await _close(session, application, "transferred", ChangeCause.TRANSFERRED, data)
    return await application_service.read(session, made)


async def _check_target(session: WriteSession, requisition_id: UUID) -> None:
    """Make sure that the caller may move applications of the requisition that one goes to."""
    principal = session.principal
    if principal is None or Permission.APPLICATION_MOVE in principal.permissions:
        return
    part = await hiring_team_service.role_on(session, requisition_id=requisition_id)
    if part is None:
        raise NotFoundError("There is no requisition with this id.")
    if Permission.APPLICATION_MOVE not in TEAM_PERMISSIONS[part]:
        raise ForbiddenError("You may not move applications of the other requisition.")


async def _close(
    session: WriteSession,
    application: Application,
    outcome: str,
    cause: ChangeCause,
    data: dict[str, Any] | None = None,
) -> None:
    """End an application where it stands."""
    now = await ApplicationRepository(session).now()
    await application_action_service.cancel(session, application.id, outcome)
    application.stage_due_at = application.answer_due_at = None
    await session.flush()
    await application_flow.note(
        session, application, cause, from_stage_id=application.stage_id, from_kind=Stage(application.stage),
        seconds=max((now - application.entered_stage_at).total_seconds(), 0.0), data=data,
    )  # fmt: skip
