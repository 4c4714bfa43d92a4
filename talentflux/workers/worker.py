"""The worker: runs jobs, takes up those of killed workers within 15 seconds, stops in order."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import procrastinate
import psycopg_pool
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker

from talentflux.core import tracing
from talentflux.core.audit_anchor import open_anchors
from talentflux.core.config import Settings
from talentflux.core.database import APP_ROLE, Database, Scope
from talentflux.core.errors import ConfigurationError, TalentFluxError
from talentflux.core.keyring import Keyring
from talentflux.core.logging import get_logger
from talentflux.core.setting_checks import check_settings
from talentflux.core.telemetry import Telemetry
from talentflux.db import migrate
from talentflux.db.errors import DatabaseSetupError
from talentflux.db.provision import provide
from talentflux.services import audit_keeper, idempotency_service, webhook_delivery
from talentflux.workers.queue import MAX_ATTEMPTS, build_app

_RESCUE_SECONDS = 2.0
_BEATS = 3.5  # heartbeats in the time after which a silent worker counts as dead
_POLL_SECONDS = 2.0  # a rescued or postponed job is found by asking; new ones are announced
_LONGEST_PAUSE_SECONDS = 5.0
_LATEST_SECONDS = 4.0  # beyond what jobs are given to finish
_CANCELLATIONS = 5
WEBHOOKS_AT_ONCE = 4
"""Jobs that tell webhooks, beside those of the settings: they wait for others' servers and need no processor."""
_KEEP_FINISHED = "7 days"

# One statement, so that two workers never rescue the same job twice.
_RESCUE = """
    with stalled as (
        select job.id from procrastinate_jobs job left join procrastinate_workers owner on owner.id = job.worker_id
        where job.status = 'doing'
          and (owner.id is null or owner.last_heartbeat < now() - make_interval(secs => %s))
        for update of job skip locked
    ), rescued as (
        update procrastinate_jobs job
        set status = (case when job.attempts + 1 >= %s then 'failed' else 'todo' end)::procrastinate_job_status,
            attempts = job.attempts + 1, worker_id = null
        from stalled where stalled.id = job.id
        returning job.id, job.status, job.queue_name
    )
    select id, status::text,
           pg_notify('procrastinate_queue_v1#' || queue_name,
                     json_build_object('type', 'job_inserted', 'job_id', id)::text)
    from rescued
"""
_CLEAN = """
    delete from procrastinate_jobs job
    where status in ('succeeded', 'failed', 'cancelled', 'aborted')
      and not exists (select 1 from procrastinate_events event where event.job_id = job.id
                      and event.at > now() - cast(%s as interval))
"""
_log = get_logger("worker")


def run_worker(settings: Settings) -> None:
    """Run jobs of the settings' database until SIGTERM or Ctrl-C.

    Args:
        settings: Name the database and the number of jobs at a time.

    Raises:
        ConfigurationError: The embedded database cannot be started, or an external one not be reached.
    """
    check_settings(settings)
    url = settings.database_url.get_secret_value() if settings.database_url else None
    try:
        with provide(settings.data_folder, url) as database:
            migrate.current(database.app_url)  # says why, where it cannot be reached
            asyncio.run(work(database.app_url, settings))
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error


