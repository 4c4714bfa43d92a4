"""What one process still has to write down: views and refusals for the audit log, ends of chains for the anchors.

A transaction that only reads cannot write that somebody read. Its event waits here, for a fraction of a second, until
`services.audit_keeper` writes all that wait in one transaction per chain.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from talentflux.core.errors import DependencyError

MOST_WAITING: Final = 10_000
_LONGEST_WAIT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What happened, before it has a place in a chain. Holds personal data in memory only.

    Attributes:
        id: Of the event.
        occurred_at: When.
        organization_id: Whose chain; None for the platform's.
        actor: `user:<id>`, `api_key:<id>`, `anonymous` or `system`.
        action: As `candidate.update`.
        resource: Kind of the row.
        resource_id: The row; None for what concerns none.
        request_id: The X-Request-Id; empty for what no request caused.
        address: The caller's network address; empty where there is none.
        before: Fields as they were.
        after: Fields as they are.
        personal: Names of fields of which only commitments are kept.
    """

    id: UUID
    occurred_at: datetime
    organization_id: UUID | None
    actor: str
    action: str
    resource: str
    resource_id: UUID | None
    request_id: str
    address: str
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()


class AuditTrail:
    """Events and ends of chains of one process that wait to be written.

    Attributes:
        waiting: Events, oldest first.
        anchors: The newest anchor of each chain that has moved.
        writing: Held by the one who writes; whoever wants all to be written waits for it.
    """

    def __init__(self) -> None:
        self.writing = asyncio.Lock()
        self.waiting: list[AuditEvent] = []
        self.anchors: dict[UUID | None, tuple[int, bytes]] = {}
        self._taken = asyncio.Event()

    async def add(self, event: AuditEvent) -> None:
        """Let an event wait; where too many do, wait for room.

        Raises:
            DependencyError: The audit log takes nothing for now, so nothing may be shown either.
        """
        if len(self.waiting) >= MOST_WAITING:
            self._taken.clear()
            try:
                await asyncio.wait_for(self._taken.wait(), _LONGEST_WAIT_SECONDS)
            except TimeoutError:
                raise DependencyError("The audit log cannot be written. Try again in a moment.") from None
        self.waiting.append(event)

    def take(self) -> list[AuditEvent]:
        """Return the events that wait, which makes room for others."""
        taken, self.waiting = self.waiting, []
        self._taken.set()
        return taken

    def give_back(self, events: list[AuditEvent]) -> None:
        """Let events wait on that could not be written, before those that came since."""
        self.waiting = [*events, *self.waiting]

    def moved(self, organization_id: UUID | None, sequence: int, anchor: bytes) -> None:
        """Let the anchor of a chain's new end wait in the place of an older one."""
        if sequence > self.anchors.get(organization_id, (0, b""))[0]:
            self.anchors[organization_id] = (sequence, anchor)

    def take_anchors(self) -> dict[UUID | None, tuple[int, bytes]]:
        """Return the anchors that wait."""
        taken, self.anchors = self.anchors, {}
        return taken
