"""Saved searches."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import candidate_examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.api.searching import found_answer, found_of, listed_answer
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens, reads, writes
from talentflux.schemas.candidate_search import CandidateSearch, SearchPage
from talentflux.schemas.page import Page
from talentflux.schemas.saved_search import (
    SavedSearchCreate,
    SavedSearchQuery,
    SavedSearchRead,
    SavedSearchRun,
    SavedSearchUpdate,
)
from talentflux.services import candidate_service, saved_search_service

router = StemRouter(prefix="/saved-searches", tags=["saved searches"])
_Reading = Annotated[ReadSession, reads(Permission.RESUME_READ)]
_Writing = Annotated[WriteSession, writes(Permission.RESUME_READ)]


@router.post(
    "",
    operation_id="create_saved_search",
    summary="Keep a search",
    status_code=201,
    response_model=SavedSearchRead,
    responses=answers(415, 422, example=candidate_examples.SAVED_SEARCH, success=201),
)
async def create_saved_search(
    request: Request,
    given: Annotated[
        SavedSearchCreate,
        Body(
            examples=[
                {"name": "Backend, Uppsala", "q": "postgresql AND (python OR go)", "filters": {"place": "Uppsala"}}
            ]
        ),
    ],
    session: _Writing,
) -> Response:
    """Keep words and filters under a name, to run them again. With `shared` the whole organization sees it."""
    made = await saved_search_service.create(session, given)
    return row_answer(request, made, status=201, location=f"/api/v1/saved-searches/{made.id}")


@router.get(
    "",
    operation_id="list_saved_searches",
    summary="List saved searches",
    response_model=Page[SavedSearchRead],
    responses=answers(422, example=listed(candidate_examples.SAVED_SEARCH)),
)
async def list_saved_searches(
    request: Request, session: _Reading, asked: Annotated[SavedSearchQuery, Query()]
) -> Response:
    """List one's own saved searches and those that are shared, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.RESUME_READ)
    return page_answer(request, await saved_search_service.page(session, asked))


@router.get(
    "/{saved_search_id}",
    operation_id="get_saved_search",
    summary="Read a saved search",
    response_model=SavedSearchRead,
    responses=answers(404, 422, example=candidate_examples.SAVED_SEARCH),
)
async def get_saved_search(request: Request, saved_search_id: UUID, session: _Reading) -> Response:
    """Return a saved search."""
    return row_answer(request, await saved_search_service.get(session, saved_search_id))


@router.patch(
    "/{saved_search_id}",
    operation_id="update_saved_search",
    summary="Change a saved search",
    response_model=SavedSearchRead,
    responses=answers(404, 412, 415, 422, 428, example=candidate_examples.SAVED_SEARCH),
)
async def update_saved_search(
    request: Request,
    saved_search_id: UUID,
    changes: Annotated[SavedSearchUpdate, Body(examples=[{"shared": True}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Change a saved search of one's own. Fields that are left out stay; `filters` are replaced as a whole."""
    return row_answer(request, await saved_search_service.update(session, saved_search_id, changes, versions))


@router.delete(
    "/{saved_search_id}",
    operation_id="delete_saved_search",
    summary="Delete a saved search",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_saved_search(saved_search_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Hide a saved search of one's own."""
    await saved_search_service.delete(session, saved_search_id, versions)


@router.post(
    "/{saved_search_id}/restore",
    operation_id="restore_saved_search",
    summary="Restore a saved search",
    response_model=SavedSearchRead,
    responses=answers(404, 412, 422, example=candidate_examples.SAVED_SEARCH),
)
async def restore_saved_search(
    request: Request, saved_search_id: UUID, session: _Writing, versions: GivenMatch
) -> Response:
    """Show a deleted saved search again."""
    return row_answer(request, await saved_search_service.restore(session, saved_search_id, versions))


@router.get(
    "/{saved_search_id}/candidates",
    operation_id="run_saved_search",
    summary="Run a saved search",
    response_model=SearchPage,
    responses=answers(404, 409, 422, example=candidate_examples.SEARCH_PAGE),
)
async def run_saved_search(
    request: Request,
    saved_search_id: UUID,
    opener: Annotated[Opener, opens(Permission.RESUME_READ, write=False)],
    resources: Using,
    asked: Annotated[SavedSearchRun, Query()],
) -> Response:
    """Run a saved search as it stands: by words and similarity where it has words, else its filters, newest first.

    Where it names a tag, talent pool or requisition that is gone it is refused: it would find nobody.
    """
    async with opener.reading() as session:
        query = saved_search_service.query(await saved_search_service.get(session, saved_search_id), asked)
    if isinstance(query, CandidateSearch):
        return found_answer(request, await found_of(opener, resources, query))
    async with opener.reading() as session:
        return listed_answer(request, await candidate_service.page(session, query))
