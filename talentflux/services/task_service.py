"""Background work: how far it has come."""

from typing import Any
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.models import Task
from talentflux.repositories.task_repository import TaskRepository
from talentflux.schemas.task import TaskError, TaskKind, TaskRead, TaskStatus
from talentflux.services.encryption_service import organization_keys


async def get(session: AnySession, task_id: UUID) -> TaskRead:
    """Return a task.

    Args:
        session: The transaction.
        task_id: Which.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return await read(session, await TaskRepository(session).get(task_id))


async def create(session: WriteSession, kind: TaskKind, *, total: int, requisition_id: UUID | None = None) -> Task:
    """Make a task that waits for a worker.

    Args:
        session: The transaction; the jobs of the task are enqueued in it too.
        kind: What the work is.
        total: Items in all.
        requisition_id: The requisition that it is for.
    """
    return await TaskRepository(session).add(
        Task(kind=kind, status=TaskStatus.QUEUED, total=total, processed=0, requisition_id=requisition_id)
    )


async def lock(session: WriteSession, task_id: UUID) -> Task:
    """Return a task and keep others from changing it until the transaction ends.

    Args:
        session: The transaction.
        task_id: Which.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return await TaskRepository(session).get(task_id, lock=True)


async def report(
    session: WriteSession, task: Task, *, processed: int, errors: list[TaskError], failed: bool = False
) -> None:
    """Write down how far a task has come; it ends when all items are done.

    Args:
        session: The transaction.
        task: The locked task.
        processed: Items done in all.
        errors: What went wrong since the last report.
        failed: The work as a whole cannot go on.
    """
    task.processed = min(processed, task.total)
    keys = await organization_keys(session)
    known = _failures(keys, task)
    if errors:
        known += [error.model_dump(mode="json") for error in errors]
        task.failures = keys.encrypt(orjson.dumps(known), f"task.failures:{task.id}")
    if failed:
        task.status = TaskStatus.FAILED
    elif task.processed < task.total:
        task.status = TaskStatus.RUNNING
    else:
        task.status = TaskStatus.FAILED if known and len(known) >= task.total else TaskStatus.SUCCEEDED


async def read(session: AnySession, task: Task) -> TaskRead:
    """Return a task as it is answered."""
    failures = _failures(await organization_keys(session), task)
    return TaskRead(
        id=task.id,
        kind=TaskKind(task.kind),
        status=TaskStatus(task.status),
        processed=task.processed,
        total=task.total,
        percentage=round(100 * task.processed / task.total, 1) if task.total else 100.0,
        errors=[TaskError.model_validate(error) for error in failures],
        result=task.result,
        requisition_id=task.requisition_id,
        created_at=task.created_at,
        updated_at=task.updated_at,
    )


def _failures(keys: Keys, task: Task) -> list[dict[str, Any]]:
    if task.failures is None:
        return []
    failures: list[dict[str, Any]] = orjson.loads(keys.decrypt(task.failures, f"task.failures:{task.id}"))
    return failures
