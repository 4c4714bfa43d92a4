"""Tasks about applications: for people, made by people and by automations."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ForbiddenError, InvalidInputError, NotFoundError
from talentflux.core.permissions import TEAM_PERMISSIONS, Permission
from talentflux.models import Application, ApplicationTask, User
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.repositories.application_task_repository import ApplicationTaskRepository
from talentflux.schemas.application_task import (
    ApplicationTaskCreate,
    ApplicationTaskKind,
    ApplicationTaskQuery,
    ApplicationTaskRead,
)
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, candidate_cipher, event_service, hiring_team_service, user_service
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

_PLACE = "application_task.title"


async def page(session: AnySession, asked: ApplicationTaskQuery) -> RowPage:
    """Read a page of tasks, newest first.

    Args:
        session: The transaction.
        asked: Filters and place.
    """
    found = await ApplicationTaskRepository(session).page(asked)
    candidate_cipher.open_column(await organization_keys(session), found.items, _PLACE, "title")
    for row in found.items:
        del row["wrapped_key"]
        row["title"] = row["title"] or ""
    return found


async def get(session: AnySession, task_id: UUID) -> ApplicationTaskRead:
    """Return a task.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return await _read(session, await ApplicationTaskRepository(session).get(task_id))


async def create(session: WriteSession, application_id: UUID, given: ApplicationTaskCreate) -> ApplicationTaskRead:
    """Make a task about an application.

    Args:
        session: The transaction.
        application_id: About which.
        given: What is to be done, by whom and until when.

    Raises:
        NotFoundError: There is no such application.
        InvalidInputError: Nobody here has this account.
    """
    application = await ApplicationRepository(session).get(application_id)
    await check_assignee(session, given.assignee_id)
    row = await add(
        session, application, given.title, kind=given.kind, assignee_id=given.assignee_id, due_at=given.due_at
    )
    return await _read(session, row)


async def add(  # noqa: PLR0913 -- the parts of a task; all but three by name
    session: WriteSession,
    application: Application,
    title: str,
    *,
    kind: ApplicationTaskKind = ApplicationTaskKind.TASK,
    assignee_id: UUID | None = None,
    due_at: datetime | None = None,
) -> ApplicationTask:
    """Enter a task about an application.

    Args:
        session: The transaction.
        application: Which.
        title: What is to be done.
        kind: Of the task.
        assignee_id: Who is to do it.
        due_at: Until when.

    Raises:
        NotFoundError: The person's data were erased.
    """
    repository = ApplicationTaskRepository(session)
    keys, row_id = await organization_keys(session), new_id()
    wrapped_key = await repository.wrapped_key(application.candidate_id)
    cipher = candidate_cipher.cipher_of(keys, application.candidate_id, wrapped_key)
    row = await repository.add(
        ApplicationTask(
            id=row_id,
            application_id=application.id,
            requisition_id=application.requisition_id,
            candidate_id=application.candidate_id,
            kind=kind,
            title=cipher.encrypt(title.encode(), f"{_PLACE}:{row_id}"),
            assignee_id=assignee_id,
            due_at=due_at,
        )
    )
    after = {"application": application.id, "kind": str(kind), "assignee": assignee_id}
    audit_service.record(session, "application_task.create", "application_task", row_id, after=after)
    _tell(session, row, "application.task_created")
    return row


async def finish(
    session: WriteSession, task_id: UUID, *, done: bool, versions: Versions = ANY_VERSION
) -> ApplicationTaskRead:
    """Finish a task or take it up again: whoever it was given to, or who may move the application.

    Args:
        session: The transaction.
        task_id: Which.
        done: Whether it is done.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ForbiddenError: It is somebody else's.
    """
    repository = ApplicationTaskRepository(session)
    row = await repository.get(task_id, lock=True, versions=versions)
    await _check_turn(session, row)
    before = {"done": row.done_at is not None}
    row.done_at = await repository.now() if done else None
    row.done_by = session.scope.user_id if done else None
    await session.flush()
    audit_service.record(
        session, "application_task.update", "application_task", row.id, before=before, after={"done": done}
    )
    _tell(session, row, "application.task_done" if done else "application.task_reopened")
    return await _read(session, row)


async def check_assignee(session: AnySession, user_id: UUID | None) -> None:
    """Make sure that a task is given to a member.

    Raises:
        InvalidInputError: Nobody here has this account.
    """
    if user_id is not None and not await ApplicationTaskRepository(session).is_member(user_id):
        raise InvalidInputError(
            "There is no active member with this account.", fields={"body.assignee_id": "is no active member"}
        )


async def member_or_none(session: AnySession, user_id: UUID | None) -> UUID | None:
    """Return whom a task is given to: nobody, so that anybody may take it, where they have left meanwhile."""
    if user_id is not None and await ApplicationTaskRepository(session).is_member(user_id):
        return user_id
    return None


async def addresses(session: AnySession, accounts: Iterable[User]) -> list[str]:
    """Return the e-mail addresses of accounts."""
    return [(await user_service.profile_of(session, account)).email for account in accounts]


async def _check_turn(session: WriteSession, row: ApplicationTask) -> None:
    principal = session.principal
    if principal is None or Permission.APPLICATION_MOVE in principal.permissions:
        return
    if row.assignee_id is not None and row.assignee_id == session.scope.user_id:
        return
    part = await hiring_team_service.role_on(session, requisition_id=row.requisition_id)
    if part is None or Permission.APPLICATION_MOVE not in TEAM_PERMISSIONS[part]:
        raise ForbiddenError("This task is somebody else's.")


def _tell(session: WriteSession, row: ApplicationTask, what: str) -> None:
    event_service.emit(
        session, what, application_id=row.application_id, candidate_id=row.candidate_id,
        requisition_id=row.requisition_id, data={"task": row.id, "kind": row.kind},
    )  # fmt: skip


async def _read(session: AnySession, row: ApplicationTask) -> ApplicationTaskRead:
    wrapped_key = await ApplicationTaskRepository(session).wrapped_key(row.candidate_id)
    shown: dict[str, Any] = {name: getattr(row, name) for name in ApplicationTaskRead.model_fields}
    if wrapped_key is None:
        raise NotFoundError("The person's data were erased.")
    candidate_cipher.open_column(await organization_keys(session), [shown], _PLACE, "title", wrapped_key=wrapped_key)
    return ApplicationTaskRead.model_validate(shown)
