"""What is due to happen to applications by itself: e-mails and tasks, after a delay in which they can be called back.

A row says what is due and when; a job comes for it at its time and looks at the row again under a lock. An e-mail is
handed to the outbox in the transaction that marks the row as done, so it is handed over once, however often jobs run.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.core.queue import enqueue
from talentflux.models import Application, ApplicationAction
from talentflux.repositories.application_action_repository import ApplicationActionRepository
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.schemas.application import ApplicationStatus
from talentflux.schemas.application_action import ActionPurpose, ActionState, ApplicationActionRead
from talentflux.schemas.application_task import ApplicationTaskKind
from talentflux.schemas.message import fill
from talentflux.schemas.page import RowPage
from talentflux.schemas.stage_automation import AutomationAction
from talentflux.services import (
    application_task_service,
    audit_service,
    candidate_profile,
    candidate_service,
    email_service,
    event_service,
)
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id
from talentflux.utils.plain_text import without_controls

ACT_TASK: Final = "application.act"
SWEEP_TASK: Final = "application.sweep"
_SWEEP_SECONDS: Final = 3600.0
_NEGLECTED: Final = timedelta(minutes=10)
_BATCH: Final = 500
_SWEPT: Final = "talentflux application sweep"  # in `session.info`: asked for already in this transaction
_AUTOMATIONS: Final = "talentflux stage automations"  # in `session.info`: by stage


async def page(session: AnySession, application_id: UUID, limit: int, cursor: str | None) -> RowPage:
    """Read a page of what is and was due for an application, the latest first.

    Raises:
        NotFoundError: There is no such application.
    """
    await ApplicationRepository(session).get(application_id)
    return await ApplicationActionRepository(session).page(application_id, limit, cursor)


async def schedule(  # noqa: PLR0913 -- the parts of a row; all but three by name
    session: WriteSession,
    application: Application,
    content: Mapping[str, str],
    *,
    purpose: ActionPurpose,
    action: AutomationAction = AutomationAction.SEND_EMAIL,
    delay: timedelta = timedelta(),
    stage_id: UUID | None = None,
    automation_id: UUID | None = None,
    assignee_id: UUID | None = None,
) -> None:
    """Let something happen to an application after a delay. Nothing does where the person's data were erased.

    Args:
        session: The transaction.
        application: Which.
        content: Subject and text, or title.
        purpose: Why.
        action: What.
        delay: Until it happens.
        stage_id: It is called back when the application leaves this stage.
        automation_id: The automation that it comes from.
        assignee_id: Whose task.
    """
    repository = ApplicationActionRepository(session)
    wrapped_key = await repository.wrapped_key(application.candidate_id)
    if wrapped_key is None:
        return
    row_id = new_id()
    cipher = (await organization_keys(session)).person(wrapped_key, f"candidate:{application.candidate_id}")
    row = ApplicationAction(
        id=row_id,
        application_id=application.id,
        requisition_id=application.requisition_id,
        candidate_id=application.candidate_id,
        stage_id=stage_id,
        automation_id=automation_id,
        purpose=purpose,
        action=action,
        due_at=await repository.now() + delay,
        content=cipher.encrypt(orjson.dumps(dict(content)), _context(row_id)),
        assignee_id=assignee_id,
    )
    await repository.add(row)
    await enqueue(session, ACT_TASK, delay_seconds=delay.total_seconds() or None, action_id=row_id)
    await schedule_sweep(session)


async def automate(session: WriteSession, application: Application) -> None:
    """Schedule the automations of the stage that an application has just entered.

    Args:
        session: The transaction.
        application: Which.
    """
    stage_id = application.stage_id
    if stage_id is None:
        return
    known = session.info.setdefault(_AUTOMATIONS, {})  # many may enter the same stage in one transaction
    if stage_id not in known:
        known[stage_id] = await ApplicationActionRepository(session).automations(stage_id)
    for automation in known[stage_id]:
        given = {"subject": automation.subject, "body": automation.body, "title": automation.title}
        await schedule(
            session,
            application,
            {name: value for name, value in given.items() if value is not None},
            purpose=ActionPurpose.AUTOMATION,
            action=AutomationAction(automation.action),
            delay=timedelta(minutes=automation.delay_minutes),
            stage_id=stage_id,
            automation_id=automation.id,
            assignee_id=automation.assignee_id,
        )


async def cancel(session: WriteSession, application_id: UUID, outcome: str, *, stage_id: UUID | None = None) -> int:
    """Call back what waits for an application.

    Args:
        session: The transaction, which has locked the application.
        application_id: Which.
        outcome: Why, a short name.
        stage_id: Only what depends on this stage.

    Returns:
        How much was called back.
    """
    return await ApplicationActionRepository(session).cancel(application_id, outcome, stage_id=stage_id)


async def call_back(session: WriteSession, application_id: UUID, action_id: UUID) -> ApplicationActionRead:
    """Let one thing that waits for an application never happen; the application stays where it is.

    Args:
        session: The transaction.
        application_id: Which application.
        action_id: What.

    Raises:
        NotFoundError: There is no such application, or nothing like it is or was due for it.
        ConflictError: It does not wait any more.
    """
    await ApplicationRepository(session).get(application_id, lock=True)
    row = await ApplicationActionRepository(session).get(action_id, lock=True)
    if row.application_id != application_id:
        raise NotFoundError("Nothing with this id is or was due for this application.")
    if row.state != ActionState.WAITING:
        raise ConflictError(f"This is {row.state} already.", code="action_not_waiting")
    row.state, row.outcome = ActionState.CANCELLED, "called_back"
    await session.flush()
    after = {"action_id": action_id, "purpose": row.purpose, "action": row.action}
    audit_service.record(session, "application.call_back", "application", application_id, after=after)
    event_service.emit(
        session, "application.updated", application_id=application_id, candidate_id=row.candidate_id,
        requisition_id=row.requisition_id, data={"fields": ["actions"]},
    )  # fmt: skip
    return ApplicationActionRead.model_validate(row, from_attributes=True)


async def act(session: WriteSession, action_id: UUID) -> None:
    """Do what is due, once.

    Args:
        session: A transaction of its own.
        action_id: What.
    """
    repository = ApplicationActionRepository(session)
    try:
        application_id = (await repository.get(action_id)).application_id
        # The application first, as those do who call back: two who lock in turns would wait for each other.
        application = await ApplicationRepository(session).get(application_id, lock=True)
    except NotFoundError:
        return  # deleted with its candidate or requisition; nothing is sent about what is hidden
    row = await repository.claim(action_id)
    if row is None:
        return
    if row.stage_id is not None and row.stage_id != application.stage_id:
        row.state, row.outcome = ActionState.CANCELLED, "left_stage"
    elif row.action == AutomationAction.SEND_EMAIL:
        await _send(session, row, application)
    else:
        await _hand_out(session, row, application)
    await session.flush()
    audit_service.record(
        session, "application.act", "application", application.id,
        after={"purpose": row.purpose, "action": row.action, "state": row.state, "outcome": row.outcome},
    )  # fmt: skip
    if row.state == ActionState.DONE:
        event_service.emit(
            session, "application.contacted" if row.email_id else "application.task_created",
            application_id=application.id, candidate_id=application.candidate_id,
            requisition_id=application.requisition_id, data={"purpose": row.purpose, "action": row.action},
        )  # fmt: skip


async def _send(session: WriteSession, row: ApplicationAction, application: Application) -> None:
    if not await candidate_service.may_contact(session, application.candidate_id):
        row.state, row.outcome = ActionState.SKIPPED, "do_not_contact"
        return
    names = await ApplicationRepository(session).names_for_mail(application.id)
    keys = await organization_keys(session)
    content = _open(keys, row, names["wrapped_key"])
    profile = candidate_profile.open_profile(keys, names["candidate_id"], names["wrapped_key"], names["profile"])
    if content is None or not profile["email"]:
        row.state, row.outcome = ActionState.SKIPPED, "no_address"
        return
    tokens = tokens_of(profile["name"], names)
    try:
        row.email_id = await email_service.send(
            session, "candidate_message", to=profile["email"], language=names["language"] or "en",
            subject_line=without_controls(fill(content["subject"], tokens)), body=fill(content["body"], tokens),
        )  # fmt: skip
    except InvalidInputError:
        row.state, row.outcome = ActionState.SKIPPED, "no_address"
        return
    row.state = ActionState.DONE
    if row.purpose == ActionPurpose.REJECTION and application.status == ApplicationStatus.REJECTED:
        application.answer_due_at = None  # they have their answer


async def _hand_out(session: WriteSession, row: ApplicationAction, application: Application) -> None:
    content = _open(
        await organization_keys(session), row,
        await ApplicationActionRepository(session).wrapped_key(application.candidate_id),
    )  # fmt: skip
    if content is None:
        row.state, row.outcome = ActionState.SKIPPED, "unreadable"
        return
    kind = ApplicationTaskKind.TASK
    if row.action == AutomationAction.REQUEST_SCORECARD:
        kind = ApplicationTaskKind.SCORECARD
    mine = await application_task_service.member_or_none(session, row.assignee_id)
    await application_task_service.add(session, application, content["title"], kind=kind, assignee_id=mine)
    row.state = ActionState.DONE


def tokens_of(name: str | None, names: Mapping[str, Any]) -> dict[str, str]:
    """Return what comes in for the tokens of a text.

    Args:
        name: Of the candidate.
        names: With `title` and `organization`.
    """
    known = without_controls(name or "")
    return {
        "candidate_name": known,
        "candidate_first_name": known.split(" ")[0],
        "requisition_title": without_controls(names["title"]),
        "organization_name": without_controls(names["organization"]),
    }


async def sweep(session: WriteSession, public_url: str) -> None:
    """Look after what no job looks after, tell of applications that wait too long, and come back while any may.

    Args:
        session: A transaction of an organization.
        public_url: Where this server is reached.
    """
    repository, applications = ApplicationActionRepository(session), ApplicationRepository(session)
    for action_id in await repository.neglected(_NEGLECTED, _BATCH):
        await enqueue(session, ACT_TASK, queueing_lock=f"{ACT_TASK}:{action_id}", action_id=action_id)
    await _tell_of_late(session, public_url)
    if await repository.next_due() is not None or await applications.next_late() is not None:
        await schedule_sweep(session)


async def _tell_of_late(session: WriteSession, public_url: str) -> None:
    """Tell the recruiters of each requisition how many of its applications are in their stage for too long."""
    applications = ApplicationRepository(session)
    late: dict[UUID, list[Application]] = {}
    for row in await applications.late(_BATCH):
        late.setdefault(row.requisition_id, []).append(row)
    now = await applications.now()
    for requisition_id, rows in late.items():
        title = (await applications.names_for_mail(rows[0].id))["title"]
        for address in await application_task_service.addresses(
            session, await ApplicationActionRepository(session).recruiters(requisition_id)
        ):
            await email_service.send(
                session, "stage_age", to=address, requisition=without_controls(title), count=len(rows),
                link=f"{public_url.rstrip('/')}/requisitions/{requisition_id}/shortlist",
            )  # fmt: skip
        for row in rows:
            row.stage_alerted_at = now
    await session.flush()


async def schedule_sweep(session: WriteSession) -> None:
    """Let `sweep` run within the hour, once for all who ask.

    Args:
        session: A transaction of an organization.
    """
    if session.info.get(_SWEPT):
        return
    session.info[_SWEPT] = True
    lock = f"{SWEEP_TASK}:{session.scope.organization_id}"
    await enqueue(session, SWEEP_TASK, delay_seconds=_SWEEP_SECONDS, queueing_lock=lock)


def _open(keys: Keys, row: ApplicationAction, wrapped_key: bytes | None) -> dict[str, str] | None:
    if wrapped_key is None:
        return None
    cipher = keys.person(wrapped_key, f"candidate:{row.candidate_id}")
    content: dict[str, str] = orjson.loads(cipher.decrypt(row.content, _context(row.id)))
    return content


def _context(row_id: UUID) -> str:
    return f"application_action.content:{row_id}"
