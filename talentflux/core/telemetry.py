"""Figures for Prometheus. Labels are templates and fixed words, never ids, addresses or text of people."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.pool import Pool, QueuePool

from talentflux.core.observing import Part, listeners

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROCESS: Final = CollectorRegistry()
_AI_SECONDS: Final = Histogram(
    "talentflux_ai_seconds",
    "Seconds of reading a file (parser) or of a call of the embedding model (embedder)",
    ["part", "outcome"],
    registry=_PROCESS,
)
_JOB_SECONDS: Final = Histogram(
    "talentflux_job_seconds", "Seconds of a job that this process ran", ["task", "outcome"], registry=_PROCESS
)


class Telemetry:
    """The figures of one process, in a registry of its own so that tests do not share it.

    Attributes:
        requests: Requests by method, route and status.
        seconds: Seconds of a request by method and route.
        queued: Jobs by state, read when the figures are asked for.
        refusals: Requests above a rate limit, by kind.
        cached: Questions to the cache by result.
        pool_size: Connections to the database that may be open.
        pool_used: Those in use, read when the figures are asked for.
        pool_wait: Seconds until a connection was free.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.requests = Counter(
            "talentflux_requests_total", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "talentflux_request_seconds", "Seconds of a request", ["method", "route"], registry=self.registry
        )
        self.queued = Gauge("talentflux_queue_jobs", "Jobs of the queue by state", ["state"], registry=self.registry)
        self.refusals = Counter(
            "talentflux_rate_limit_refusals_total", "Requests above a limit", ["kind"], registry=self.registry
        )
        self.cached = Counter(
            "talentflux_cache_requests_total", "Questions to the cache", ["result"], registry=self.registry
        )
        self.pool_size = Gauge("talentflux_database_pool_size", "Connections that may be open", registry=self.registry)
        self.pool_used = Gauge("talentflux_database_pool_used", "Connections in use", registry=self.registry)
        self.pool_wait = Histogram(
            "talentflux_database_pool_wait_seconds", "Seconds until a connection was free", registry=self.registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request.

        Args:
            method: HTTP method.
            route: Path template, never the path itself: it would hold ids.
            status: HTTP status code.
            seconds: Wall time.
        """
        known = self._known.get((method, route, status))
        if known is None:
            named = method if method in _METHODS else "other"
            known = self.requests.labels(named, route, str(status)), self.seconds.labels(named, route)
            if named == method:  # what callers make up is not remembered
                self._known[method, route, status] = known
        known[0].inc()
        known[1].observe(seconds)

    def refused(self, kind: str) -> None:
        """Count a request above a rate limit.

        Args:
            kind: Which limit.
        """
        self.refusals.labels(kind).inc()

    def render(self, jobs: dict[str, int], pool: Pool | None = None) -> bytes:
        """Return all figures in Prometheus' text format.

        Args:
            jobs: Number of jobs by state.
            pool: The connections to the database.

        Returns:
            The text.
        """
        self.queued.clear()
        for state, count in jobs.items():
            self.queued.labels(state).set(count)
        if isinstance(pool, QueuePool):
            self.pool_size.set(pool.size())
            self.pool_used.set(pool.checkedout())
        return generate_latest(self.registry) + generate_latest(_PROCESS)


def observe_job(task: str, seconds: float, *, failed: bool) -> None:
    """Count one run of a job.

    Args:
        task: Its name, as `stem.action`.
        seconds: Wall time.
        failed: Whether it ended by an error; it may run again.
    """
    _JOB_SECONDS.labels(task, "failed" if failed else "done").observe(seconds)


def _observe_ai(part: Part, seconds: float, failed: bool) -> None:  # noqa: FBT001 -- the form of a listener
    _AI_SECONDS.labels(part, "failed" if failed else "done").observe(seconds)


listeners.append(_observe_ai)
