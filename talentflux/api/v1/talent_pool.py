"""Talent pools."""

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
from talentflux.schemas.talent_pool import (
    CandidatePools,
    PoolMemberAdd,
    PoolMemberAdded,
    PoolMemberQuery,
    PoolMemberRead,
    TalentPoolCreate,
    TalentPoolQuery,
    TalentPoolRead,
    TalentPoolUpdate,
)
from talentflux.services import talent_pool_service

router = StemRouter(prefix="/talent-pools", tags=["talent pools"])
of_candidates = StemRouter(prefix="/candidates", tags=["talent pools"])
_Reading = Annotated[ReadSession, reads(Permission.TALENT_POOL_READ)]
_Writing = Annotated[WriteSession, writes(Permission.TALENT_POOL_WRITE)]
_NEW = {"name": "Backend, Nordics", "description": "For the next round."}


@router.post(
    "",
    operation_id="create_talent_pool",
    summary="Make a talent pool",
    status_code=201,
    response_model=TalentPoolRead,
    responses=answers(409, 415, 422, example=record.POOL, success=201),
)
async def create_talent_pool(
    request: Request, given: Annotated[TalentPoolCreate, Body(examples=[_NEW])], session: _Writing
) -> Response:
    """Make a talent pool: people to think of again."""
    made = await talent_pool_service.create(session, given)
    return row_answer(request, made, status=201, location=f"/api/v1/talent-pools/{made.id}")


@router.get(
    "",
    operation_id="list_talent_pools",
    summary="List talent pools",
    response_model=Page[TalentPoolRead],
    responses=answers(422, example=listed(record.POOL)),
)
async def list_talent_pools(
    request: Request, session: _Reading, asked: Annotated[TalentPoolQuery, Query()]
) -> Response:
    """List talent pools, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.TALENT_POOL_WRITE)
    return page_answer(request, await talent_pool_service.page(session, asked))


@router.get(
    "/{talent_pool_id}",
    operation_id="get_talent_pool",
    summary="Read a talent pool",
    response_model=TalentPoolRead,
    responses=answers(404, 422, example=record.POOL),
)
async def get_talent_pool(request: Request, talent_pool_id: UUID, session: _Reading) -> Response:
    """Return a talent pool."""
    return row_answer(request, await talent_pool_service.get(session, talent_pool_id))


@router.patch(
    "/{talent_pool_id}",
    operation_id="update_talent_pool",
    summary="Change a talent pool",
    response_model=TalentPoolRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=record.POOL),
)
async def update_talent_pool(
    request: Request,
    talent_pool_id: UUID,
    changes: Annotated[TalentPoolUpdate, Body(examples=[{"name": "Backend, Europe"}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Change name or description. Fields that are left out stay."""
    return row_answer(request, await talent_pool_service.update(session, talent_pool_id, changes, versions))


@router.delete(
    "/{talent_pool_id}",
    operation_id="delete_talent_pool",
    summary="Delete a talent pool",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_talent_pool(talent_pool_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Hide a talent pool. The candidates stay, and are in it again when it is restored."""
    await talent_pool_service.delete(session, talent_pool_id, versions)


@router.post(
    "/{talent_pool_id}/restore",
    operation_id="restore_talent_pool",
    summary="Restore a talent pool",
    response_model=TalentPoolRead,
    responses=answers(404, 409, 412, 422, example=record.POOL),
)
async def restore_talent_pool(
    request: Request, talent_pool_id: UUID, session: _Writing, versions: GivenMatch
) -> Response:
    """Show a deleted talent pool again."""
    return row_answer(request, await talent_pool_service.restore(session, talent_pool_id, versions))


@router.get(
    "/{talent_pool_id}/candidates",
    operation_id="list_talent_pool_candidates",
    summary="Who is in a talent pool",
    response_model=Page[PoolMemberRead],
    responses=answers(404, 422, example=listed(record.POOL_MEMBER)),
)
async def list_talent_pool_candidates(
    request: Request, talent_pool_id: UUID, session: _Reading, asked: Annotated[PoolMemberQuery, Query()]
) -> Response:
    """List the candidates in a pool with their consent, who put them there and why; the last one put there first."""
    return page_answer(request, await talent_pool_service.people(session, talent_pool_id, asked))


@router.post(
    "/{talent_pool_id}/candidates",
    operation_id="add_talent_pool_candidates",
    summary="Put candidates into a talent pool",
    responses=answers(404, 409, 415, 422, example=record.POOL_ADDED),
)
async def add_talent_pool_candidates(
    talent_pool_id: UUID,
    given: Annotated[
        PoolMemberAdd,
        Body(examples=[{"candidate_ids": [record.CANDIDATE_ID], "reason": "Second in the last round."}]),
    ],
    session: _Writing,
) -> PoolMemberAdded:
    """Put candidates into a pool, all or none. Refused is who withdrew consent to be kept, or may be kept no longer."""
    return await talent_pool_service.add(session, talent_pool_id, given)


@router.delete(
    "/{talent_pool_id}/candidates/{candidate_id}",
    operation_id="remove_talent_pool_candidate",
    summary="Take a candidate out of a talent pool",
    status_code=204,
    responses=answers(404, 422),
)
async def remove_talent_pool_candidate(talent_pool_id: UUID, candidate_id: UUID, session: _Writing) -> None:
    """Take a candidate out of a pool."""
    await talent_pool_service.remove(session, talent_pool_id, candidate_id)


@of_candidates.get(
    "/{candidate_id}/talent-pools",
    operation_id="get_candidate_talent_pools",
    summary="Talent pools of a candidate",
    responses=answers(404, 422, example=record.CANDIDATE_POOLS),
)
async def get_candidate_talent_pools(candidate_id: UUID, session: _Reading) -> CandidatePools:
    """Return the talent pools that a candidate is in, the latest first."""
    return await talent_pool_service.of_candidate(session, candidate_id)
