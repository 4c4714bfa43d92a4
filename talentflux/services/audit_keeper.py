"""Writes what a process's audit trail holds: views and refusals several times a second, anchors once a second."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from talentflux.core.audit_anchor import AnchorStore
from talentflux.core.audit_trail import AuditEvent
from talentflux.core.database import Database, Scope
from talentflux.core.errors import DependencyError
from talentflux.core.logging import get_logger
from talentflux.services import audit_service

EVENTS_SECONDS: Final = 0.2
ANCHORS_SECONDS: Final = 1.0
_MOST_AT_ONCE: Final = 500
_log = get_logger("audit")


@asynccontextmanager
async def keeping(database: Database, anchors: AnchorStore) -> AsyncIterator[None]:
    """Write what waits while the block runs, and the rest when it ends.

    Args:
        database: Whose trail.
        anchors: Kept outside the database.
    """
    stopping = asyncio.Event()
    task = asyncio.create_task(_keep(database, anchors, stopping))
    try:
        yield
    finally:
        stopping.set()
        await task
        await _attempt(database, anchors, with_anchors=True)


async def write_events(database: Database) -> None:
    """Write the events that wait, each chain's in one transaction.

    Args:
        database: Whose trail.

    Raises:
        DependencyError: The database cannot be reached; the events wait on.
    """
    async with database.trail.writing:
        await _write_events(database)


async def write_anchors(database: Database, anchors: AnchorStore) -> None:
    """Write the anchors that wait.

    Args:
        database: Whose trail.
        anchors: Kept outside the database.

    Raises:
        DependencyError: The store did not take one; it waits on, unless its chain moves.
    """
    waiting = database.trail.take_anchors()
    try:
        for organization_id, (sequence, line) in list(waiting.items()):
            await anchors.add(organization_id, sequence, line)
            del waiting[organization_id]
    finally:
        for organization_id, (sequence, line) in waiting.items():
            database.trail.moved(organization_id, sequence, line)


async def _write_events(database: Database) -> None:
    chains: dict[UUID | None, list[AuditEvent]] = {}
    for event in database.trail.take():
        chains.setdefault(event.organization_id, []).append(event)
    batches = [
        (organization_id, events[start : start + _MOST_AT_ONCE])
        for organization_id, events in chains.items()
        for start in range(0, len(events), _MOST_AT_ONCE)
    ]
    while batches:
        organization_id, events = batches[0]
        try:
            async with database.write_session(_scope(organization_id)) as session:
                await audit_service.write(session, events)
        except BaseException:
            database.trail.give_back([event for _, waiting in batches for event in waiting])
            raise
        del batches[0]


async def _keep(database: Database, anchors: AnchorStore, stopping: asyncio.Event) -> None:
    anchored = time.monotonic()
    while not stopping.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), EVENTS_SECONDS)
        due = time.monotonic() - anchored >= ANCHORS_SECONDS
        if due:
            anchored = time.monotonic()
        await _attempt(database, anchors, with_anchors=due)


async def _attempt(database: Database, anchors: AnchorStore, *, with_anchors: bool) -> None:
    """Write what waits; what cannot be written now waits for the next attempt."""
    try:
        if database.trail.waiting:
            await write_events(database)
        if with_anchors and database.trail.anchors:
            await write_anchors(database, anchors)
    except (DependencyError, SQLAlchemyError, OSError) as error:
        _log.warning("audit log waits", reason=type(error).__name__, waiting=len(database.trail.waiting))


def _scope(organization_id: UUID | None) -> Scope:
    return Scope(organization_id) if organization_id is not None else Scope(identity=True)
