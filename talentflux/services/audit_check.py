"""Checking the audit log: every chain computed anew and compared with its columns, its end and its anchors."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.audit_anchor import AnchorStore
from talentflux.core.audit_chain import START, Chain, Head
from talentflux.core.database import Database, ReadSession, Scope
from talentflux.repositories.audit_repository import AuditRepository
from talentflux.schemas.audit import AuditFault, ChainVerification
from talentflux.services.audit_service import chain_keys

_ROWS: Final = 1000
_COLUMNS: Final = ("id", "organization_id", "occurred_at", "actor", "action", "resource", "resource_id", "sequence")
Progress = Callable[[int], None]


async def chains(database: Database, anchors: AnchorStore) -> list[UUID | None]:
    """Return all chains: the platform's, those of organizations, and those of which only anchors are left.

    Args:
        database: Opens a transaction that sees all organizations.
        anchors: Kept outside the database.
    """
    anchored = await anchors.chains()
    async with database.read_session(Scope(identity=True)) as session:
        known = await AuditRepository(session).organizations()
    gone = sorted(chain for chain in anchored if chain is not None and chain not in set(known))
    return [None, *known, *gone]


async def length(database: Database, organization_id: UUID | None) -> int:
    """Return how many events a chain has, for a progress bar."""
    async with database.read_session(_scope(organization_id)) as session:
        return (await AuditRepository(session).end(organization_id))[0]


async def verify(
    database: Database, anchors: AnchorStore, organization_id: UUID | None, progress: Progress = lambda _: None
) -> ChainVerification:
    """Check one chain.

    Args:
        database: Opens a read-only transaction.
        anchors: Kept outside the database.
        organization_id: Whose chain; None for the platform's.
        progress: Told how many events were checked since the last call.

    Returns:
        That it is intact, or its first bad event.

    Raises:
        DependencyError: The database or the anchors cannot be reached.
        ConfigurationError: The master key does not open the chain's key.
    """
    async with database.read_session(_scope(organization_id)) as session:
        return await verify_in(session, anchors, organization_id, progress)


async def verify_in(
    session: ReadSession, anchors: AnchorStore, organization_id: UUID | None, progress: Progress = lambda _: None
) -> ChainVerification:
    """Check one chain in a transaction that is open already; as `verify`."""
    lines = await anchors.lines(organization_id)  # first: what is anchored by now is in the chain that is read next
    chain = Chain(await chain_keys(session, organization_id))
    repository = AuditRepository(session)
    newest, head = await repository.end(organization_id)
    heads = [chain.read_anchor(line) for line in lines]
    run = _Run(chain, {anchor.sequence: anchor.hash for anchor in heads if anchor})
    if any(anchor is None for anchor in heads):
        forged = next(number for number, anchor in enumerate(heads, 1) if anchor is None)
        run.blame(AuditFault.ANCHOR_FORGED, None, f"Line {forged} of the anchors was not written by this program.")
    await run.read(repository.chain(organization_id, newest, _ROWS), progress)
    run.compare(newest, head)
    return run.result()


class _Run:
    """One pass over a chain; keeps the first fault."""

    def __init__(self, chain: Chain, anchors: dict[int, bytes]) -> None:
        self._chain = chain
        self._anchors = anchors
        self._anchored = max(anchors, default=0)
        self._good, self._hash = 0, START
        self._fault: tuple[AuditFault, int | None, UUID | None, str] | None = None

    def blame(self, fault: AuditFault, sequence: int | None, detail: str, event_id: UUID | None = None) -> None:
        """Keep a fault, unless an event's was found before it."""
        if self._fault is None or self._fault[1] is None:
            self._fault = (fault, sequence, event_id, detail)

    async def read(self, batches: AsyncIterator[list[dict[str, Any]]], progress: Progress) -> None:
        """Check event after event up to the first bad one."""
        async for batch in batches:
            if not self._all_good(batch):
                return
            progress(len(batch))
            await asyncio.sleep(0)  # a server that checks a long chain answers others in between

    def compare(self, newest: int, head: Head) -> None:
        """Compare what was read with the chain's end and with the newest anchor."""
        if self._fault is not None and self._fault[1] is not None:
            return
        following = self._good + 1
        if max(head.sequence, self._anchored) > self._good:
            told = "an anchor" if self._anchored > self._good else "its end"
            last = max(head.sequence, self._anchored)
            self.blame(
                AuditFault.END_MISSING, following, f"Events {following} to {last} are missing: {told} says there were."
            )
        elif head.sequence < newest or not hmac.compare_digest(head.hash, self._hash):
            self.blame(
                AuditFault.END_MOVED,
                min(head.sequence, newest) + 1 if head.sequence < newest else newest,
                f"The stored end of the chain is event {head.sequence} and does not fit the newest, {newest}.",
            )

    def result(self) -> ChainVerification:
        """Return what was found."""
        fault, sequence, event_id, detail = self._fault or (None, None, None, None)
        return ChainVerification(
            organization_id=self._chain.organization_id,
            intact=self._fault is None,
            events=self._good,
            anchored=self._anchored,
            fault=fault,
            sequence=sequence,
            event_id=event_id,
            detail=detail,
        )

    def _all_good(self, rows: Iterable[dict[str, Any]]) -> bool:
        for row in rows:
            expected = self._good + 1
            if row["sequence"] != expected:
                where = f"The next one is event {row['sequence']}."
                self.blame(AuditFault.MISSING, expected, f"Event {expected} is missing. {where}")
                return False
            hashed = self._chain.link(self._hash, expected, row["entry"])
            if not hmac.compare_digest(hashed, row["hash"]):
                detail = f"Event {expected} does not follow from the one before: edited, moved or inserted."
                self.blame(AuditFault.BROKEN, expected, detail, row["id"])
                return False
            if (column := _differing(row)) is not None:
                detail = f"The column {column} of event {expected} is not what was entered."
                self.blame(AuditFault.EDITED, expected, detail, row["id"])
                return False
            if (anchor := self._anchors.get(expected)) is not None and not hmac.compare_digest(anchor, hashed):
                detail = f"Event {expected} is not the one that was anchored."
                self.blame(AuditFault.ANCHOR_DIFFERS, expected, detail, row["id"])
                return False
            self._good, self._hash = expected, hashed
        return True


def _differing(row: dict[str, Any]) -> str | None:
    """Return the first column that differs from its entry; None where all agree. The entry's hash has been checked."""
    entry = orjson.loads(row["entry"])
    columns = orjson.loads(orjson.dumps({name: row[name] for name in _COLUMNS}))
    return next((name for name in _COLUMNS if columns[name] != entry[name]), None)


def _scope(organization_id: UUID | None) -> Scope:
    return Scope(organization_id) if organization_id is not None else Scope(identity=True)
