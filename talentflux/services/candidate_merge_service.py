"""Merges: two candidates who are one person become one, and can become two again.

What belongs to the one who goes is sealed anew under the key of the one who stays. A record, sealed as well, holds what
is needed to undo it; what a person changed after the merge stays as they changed it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, Scope, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.core.scope import switched
from talentflux.models import Candidate, CandidateMerge
from talentflux.repositories.base import unique
from talentflux.repositories.candidate_duplicate_repository import CandidateDuplicateRepository
from talentflux.repositories.candidate_merge_repository import CandidateMergeRepository
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.repositories.custom_field_repository import CustomFieldRepository
from talentflux.schemas.candidate_duplicate import DuplicateState
from talentflux.schemas.candidate_merge import CandidateMergeCreate, CandidateMergeRead, CandidateMerges
from talentflux.schemas.consent import Consent
from talentflux.services import (
    audit_service,
    candidate_cipher,
    candidate_entry,
    candidate_moving,
    candidate_profile,
    custom_field_service,
    event_service,
)
from talentflux.services.duplicate_search import look_for
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

_COLUMNS: Final = (
    "source_id", "external_id", "do_not_contact", "consent", "consent_until", "retain_until", "current_resume_id",
)  # fmt: skip
_NOT_UNDOABLE: Final = "merge_not_undoable"
State = dict[str, Any]


async def merges(session: AnySession, candidate_id: UUID) -> CandidateMerges:
    """Return the merges into a candidate.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    await CandidateRepository(session).get(candidate_id)
    return CandidateMerges(items=[_read(row) for row in await CandidateMergeRepository(session).into(candidate_id)])


