"""Notes about candidates: encrypted under the candidate's key, told to the members whom they mention.

A private note is seen by its author and by those who hold `candidate:read_private`; it is changed and deleted, as any
note, by its author and by owners and admins.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ForbiddenError, InvalidInputError, NotFoundError
from talentflux.core.permissions import ROLE_PERMISSIONS, Permission, Role
from talentflux.models import Candidate, Note
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.repositories.note_repository import NoteRepository
from talentflux.repositories.organization_repository import OrganizationRepository
from talentflux.schemas.note import NoteCreate, NoteQuery, NoteRead, NoteUpdate
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import (
    audit_service,
    candidate_cipher,
    email_service,
    email_templates,
    event_service,
    private_fields,
    user_names,
    user_service,
)
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id
from talentflux.utils.plain_text import without_controls

_ADMINS: Final = frozenset({Role.OWNER, Role.ADMIN})


async def page(session: AnySession, candidate_id: UUID, asked: NoteQuery) -> RowPage:
    """Read a page of a candidate's notes. Of what was deleted, a follower is told no more than that it was.

    Args:
        session: The transaction.
        candidate_id: About whom.
        asked: Filter, order, view and place.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    candidate, bound = await CandidateRepository(session).get_followed(candidate_id, asked)
    sees, notes = private_fields.holds(session), NoteRepository(session)
    found = await notes.page(asked, candidate_id, _author(session), everything=sees, bound=bound)
    for row in found.items:
        if row["deleted_at"] is not None:
            row["body"] = None
    await _open(session, candidate, found.items)
    shown = {"notes": [row["id"] for row in found.items]}
    await audit_service.viewed(session, "note.list", "candidate", candidate_id, details=shown)
    return found


async def get(session: AnySession, note_id: UUID) -> NoteRead:
    """Return a note.

    Raises:
        NotFoundError: There is none in this organization, or it is private to others.
    """
    candidate, note = await _visible(session, note_id)
    await audit_service.viewed(session, "note.view", "note", note_id)
    return await _read(session, candidate, note.id)


async def create(session: WriteSession, candidate_id: UUID, given: NoteCreate, public_url: str) -> NoteRead:
    """Write a note and tell those whom it mentions.

    Args:
        session: The transaction.
        candidate_id: About whom.
        given: The note.
        public_url: Where links lead to.

    Raises:
        NotFoundError: There is no such candidate in this organization, or no such application of theirs.
        InvalidInputError: Somebody is mentioned who is no member, or may not see the note.
    """
    candidate = await CandidateRepository(session).get(candidate_id)
    repository = NoteRepository(session)
    requisition_id = None
    if given.application_id is not None:
        application = await repository.application(given.application_id, candidate_id)
        if application is None:
            raise NotFoundError(
                "There is no such application of this candidate.",
                fields={"body.application_id": "names no application of this candidate"},
            )
        requisition_id = application.requisition_id
    cipher = candidate_cipher.cipher_of(await organization_keys(session), candidate_id, candidate.wrapped_key)
    note_id = new_id()
    note = await repository.add(
        Note(
            id=note_id,
            candidate_id=candidate_id,
            requisition_id=requisition_id,
            application_id=given.application_id,
            author=_author(session),
            author_id=session.scope.user_id,
            private=given.private,
            body=cipher.encrypt(given.body.encode(), f"note.body:{note_id}"),
            mentions=sorted(set(given.mentions)),
        )
    )
    await _tell(session, note, note.mentions, public_url)
    after = {"candidate_id": candidate_id, "private": note.private, "mentions": len(note.mentions)}
    audit_service.record(session, "note.create", "note", note_id, after=after)
    _emit(session, "candidate.noted", note)
    return await _read(session, candidate, note_id)


