"""Candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.candidate import CandidateQuery, CandidateRead, CandidateSummary, CandidateUpdate
from talentflux.schemas.page import Page
from talentflux.services import candidate_service

router = StemRouter(prefix="/candidates", tags=["candidates"], route_class=ApiRoute)


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
    asked: Annotated[CandidateQuery, Query()],
) -> Response:
    """List candidates, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.CANDIDATE_DELETE)
    return page_answer(request, await candidate_service.page(session, asked))


@router.get(
    "/{candidate_id}",
    operation_id="get_candidate",
    summary="Read a candidate",
    response_model=CandidateRead,
    responses=answers(404, 422, example=examples.CANDIDATE),
)
async def get_candidate(
    request: Request, candidate_id: UUID, session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ)]
) -> Response:
    """Return a candidate with the versions of the resume."""
    return row_answer(request, await candidate_service.get(session, candidate_id))


@router.patch(
    "/{candidate_id}",
    operation_id="update_candidate",
    summary="Correct a candidate",
    response_model=CandidateRead,
    responses=answers(404, 409, 415, 422, example=examples.CANDIDATE),
)
async def update_candidate(
    request: Request,
    candidate_id: UUID,
    changes: Annotated[CandidateUpdate, Body(examples=[{"location": "Stockholm"}])],
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)],
    versions: RequiredMatch,
) -> Response:
    """Correct what a resume said. Fields that are left out stay; null empties a field."""
    return row_answer(request, await candidate_service.update(session, candidate_id, changes, versions))


@router.delete(
    "/{candidate_id}",
    operation_id="delete_candidate",
    summary="Delete a candidate",
    status_code=204,
    responses=answers(404, 422),
)
async def delete_candidate(
    candidate_id: UUID,
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_DELETE)],
    versions: GivenMatch,
) -> None:
    """Hide a candidate with resumes, applications and matches. The same files can be uploaded again."""
    await candidate_service.delete(session, candidate_id, versions)


@router.post(
    "/{candidate_id}/restore",
    operation_id="restore_candidate",
    summary="Restore a candidate",
    response_model=CandidateRead,
    responses=answers(404, 409, 422, example=examples.CANDIDATE),
)
async def restore_candidate(
    request: Request,
    candidate_id: UUID,
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_DELETE)],
    versions: GivenMatch,
) -> Response:
    """Show a deleted candidate again, with the resumes, applications and matches that were hidden with them."""
    return row_answer(request, await candidate_service.restore(session, candidate_id, versions))