async def get(session: AnySession, candidate_merge_id: UUID) -> CandidateMergeRead:
    """Return a merge.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await CandidateMergeRepository(session).get(candidate_merge_id))


async def check_not_merged(session: AnySession, candidate_id: UUID) -> None:
    """Make sure that a deleted candidate was not merged into another, before they are restored.

    Raises:
        ConflictError: They were.
    """
    if await CandidateMergeRepository(session).standing(candidate_id) is not None:
        raise _merged_already()


async def merge(session: WriteSession, candidate_id: UUID, given: CandidateMergeCreate) -> CandidateMergeRead:
    """Merge a candidate into another and hide them.

    Args:
        session: The transaction.
        candidate_id: Who stays.
        given: Who goes, and what is taken from them.

    Raises:
        InvalidInputError: Both are the same.
        NotFoundError: One of them is not in this organization, or is deleted.
        ConflictError: One of them was merged into another already, or their data were erased.
    """
    if candidate_id == given.other_id:
        raise InvalidInputError(
            "A candidate cannot be merged into themselves.", fields={"body.other_id": "name another candidate"}
        )
    repository = CandidateMergeRepository(session)
    candidate, other = await _both(repository, candidate_id, given.other_id)
    keys = await organization_keys(session)
    own, theirs = _ciphers(keys, candidate, other)
    before = await _state(session, keys, candidate)
    after = _merged(before, await _state(session, keys, other), given)
    async with switched(session, Scope(session.scope.organization_id, session.scope.user_id)):
        moved, hidden = await candidate_moving.move_all(session, candidate_id, other.id, (own, theirs))
    tags = await repository.copy_tags(candidate_id, other.id)
    await repository.copy_contacts(candidate_id, other.id)
    other.deleted_at = await repository.now()
    await session.flush()  # what both had, such as the address, is free before it is given to the one who stays
    await _write(session, keys, candidate, after)
    row_id = new_id()
    record = {"before": before, "after": after, "moved": moved, "hidden": hidden, "tags": tags}
    row = await repository.add(
        CandidateMerge(
            id=row_id, candidate_id=candidate_id, other_id=other.id, merged_by=session.scope.user_id,
            record=own.encrypt(orjson.dumps(record), f"candidate_merge.record:{row_id}"),
        )
    )  # fmt: skip
    pairs = CandidateDuplicateRepository(session)
    await pairs.set_state(candidate_id, other.id, DuplicateState.MERGED, session.scope.user_id)
    fields = sorted(name for name in before["profile"] if before["profile"][name] != after["profile"][name])
    counts = {name: len(ids) for name, ids in moved.items()}
    told = {"merge_id": row_id, "other_id": other.id, "fields": fields}
    audit_service.record(session, "candidate.merge", "candidate", candidate_id, after={**told, "moved": counts})
    event_service.emit(session, "candidate.merged", candidate_id=candidate_id, data=told)
    look_for(session, candidate_id)
    return _read(row)


async def undo(session: WriteSession, candidate_merge_id: UUID) -> CandidateMergeRead:
    """Let two candidates who were merged be two again.

    Args:
        session: The transaction.
        candidate_merge_id: Which merge.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: It was undone already, or cannot be undone any more; the sentence says why.
    """
    repository = CandidateMergeRepository(session)
    row = await repository.get(candidate_merge_id, lock=True)
    if row.undone_at is not None:
        raise ConflictError("This merge was undone already.", code="already_undone")
    found = await repository.lock(sorted((row.candidate_id, row.other_id)))
    candidate, other = found[row.candidate_id], found[row.other_id]
    await _check_undoable(repository, row, candidate, other)
    keys = await organization_keys(session)
    own, theirs = _ciphers(keys, candidate, other)
    assert row.record is not None  # erased with the key only
    record = orjson.loads(own.decrypt(row.record, f"candidate_merge.record:{row.id}"))
    now = await _state(session, keys, candidate)
    taken = (
        "The address, the external id or an application of one of the two came in again. Delete the newer one first."
    )
    with unique(taken):
        async with switched(session, Scope(session.scope.organization_id, session.scope.user_id)):
            await candidate_moving.move_back(session, candidate.id, other.id, (own, theirs), record["moved"])
            await repository.hide_applications([UUID(each) for each in record["hidden"]], None)
        await repository.drop_tags(candidate.id, [UUID(each) for each in record["tags"]])
        await repository.drop_contacts(candidate.id, other.id)
        await _write(session, keys, candidate, _undone(record["before"], record["after"], now))
        other.deleted_at = None
        row.undone_at = await repository.now()
        await session.flush()
    pairs = CandidateDuplicateRepository(session)
    await pairs.set_state(candidate.id, other.id, DuplicateState.OPEN, None)
    told = {"merge_id": row.id, "other_id": other.id}
    audit_service.record(session, "candidate.unmerge", "candidate", candidate.id, after=told)
    event_service.emit(session, "candidate.unmerged", candidate_id=candidate.id, data=told)
    event_service.emit(
        session, "candidate.unmerged", candidate_id=other.id, data={"merge_id": row.id, "other_id": candidate.id}
    )
    look_for(session, candidate.id, other.id)
    return _read(row)


async def _both(
    repository: CandidateMergeRepository, candidate_id: UUID, other_id: UUID
) -> tuple[Candidate, Candidate]:
    """Return two live candidates, locked."""
    found = await repository.lock(sorted((candidate_id, other_id)))
    for row_id in (candidate_id, other_id):
        if row_id in found and found[row_id].deleted_at is not None and await repository.standing(row_id) is not None:
            raise _merged_already()
        if row_id not in found or found[row_id].deleted_at is not None:
            fields = {"body.other_id": "names no candidate"} if row_id == other_id else {}
            raise NotFoundError("There is no candidate with this id.", fields=fields)
    return found[candidate_id], found[other_id]


async def _check_undoable(
    repository: CandidateMergeRepository, row: CandidateMerge, candidate: Candidate, other: Candidate
) -> None:
    why = None
    later = [each for each in await repository.into(candidate.id) if each.undone_at is None and each.id > row.id]
    if await repository.standing(candidate.id) is not None:
        why = "The candidate who stayed was merged into another since. Undo that merge first."
    elif candidate.deleted_at is not None:
        why = "The candidate who stayed was deleted since. Restore them first."
    elif later:
        why = "Another candidate was merged into the same one since. Undo that merge first."
    elif other.deleted_at is None:
        why = "The candidate who was merged is there again."
    elif candidate.wrapped_key is None or other.wrapped_key is None or row.record is None:
        why = "The data of one of the two were erased."
    if why is not None:
        raise ConflictError(why, code=_NOT_UNDOABLE)


def _ciphers(keys: Keys, candidate: Candidate, other: Candidate) -> tuple[Any, Any]:
    if candidate.wrapped_key is None or other.wrapped_key is None:
        raise ConflictError("The data of one of the two were erased.", code="erased")
    return tuple(candidate_cipher.cipher_of(keys, each.id, each.wrapped_key) for each in (candidate, other))  # type: ignore[return-value] # two of two


async def _state(session: AnySession, keys: Keys, candidate: Candidate) -> State:
    """Return what of a candidate's own row a merge may change, as it goes into the record."""
    return {
        "profile": candidate_profile.read(keys, candidate),
        "custom": await custom_field_service.stored_values(session, keys, candidate),
        "contact_reason": candidate_profile.unseal(keys, candidate, "contact_reason"),
        "columns": {name: _plain(getattr(candidate, name)) for name in _COLUMNS},
    }


