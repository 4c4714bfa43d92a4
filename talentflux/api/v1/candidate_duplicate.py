"""Candidates who may be one person."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from talentflux.api import candidate_record_examples as record
from talentflux.api.answers import answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.candidate_duplicate import DuplicateList, DuplicateQuery, DuplicateRead
from talentflux.schemas.page import Page
from talentflux.services import candidate_duplicate_service

router = StemRouter(prefix="/candidates", tags=["duplicates"])
_Reading = Annotated[ReadSession, reads(Permission.CANDIDATE_MERGE)]
_Writing = Annotated[WriteSession, writes(Permission.CANDIDATE_MERGE)]


@router.get(
    "/duplicates",
    operation_id="list_duplicates",
    summary="List candidates who may be one person",
    response_model=Page[DuplicateRead],
    responses=answers(422, example=listed(record.DUPLICATE)),
)
async def list_duplicates(request: Request, session: _Reading, asked: Annotated[DuplicateQuery, Query()]) -> Response:
    """List pairs that nobody decided on yet, the surest first, each with what speaks for it.

    They are found in the background as candidates are made or changed.
    """
    return page_answer(request, await candidate_duplicate_service.page(session, asked))


@router.get(
    "/{candidate_id}/duplicates",
    operation_id="get_candidate_duplicates",
    summary="Who may be the same person",
    responses=answers(404, 422, example={"items": [record.DUPLICATE]}),
)
async def get_candidate_duplicates(candidate_id: UUID, session: _Reading) -> DuplicateList:
    """Return the pairs that a candidate is one of and nobody decided on yet, the surest first."""
    return await candidate_duplicate_service.of_candidate(session, candidate_id)


@router.post(
    "/duplicates/{candidate_duplicate_id}/dismiss",
    operation_id="dismiss_duplicate",
    summary="Say that a pair is two persons",
    response_model=DuplicateRead,
    responses=answers(404, 409, 422, example=record.DUPLICATE | {"state": "dismissed"}),
)
async def dismiss_duplicate(request: Request, candidate_duplicate_id: UUID, session: _Writing) -> Response:
    """Say that a pair is two persons. It is not listed again, whatever else is found."""
    return row_answer(request, await candidate_duplicate_service.dismiss(session, candidate_duplicate_id))
