"""The audit log: who did what, when, from where, on which row, before and after."""

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Final
from uuid import UUID

import orjson

from talentflux.core.audit_chain import Chain, Head
from talentflux.core.audit_trail import AuditEvent, AuditTrail
from talentflux.core.crypto import Keys
from talentflux.core.database import NOWHERE, AnySession, Database, Origin, Scope, WriteSession
from talentflux.core.scope import switched
from talentflux.repositories.audit_repository import AuditRepository, Entry
from talentflux.services.encryption_service import organization_keys, platform_keys
from talentflux.utils.ids import new_id

PERSONAL: Final[dict[str, frozenset[str]]] = {
    "candidate": frozenset({"name", "email", "phone", "location", "headline", "links", "address"}),
    "email": frozenset({"to", "recipient"}),
    "file": frozenset({"name", "file_name"}),
    "invitation": frozenset({"email", "name"}),
    "member": frozenset({"email", "name"}),
    "resume": frozenset({"name", "file_name", "text"}),
    "user": frozenset({"email", "name"}),
}
"""Fields of which only commitments are kept, whether or not the caller says so."""

ANONYMOUS: Final = "anonymous"
SYSTEM: Final = "system"
_LONGEST_VALUE: Final = 4000
_WAITING: Final = "talentflux audit"  # in `session.info`: events of this transaction
_JSON: Final = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def record(  # noqa: PLR0913 -- the parts of an event; all but three by name
    session: WriteSession,
    action: str,
    resource: str,
    row_id: UUID | None,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    personal: Collection[str] = (),
    organization_id: UUID | None = None,
) -> None:
    """Let an event be written before the transaction commits; with a transaction that rolls back it vanishes.

    Args:
        session: The transaction; it knows who acts and from where.
        action: As `candidate.update`.
        resource: Kind of the row, as `candidate`.
        row_id: The row; None for what concerns none.
        before: Fields as they were; of those also in `after`, only what differs is kept.
        after: Fields as they are.
        personal: Names of fields of which only commitments are kept, beside those in `PERSONAL`.
        organization_id: Whose chain, in a transaction that finds out who somebody is; else the scope says it.
    """
    event = _event(session, action, resource, row_id, before=before, after=after, personal=personal)
    if organization_id is not None and session.scope.identity:
        event = replace(event, organization_id=organization_id)
    if _WAITING not in session.info:
        session.info[_WAITING] = []
        session.before_commit.append(partial(_write_waiting, session))
    session.info[_WAITING].append(event)


async def record_alone(  # noqa: PLR0913 -- as for `record`
    database: Database,
    scope: Scope,
    action: str,
    resource: str,
    row_id: UUID | None = None,
    *,
    origin: Origin = NOWHERE,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    personal: Collection[str] = (),
) -> None:
    """Write an event in a transaction of its own: for what fails and whose transaction rolls back.

    Args:
        database: Opens the transaction.
        scope: Who acts, and whose chain.
        action: As `user.login_failed`.
        resource: Kind of the row.
        row_id: The row; None for what concerns none.
        origin: Where the request came from.
        before: Fields as they were.
        after: Fields as they are.
        personal: Names of fields of which only commitments are kept.

    Raises:
        DependencyError: The database cannot be reached.
    """
    async with database.write_session(scope, origin) as session:
        record(session, action, resource, row_id, before=before, after=after, personal=personal)


async def viewed(
    session: AnySession,
    action: str,
    resource: str,
    row_id: UUID | None,
    *,
    details: Mapping[str, object] | None = None,
) -> None:
    """Let the process write a moment later that personal data were shown.

    Args:
        session: The transaction that read them; mostly it is read-only and cannot write this itself.
        action: As `candidate.view`.
        resource: Kind of the row.
        row_id: The row; None for a list.
        details: What else is to be kept.

    Raises:
        DependencyError: The audit log takes nothing for now.
    """
    await session.trail.add(_event(session, action, resource, row_id, after=details))


async def denied(session: AnySession, detail: Mapping[str, object], row_id: UUID | None = None) -> None:
    """Let the process write a moment later that somebody was refused.

    Args:
        session: The transaction that was refused, which rolls back.
        detail: What was asked for, and the code of the refusal.
        row_id: The row that was asked for, where one was named.

    Raises:
        DependencyError: The audit log takes nothing for now.
    """
    await session.trail.add(_event(session, "access.denied", "request", row_id, after=detail))


async def outsider(
    trail: AuditTrail, origin: Origin, user_id: UUID | None, organization_id: UUID | None, detail: Mapping[str, object]
) -> None:
    """Let the process write a moment later that somebody named an organization which is not theirs.

    Args:
        trail: Of this process.
        origin: Where the request came from.
        user_id: Who; None where that is not known.
        organization_id: What was named. The event goes to the platform's chain: the organization is not theirs.
        detail: What was asked for.

    Raises:
        DependencyError: The audit log takes nothing for now.
    """
    await trail.add(
        AuditEvent(
            id=new_id(),
            occurred_at=datetime.now(UTC),
            organization_id=None,
            actor=f"user:{user_id}" if user_id else ANONYMOUS,
            action="access.denied",
            resource="organization",
            resource_id=organization_id,
            request_id=origin.request_id,
            address=origin.address,
            after=detail,
        )
    )


