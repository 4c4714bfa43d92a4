"""Links of candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import Body

from talentflux.api import candidate_record_examples as record
from talentflux.api.answers import answers
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.candidate_link import CandidateLinkCreate, CandidateLinkRead, CandidateLinks
from talentflux.services import candidate_link_service

router = StemRouter(prefix="/candidates", tags=["candidates"])
_Writing = Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)]


@router.get(
    "/{candidate_id}/links",
    operation_id="get_candidate_links",
    summary="Links of a candidate",
    responses=answers(404, 422, example=record.LINKS),
)
async def get_candidate_links(
    candidate_id: UUID, session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ)]
) -> CandidateLinks:
    """Return profiles and websites of a candidate; without `candidate:read_private`, only of what kind they are."""
    return await candidate_link_service.of_candidate(session, candidate_id)


@router.post(
    "/{candidate_id}/links",
    operation_id="add_candidate_link",
    summary="Add a link of a candidate",
    status_code=201,
    responses=answers(404, 409, 415, 422, example=record.LINK, success=201),
)
async def add_candidate_link(
    candidate_id: UUID,
    given: Annotated[CandidateLinkCreate, Body(examples=[{"url": "https://github.com/example"}])],
    session: _Writing,
) -> CandidateLinkRead:
    """Keep a profile or website of a candidate: an http or https address."""
    return await candidate_link_service.add(session, candidate_id, given)


@router.delete(
    "/{candidate_id}/links/{candidate_link_id}",
    operation_id="remove_candidate_link",
    summary="Remove a link of a candidate",
    status_code=204,
    responses=answers(404, 422),
)
async def remove_candidate_link(candidate_id: UUID, candidate_link_id: UUID, session: _Writing) -> None:
    """Remove a profile or website of a candidate."""
    await candidate_link_service.remove(session, candidate_id, candidate_link_id)
