"""Traces over OpenTelemetry, when an endpoint is set: requests, statements and jobs, without what they are about.

Nothing of OpenTelemetry is imported until then; it comes with the extra `otel`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from talentflux import __version__
from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

_NOTHING: Final[AbstractContextManager[None]] = nullcontext()
_TRACEPARENT: Final = "traceparent"
_FIRST_FAULT: Final = 500


class _Tracing:
    """What is open while traces are sent."""

    provider: "TracerProvider | None" = None


def start(settings: Settings, kind: str) -> None:
    """Begin to send traces where the settings name an endpoint.

    Args:
        settings: Name it.
        kind: Which process this is, `api` or `worker`.

    Raises:
        ConfigurationError: The extra is not installed.
    """
    if settings.otlp_endpoint is None or _Tracing.provider is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 -- an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 -- as above
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 -- as above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise ConfigurationError("TALENTFLUX_OTLP_ENDPOINT needs the extra: pip install talentflux[otel]") from error
    resource = Resource.create({"service.name": f"talentflux-{kind}", "service.version": __version__})
    _Tracing.provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces", timeout=5)
    _Tracing.provider.add_span_processor(BatchSpanProcessor(exporter))


def stop() -> None:
    """Send what is left and stop."""
    if _Tracing.provider is not None:
        _Tracing.provider.shutdown()
        _Tracing.provider = None


@contextmanager
def sending(settings: Settings, kind: str, engine: AsyncEngine) -> Iterator[None]:
    """Send traces of this process, its statements included, for as long as the block runs.

    Args:
        settings: Name the endpoint; without one nothing happens.
        kind: Which process this is, `api` or `worker`.
        engine: Of its database.
    """
    start(settings, kind)
    watch(engine)
    try:
        yield
    finally:
        stop()


def request(method: str, traceparent: str) -> AbstractContextManager["Span | None"]:
    """Open the span of a request; a child of the caller's where the caller sent one.

    Args:
        method: HTTP method.
        traceparent: Header of the request; empty where there is none.
    """
    return _NOTHING if _Tracing.provider is None else _open(method, "server", {}, traceparent)


def span(name: str, kind: str = "internal", **attributes: str | int) -> AbstractContextManager["Span | None"]:
    """Open a span of something that a request or a job does.

    Args:
        name: A fixed word, never text or an id.
        kind: `client` for a call of another service, `consumer` for a job, else `internal`.
        **attributes: Fixed words and numbers; an underscore stands for a dot.
    """
    named = {key.replace("_", "."): value for key, value in attributes.items()}
    return _NOTHING if _Tracing.provider is None else _open(name, kind, named, "")


def finish(opened: "Span", method: str, route: str, status: int) -> None:
    """Say how a request was answered.

    Args:
        opened: Its span.
        method: HTTP method.
        route: Path template, never the path.
        status: HTTP status code.
    """
    opened.update_name(f"{method} {route}")
    opened.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
    if status >= _FIRST_FAULT:
        _fail(opened, str(status))


def outgoing() -> dict[str, str]:
    """Return the header that lets the next service continue the present trace; empty where there is none."""
    if _Tracing.provider is None:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 -- an extra

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return {_TRACEPARENT: carrier[_TRACEPARENT]} if _TRACEPARENT in carrier else {}


def watch(engine: AsyncEngine) -> None:
    """Open a span for each statement of an engine's connections, named by its first word alone.

    Args:
        engine: Of the database.
    """
    if _Tracing.provider is not None:
        event.listen(engine.sync_engine, "connect", _watch_connection)


def _watch_connection(connection: Any, _record: object) -> None:
    connection.driver_connection.cursor_factory = _WatchedCursor


class _WatchedCursor(psycopg.AsyncCursor[Any]):
    """A cursor whose statements are spans."""

    async def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Run a statement inside a span."""
        operation = _first_word(query)
        with span(operation, "client", db_system_name="postgresql", db_operation_name=operation):
            return await super().execute(query, params, **options)

    async def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        """Run a statement several times inside a span."""
        operation = _first_word(query)
        with span(operation, "client", db_system_name="postgresql", db_operation_name=operation):
            await super().executemany(query, params_seq, **options)


def _first_word(query: Any) -> str:
    if isinstance(query, sql.Composable):
        query = query.as_bytes()
    text = query.decode(errors="replace") if isinstance(query, bytes) else query
    words = text.split(maxsplit=1) if isinstance(text, str) else []
    word = words[0].rstrip(";").upper() if words else ""
    return word if word.isalpha() else "STATEMENT"


@contextmanager
def _open(name: str, kind: str, attributes: dict[str, str | int], traceparent: str) -> Iterator["Span"]:
    """Open a span; an error is named by its class, for its text may quote personal data."""
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 -- an extra
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 -- as above

    assert _Tracing.provider is not None
    context = TraceContextTextMapPropagator().extract({_TRACEPARENT: traceparent}) if traceparent else None
    with _Tracing.provider.get_tracer("talentflux").start_as_current_span(
        name,
        context=context,
        kind=SpanKind[kind.upper()],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        trace_id = f"{opened.get_span_context().trace_id:032x}"
        with structlog.contextvars.bound_contextvars(trace_id=trace_id):
            try:
                yield opened
            except BaseException as error:
                _fail(opened, type(error).__name__)
                raise


def _fail(opened: "Span", kind: str) -> None:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 -- an extra

    opened.set_attribute("error.type", kind)
    opened.set_status(StatusCode.ERROR)
