"""Talent pools: people to think of again, who put them there, and why."""

from collections.abc import Sequence
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.models import TalentPool, TalentPoolMember
from talentflux.repositories.base import unique
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.repositories.changing import change
from talentflux.repositories.talent_pool_repository import PoolMemberRepository, TalentPoolRepository
from talentflux.schemas.consent import Consent
from talentflux.schemas.page import RowPage
from talentflux.schemas.talent_pool import (
    CandidatePool,
    CandidatePools,
    PoolMemberAdd,
    PoolMemberAdded,
    PoolMemberQuery,
    TalentPoolCreate,
    TalentPoolQuery,
    TalentPoolRead,
    TalentPoolUpdate,
)
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, candidate_cipher, event_service, user_names
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

_TAKEN = "Another talent pool has this name."


async def page(session: AnySession, asked: TalentPoolQuery) -> RowPage:
    """Read a page of talent pools.

    Args:
        session: The transaction.
        asked: Order, view and place.
    """
    return await TalentPoolRepository(session).page(asked)


async def get(session: AnySession, talent_pool_id: UUID) -> TalentPoolRead:
    """Return a talent pool.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await TalentPoolRepository(session).get(talent_pool_id))


async def create(session: WriteSession, given: TalentPoolCreate) -> TalentPoolRead:
    """Make a talent pool.

    Args:
        session: The transaction.
        given: Name and description.

    Raises:
        ConflictError: Another pool has the name.
    """
    with unique(_TAKEN):
        row = await TalentPoolRepository(session).add(TalentPool(**given.model_dump()))
    audit_service.record(session, "talent_pool.create", "talent_pool", row.id, after=given.model_dump())
    return _read(row)


async def update(
    session: WriteSession, talent_pool_id: UUID, changes: TalentPoolUpdate, versions: Versions = ANY_VERSION
) -> TalentPoolRead:
    """Change name or description.

    Args:
        session: The transaction.
        talent_pool_id: Which.
        changes: What was given; the rest stays.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: Another pool has the name.
    """
    row = await TalentPoolRepository(session).get(talent_pool_id, lock=True, versions=versions)
    given = {name: value for name, value in changes.model_dump().items() if value is not None}
    before = await change(session, row, given, _TAKEN)
    audit_service.record(session, "talent_pool.update", "talent_pool", row.id, before=before, after=given)
    return _read(row)


async def delete(session: WriteSession, talent_pool_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a talent pool; the candidates stay, and come back into it when it is restored.

    Args:
        session: The transaction.
        talent_pool_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = TalentPoolRepository(session)
    row = await repository.get(talent_pool_id, lock=True, versions=versions)
    await repository.delete(row)
    audit_service.record(session, "talent_pool.delete", "talent_pool", row.id, before={"name": row.name})


async def restore(session: WriteSession, talent_pool_id: UUID, versions: Versions = ANY_VERSION) -> TalentPoolRead:
    """Show a deleted talent pool again.

    Args:
        session: The transaction.
        talent_pool_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or it is not deleted.
        PreconditionFailedError: It has another version.
        ConflictError: Another pool has the name by now.
    """
    row = await TalentPoolRepository(session).get_deleted(talent_pool_id, versions=versions)
    row.deleted_at = None
    with unique(_TAKEN):
        await session.flush()
    audit_service.record(session, "talent_pool.restore", "talent_pool", row.id, after={"name": row.name})
    return _read(row)


async def people(session: AnySession, talent_pool_id: UUID, asked: PoolMemberQuery) -> RowPage:
    """Read a page of the candidates in a pool, who was put there last first.

    Args:
        session: The transaction.
        talent_pool_id: Which.
        asked: Place.

    Raises:
        NotFoundError: There is no such pool in this organization.
    """
    await TalentPoolRepository(session).get(talent_pool_id)
    found = await PoolMemberRepository(session).page(talent_pool_id, asked)
    keys = await organization_keys(session)
    candidate_cipher.open_column(keys, found.items, "talent_pool_member.reason", "reason")
    candidate_cipher.open_profiles(keys, found.items, "name", "headline", "location")
    await user_names.open_names(session, found.items, "added_by", "added_by_name")
    shown = {"candidates": [row["candidate_id"] for row in found.items]}
    await audit_service.viewed(session, "candidate.list", "talent_pool", talent_pool_id, details=shown)
    return found


async def add(session: WriteSession, talent_pool_id: UUID, given: PoolMemberAdd) -> PoolMemberAdded:
    """Put candidates into a pool; those who are in it stay there as they were put.

    Args:
        session: The transaction.
        talent_pool_id: Which.
        given: Who, and why.

    Raises:
        NotFoundError: There is no such pool, or one of them is no candidate of this organization; nothing was done.
        ConflictError: One of them withdrew consent to be kept for other needs, or the time for which they gave it or
            their data may be kept is over; nothing was done.
    """
    await TalentPoolRepository(session).get(talent_pool_id, lock=True)
    repository = PoolMemberRepository(session)
    wanted = sorted(set(given.candidate_ids))
    candidates = await repository.candidates(wanted)
    if len(candidates) < len(wanted):
        raise NotFoundError("One of these candidates does not exist, or you do not see them.")
    if any(candidate.consent == Consent.WITHDRAWN for candidate in candidates):
        raise ConflictError("One of these candidates withdrew consent to be kept.", code="consent_withdrawn")
    now = await repository.now()
    if any(
        until is not None and until <= now for each in candidates for until in (each.consent_until, each.retain_until)
    ):
        raise ConflictError("The time for which one of these candidates may be kept is over.", code="consent_expired")
    held = await repository.held(talent_pool_id, wanted)
    keys = await organization_keys(session)
    rows = []
    for candidate in candidates:
        if candidate.id in held:
            continue
        row = TalentPoolMember(
            id=new_id(), talent_pool_id=talent_pool_id, candidate_id=candidate.id, added_by=session.scope.user_id
        )
        if given.reason is not None:
            cipher = candidate_cipher.cipher_of(keys, candidate.id, candidate.wrapped_key)
            row.reason = cipher.encrypt(given.reason.encode(), f"talent_pool_member.reason:{row.id}")
        rows.append(row)
    await repository.add_all(rows)
    _record(session, "talent_pool.add", "candidate.pooled", talent_pool_id, [row.candidate_id for row in rows])
    return PoolMemberAdded(added=len(rows))


async def remove(session: WriteSession, talent_pool_id: UUID, candidate_id: UUID) -> None:
    """Take a candidate out of a pool.

    Args:
        session: The transaction.
        talent_pool_id: Which.
        candidate_id: Who.

    Raises:
        NotFoundError: There is no such pool in this organization, or the candidate is not in it.
    """
    await TalentPoolRepository(session).get(talent_pool_id)
    repository = PoolMemberRepository(session)
    row = await repository.one(talent_pool_id, candidate_id)
    if row is None:
        raise NotFoundError("This candidate is not in the talent pool.")
    await repository.delete(row)
    _record(session, "talent_pool.remove", "candidate.unpooled", talent_pool_id, [candidate_id])


async def of_candidate(session: AnySession, candidate_id: UUID) -> CandidatePools:
    """Return the talent pools that a candidate is in.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    candidate = await CandidateRepository(session).get(candidate_id)
    rows = await PoolMemberRepository(session).of_candidate(candidate_id)
    keys = await organization_keys(session)
    candidate_cipher.open_column(keys, rows, "talent_pool_member.reason", "reason", wrapped_key=candidate.wrapped_key)
    fields = CandidatePool.model_fields
    return CandidatePools(items=[CandidatePool(**{name: row[name] for name in fields}) for row in rows])


def _record(session: WriteSession, action: str, kind: str, talent_pool_id: UUID, candidate_ids: Sequence[UUID]) -> None:
    audit_service.record(session, action, "talent_pool", talent_pool_id, after={"candidates": list(candidate_ids)})
    for candidate_id in candidate_ids:
        event_service.emit(session, kind, candidate_id=candidate_id, data={"talent_pool_id": talent_pool_id})


def _read(row: TalentPool) -> TalentPoolRead:
    return TalentPoolRead(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
    )
