"""Figures for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Telemetry:
    """The figures of one process, in a registry of its own so that tests do not share it.

    Attributes:
        requests: Requests by method, route and status.
        seconds: Seconds of a request by method and route.
        queued: Jobs by state, read when the figures are asked for.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "talentflux_requests_total", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "talentflux_request_seconds", "Seconds of a request", ["method", "route"], registry=self.registry
        )
        self.queued = Gauge("talentflux_queue_jobs", "Jobs of the queue by state", ["state"], registry=self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request.

        Args:
            method: HTTP method.
            route: Path template, never the path itself: it would hold ids.
            status: HTTP status code.
            seconds: Wall time.
        """
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)

    def render(self, jobs: dict[str, int]) -> bytes:
        """Return all figures in Prometheus' text format.

        Args:
            jobs: Number of jobs by state.

        Returns:
            The text.
        """
        self.queued.clear()
        for state, count in jobs.items():
            self.queued.labels(state).set(count)
        return generate_latest(self.registry)
