"""Candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from talentflux.api import examples
from talentflux.api.answers import PageCursor, PageLimit, answers, page_answer
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.candidate import CandidateRead, CandidateSummary, CandidateUpdate
from talentflux.schemas.page import Page
from talentflux.services import candidate_service

router = APIRouter(prefix="/candidates", tags=["candidates"])


@router.get(
    "",
    operation_id="list_candidates",
    summary="List candidates",
    response_model=Page[CandidateSummary],
    responses=answers(422, example=examples.listed(examples.CANDIDATE_SUMMARY)),
)
async def list_candidates(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ)],
    email: Annotated[str | None, Query(max_length=320, description="Only the candidate with this address.")] = None,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> Response:
    """List candidates, newest first."""
    return page_answer(request, await candidate_service.page(session, limit, cursor, email))


@router.get(
    "/{candidate_id}",
    operation_id="get_candidate",
    summary="Read a candidate",
    responses=answers(404, 422, example=examples.CANDIDATE),
)
async def get_candidate(
    candidate_id: UUID, session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ)]
) -> CandidateRead:
    """Return a candidate with the versions of the resume."""
    return await candidate_service.get(session, candidate_id)


@router.patch(
    "/{candidate_id}",
    operation_id="update_candidate",
    summary="Correct a candidate",
    responses=answers(404, 409, 415, 422, example=examples.CANDIDATE),
)
async def update_candidate(
    candidate_id: UUID,
    changes: Annotated[CandidateUpdate, Body(examples=[{"location": "Stockholm"}])],
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)],
) -> CandidateRead:
    """Correct what a resume said. Fields that are left out stay; null empties a field."""
    return await candidate_service.update(session, candidate_id, changes)


@router.delete(
    "/{candidate_id}",
    operation_id="delete_candidate",
    summary="Delete a candidate",
    status_code=204,
    responses=answers(404, 422),
)
async def delete_candidate(
    candidate_id: UUID, session: Annotated[WriteSession, writes(Permission.CANDIDATE_DELETE)]
) -> None:
    """Hide a candidate with resumes, applications and matches. The same files can be uploaded again."""
    await candidate_service.delete(session, candidate_id)
