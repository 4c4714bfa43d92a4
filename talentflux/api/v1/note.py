"""Notes about candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import candidate_record_examples as record
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Using, reads, writes
from talentflux.schemas.note import NoteCreate, NoteQuery, NoteRead, NoteUpdate
from talentflux.schemas.page import Page
from talentflux.services import note_service

router = StemRouter(prefix="/notes", tags=["notes"])
of_candidates = StemRouter(prefix="/candidates", tags=["notes"])
_Reading = Annotated[ReadSession, reads(Permission.NOTE_READ)]
_Writing = Annotated[WriteSession, writes(Permission.NOTE_WRITE)]


@of_candidates.post(
    "/{candidate_id}/notes",
    operation_id="create_note",
    summary="Write a note",
    status_code=201,
    response_model=NoteRead,
    responses=answers(404, 415, 422, example=record.NOTE, success=201),
)
async def create_note(
    request: Request,
    candidate_id: UUID,
    given: Annotated[NoteCreate, Body(examples=[{"body": "Wants to work **four days a week**."}])],
    session: _Writing,
    resources: Using,
) -> Response:
    """Write a note about a candidate, in Markdown.

    Members who are mentioned get an e-mail with a link and nothing of the note. A private note is shown to its author
    and to those who hold `candidate:read_private`.
    """
    made = await note_service.create(session, candidate_id, given, resources.settings.public_url)
    return row_answer(request, made, status=201, location=f"/api/v1/notes/{made.id}")


@of_candidates.get(
    "/{candidate_id}/notes",
    operation_id="list_notes",
    summary="Notes about a candidate",
    response_model=Page[NoteRead],
    responses=answers(404, 422, example=listed(record.NOTE)),
)
async def list_notes(
    request: Request, candidate_id: UUID, session: _Reading, asked: Annotated[NoteQuery, Query()]
) -> Response:
    """List the notes about a candidate, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.NOTE_WRITE)
    return page_answer(request, await note_service.page(session, candidate_id, asked))


@router.get(
    "/{note_id}",
    operation_id="get_note",
    summary="Read a note",
    response_model=NoteRead,
    responses=answers(404, 422, example=record.NOTE),
)
async def get_note(request: Request, note_id: UUID, session: _Reading) -> Response:
    """Return a note."""
    return row_answer(request, await note_service.get(session, note_id))


@router.patch(
    "/{note_id}",
    operation_id="update_note",
    summary="Change a note",
    response_model=NoteRead,
    responses=answers(404, 412, 415, 422, 428, example=record.NOTE),
)
async def update_note(  # noqa: PLR0913, PLR0917 -- what FastAPI gives it
    request: Request,
    note_id: UUID,
    changes: Annotated[NoteUpdate, Body(examples=[{"private": True}])],
    session: _Writing,
    resources: Using,
    versions: RequiredMatch,
) -> Response:
    """Change a note. Only its author and admins may. Fields that are left out stay."""
    changed = await note_service.update(session, note_id, changes, resources.settings.public_url, versions)
    return row_answer(request, changed)


@router.delete(
    "/{note_id}",
    operation_id="delete_note",
    summary="Delete a note",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_note(note_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Delete a note. Only its author and admins may."""
    await note_service.delete(session, note_id, versions)
