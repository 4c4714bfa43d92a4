"""Pairs of candidates who may be one person: shown with reasons, dismissed by a person."""

from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.repositories.candidate_duplicate_repository import CandidateDuplicateRepository
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.schemas.candidate_duplicate import (
    DuplicateList,
    DuplicateQuery,
    DuplicateRead,
    DuplicateReason,
    DuplicateState,
)
from talentflux.schemas.page import RowPage
from talentflux.services import audit_service, candidate_profile, event_service
from talentflux.services.encryption_service import organization_keys

EXPLANATIONS: Final = {
    DuplicateReason.EMAIL: "An e-mail address of one is an address of the other.",
    DuplicateReason.PHONE: "A telephone number of one is a number of the other.",
    DuplicateReason.LINK: "Both have the same profile in the web.",
    DuplicateReason.NAME_AND_EMPLOYER: "Both have the same name and worked for the same employer.",
    DuplicateReason.SIMILAR_NAME_AND_EMPLOYER: "Their names differ little, and both worked for the same employer.",
    DuplicateReason.NAME: "Both have the same name.",
    DuplicateReason.SIMILAR_NAME: "Their names differ little.",
}
_SHOWN: Final = ("name", "headline", "location")


async def page(session: AnySession, asked: DuplicateQuery) -> RowPage:
    """Read a page of open pairs, the surest first.

    Args:
        session: The transaction.
        asked: Filter and place.
    """
    found = await CandidateDuplicateRepository(session).page(asked)
    _open(await organization_keys(session), found.items)
    await _viewed(session, found.items, None)
    return found


async def of_candidate(session: AnySession, candidate_id: UUID) -> DuplicateList:
    """Return the open pairs that a candidate is one of, the surest first.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    await CandidateRepository(session).get(candidate_id)
    rows = await CandidateDuplicateRepository(session).of_candidate(candidate_id)
    _open(await organization_keys(session), rows)
    await _viewed(session, rows, candidate_id)
    return DuplicateList(items=[DuplicateRead.model_validate(row) for row in rows])


async def dismiss(session: WriteSession, candidate_duplicate_id: UUID) -> DuplicateRead:
    """Say that a pair is two persons; the search says it no more.

    Args:
        session: The transaction.
        candidate_duplicate_id: Which pair.

    Raises:
        NotFoundError: There is none in this organization, or one of the two is deleted.
        ConflictError: It was decided already.
    """
    repository = CandidateDuplicateRepository(session)
    pair = await repository.get(candidate_duplicate_id, lock=True)
    if await repository.row(pair.id) is None:
        raise NotFoundError("One of the two candidates is deleted.")
    if pair.state != DuplicateState.OPEN:
        raise ConflictError(f"This pair was {pair.state} already.", code="already_decided")
    pair.state, pair.decided_by = DuplicateState.DISMISSED, session.scope.user_id
    await session.flush()
    after = {"candidate_id": pair.candidate_id, "other_id": pair.other_id}
    audit_service.record(session, "candidate_duplicate.dismiss", "candidate_duplicate", pair.id, after=after)
    for one, other in ((pair.candidate_id, pair.other_id), (pair.other_id, pair.candidate_id)):
        event_service.emit(session, "candidate.not_duplicate", candidate_id=one, data={"other_id": other})
    row = await repository.row(pair.id)
    assert row is not None
    _open(await organization_keys(session), [row])
    return DuplicateRead.model_validate(row)


def _open(keys: Keys, rows: list[dict[str, Any]]) -> None:
    """Put both sides, and explained reasons, in the place of ciphertexts and names of reasons."""
    empty = dict.fromkeys(candidate_profile.FIELDS)
    for side, column in (("candidate", "candidate_id"), ("other", "other_id")):
        sealed = [(row[column], row.pop(f"{side}_wrapped_key"), row.pop(f"{side}_profile")) for row in rows]
        for row, plain in zip(rows, keys.open_persons("candidate.profile", sealed), strict=True):
            profile = empty if plain is None else orjson.loads(plain)
            row[side] = {"id": row.pop(column), **{name: profile[name] for name in _SHOWN}}
    for row in rows:
        row["reasons"] = [{"kind": kind, "explanation": EXPLANATIONS[DuplicateReason(kind)]} for kind in row["reasons"]]


async def _viewed(session: AnySession, rows: list[dict[str, Any]], candidate_id: UUID | None) -> None:
    shown = {"pairs": [row["id"] for row in rows]}
    await audit_service.viewed(session, "candidate_duplicate.list", "candidate", candidate_id, details=shown)
