"""Identifiers that are made in the application and sort by time."""

import secrets
from datetime import datetime
from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7, so that rows that were made later have larger ids."""
    return UUID(int=uuid7().int)


def id_of_time(moment: datetime) -> UUID:
    """Return a UUIDv7 for a row that is older than its entry, so that it sorts among those of its time.

    Args:
        moment: When the row was made.
    """
    milliseconds = max(int(moment.timestamp() * 1000), 0) & 0xFFFFFFFFFFFF
    low = secrets.randbits(62)
    return UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | low)
