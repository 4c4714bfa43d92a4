"""Tasks: how a function becomes one, what it is given, and when it is tried again.

A task runs at least once: a job whose worker was killed, or whose database went away before its end was recorded,
runs again. What a task does must therefore be safe to repeat.
"""

import asyncio
import importlib
import pkgutil
import time
import traceback
import typing
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeAlias
from uuid import UUID

import procrastinate
import structlog
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

from talentflux.core import tracing
from talentflux.core.config import Settings
from talentflux.core.database import Database, ReadSession, Scope, WriteSession
from talentflux.core.errors import TalentFluxError
from talentflux.core.logging import get_logger
from talentflux.core.telemetry import observe_job
from talentflux.workers import tasks

MAX_ATTEMPTS = 5
_LONGEST_WAIT_SECONDS = 300
_log = get_logger("worker")
_P = ParamSpec("_P")
_Task: TypeAlias = Callable[Concatenate["Work", _P], Awaitable[None]]


@dataclass(frozen=True)
class Work:
    """What a running task is given.

    Attributes:
        database: Sessions of any scope; for tasks of the system.
        settings: The settings of this process.
        scope: The organization and user that enqueued the job.
        job_id: Number of the job.
        attempt: 1 on the first run.
    """

    database: Database
    settings: Settings
    scope: Scope
    job_id: int
    attempt: int

    @property
    def last_attempt(self) -> bool:
        """Whether a failure now is final."""
        return self.attempt >= MAX_ATTEMPTS

    @asynccontextmanager
    async def write_session(self) -> AsyncIterator[WriteSession]:
        """Open a fresh transaction in the job's scope; commits when the block ends."""
        async with self.database.write_session(self.scope) as session:
            yield session

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[ReadSession]:
        """Open a fresh read-only transaction in the job's scope."""
        async with self.database.read_session(self.scope) as session:
            yield session


class Retry(procrastinate.BaseRetryStrategy):
    """Try again after 2, 4, 8, 16 seconds; at once when the worker was told to stop.

    An error that says the input is wrong (status below 500) is final: trying again cannot help.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """Say when to run a failed job again.

        Args:
            exception: Why it failed.
            job: The job; `attempts` counts the runs before this one.

        Returns:
            The time of the next run, or None to give up.
        """
        if isinstance(exception, (asyncio.CancelledError, JobAborted)):
            return procrastinate.RetryDecision(retry_in={"seconds": 0})
        final = isinstance(exception, TalentFluxError) and exception.status < 500
        if final or job.attempts + 1 >= MAX_ATTEMPTS:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": min(2 ** (job.attempts + 1), _LONGEST_WAIT_SECONDS)})


_registry: dict[str, Callable[..., Awaitable[None]]] = {}


def task(name: str) -> Callable[[_Task[_P]], _Task[_P]]:
    """Register a function as a task.

    The function is given a `Work` and then, by name, what was enqueued; arguments annotated as UUID or as lists of
    UUID arrive as such.

    Args:
        name: What `core.queue.enqueue` calls it, as `stem.action`.

    Returns:
        A decorator that leaves the function callable as it is.
    """

    def register(function: _Task[_P]) -> _Task[_P]:
        kinds = typing.get_type_hints(function)
        call: Callable[..., Awaitable[None]] = function

        async def run(context: procrastinate.JobContext, /, **arguments: Any) -> None:
            scope = Scope(_uuid(arguments.pop("organization_id", None)), _uuid(arguments.pop("user_id", None)))
            work = Work(
                database=context.additional_context["database"],
                settings=context.additional_context["settings"],
                scope=scope,
                job_id=context.job.id or 0,
                attempt=context.job.attempts + 1,
            )
            typed = {key: _typed(kinds.get(key), value) for key, value in arguments.items()}
            with (
                structlog.contextvars.bound_contextvars(job_id=work.job_id, task=name),
                tracing.span(name, "consumer", job_id=work.job_id, job_attempt=work.attempt),
            ):
                await _logged(call(work, **typed), work, name)

        if name in _registry:
            raise ValueError(f"two tasks are named {name}")
        _registry[name] = run
        return function

    return register


async def _logged(running: Awaitable[None], work: Work, name: str) -> None:
    """Await a task, time it, and log how it failed: the place, not the text, which may quote personal data."""
    began, failed = time.perf_counter(), True
    try:
        await running
        failed = False
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        _log.error(
            "task failed",
            reason=error.detail if isinstance(error, TalentFluxError) else type(error).__name__,
            place=f"{Path(frame.filename).name}:{frame.lineno}",
            attempt=work.attempt,
        )
        raise
    finally:
        observe_job(name, time.perf_counter() - began, failed=failed)


def build_app(connector: procrastinate.PsycopgConnector) -> procrastinate.App:
    """Return the queue over a connection, knowing every task in `talentflux.workers.tasks`.

    Args:
        connector: The connections of a worker.
    """
    for module in pkgutil.iter_modules(tasks.__path__, f"{tasks.__name__}."):
        importlib.import_module(module.name)
    app = procrastinate.App(connector=connector)
    for name, run in _registry.items():
        app.task(name=name, pass_context=True, retry=Retry())(run)
    return app


def _uuid(value: object) -> UUID | None:
    return None if value is None else UUID(str(value))


def _typed(kind: object, value: Any) -> Any:
    """Turn JSON text back into the identifier that the task's annotation names."""
    if isinstance(value, list):
        return [UUID(entry) for entry in value]
    if isinstance(value, str) and (kind is UUID or UUID in typing.get_args(kind)):
        return UUID(value)
    return value
