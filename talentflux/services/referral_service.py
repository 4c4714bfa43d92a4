"""Referrals: who recommended a candidate, and what share of the credit they have."""

from typing import Any
from uuid import UUID

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.models import Referral
from talentflux.repositories.base import unique
from talentflux.repositories.referral_repository import ReferralRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.referral import ReferralCreate, ReferralQuery, ReferralRead, ReferralUpdate
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, event_service, private_fields
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

_TAKEN = "They have recommended this candidate for this requisition already."
_WHOLE = 100


async def page(session: AnySession, asked: ReferralQuery) -> RowPage:
    """Read a page of referrals. Of those that were deleted, a follower is told no more than that.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.
    """
    found = await ReferralRepository(session).page(asked)
    keys = await organization_keys(session)
    shown = private_fields.holds(session)
    for row in found.items:
        wrapped_key = row.pop("wrapped_key")
        gone = asked.updated_since is not None and row["deleted_at"] is not None
        row["note"] = _opened(keys, row, wrapped_key) if shown and not gone else None
    listed = {"referrals": [row["id"] for row in found.items]}
    await audit_service.viewed(session, "referral.list", "referral", None, details=listed)
    return found


async def get(session: AnySession, referral_id: UUID) -> ReferralRead:
    """Return a referral.

    Raises:
        NotFoundError: There is none in this organization.
    """
    row = await ReferralRepository(session).get(referral_id)
    await audit_service.viewed(session, "referral.view", "referral", referral_id)
    return await _read(session, row)


async def create(session: WriteSession, given: ReferralCreate) -> ReferralRead:
    """Enter a referral.

    Args:
        session: The transaction.
        given: Who recommended whom, for what.

    Raises:
        NotFoundError: There is no such candidate, requisition or colleague.
        InvalidInputError: It is not said who recommended, and a program asks.
        ConflictError: They have recommended the candidate already, or the credits exceed the whole.
    """
    repository = ReferralRepository(session)
    user_id = given.user_id or session.scope.user_id
    if user_id is None:
        raise InvalidInputError("Say who recommended.", fields={"body.user_id": "is needed: a program asks"})
    key = await repository.wrapped_key(given.candidate_id, lock=True)
    if key is None:
        raise NotFoundError("There is no such candidate.", fields={"body.candidate_id": "names no candidate"})
    if given.requisition_id is not None and not await repository.has_requisition(given.requisition_id):
        raise NotFoundError("There is no such requisition.", fields={"body.requisition_id": "names no requisition"})
    if not await repository.has_member(user_id):
        raise NotFoundError("There is no such colleague.", fields={"body.user_id": "names no colleague"})
    row = Referral(
        id=new_id(),
        candidate_id=given.candidate_id,
        requisition_id=given.requisition_id,
        user_id=user_id,
        credit=given.credit,
    )
    row.note = _sealed(await organization_keys(session), row, key[0], given.note)
    with unique(_TAKEN):
        await repository.add(row)
    await _check_credit(repository, row)
    after = given.model_dump(mode="json") | {"user_id": user_id}
    audit_service.record(session, "referral.create", "referral", row.id, after=after, personal=["note"])
    _emit(session, "candidate.referred", row)
    return await _read(session, row)


async def update(
    session: WriteSession, referral_id: UUID, changes: ReferralUpdate, versions: Versions = ANY_VERSION
) -> ReferralRead:
    """Change note or credit.

    Args:
        session: The transaction.
        referral_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: The credits exceed the whole.
    """
    repository = ReferralRepository(session)
    row = await repository.get(referral_id, lock=True, versions=versions)
    key = await repository.wrapped_key(row.candidate_id, lock=True)
    keys = await organization_keys(session)
    given = changes.model_dump(exclude_unset=True)
    sealed = {"id": row.id, "candidate_id": row.candidate_id, "note": row.note}
    before = {"credit": row.credit, "note": _opened(keys, sealed, key[0] if key else None)}
    if "note" in given:
        row.note = _sealed(keys, row, key[0] if key else None, given["note"])
    row.credit = given.get("credit", row.credit)
    await session.flush()
    await _check_credit(repository, row)
    audit_service.record(
        session, "referral.update", "referral", referral_id, before=before, after=before | given, personal=["note"]
    )
    _emit(session, "candidate.referral_changed", row)
    return await _read(session, row)


async def delete(session: WriteSession, referral_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a referral.

    Args:
        session: The transaction.
        referral_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = ReferralRepository(session)
    row = await repository.get(referral_id, lock=True, versions=versions)
    await repository.delete(row)
    audit_service.record(session, "referral.delete", "referral", referral_id)
    _emit(session, "candidate.referral_changed", row)


async def restore(session: WriteSession, referral_id: UUID, versions: Versions = ANY_VERSION) -> ReferralRead:
    """Show a deleted referral again.

    Args:
        session: The transaction.
        referral_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, it is not deleted, or its candidate is.
        PreconditionFailedError: It has another version.
        ConflictError: There is another one by now, or the credits exceed the whole.
    """
    repository = ReferralRepository(session)
    row = await repository.get_deleted(referral_id, versions=versions)
    if await repository.wrapped_key(row.candidate_id, lock=True) is None:
        raise NotFoundError("The candidate was deleted. Restore the candidate first.")
    row.deleted_at = None
    with unique(_TAKEN):
        await session.flush()
    await _check_credit(repository, row)
    audit_service.record(session, "referral.restore", "referral", referral_id)
    _emit(session, "candidate.referred", row)
    return await _read(session, row)


async def _check_credit(repository: ReferralRepository, row: Referral) -> None:
    others = await repository.credited(row.candidate_id, row.requisition_id, row.id)
    if others + row.credit > _WHOLE:
        raise ConflictError(
            f"Others have {others} % of the credit for this candidate and requisition; {_WHOLE - others} % are left.",
            code="credit_exceeded",
            fields={"body.credit": f"must be at most {_WHOLE - others}"},
        )


def _emit(session: WriteSession, event: str, row: Referral) -> None:
    event_service.emit(
        session,
        event,
        candidate_id=row.candidate_id,
        requisition_id=row.requisition_id,
        data={"referral_id": row.id, "user_id": row.user_id, "credit": row.credit},
    )


def _sealed(keys: Keys, row: Referral, wrapped_key: bytes | None, note: str | None) -> bytes | None:
    if note is None:
        return None
    if wrapped_key is None:
        raise ConflictError("The data of this candidate were erased; nothing can be kept about them.")
    return keys.person(wrapped_key, f"candidate:{row.candidate_id}").encrypt(note.encode(), f"referral.note:{row.id}")


def _opened(keys: Keys, row: dict[str, Any], wrapped_key: bytes | None) -> str | None:
    if row["note"] is None or wrapped_key is None:
        return None
    cipher = keys.person(wrapped_key, f"candidate:{row['candidate_id']}")
    return cipher.decrypt(row["note"], f"referral.note:{row['id']}").decode()


async def _read(session: AnySession, row: Referral) -> ReferralRead:
    key = await ReferralRepository(session).wrapped_key(row.candidate_id)
    columns = {name: getattr(row, name) for name in ReferralRead.model_fields}
    note = _opened(await organization_keys(session), columns, key[0] if key else None)
    return private_fields.without_private(session, ReferralRead.model_validate(columns | {"note": note}))
