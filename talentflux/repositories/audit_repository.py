"""SQL of the audit log."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from talentflux.core.audit_chain import Head
from talentflux.core.audit_trail import AuditEvent
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import NotFoundError
from talentflux.models.audit import AuditEvent as AuditRow
from talentflux.repositories.base import ListQuery, optional, parameter
from talentflux.schemas.page import RowPage

_LAST: Final = 2**62
_LOCK: Final = b"select sequence, hash from audit_lock(%s)"
_APPEND: Final = b"select audit_append(%s, %s, %s, %s::timestamptz[], %s, %s, %s, %s::uuid[], %s, %s)"
_CHAIN: Final = b"""
select sequence, id, organization_id, occurred_at, actor, action, resource, resource_id, entry, hash
from audit_event where organization_id is not distinct from %(chain)s and sequence > %(after)s
order by sequence limit %(rows)s"""
_columns = (
    AuditRow.sequence, AuditRow.id, AuditRow.occurred_at, AuditRow.actor, AuditRow.action, AuditRow.resource,
    AuditRow.resource_id, AuditRow.entry,
)  # fmt: skip


def _bounds(name: str) -> ColumnElement[bool]:
    moment = parameter(name, AuditRow.occurred_at)
    return moment.is_(None) | (AuditRow.occurred_at >= moment if name == "since" else AuditRow.occurred_at < moment)


_LIST: Final = ListQuery(
    select(*_columns)
    .where(
        AuditRow.organization_id == parameter("organization_id", AuditRow.organization_id),
        AuditRow.sequence < parameter("after_sequence", AuditRow.sequence),
        optional(AuditRow.actor, "actor"),
        optional(AuditRow.action, "action"),
        optional(AuditRow.resource, "resource"),
        optional(AuditRow.resource_id, "resource_id"),
        _bounds("since"),
        _bounds("until"),
    )
    .order_by(AuditRow.sequence.desc()),
    key={"sequence": _LAST},
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its place in the chain.

    Attributes:
        event: What happened.
        text: The canonical text of it.
        hash: Of the chain up to it.
    """

    event: AuditEvent
    text: str
    hash: bytes


class AuditRepository:
    """Chains of the audit log.

    Args:
        session: The transaction.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def lock(self, organization_id: UUID | None) -> Head:
        """Return the end of a chain and keep others from moving it until the transaction ends.

        Args:
            organization_id: Whose chain; None for the platform's.
        """
        assert isinstance(self._session, WriteSession)
        row = await (await (await self._session.driver()).execute(_LOCK, [organization_id])).fetchone()
        assert row is not None
        return Head(organization_id, row[0], bytes(row[1]))

    async def append(self, head: Head, entries: Sequence[Entry]) -> None:
        """Add entries to the end of a locked chain, and move its end.

        Args:
            head: What `lock` returned.
            entries: In order.
        """
        events = [entry.event for entry in entries]
        await (await self._session.driver()).execute(
            _APPEND,
            [
                head.organization_id,
                head.sequence,
                [event.id for event in events],
                [event.occurred_at for event in events],
                [event.actor for event in events],
                [event.action for event in events],
                [event.resource for event in events],
                [event.resource_id for event in events],
                [entry.text for entry in entries],
                [entry.hash for entry in entries],
            ],
        )

    async def head(self, organization_id: UUID | None) -> Head:
        """Return the end of a chain as stored."""
        query = b"select sequence, hash from audit_head where organization_id is not distinct from %s"
        row = await (await (await self._session.driver()).execute(query, [organization_id])).fetchone()
        return Head(organization_id) if row is None else Head(organization_id, row[0], bytes(row[1]))

    async def chain(self, organization_id: UUID | None, rows: int) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield a whole chain in its order, in batches.

        Args:
            organization_id: Whose; None for the platform's.
            rows: Of a batch.
        """
        after = -_LAST
        async with (await self._session.driver()).cursor(row_factory=dict_row, binary=True) as cursor:
            while True:
                await cursor.execute(_CHAIN, {"chain": organization_id, "after": after, "rows": rows})
                batch = await cursor.fetchall()
                if batch:
                    yield batch
                if len(batch) < rows:
                    return
                after = batch[-1]["sequence"]

    async def page(self, limit: int, cursor: str | None, filters: Mapping[str, UUID | datetime | str | None]) -> RowPage:
        """Read a page of the organization's events, newest first; None leaves a filter out."""
        return await _LIST.page(self._session, limit, cursor, **filters)

    async def get(self, event_id: UUID) -> dict[str, Any]:
        """Return one event of the organization.

        Raises:
            NotFoundError: There is none.
        """
        statement = select(*_columns).where(
            AuditRow.id == event_id, AuditRow.organization_id == self._session.scope.organization_id
        )
        row = (await self._session.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFoundError("There is no audit_event with this id.")
        return dict(row)