async def update(
    session: WriteSession, note_id: UUID, changes: NoteUpdate, public_url: str, versions: Versions = ANY_VERSION
) -> NoteRead:
    """Change a note and tell those whom it mentions now and did not before.

    Args:
        session: The transaction.
        note_id: Which.
        changes: What was given; the rest stays.
        public_url: Where links lead to.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or it is private to others.
        PreconditionFailedError: It has another version.
        ForbiddenError: Somebody else wrote it.
        InvalidInputError: Somebody is mentioned who is no member, or may not see the note.
    """
    candidate, note = await _visible(session, note_id, versions, lock=True)
    _require_own(session, note)
    before = {"private": note.private, "mentions": len(note.mentions)}
    if changes.body is not None:
        cipher = candidate_cipher.cipher_of(await organization_keys(session), candidate.id, candidate.wrapped_key)
        note.body = cipher.encrypt(changes.body.encode(), f"note.body:{note_id}")
    if changes.private is not None:
        note.private = changes.private
    told = set(note.mentions)
    if changes.mentions is not None:
        note.mentions = sorted(set(changes.mentions))
    await session.flush()
    await _tell(session, note, [user_id for user_id in note.mentions if user_id not in told], public_url)
    after = {"private": note.private, "mentions": len(note.mentions), "body": changes.body is not None}
    audit_service.record(session, "note.update", "note", note_id, before=before, after=after)
    _emit(session, "candidate.note_updated", note)
    return await _read(session, candidate, note_id)


async def delete(session: WriteSession, note_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a note.

    Args:
        session: The transaction.
        note_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or it is private to others.
        PreconditionFailedError: It has another version.
        ForbiddenError: Somebody else wrote it.
    """
    _, note = await _visible(session, note_id, versions, lock=True)
    _require_own(session, note)
    await NoteRepository(session).delete(note)
    audit_service.record(session, "note.delete", "note", note_id, before={"candidate_id": note.candidate_id})
    _emit(session, "candidate.note_deleted", note)


async def _visible(
    session: AnySession, note_id: UUID, versions: Versions = ANY_VERSION, *, lock: bool = False
) -> tuple[Candidate, Note]:
    """Return a note that whoever acts may see, with its candidate, who is not deleted."""
    note = await NoteRepository(session).get(note_id, lock=lock, versions=versions)
    if note.private and note.author != _author(session) and not private_fields.holds(session):
        raise NotFoundError("There is no note with this id.")
    return await CandidateRepository(session).get(note.candidate_id), note


def _require_own(session: WriteSession, note: Note) -> None:
    principal = session.principal
    if principal is not None and principal.role not in _ADMINS and note.author != _author(session):
        raise ForbiddenError("Only who wrote a note, or an admin, changes it.", code="not_the_author")


async def _tell(session: WriteSession, note: Note, user_ids: Sequence[UUID], public_url: str) -> None:
    """Write to members that a note mentions them; the e-mail says neither about whom nor what."""
    members = await NoteRepository(session).members(note.mentions) if note.mentions else {}
    for user_id in note.mentions:
        if user_id not in members:
            raise _not_mentioned("names somebody who is no active member")
        role, _ = members[user_id]
        if note.private and Permission.CANDIDATE_READ_PRIVATE not in ROLE_PERMISSIONS[Role(role)]:
            raise _not_mentioned("names somebody who may not read private notes")
    others = [user_id for user_id in user_ids if user_id != session.scope.user_id]
    if not others:
        return
    name = without_controls((await OrganizationRepository(session).current()).name)
    link = email_templates.console(public_url, "notes/get_note")
    for user_id in others:
        address = (await user_service.profile_of(session, members[user_id][1])).email
        await email_service.send(
            session, "note_mention", to=address, user_id=user_id, link=link, organization=name, note=note.id
        )


def _not_mentioned(why: str) -> InvalidInputError:
    return InvalidInputError("Somebody cannot be mentioned in this note.", fields={"body.mentions": why})


def _emit(session: WriteSession, kind: str, note: Note) -> None:
    event_service.emit(
        session, kind,
        candidate_id=note.candidate_id, requisition_id=note.requisition_id, application_id=note.application_id,
        data={"note_id": note.id, "private": note.private},
    )  # fmt: skip


def _author(session: AnySession) -> str:
    user_id = session.scope.user_id
    return f"user:{user_id}" if user_id is not None else audit_service.actor_of(session)


async def _open(session: AnySession, candidate: Candidate, rows: list[dict[str, object]]) -> None:
    keys = await organization_keys(session)
    candidate_cipher.open_column(keys, rows, "note.body", "body", wrapped_key=candidate.wrapped_key)
    await user_names.open_names(session, rows, "author_id", "author_name")
    for row in rows:
        del row["author_id"]


async def _read(session: AnySession, candidate: Candidate, note_id: UUID) -> NoteRead:
    row = await NoteRepository(session).row(note_id)
    await _open(session, candidate, [row])
    return NoteRead.model_validate(row)