async def write(session: WriteSession, events: Collection[AuditEvent]) -> None:
    """Append events to their chains.

    Args:
        session: The transaction. A chain's end stays locked until it ends, so this comes last.
        events: In order.
    """
    chains: dict[UUID | None, list[AuditEvent]] = {}
    for event in events:
        chains.setdefault(event.organization_id, []).append(event)
    # Always in the same order: two transactions that write to the same two chains must not wait for each other.
    for organization_id in sorted(chains, key=lambda chain: chain.int if chain else -1):
        if organization_id in {None, session.scope.organization_id}:
            await _append(session, organization_id, chains[organization_id])
            continue
        async with switched(session, Scope(organization_id, session.scope.user_id)):
            await _append(session, organization_id, chains[organization_id])


async def chain_keys(session: AnySession, organization_id: UUID | None) -> Keys:
    """Return the keys of a chain.

    Args:
        session: The transaction.
        organization_id: Whose chain: the scope's organization, or None for the platform's.
    """
    return await (platform_keys(session) if organization_id is None else organization_keys(session))


async def _write_waiting(session: WriteSession) -> None:
    events = session.info.pop(_WAITING)
    await session.flush()  # what the transaction still has to do, it does before the chain's end is locked
    await write(session, events)


async def _append(session: WriteSession, organization_id: UUID | None, events: list[AuditEvent]) -> None:
    keys = await chain_keys(session, organization_id)
    texts = [_text(event, keys) for event in events]
    chain, repository = Chain(keys), AuditRepository(session)
    head = last = await repository.lock(organization_id)
    entries = []
    for event, (start, end) in zip(events, texts, strict=True):
        text = f"{start}{last.sequence + 1}{end}"
        last = Head(organization_id, last.sequence + 1, chain.link(last.hash, last.sequence + 1, text))
        entries.append(Entry(event, text, last.hash))
    await repository.append(head, entries)
    session.after_commit.append(partial(session.trail.moved, organization_id, last.sequence, chain.anchor(last)))


def _event(  # noqa: PLR0913 -- as for `record`
    session: AnySession,
    action: str,
    resource: str,
    row_id: UUID | None,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    personal: Collection[str] = (),
) -> AuditEvent:
    return AuditEvent(
        id=new_id(),
        occurred_at=datetime.now(UTC),
        organization_id=None if session.scope.identity else session.scope.organization_id,
        actor=actor_of(session),
        action=action,
        resource=resource,
        resource_id=row_id,
        request_id=session.origin.request_id,
        address=session.origin.address,
        before=before or {},
        after=after or {},
        personal=PERSONAL.get(resource, frozenset()) | frozenset(personal),
    )


def actor_of(session: AnySession) -> str:
    """Return who acts, as `user:<id>` or `api_key:<id>`, `system`, or `anonymous` for a request without log-in."""
    if session.principal is not None:
        return session.principal.actor
    if session.scope.user_id is not None:
        return f"user:{session.scope.user_id}"
    return ANONYMOUS if session.origin.request_id else SYSTEM


def _text(event: AuditEvent, keys: Keys) -> tuple[str, str]:
    """Return the canonical text of an event, cut where its number in the chain goes."""
    fields = {
        "action": event.action,
        "actor": event.actor,
        "address": _commitment(keys, "address", event.address) if event.address else None,
        "changes": _changes(event, keys),
        "id": event.id,
        "network": _network(event.address),
        "occurred_at": event.occurred_at,
        "organization_id": event.organization_id,
        "request_id": event.request_id,
        "resource": event.resource,
        "resource_id": event.resource_id,
    }
    return orjson.dumps(fields, option=_JSON).decode()[:-1] + ',"sequence":', "}"


def _changes(event: AuditEvent, keys: Keys) -> dict[str, dict[str, object]]:
    """Return per field what was and what is, personal and very long values as commitments."""
    changes: dict[str, dict[str, object]] = {}
    for name in dict.fromkeys([*event.before, *event.after]):
        sides = {
            side: values[name] for side, values in (("before", event.before), ("after", event.after)) if name in values
        }
        if len(sides) == 2 and sides["before"] == sides["after"]:
            continue
        changes[name] = {
            side: _kept(keys, name, value, personal=name in event.personal) for side, value in sides.items()
        }
    return changes


def _kept(keys: Keys, name: str, value: object, *, personal: bool) -> object:
    if value is None:
        return None
    text = orjson.dumps(value, default=str, option=_JSON).decode()
    if personal:
        return {"commitment": _commitment(keys, name, text)}
    if len(text) > _LONGEST_VALUE:
        return {"commitment": _commitment(keys, name, text), "length": len(text)}
    return orjson.loads(text)


def _commitment(keys: Keys, name: str, value: str) -> str:
    # The word before it keeps every value apart from the texts that the keys of chains are made of.
    return keys.commitment(f"value:{name}:{value}")


@lru_cache(maxsize=1024)
def _network(address: str) -> str | None:
    """Return an address without its last part: /24 of IPv4, /48 of IPv6."""
    try:
        full = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(full, "ipv4_mapped", None) or full
    return str(ipaddress.ip_network((mapped, 24 if mapped.version == 4 else 48), strict=False))
