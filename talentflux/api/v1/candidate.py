"""Candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import candidate_examples, examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.api.searching import found_answer, found_of
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens, reads, writes
from talentflux.schemas.candidate import (
    CandidateCreate,
    CandidateQuery,
    CandidateRead,
    CandidateSummary,
    CandidateUpdate,
    ContactChange,
    ResumeChoice,
)
from talentflux.schemas.candidate_search import CandidateSearch, SearchPage
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


@router.post(
    "",
    operation_id="create_candidate",
    summary="Enter a candidate",
    status_code=201,
    response_model=CandidateRead,
    responses=answers(404, 409, 415, 422, example=examples.CANDIDATE, success=201),
)
async def create_candidate(
    request: Request,
    given: Annotated[CandidateCreate, Body(examples=[{"name": "Mara Lindqvist", "email": "mara@example.org"}])],
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)],
) -> Response:
    """Enter a candidate by hand.

    Where the e-mail address or the external id is known, `candidate_exists` (409) leads to the one who has it.
    """
    made = await candidate_service.create(session, given)
    return row_answer(request, made, status=201, location=f"/api/v1/candidates/{made.id}")


@router.get(
    "/search",
    operation_id="search_candidates",
    summary="Search candidates",
    response_model=SearchPage,
    responses=answers(422, example=candidate_examples.SEARCH_PAGE),
)
async def search_candidates(
    request: Request,
    opener: Annotated[Opener, opens(Permission.RESUME_READ, write=False)],
    resources: Using,
    asked: Annotated[CandidateSearch, Query()],
) -> Response:
    """Search the masked resumes by words, phrases and operators and by similarity of meaning, best first.

    Names and contact data are not in what is searched: `name` is a filter of its own, over keyed hashes.
    """
    return found_answer(request, await found_of(opener, resources, asked))


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


@router.put(
    "/{candidate_id}/contact",
    operation_id="set_candidate_contact",
    summary="Refuse or allow e-mails to a candidate",
    response_model=CandidateRead,
    responses=answers(404, 409, 412, 415, 422, example=examples.CANDIDATE),
)
async def set_candidate_contact(
    request: Request,
    candidate_id: UUID,
    change: Annotated[ContactChange, Body(examples=[{"do_not_contact": True, "reason": "Asked so by telephone"}])],
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)],
    versions: GivenMatch,
) -> Response:
    """Say whether e-mails may be sent to a candidate, and why. While they may not, none is sent."""
    return row_answer(request, await candidate_service.set_contact(session, candidate_id, change, versions))


@router.put(
    "/{candidate_id}/current-resume",
    operation_id="choose_candidate_resume",
    summary="Choose the resume that counts",
    response_model=CandidateRead,
    responses=answers(404, 412, 415, 422, example=examples.CANDIDATE),
)
async def choose_candidate_resume(
    request: Request,
    candidate_id: UUID,
    choice: Annotated[ResumeChoice, Body(examples=[{"resume_id": examples.RESUME_ID}])],
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)],
    versions: GivenMatch,
) -> Response:
    """Let one version of the resume count for filters and search; without a choice the one that was read last does."""
    return row_answer(request, await candidate_service.choose_resume(session, candidate_id, choice.resume_id, versions))
