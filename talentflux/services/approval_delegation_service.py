"""Delegations: who decides on approvals in another's place, and when."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from talentflux.models import ApprovalDelegation
from talentflux.repositories.approval_repository import ApprovalDelegationRepository
from talentflux.repositories.organization_repository import OrganizationRepository
from talentflux.schemas.approval import DelegationCreate, DelegationRead
from talentflux.services import approval_people, audit_service

LONGEST: Final = timedelta(days=366)
_MOST: Final = 50


async def mine(session: AnySession) -> list[DelegationRead]:
    """Return the caller's delegations that have not ended, and those that name them."""
    if session.scope.user_id is None:
        return []
    return [_read(row) for row in await ApprovalDelegationRepository(session).of(session.scope.user_id)]


async def create(session: WriteSession, given: DelegationCreate) -> DelegationRead:
    """Let somebody decide in the caller's place for a time.

    Args:
        session: The transaction.
        given: Who, and when.

    Raises:
        ForbiddenError: The caller is a service key.
        InvalidInputError: The stand-in may not decide, is the caller, or the time is over or too long.
        ConflictError: In that time the stand-in's own stand-ins lead back to the caller.
    """
    person = session.scope.user_id
    if person is None:
        raise ForbiddenError("API keys of services delegate nothing; log in as a person.", code="key_not_allowed")
    _check_time(given)
    # Whoever delegates waits for the one before: two at once could make a circle together.
    await OrganizationRepository(session).current(lock=True)
    roles = (await approval_people.people(session)).roles
    if given.stand_in_id == person or given.stand_in_id not in roles:
        raise InvalidInputError(
            "A stand-in is another active member who may decide on approvals.",
            fields={"body.stand_in_id": "name another member whose role allows approval:decide"},
        )
    repository = ApprovalDelegationRepository(session)
    known = await repository.between(given.starts_at, given.ends_at)
    if len([row for row in known if row.user_id == person]) >= _MOST:
        raise ConflictError(f"You have {_MOST} delegations for this time. End some first.")
    if leads_back(known, person, given.stand_in_id, given.starts_at, given.ends_at):
        raise ConflictError(
            "In this time the stand-in has others decide in their place, and that leads back to you.",
            code="delegation_cycle",
        )
    row = await repository.add(ApprovalDelegation(user_id=person, **given.model_dump()))
    audit_service.record(
        session, "approval_delegation.create", "approval_delegation", row.id, after=given.model_dump(mode="json")
    )
    return _read(row)


async def delete(session: WriteSession, delegation_id: UUID) -> None:
    """End one of the caller's own delegations now.

    Raises:
        NotFoundError: They have none with this id.
    """
    repository = ApprovalDelegationRepository(session)
    row = await repository.get(delegation_id, lock=True)
    if row.user_id != session.scope.user_id:
        raise NotFoundError("You have no delegation with this id.")
    await repository.delete(row)
    audit_service.record(session, "approval_delegation.delete", "approval_delegation", delegation_id)


def leads_back(
    known: Iterable[ApprovalDelegation], person: UUID, stand_in: UUID, starts_at: datetime, ends_at: datetime
) -> bool:
    """Return whether a delegation closes a circle at some moment.

    Args:
        known: The others that hold in its time.
        person: Who delegates.
        stand_in: To whom.
        starts_at: From when.
        ends_at: Until when, not included.
    """
    rows = list(known)
    seen: set[tuple[UUID, datetime, datetime]] = set()
    waiting = [(stand_in, starts_at, ends_at)]
    while waiting:
        at, begin, end = waiting.pop()
        for row in rows:
            # Only the time counts in which all of them hold at once.
            place = (row.stand_in_id, max(begin, row.starts_at), min(end, row.ends_at))
            if row.user_id != at or place[1] >= place[2] or place in seen:
                continue
            if row.stand_in_id == person:
                return True
            seen.add(place)
            waiting.append(place)
    return False


def _check_time(given: DelegationCreate) -> None:
    if given.ends_at <= datetime.now(UTC):
        raise InvalidInputError("The time is over.", fields={"body.ends_at": "give a time that is still to come"})
    if given.ends_at - given.starts_at > LONGEST:
        raise InvalidInputError(
            f"A delegation lasts {LONGEST.days} days at most.", fields={"body.ends_at": "give an earlier time"}
        )


def _read(row: ApprovalDelegation) -> DelegationRead:
    return DelegationRead.model_validate({name: getattr(row, name) for name in DelegationRead.model_fields})
