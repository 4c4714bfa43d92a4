"""Candidates: listed, read, corrected, hidden, and asked not to be written to."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.core.permissions import Permission
from talentflux.models import Candidate
from talentflux.repositories.base import unique
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.repositories.candidate_search_repository import CandidateSearchRepository
from talentflux.schemas.candidate import (
    CandidateQuery,
    CandidateRead,
    CandidateSummary,
    CandidateUpdate,
    ContactChange,
)
from talentflux.schemas.page import RowPage
from talentflux.schemas.private import private_fields as private_field_names
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import (
    audit_service,
    candidate_filtering,
    candidate_merge_service,
    candidate_profile,
    event_service,
    private_fields,
    source_service,
)
from talentflux.services.candidate_entry import complete, create, enter, from_resume, parts, read, write
from talentflux.services.duplicate_search import look_for
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.search_query import parse

__all__ = [
    "choose_resume",
    "complete",
    "create",
    "delete",
    "enter",
    "from_resume",
    "get",
    "let_count",
    "may_contact",
    "page",
    "restore",
    "set_contact",
    "update",
]

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
    text, said = parse(asked.text or ""), None
    if text is not None:
        private_fields.require(session, Permission.RESUME_READ, "To look into resumes")
        said = await CandidateSearchRepository(session).say(text)
    keys = await organization_keys(session)
    wanted = candidate_filtering.indexed(keys, asked, name=q)
    if email or phone or said is not None:
        wanted = replace(
            wanted,
            email_index=candidate_profile.email_index(keys, email) if email else None,
            phone_index=candidate_profile.phone_index(keys, phone) or NOBODY if phone else None,
            text=said.words if said is not None else None,
            common=said is not None and said.common,
        )
    found = await CandidateRepository(session).page(asked, wanted)
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
    return await read(session, await organization_keys(session), candidate)


async def update(
    session: WriteSession, candidate_id: UUID, changes: CandidateUpdate, versions: Versions = ANY_VERSION
) -> CandidateRead:
    """Correct what a resume said, or what else is kept about a candidate.

    Args:
        session: The transaction.
        candidate_id: Whom.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or no such source.
        PreconditionFailedError: It has another version.
        ConflictError: Another candidate has the e-mail address or the external id.
    """
    repository = CandidateRepository(session)
    candidate = await repository.get(candidate_id, lock=True, versions=versions)
    keys = await organization_keys(session)
    profile, kept = parts(changes.model_dump(exclude_unset=True))
    if (email := profile.get("email")) is not None:
        holder = await repository.holder(candidate_profile.email_index(keys, email))
        if holder not in {None, candidate_id}:
            raise ConflictError(
                "Another candidate has this e-mail address.", fields={"body.email": "belongs to another candidate"}
            )
    if kept.get("source_id") is not None:
        await source_service.check(session, kept["source_id"])
    before = candidate_profile.read(keys, candidate) | {name: getattr(candidate, name) for name in kept}
    after = before | profile | kept
    audit_service.record(session, "candidate.update", "candidate", candidate_id, before=before, after=after)
    changed = sorted(name for name, value in after.items() if value != before[name])
    event_service.emit(session, "candidate.updated", candidate_id=candidate_id, data={"fields": changed})
    for name, value in kept.items():
        setattr(candidate, name, value)
    with unique("Another candidate has this external id."):
        await write(repository, keys, candidate, {field: after[field] for field in candidate_profile.FIELDS})
    return await read(session, keys, candidate)


async def set_contact(
    session: WriteSession, candidate_id: UUID, change: ContactChange, versions: Versions = ANY_VERSION
) -> CandidateRead:
    """Refuse e-mails to a candidate, or allow them again.

    Args:
        session: The transaction.
        candidate_id: Whom.
        change: Which, and why.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: The person's data were erased.
    """
    candidate = await CandidateRepository(session).get(candidate_id, lock=True, versions=versions)
    keys = await organization_keys(session)
    before = {"do_not_contact": candidate.do_not_contact}
    candidate.do_not_contact = change.do_not_contact
    candidate.contact_reason = candidate_profile.seal(keys, candidate, "contact_reason", change.reason)
    await session.flush()
    after = {"do_not_contact": change.do_not_contact, "reason": change.reason}
    audit_service.record(
        session, "candidate.contact", "candidate", candidate_id, before=before, after=after, personal=["reason"]
    )
    event_service.emit(session, "candidate.updated", candidate_id=candidate_id, data={"fields": ["do_not_contact"]})
    return await read(session, keys, candidate)


async def may_contact(session: AnySession, candidate_id: UUID) -> bool:
    """Return whether e-mails may be sent to a candidate: there is one, and nobody has refused it.

    Args:
        session: The transaction.
        candidate_id: Whom.
    """
    return await CandidateRepository(session).is_contactable(candidate_id)


async def choose_resume(
    session: WriteSession, candidate_id: UUID, resume_id: UUID, versions: Versions = ANY_VERSION
) -> CandidateRead:
    """Let one version of a candidate's resume count: for filters, search and what is shown first.

    Args:
        session: The transaction.
        candidate_id: Whom.
        resume_id: Which version.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is no such candidate, or no such resume of theirs that was read.
        PreconditionFailedError: The candidate has another version.
    """
    repository = CandidateRepository(session)
    candidate = await repository.get(candidate_id, lock=True, versions=versions)
    if not await repository.resume_of(candidate_id, resume_id):
        raise NotFoundError(
            "There is no such resume of this candidate that could be read.",
            fields={"body.resume_id": "is no resume of this candidate that was read"},
        )
    before = {"current_resume_id": candidate.current_resume_id}
    after = {"current_resume_id": resume_id}
    audit_service.record(session, "candidate.choose_resume", "candidate", candidate_id, before=before, after=after)
    event_service.emit(session, "candidate.updated", candidate_id=candidate_id, data={"fields": [*after]})
    await let_count(session, candidate, resume_id)
    return await read(session, await organization_keys(session), candidate)


async def let_count(session: WriteSession, candidate: Candidate, resume_id: UUID) -> None:
    """Let a resume that was just read be the version by which its candidate is found.

    Args:
        session: The transaction.
        candidate: Locked.
        resume_id: The resume, written already.
    """
    candidate.current_resume_id = resume_id
    await session.flush()
    await session.refresh(candidate, ["total_years"])
    look_for(session, candidate.id)


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
    event_service.emit(session, "candidate.deleted", candidate_id=candidate_id)


async def restore(session: WriteSession, candidate_id: UUID, versions: Versions = ANY_VERSION) -> CandidateRead:
    """Show a deleted candidate again, with the resumes, applications and matches that were hidden with them.

    Args:
        session: The transaction.
        candidate_id: Whom.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or they are not deleted.
        PreconditionFailedError: They have another version.
        ConflictError: The address or a file came in again in the meantime, or they were merged into another.
    """
    await candidate_merge_service.check_not_merged(session, candidate_id)
    with unique("The address or a file of this candidate came in again. Delete the newer candidate first."):
        candidate = await CandidateRepository(session).restore(candidate_id, versions)
    audit_service.record(session, "candidate.restore", "candidate", candidate_id)
    event_service.emit(session, "candidate.restored", candidate_id=candidate_id)
    return await read(session, await organization_keys(session), candidate)
