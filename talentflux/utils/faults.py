"""Faults as a log may hold them."""

import traceback


def trace(error: BaseException) -> str:
    """Return the kind of an error and where it arose, without its message: that may quote what a person sent.

    Args:
        error: The error, with its causes.
    """
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < 5:
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"{type(current).__module__}.{type(current).__qualname__} at\n{frames}")
        current = current.__cause__ or current.__context__
    return "caused by ".join(parts)