def _merged(mine: State, theirs: State, given: CandidateMergeCreate) -> State:
    """Return what the one who stays has afterwards: the own, completed by what the other has, or is taken from them."""
    profile = {
        name: theirs["profile"][name] if value is None or (name in given.take and theirs["profile"][name]) else value
        for name, value in mine["profile"].items()
    }
    taken = {slug: theirs["custom"][slug] for slug in given.take_custom if slug in theirs["custom"]}
    own, other = mine["columns"], theirs["columns"]
    columns = {name: other[name] if value is None else value for name, value in own.items()}
    # Whoever said no to one of the two said no.
    columns["do_not_contact"] = own["do_not_contact"] or other["do_not_contact"]
    consents = (own["consent"], other["consent"])
    if Consent.WITHDRAWN in consents:
        columns["consent"], columns["consent_until"] = Consent.WITHDRAWN.value, None
    elif own["consent"] == Consent.UNKNOWN:
        columns["consent"], columns["consent_until"] = other["consent"], other["consent_until"]
    else:
        columns["consent_until"] = own["consent_until"]
    columns["retain_until"] = min((each for each in (own["retain_until"], other["retain_until"]) if each), default=None)
    return {
        "profile": profile,
        "custom": {**theirs["custom"], **mine["custom"], **taken},
        "contact_reason": mine["contact_reason"] or theirs["contact_reason"],
        "columns": columns,
    }


def _undone(before: State, after: State, now: State) -> State:
    """Return what the one who stays has once a merge is undone: as before, but for what was changed since."""

    def back(was: Mapping[str, Any], became: Mapping[str, Any], stands: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: was.get(name) if stands.get(name) == became.get(name) else stands.get(name)
            for name in [*was, *(name for name in stands if name not in was)]
        }

    custom = back(before["custom"], after["custom"], now["custom"])
    reasons = [{"reason": each["contact_reason"]} for each in (before, after, now)]
    return {
        "profile": back(before["profile"], after["profile"], now["profile"]),
        "custom": {slug: value for slug, value in custom.items() if value is not None},
        "contact_reason": back(*reasons)["reason"],
        "columns": back(before["columns"], after["columns"], now["columns"]),
    }


async def _write(session: WriteSession, keys: Keys, candidate: Candidate, state: State) -> None:
    """Store what of a candidate's own row a merge changes."""
    for name, value in state["columns"].items():
        setattr(candidate, name, _stored(name, value))
    reason = state["contact_reason"]
    candidate.contact_reason = (
        None if reason is None else candidate_profile.seal(keys, candidate, "contact_reason", reason)
    )
    await candidate_entry.write(CandidateRepository(session), keys, candidate, state["profile"])
    sealed = custom_field_service.seal_values(keys, candidate, state["custom"])
    await CustomFieldRepository(session).set_candidate_values(candidate, sealed)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _stored(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if name.endswith("_until"):
        return datetime.fromisoformat(value)
    return UUID(value) if name in {"source_id", "current_resume_id"} else value


def _merged_already() -> ConflictError:
    return ConflictError(
        "This candidate was merged into another. Undo the merge, or go on with the other.", code="already_merged"
    )


def _read(row: CandidateMerge) -> CandidateMergeRead:
    return CandidateMergeRead(
        id=row.id,
        candidate_id=row.candidate_id,
        other_id=row.other_id,
        merged_by=row.merged_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        undone_at=row.undone_at,
    )
