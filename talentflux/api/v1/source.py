"""Sources."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import candidate_examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.source import SourceCreate, SourceQuery, SourceRead, SourceUpdate
from talentflux.services import source_service

router = StemRouter(prefix="/sources", tags=["sources"])
_Reading = Annotated[ReadSession, reads(Permission.SOURCE_READ)]
_Writing = Annotated[WriteSession, writes(Permission.SOURCE_WRITE)]


@router.post(
    "",
    operation_id="create_source",
    summary="Make a source",
    status_code=201,
    response_model=SourceRead,
    responses=answers(409, 415, 422, example=candidate_examples.SOURCE, success=201),
)
async def create_source(
    request: Request,
    given: Annotated[SourceCreate, Body(examples=[{"name": "Nordic Talent", "kind": "agency"}])],
    session: _Writing,
) -> Response:
    """Make a source of candidates: an agency, a job board, a fair."""
    made = await source_service.create(session, given)
    return row_answer(request, made, status=201, location=f"/api/v1/sources/{made.id}")


@router.get(
    "",
    operation_id="list_sources",
    summary="List sources",
    response_model=Page[SourceRead],
    responses=answers(422, example=listed(candidate_examples.SOURCE)),
)
async def list_sources(request: Request, session: _Reading, asked: Annotated[SourceQuery, Query()]) -> Response:
    """List sources, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.SOURCE_WRITE)
    return page_answer(request, await source_service.page(session, asked))


@router.get(
    "/{source_id}",
    operation_id="get_source",
    summary="Read a source",
    response_model=SourceRead,
    responses=answers(404, 422, example=candidate_examples.SOURCE),
)
async def get_source(request: Request, source_id: UUID, session: _Reading) -> Response:
    """Return a source."""
    return row_answer(request, await source_service.get(session, source_id))


@router.patch(
    "/{source_id}",
    operation_id="update_source",
    summary="Change a source",
    response_model=SourceRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=candidate_examples.SOURCE),
)
async def update_source(
    request: Request,
    source_id: UUID,
    changes: Annotated[SourceUpdate, Body(examples=[{"name": "Nordic Talent AB"}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Change name or kind. Fields that are left out stay."""
    return row_answer(request, await source_service.update(session, source_id, changes, versions))


@router.delete(
    "/{source_id}",
    operation_id="delete_source",
    summary="Delete a source",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_source(source_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Hide a source. Candidates who came from it keep it."""
    await source_service.delete(session, source_id, versions)


@router.post(
    "/{source_id}/restore",
    operation_id="restore_source",
    summary="Restore a source",
    response_model=SourceRead,
    responses=answers(404, 409, 412, 422, example=candidate_examples.SOURCE),
)
async def restore_source(request: Request, source_id: UUID, session: _Writing, versions: GivenMatch) -> Response:
    """Show a deleted source again."""
    return row_answer(request, await source_service.restore(session, source_id, versions))
