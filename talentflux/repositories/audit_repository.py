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
from talentflux.models.organization import Organization
from talentflux.repositories.base import ListQuery, optional, parameter
from talentflux.schemas.page import RowPage

_LAST: Final = 2**62
_LOCK: Final = b"select sequence, hash from audit_lock(%s)"
# In binary: arrays of text would be looked through for quotes, one regular expression for each element.
_APPEND: Final = b"select audit_append(%s, %s, %b, %b::timestamptz[], %b, %b, %b, %s::uuid[], %b, %b)"
_SELECT: Final = """
select sequence, id, organization_id, occurred_at, actor, action, resource, resource_id, entry, hash
from audit_event where {chain} and sequence > %(after)s and sequence <= %(last)s order by sequence limit %(rows)s"""
# One statement, so that both are of one moment.
_END: Final = """
select (select max(sequence) from audit_event where {chain}), h.sequence, h.hash
from (select 1) one left join audit_head h on {chain}"""
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

    async def end(self, organization_id: UUID | None) -> tuple[int, Head]:
        """Return the number of the newest event of a chain (0 for none), and the end of the chain as stored."""
        row = await (await (await self._session.driver()).execute(*_of(_END, organization_id))).fetchone()
        assert row is not None
        head = Head(organization_id) if row[1] is None else Head(organization_id, row[1], bytes(row[2]))
        return row[0] or 0, head

    async def chain(self, organization_id: UUID | None, last: int, rows: int) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield a chain in its order, in batches.

        Args:
            organization_id: Whose; None for the platform's.
            last: The number to stop at.
            rows: Of a batch.
        """
        after, bounds = -_LAST, {"last": last, "rows": rows}
        async with (await self._session.driver()).cursor(row_factory=dict_row, binary=True) as cursor:
            while True:
                await cursor.execute(*_of(_SELECT, organization_id, after=after, **bounds))
                batch = await cursor.fetchall()
                if batch:
                    yield batch
                if len(batch) < rows:
                    return
                after = batch[-1]["sequence"]

    async def organizations(self) -> list[UUID]:
        """Return all organizations, in a transaction that finds out who somebody is."""
        return list(await self._session.scalars(select(Organization.id).order_by(Organization.id)))

    async def page(
        self, limit: int, cursor: str | None, filters: Mapping[str, UUID | datetime | str | None]
    ) -> RowPage:
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


def _of(query: str, organization_id: UUID | None, **parameters: int) -> tuple[bytes, dict[str, UUID | int | None]]:
    """Return a query about one chain; `is not distinct from` would keep it from using an index."""
    chain = "organization_id is null" if organization_id is None else "organization_id = %(chain)s"
    return query.format(chain=chain).encode(), {"chain": organization_id, **parameters}
