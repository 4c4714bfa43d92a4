"""Identifiers that are made in the application and sort by time."""

from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7, so that rows that were made later have larger ids."""
    return UUID(int=uuid7().int)
