"""Candidates: read, corrected, hidden, and made from what a resume says."""

from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError
from talentflux.models import Candidate
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.schemas.candidate import CandidateRead, CandidateResume, CandidateUpdate
from talentflux.schemas.page import RowPage
from talentflux.schemas.resume import ParsedResume


async def page(session: AnySession, limit: int, cursor: str | None, email: str | None = None) -> RowPage:
    """Read a page of candidates, newest first.

    Args:
        session: The transaction.
        limit: Most candidates.
        cursor: Where the page before ended.
        email: Only the candidate with this address.
    """
    return await CandidateRepository(session).page(limit, cursor, email)


async def get(session: AnySession, candidate_id: UUID) -> CandidateRead:
    """Return a candidate with the versions of the resume.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return await _read(session, await CandidateRepository(session).get(candidate_id))


async def update(session: WriteSession, candidate_id: UUID, changes: CandidateUpdate) -> CandidateRead:
    """Correct what a resume said.

    Args:
        session: The transaction.
        candidate_id: Whom.
        changes: The fields that were given; the others stay.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: Another candidate has the e-mail address.
    """
    repository = CandidateRepository(session)
    candidate = await repository.get(candidate_id, lock=True)
    given = changes.model_dump(exclude_unset=True)
    if (email := given.get("email")) and await repository.has_other(candidate_id, email):
        raise ConflictError(
            "Another candidate has this e-mail address.", fields={"body.email": "belongs to another candidate"}
        )
    if email:
        given["email"] = email.lower()
    for name, value in given.items():
        setattr(candidate, name, value)
    await session.flush()
    return await _read(session, candidate)


async def delete(session: WriteSession, candidate_id: UUID) -> None:
    """Hide a candidate with resumes, applications and matches.

    Raises:
        NotFoundError: There is none in this organization.
    """
    repository = CandidateRepository(session)
    await repository.delete_with_all(await repository.get(candidate_id, lock=True))


async def from_resume(session: WriteSession, parsed: ParsedResume | None) -> Candidate:
    """Return the candidate that a resume belongs to: the one with its e-mail address, else a new one.

    What the candidate lacks is taken from the resume; what is there stays, for a person may have corrected it.

    Args:
        session: The transaction.
        parsed: What was read from the resume, None where nothing could be.
    """
    repository = CandidateRepository(session)
    if parsed is None:
        return await repository.add(Candidate())
    email = parsed.emails[0].value if parsed.emails else None
    candidate = await repository.with_email(email) if email else await repository.add(Candidate())
    stated = {
        "name": parsed.name,
        "phone": parsed.phones[0] if parsed.phones else None,
        "location": parsed.location,
        "headline": parsed.headline,
    }
    for field, found in stated.items():
        if found is not None and getattr(candidate, field) is None:
            setattr(candidate, field, found.value)
    await session.flush()
    return candidate


async def _read(session: AnySession, candidate: Candidate) -> CandidateRead:
    versions = await CandidateRepository(session).resumes(candidate.id)
    return CandidateRead(
        id=candidate.id,
        name=candidate.name,
        email=candidate.email,
        phone=candidate.phone,
        location=candidate.location,
        headline=candidate.headline,
        created_at=candidate.created_at,
        updated_at=candidate.updated_at,
        resumes=[CandidateResume.model_validate(version) for version in versions],
    )
