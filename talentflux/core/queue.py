"""Enqueue a job inside a transaction: it exists when, and only when, the transaction commits.

The queue's table is outside row-level security, so a job's arguments hold identifiers only, never personal data.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import bindparam, text
from sqlalchemy.exc import IntegrityError

from talentflux.core.database import WriteSession

Identifier = UUID | int | None
_RESERVED: Final = frozenset({"organization_id", "user_id"})
_DEFER = text(
    """select unnest(procrastinate_defer_jobs_v1(array[row(
         :queue, :task, :priority, :lock, :queueing_lock, cast(:args as jsonb),
         now() + make_interval(secs => cast(:delay as double precision))
       )::procrastinate_job_to_defer_v1]))"""
).bindparams(bindparam("delay"))


async def enqueue(  # noqa: PLR0913 -- what a job has; all by name
    session: WriteSession,
    task_name: str,
    *,
    queue: str = "default",
    lock: str | None = None,
    queueing_lock: str | None = None,
    priority: int = 0,
    delay_seconds: float | None = None,
    **ids: Identifier | Sequence[UUID],
) -> int | None:
    """Put a job into the queue with the session's own connection.

    The job gets the session's organization and user as its scope. It runs at least once: a job whose worker is
    killed runs again, so a task must be safe to repeat.

    Args:
        session: The transaction that the job belongs to.
        task_name: Name of a task in `talentflux.workers.tasks`.
        queue: Queue that workers may be limited to.
        lock: Jobs with the same lock run one after another.
        queueing_lock: While a job with this lock waits, another is not added.
        priority: Higher runs first.
        delay_seconds: Earliest start, from now.
        **ids: The task's arguments: UUIDs, whole numbers or lists of UUIDs.

    Returns:
        Number of the job, or None when `queueing_lock` says that one waits already.

    Raises:
        TypeError: An argument is not an identifier, or is one of the scope's; or a job with a lock is to wait, which
            would hold up every later job with that lock.
    """
    if lock is not None and delay_seconds:
        raise TypeError(f"{task_name}: a job with a lock cannot have a delay")
    values = {
        "queue": queue, "task": task_name, "priority": priority, "lock": lock, "queueing_lock": queueing_lock,
        "args": orjson.dumps(_arguments(session, task_name, ids)).decode(), "delay": delay_seconds,
    }  # fmt: skip
    if queueing_lock is None:
        return int((await session.execute(_DEFER, values)).scalar_one())
    try:
        async with session.begin_nested():
            return int((await session.execute(_DEFER, values)).scalar_one())
    except IntegrityError:
        return None


def _arguments(
    session: WriteSession, task_name: str, ids: Mapping[str, Identifier | Sequence[UUID]]
) -> dict[str, object]:
    if _RESERVED & ids.keys():
        raise TypeError(f"{task_name}: the scope's identifiers come from the session")
    scope = {"organization_id": _text(session.scope.organization_id), "user_id": _text(session.scope.user_id)}
    return {name: _identifier(task_name, name, value) for name, value in ids.items()} | scope


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _identifier(task: str, name: str, value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, Sequence) and all(isinstance(entry, UUID) for entry in value) and not isinstance(value, str):
        return [str(entry) for entry in value]
    raise TypeError(f"{task}: the argument {name} is not an identifier; jobs hold identifiers only")
