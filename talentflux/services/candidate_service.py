"""Candidates: read, corrected, hidden, and made from what a resume says."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError
from talentflux.core.permissions import Permission
from talentflux.models import Candidate
from talentflux.repositories.base import unique
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.schemas.candidate import (
    CandidateQuery,
    CandidateRead,
    CandidateResume,
    CandidateSummary,
    CandidateUpdate,
)
from talentflux.schemas.page import RowPage
from talentflux.schemas.private import private_fields as private_field_names
from talentflux.schemas.resume import ParsedResume
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, candidate_profile, private_fields, resume_content
from talentflux.services.candidate_profile import Profile
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

NOBODY: Final = b""
"""A blind index that no row has."""
_HIDDEN: Final[dict[str, None]] = dict.fromkeys(sorted(private_field_names(CandidateSummary)))


async def page(session: AnySession, asked: CandidateQuery) -> RowPage:
    """Read a page of candidates; it may hold fewer than asked for where `q` has a word of more than ten letters.

    Of who was deleted, a follower is told no more than that.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.

    Raises:
        ForbiddenError: A filter is for who may see contact data.
    """
    email, phone, q = asked.email, asked.phone, asked.q
    if email or phone:
        private_fields.require(session, Permission.CANDIDATE_READ_PRIVATE, "To look for an address or a number")
    keys = await organization_keys(session)
    found = await CandidateRepository(session).page(
        asked,
        email_index=candidate_profile.email_index(keys, email) if email else None,
        phone_index=candidate_profile.phone_index(keys, phone) or NOBODY if phone else None,
        tokens=candidate_profile.search_tokens(keys, q) if q else None,
    )
    candidate_profile.open_rows(keys, found.items)
    if not private_fields.holds(session):
        for row in found.items:
            row.update(_HIDDEN)
    if asked.updated_since is not None:
        for row in found.items:
            if row["deleted_at"] is not None:
                row.update(dict.fromkeys(candidate_profile.FIELDS))
    if q:
        found = replace(found, items=[row for row in found.items if candidate_profile.has_words(row, q)])
    shown = {"candidates": [row["id"] for row in found.items]}
    await audit_service.viewed(session, "candidate.list", "candidate", None, details=shown)
    return found


async def get(session: AnySession, candidate_id: UUID) -> CandidateRead:
    """Return a candidate with the versions of the resume.

    Raises:
        NotFoundError: There is none in this organization.
    """
    candidate = await CandidateRepository(session).get(candidate_id)
    await audit_service.viewed(session, "candidate.view", "candidate", candidate_id)
    return await _read(session, await organization_keys(session), candidate)


async def update(
    session: WriteSession, candidate_id: UUID, changes: CandidateUpdate, versions: Versions = ANY_VERSION
) -> CandidateRead:
    """Correct what a resume said.

    Args:
        session: The transaction.
        candidate_id: Whom.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: Another candidate has the e-mail address.
    """
    repository = CandidateRepository(session)
    candidate = await repository.get(candidate_id, lock=True, versions=versions)
    keys = await organization_keys(session)
    given = changes.model_dump(exclude_unset=True)
    if email := given.get("email"):
        given["email"] = email.lower()
        if await repository.has_other(candidate_id, candidate_profile.email_index(keys, email)):
            raise ConflictError(
                "Another candidate has this e-mail address.", fields={"body.email": "belongs to another candidate"}
            )
    before = candidate_profile.read(keys, candidate)
    audit_service.record(session, "candidate.update", "candidate", candidate_id, before=before, after=before | given)
    await _write(repository, keys, candidate, before | given)
    return await _read(session, keys, candidate)


async def delete(session: WriteSession, candidate_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a candidate with resumes, applications and matches.

    Args:
        session: The transaction.
        candidate_id: Whom.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = CandidateRepository(session)
    await repository.delete_with_all(await repository.get(candidate_id, lock=True, versions=versions))
    audit_service.record(session, "candidate.delete", "candidate", candidate_id)


async def restore(session: WriteSession, candidate_id: UUID, versions: Versions = ANY_VERSION) -> CandidateRead:
    """Show a deleted candidate again, with the resumes, applications and matches that were hidden with them.

    Args:
        session: The transaction.
        candidate_id: Whom.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or they are not deleted.
        PreconditionFailedError: They have another version.
        ConflictError: The address or a file came in again in the meantime.
    """
    with unique("The address or a file of this candidate came in again. Delete the newer candidate first."):
        candidate = await CandidateRepository(session).restore(candidate_id, versions)
    audit_service.record(session, "candidate.restore", "candidate", candidate_id)
    return await _read(session, await organization_keys(session), candidate)


async def from_resume(session: WriteSession, parsed: ParsedResume | None) -> Candidate:
    """Return the candidate that a resume belongs to: the one with its e-mail address, else a new one.

    What the candidate lacks is taken from the resume; what is there stays, for a person may have corrected it.

    Args:
        session: The transaction.
        parsed: What was read from the resume, None where nothing could be.
    """
    repository = CandidateRepository(session)
    keys = await organization_keys(session)
    stated = _stated(parsed)
    row_id = new_id()
    new = {"id": row_id, **candidate_profile.columns(keys, row_id, stated)}
    candidate = await (repository.with_email(new) if stated.get("email") else repository.add(Candidate(**new)))
    if candidate.id == row_id:
        await repository.set_name_tokens(row_id, candidate_profile.name_tokens(keys, stated.get("name")))
        audit_service.record(session, "candidate.create", "candidate", row_id, after=stated)
        return candidate
    profile = candidate_profile.read(keys, candidate)
    missing: Profile = {field: value for field, value in stated.items() if profile[field] is None}
    if missing:
        audit_service.record(session, "candidate.complete", "candidate", candidate.id, after=missing)
        await _write(repository, keys, candidate, profile | missing)
    return candidate


def _stated(parsed: ParsedResume | None) -> Profile:
    """Return the personal fields that a resume states."""
    if parsed is None:
        return {}
    found = {
        "email": parsed.emails[0] if parsed.emails else None,
        "name": parsed.name,
        "phone": parsed.phones[0] if parsed.phones else None,
        "location": parsed.location,
        "headline": parsed.headline,
    }
    stated: Profile = {field: value.value for field, value in found.items() if value is not None}
    if email := stated.get("email"):
        stated["email"] = email.lower()
    return stated


async def _write(repository: CandidateRepository, keys: Keys, candidate: Candidate, profile: Profile) -> None:
    """Store the personal fields of a candidate that others cannot change now."""
    for column, value in candidate_profile.columns(keys, candidate.id, profile, candidate.wrapped_key).items():
        setattr(candidate, column, value)
    await repository.session.flush()
    await repository.set_name_tokens(candidate.id, candidate_profile.name_tokens(keys, profile["name"]))


async def _read(session: AnySession, keys: Keys, candidate: Candidate) -> CandidateRead:
    versions = await CandidateRepository(session).resumes(candidate.id)
    resume_content.open_rows(keys, versions)
    read = CandidateRead(
        id=candidate.id,
        **candidate_profile.read(keys, candidate),
        created_at=candidate.created_at,
        updated_at=candidate.updated_at,
        deleted_at=candidate.deleted_at,
        resumes=[CandidateResume.model_validate(version) for version in versions],
    )
    return private_fields.without_private(session, read)
