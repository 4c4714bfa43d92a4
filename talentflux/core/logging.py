"""Structured logs. A log line carries identifiers and figures, never names, contacts or text of people."""

import contextlib
import logging
import sys
from typing import Any, TextIO, cast

import structlog

from talentflux.core.config import LogFormat, Settings
from talentflux.utils.faults import trace

_FORBIDDEN = frozenset(
    {"name", "email", "phone", "address", "text", "body", "password", "token", "authorization", "cookie"}
)


def _drop_personal(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace the value of every key that could carry personal data or a secret."""
    for key in _FORBIDDEN & event.keys():
        event[key] = "[removed]"
    return event


def _place_only(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace an exception by its kind and place: its text and its variables may hold what a person sent."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["trace"] = trace(error)
    return event


class _CurrentStderr:
    """Standard error as it is when a line is written: loggers are kept from their first line on.

    A line that cannot be written, on a full disk or to a reader that is gone, is lost; what it tells of goes on.
    """

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.flush()


def configure_logging(settings: Settings) -> None:
    """Send structlog and the standard library's loggers to standard error in one format.

    Args:
        settings: Gives the level and the format.
    """
    level = logging.getLevelName(settings.log_level)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_personal,
        _place_only,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _CurrentStderr())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # httpx and httpcore log addresses with their query.
    for chatty in ("uvicorn.access", "uvicorn.error", "alembic", "procrastinate", "httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def get_logger(component: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger whose lines name the component."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(component=component)
    return logger
