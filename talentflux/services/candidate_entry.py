"""How candidates come in: entered by a person, imported, made from what a resume says."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.models import Candidate
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.schemas.candidate import CandidateCreate, CandidateRead, CandidateResume
from talentflux.schemas.consent import Consent
from talentflux.schemas.resume import ParsedResume
from talentflux.services import (
    audit_service,
    candidate_profile,
    event_service,
    private_fields,
    resume_content,
    source_service,
)
from talentflux.services.candidate_profile import Profile
from talentflux.services.duplicate_search import look_for
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

_SHOWN: Final = (
    "external_id",
    "source_id",
    "total_years",
    "do_not_contact",
    "current_resume_id",
    "consent_until",
    "retain_until",
    "created_at",
    "updated_at",
    "deleted_at",
)


async def create(session: WriteSession, given: CandidateCreate) -> CandidateRead:
    """Enter a candidate by hand.

    Args:
        session: The transaction.
        given: What is known of them.

    Raises:
        ConflictError: A candidate has the address (`candidate_exists`; `Location` leads there) or the external id.
        NotFoundError: There is no such source.
    """
    repository, keys = CandidateRepository(session), await organization_keys(session)
    stated = given.model_dump(exclude_none=True)
    profile, kept = parts(stated)
    if given.source_id is not None:
        await source_service.check(session, given.source_id)
    row_id = new_id()
    new = {"id": row_id, **candidate_profile.columns(keys, row_id, profile), **kept}
    candidate, made = await repository.enter(new)
    if not made:
        by_email = new["email_index"] is not None and candidate.email_index == new["email_index"]
        raise _exists(candidate.id, "email" if by_email else "external_id")
    await repository.set_tokens(row_id, candidate_profile.tokens(keys, profile))
    look_for(session, row_id)
    audit_service.record(session, "candidate.create", "candidate", row_id, after=stated | profile)
    event_service.emit(session, "candidate.created", candidate_id=row_id, data={"fields": sorted(stated)})
    return await read(session, keys, candidate)


async def enter(
    session: WriteSession,
    profile: Mapping[str, str | None],
    *,
    source_id: UUID | None = None,
    external_id: str | None = None,
) -> Candidate:
    """Return the candidate with an external id or an address, made where there is none.

    What the candidate lacks is completed; what is there stays, for a person may have corrected it.

    Args:
        session: The transaction.
        profile: Personal fields; those that are left out or None say nothing.
        source_id: Where the candidate comes from.
        external_id: Of the system that the candidate is imported from.
    """
    repository, keys = CandidateRepository(session), await organization_keys(session)
    stated: Profile = {field: value for field in candidate_profile.FIELDS if (value := profile.get(field))}
    if email := stated.get("email"):
        stated["email"] = email.lower()
    row_id = new_id()
    kept = {"source_id": source_id, "external_id": external_id}
    candidate, made = await repository.enter({"id": row_id, **candidate_profile.columns(keys, row_id, stated), **kept})
    if not made:
        await _complete(repository, keys, candidate, stated, kept)
        return candidate
    await repository.set_tokens(row_id, candidate_profile.tokens(keys, stated))
    look_for(session, row_id)
    after = stated | {name: value for name, value in kept.items() if value is not None}
    audit_service.record(session, "candidate.create", "candidate", row_id, after=after)
    event_service.emit(session, "candidate.created", candidate_id=row_id, data={"fields": sorted(after)})
    return candidate


async def from_resume(session: WriteSession, parsed: ParsedResume | None) -> Candidate:
    """Return the candidate that a resume belongs to: the one with its e-mail address, else a new one.

    Args:
        session: The transaction.
        parsed: What was read from the resume, None where nothing could be.
    """
    return await enter(session, _stated(parsed))


async def complete(session: WriteSession, candidate_id: UUID, parsed: ParsedResume | None) -> Candidate | None:
    """Give a candidate who is known what their resume states and they lack; None where they are gone.

    Args:
        session: The transaction.
        candidate_id: Whose resume it is, as whoever sent it said.
        parsed: What was read from it, None where nothing could be.
    """
    repository, keys = CandidateRepository(session), await organization_keys(session)
    try:
        candidate = await repository.get(candidate_id, lock=True)
    except NotFoundError:
        return None
    await _complete(repository, keys, candidate, _stated(parsed), {})
    return candidate


def parts(given: dict[str, Any]) -> tuple[Profile, dict[str, Any]]:
    """Divide what is given of a candidate into personal fields and others.

    Args:
        given: By name, as a schema gives it.
    """
    profile: Profile = {field: given[field] for field in candidate_profile.FIELDS if field in given}
    if email := profile.get("email"):
        profile["email"] = email.lower()
    return profile, {name: value for name, value in given.items() if name not in profile}


async def write(repository: CandidateRepository, keys: Keys, candidate: Candidate, profile: Profile) -> None:
    """Store the personal fields of a candidate that others cannot change now.

    Args:
        repository: Of candidates.
        keys: Of the organization.
        candidate: Whose, locked.
        profile: All personal fields.
    """
    for column, value in candidate_profile.columns(keys, candidate.id, profile, candidate.wrapped_key).items():
        setattr(candidate, column, value)
    await repository.session.flush()
    await repository.set_tokens(candidate.id, candidate_profile.tokens(keys, profile))
    assert isinstance(repository.session, WriteSession)
    look_for(repository.session, candidate.id)


async def read(session: AnySession, keys: Keys, candidate: Candidate) -> CandidateRead:
    """Return a candidate with the versions of the resume, as whoever acts may see it.

    Args:
        session: The transaction.
        keys: Of the organization.
        candidate: The row.
    """
    versions = await CandidateRepository(session).resumes(candidate.id)
    resume_content.open_rows(keys, versions)
    read = CandidateRead(
        id=candidate.id,
        **candidate_profile.read(keys, candidate),
        **{name: getattr(candidate, name) for name in _SHOWN},
        consent=Consent(candidate.consent),
        contact_reason=candidate_profile.unseal(keys, candidate, "contact_reason"),
        resumes=[
            CandidateResume.model_validate(version | {"current": version["id"] == candidate.current_resume_id})
            for version in versions
        ],
    )
    return private_fields.without_private(session, read)


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


def _exists(candidate_id: UUID, field: str) -> ConflictError:
    named = {"email": "e-mail address", "external_id": "external id"}[field]
    return ConflictError(
        f"The candidate {candidate_id} has this {named} already.",
        code="candidate_exists",
        fields={f"body.{field}": f"belongs to the candidate {candidate_id}"},
        headers={"Location": f"/api/v1/candidates/{candidate_id}"},
    )


async def _complete(
    repository: CandidateRepository, keys: Keys, candidate: Candidate, stated: Profile, kept: dict[str, Any]
) -> None:
    """Give a candidate what they lack of what is stated."""
    profile = candidate_profile.read(keys, candidate)
    missing: dict[str, Any] = {field: value for field, value in stated.items() if profile[field] is None}
    if "email" in missing and await repository.holder(candidate_profile.email_index(keys, missing["email"])):
        del missing["email"]
    added = {name: value for name, value in kept.items() if value is not None and getattr(candidate, name) is None}
    if not missing and not added:
        return
    after = missing | added
    session = repository.session
    assert isinstance(session, WriteSession)
    audit_service.record(session, "candidate.complete", "candidate", candidate.id, after=after)
    event_service.emit(session, "candidate.updated", candidate_id=candidate.id, data={"fields": sorted(after)})
    for name, value in added.items():
        setattr(candidate, name, value)
    await write(repository, keys, candidate, profile | missing)
