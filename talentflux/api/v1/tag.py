"""Tags of the organization, and which candidates have them."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import candidate_record_examples as record
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.tag import (
    CandidateTags,
    CandidateTagsUpdate,
    TagChange,
    TagChanged,
    TagMerge,
    TagQuery,
    TagRead,
    TagUpdate,
)
from talentflux.services import tag_service

router = StemRouter(prefix="/tags", tags=["tags"])
of_candidates = StemRouter(prefix="/candidates", tags=["tags"])
_Reading = Annotated[ReadSession, reads(Permission.CANDIDATE_READ)]
_Writing = Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)]


@router.get(
    "",
    operation_id="list_tags",
    summary="List tags",
    response_model=Page[TagRead],
    responses=answers(422, example=listed(record.TAG)),
)
async def list_tags(request: Request, session: _Reading, asked: Annotated[TagQuery, Query()]) -> Response:
    """List the organization's tags, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.CANDIDATE_WRITE)
    return page_answer(request, await tag_service.page(session, asked))


@router.get(
    "/{tag_id}",
    operation_id="get_tag",
    summary="Read a tag",
    response_model=TagRead,
    responses=answers(404, 422, example=record.TAG),
)
async def get_tag(request: Request, tag_id: UUID, session: _Reading) -> Response:
    """Return a tag."""
    return row_answer(request, await tag_service.get(session, tag_id))


@router.patch(
    "/{tag_id}",
    operation_id="update_tag",
    summary="Rename a tag",
    response_model=TagRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=record.TAG),
)
async def update_tag(
    request: Request,
    tag_id: UUID,
    changes: Annotated[TagUpdate, Body(examples=[{"name": "Speaks Swedish"}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Give a tag another name. Whoever has it keeps it."""
    return row_answer(request, await tag_service.rename(session, tag_id, changes, versions))


@router.post(
    "/{tag_id}/merge",
    operation_id="merge_tag",
    summary="Merge a tag into this one",
    response_model=TagRead,
    responses=answers(404, 415, 422, example=record.TAG),
)
async def merge_tag(
    request: Request,
    tag_id: UUID,
    given: Annotated[TagMerge, Body(examples=[{"other_id": record.TAG_ID}])],
    session: _Writing,
) -> Response:
    """Give this tag to all candidates who have the other one, and delete the other one."""
    return row_answer(request, await tag_service.merge(session, tag_id, given.other_id))


@router.delete(
    "/{tag_id}",
    operation_id="delete_tag",
    summary="Delete a tag",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_tag(tag_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Take a tag from all candidates who have it and delete it."""
    await tag_service.delete(session, tag_id, versions)


@of_candidates.post(
    "/tags",
    operation_id="tag_candidates",
    summary="Tag many candidates",
    responses=answers(404, 415, 422, example=record.TAGGED),
)
async def tag_candidates(
    given: Annotated[
        TagChange,
        Body(examples=[{"candidate_ids": [record.CANDIDATE_ID], "add": ["Speaks Swedish"], "remove": ["New"]}]),
    ],
    session: _Writing,
) -> TagChanged:
    """Give candidates tags and take others from them, all or none. Tags that do not exist yet are made."""
    return await tag_service.change(session, given)


@of_candidates.get(
    "/{candidate_id}/tags",
    operation_id="get_candidate_tags",
    summary="Tags of a candidate",
    responses=answers(404, 422, example=record.TAGS),
)
async def get_candidate_tags(candidate_id: UUID, session: _Reading) -> CandidateTags:
    """Return the tags of a candidate by name."""
    return await tag_service.of_candidate(session, candidate_id)


@of_candidates.put(
    "/{candidate_id}/tags",
    operation_id="put_candidate_tags",
    summary="Set the tags of a candidate",
    responses=answers(404, 415, 422, example=record.TAGS),
)
async def put_candidate_tags(
    candidate_id: UUID,
    given: Annotated[CandidateTagsUpdate, Body(examples=[record.TAGS])],
    session: _Writing,
) -> CandidateTags:
    """Let a candidate have these tags and no others. Tags that do not exist yet are made."""
    return await tag_service.put(session, candidate_id, given.names)