async def work(database_url: str, settings: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Run jobs until told to stop (SIGTERM, SIGINT, or the event).

    A lost database does not end the worker: it comes back when the database does.

    Args:
        database_url: Connection URL of the application's role.
        settings: Gives the number of jobs at a time.
        stop: Ends the worker when set; by default signals do.
    """
    stopping = stop or _stop_on_signals()
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # it would log errors with the data they quote
    pause = 0.2
    keyring = Keyring.from_settings(settings)
    async with (
        contextlib.AsyncExitStack() as stack,
        Database(database_url, settings.database_pool_size, keyring=keyring) as database,
        audit_keeper.keeping(database, open_anchors(settings)),
        _figures(settings, database),
    ):
        stack.enter_context(tracing.sending(settings, "worker", database.engine))
        while not stopping.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await _run_once(database_url, database, settings, stopping)
            except (
                procrastinate.exceptions.ProcrastinateException,
                psycopg_pool.PoolTimeout,
                TalentFluxError,
            ) as error:
                _log.warning("worker interrupted", reason=type(error).__name__)
            if asyncio.get_running_loop().time() - began > 30:
                pause = 0.2
            if not stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


@asynccontextmanager
async def _figures(settings: Settings, database: Database) -> AsyncIterator[None]:
    """Serve the figures of this worker where the settings name a port."""
    if not settings.worker_metrics_port:
        yield
        return
    from talentflux.workers.figures import serving_figures  # noqa: PLC0415 -- a web server, which few workers need

    telemetry = Telemetry()
    database.on_wait = telemetry.pool_wait.observe
    async with serving_figures(settings, telemetry, database):
        yield


async def _run_once(database_url: str, database: Database, settings: Settings, stopping: asyncio.Event) -> None:
    """Run a worker of each queue until they are told to stop or lose their database."""
    await database.ping()
    connector = procrastinate.PsycopgConnector(
        conninfo=database_url.replace("postgresql+psycopg://", "postgresql://", 1),
        kwargs={"options": f"-c role={APP_ROLE} -c timezone=UTC", "connect_timeout": 5},
        min_size=1,
        max_size=settings.worker_concurrency + WEBHOOKS_AT_ONCE + 4,
        timeout=5.0,
    )
    app = build_app(connector)
    async with app.open_async():
        workers = [
            _worker(app, database, settings, "default", settings.worker_concurrency),
            _worker(app, database, settings, webhook_delivery.QUEUE, WEBHOOKS_AT_ONCE),
        ]
        running = [asyncio.create_task(each.run(), name="queue worker") for each in workers]  # type: ignore[no-untyped-call] # no hints there
        rescue = _rescue_forever(connector.pool, database, settings.worker_stalled_seconds)
        rescuing = asyncio.create_task(rescue, name="rescue")
        told = asyncio.create_task(stopping.wait(), name="told to stop")
        try:
            await asyncio.wait({*running, rescuing, told}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in workers:
                each.stop()  # type: ignore[no-untyped-call] # no hints there
            for side in (rescuing, told):
                side.cancel()
            await end_all({*running, rescuing, told}, settings.shutdown_seconds + _LATEST_SECONDS)
        for task in (*running, rescuing):
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error


async def end_all(tasks: set[asyncio.Task[Any]], seconds: float) -> None:
    """Wait for tasks that were told to end, and end those that do not.

    Args:
        tasks: All of them.
        seconds: After which they are cancelled. The queue's library swallows a first cancellation.
    """
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for _ in range(_CANCELLATIONS):
        if not late:
            return
        _log.warning("the worker does not end by itself", tasks=sorted(task.get_name() for task in late))
        for task in late:
            task.cancel()
        _, late = await asyncio.wait(late, timeout=1.0)


def _worker(app: procrastinate.App, database: Database, settings: Settings, queue: str, at_once: int) -> Worker:
    """Return what runs the jobs of one queue."""
    return Worker(
        app,
        queues=[queue],
        name="worker",
        concurrency=at_once,
        fetch_job_polling_interval=_POLL_SECONDS,
        shutdown_graceful_timeout=settings.shutdown_seconds,  # then they are given back
        delete_jobs=DeleteJobCondition.NEVER,
        additional_context={"database": database, "settings": settings},
        install_signal_handlers=False,
        update_heartbeat_interval=settings.worker_stalled_seconds / _BEATS,
        stalled_worker_timeout=settings.worker_stalled_seconds,
    )


async def _rescue_forever(pool: psycopg_pool.AsyncConnectionPool, database: Database, stalled_seconds: float) -> None:
    """Give jobs of dead workers back to the queue, at once and then every few seconds; clean up once an hour."""
    turn = 0
    while True:
        cleaning = turn % int(3600 / _RESCUE_SECONDS) == 0
        async with pool.connection() as connection:
            rescued = await (await connection.execute(_RESCUE, [stalled_seconds, MAX_ATTEMPTS])).fetchall()
            if cleaning:
                await connection.execute(_CLEAN, [_KEEP_FINISHED])
        if cleaning:
            async with database.write_session(Scope(identity=True)) as session:
                await idempotency_service.purge(session)
        for job_id, status, _ in rescued:
            _log.warning("job of a dead worker", job_id=job_id, now=status)
        turn += 1
        await asyncio.sleep(_RESCUE_SECONDS)


def _stop_on_signals() -> asyncio.Event:
    event = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    return event
