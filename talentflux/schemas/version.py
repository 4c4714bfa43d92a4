"""Versions of rows, as `ETag` and `If-Match` name them."""

from collections.abc import Container
from datetime import datetime
from typing import Final


class _Any:
    """Holds every version."""

    def __contains__(self, version: object) -> bool:
        return True


Versions = Container[str]
"""The versions that a caller means."""

ANY_VERSION: Final[Versions] = _Any()


def version_of(updated_at: datetime) -> str:
    """Return the version of a row: its time of change, which grows with every change.

    Args:
        updated_at: The time of change.

    Returns:
        Its microseconds since 1970, hexadecimal.
    """
    return f"{int(updated_at.timestamp()) * 1_000_000 + updated_at.microsecond:x}"
