"""Merges of candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from talentflux.api import candidate_record_examples as record
from talentflux.api.answers import answers, row_answer
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.candidate_merge import CandidateMergeCreate, CandidateMergeRead, CandidateMerges
from talentflux.services import candidate_merge_service

router = StemRouter(prefix="/candidates", tags=["duplicates"])
_Reading = Annotated[ReadSession, reads(Permission.CANDIDATE_MERGE)]
_Writing = Annotated[WriteSession, writes(Permission.CANDIDATE_MERGE)]


@router.post(
    "/{candidate_id}/merge",
    operation_id="merge_candidate",
    summary="Merge a candidate into this one",
    status_code=201,
    response_model=CandidateMergeRead,
    responses=answers(404, 409, 415, 422, example=record.MERGE, success=201),
)
async def merge_candidate(
    request: Request,
    candidate_id: UUID,
    given: Annotated[CandidateMergeCreate, Body(examples=[{"other_id": record.OTHER_ID, "take": ["email"]}])],
    session: _Writing,
) -> Response:
    """Let all that belongs to the other candidate belong to this one, and hide the other.

    Of two applications to one requisition the further one goes on; the other is hidden. Consent that either of the two
    withdrew is withdrawn, and who must not be written to is not written to.
    """
    made = await candidate_merge_service.merge(session, candidate_id, given)
    return row_answer(request, made, status=201, location=f"/api/v1/candidates/merges/{made.id}")


@router.get(
    "/{candidate_id}/merges",
    operation_id="get_candidate_merges",
    summary="Merges into a candidate",
    responses=answers(404, 422, example={"items": [record.MERGE]}),
)
async def get_candidate_merges(candidate_id: UUID, session: _Reading) -> CandidateMerges:
    """Return the merges into a candidate, the latest first, those that were undone too."""
    return await candidate_merge_service.merges(session, candidate_id)


@router.get(
    "/merges/{candidate_merge_id}",
    operation_id="get_merge",
    summary="Read a merge",
    response_model=CandidateMergeRead,
    responses=answers(404, 422, example=record.MERGE),
)
async def get_merge(request: Request, candidate_merge_id: UUID, session: _Reading) -> Response:
    """Return a merge."""
    return row_answer(request, await candidate_merge_service.get(session, candidate_merge_id))


@router.post(
    "/merges/{candidate_merge_id}/undo",
    operation_id="undo_merge",
    summary="Undo a merge",
    response_model=CandidateMergeRead,
    responses=answers(404, 409, 422, example=record.MERGE | {"undone_at": "2026-11-21T10:00:00Z"}),
)
async def undo_merge(request: Request, candidate_merge_id: UUID, session: _Writing) -> Response:
    """Let the two be two again, each with what was theirs. What was changed since stays as it was changed.

    Where it is too late, because one of the two was deleted, erased or merged again, the refusal says so.
    """
    return row_answer(request, await candidate_merge_service.undo(session, candidate_merge_id))
