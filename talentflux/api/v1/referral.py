"""Referrals."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import candidate_examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import CANDIDATE_ID, listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.referral import ReferralCreate, ReferralQuery, ReferralRead, ReferralUpdate
from talentflux.services import referral_service

router = StemRouter(prefix="/referrals", tags=["referrals"])
_Reading = Annotated[ReadSession, reads(Permission.CANDIDATE_READ)]
_Writing = Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)]


@router.post(
    "",
    operation_id="create_referral",
    summary="Enter a referral",
    status_code=201,
    response_model=ReferralRead,
    responses=answers(404, 409, 415, 422, example=candidate_examples.REFERRAL, success=201),
)
async def create_referral(
    request: Request,
    given: Annotated[ReferralCreate, Body(examples=[{"candidate_id": CANDIDATE_ID, "credit": 50}])],
    session: _Writing,
) -> Response:
    """Enter who recommended a candidate, for one requisition or for the organization as a whole."""
    made = await referral_service.create(session, given)
    return row_answer(request, made, status=201, location=f"/api/v1/referrals/{made.id}")


@router.get(
    "",
    operation_id="list_referrals",
    summary="List referrals",
    response_model=Page[ReferralRead],
    responses=answers(422, example=listed(candidate_examples.REFERRAL)),
)
async def list_referrals(request: Request, session: _Reading, asked: Annotated[ReferralQuery, Query()]) -> Response:
    """List referrals, newest first unless another order is asked for; `user_id` gives those of one colleague."""
    check_deleted(session, asked, Permission.CANDIDATE_WRITE)
    return page_answer(request, await referral_service.page(session, asked))


@router.get(
    "/{referral_id}",
    operation_id="get_referral",
    summary="Read a referral",
    response_model=ReferralRead,
    responses=answers(404, 422, example=candidate_examples.REFERRAL),
)
async def get_referral(request: Request, referral_id: UUID, session: _Reading) -> Response:
    """Return a referral."""
    return row_answer(request, await referral_service.get(session, referral_id))


@router.patch(
    "/{referral_id}",
    operation_id="update_referral",
    summary="Change a referral",
    response_model=ReferralRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=candidate_examples.REFERRAL),
)
async def update_referral(
    request: Request,
    referral_id: UUID,
    changes: Annotated[ReferralUpdate, Body(examples=[{"credit": 50}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Change note or share of the credit. Fields that are left out stay; null empties the note."""
    return row_answer(request, await referral_service.update(session, referral_id, changes, versions))


@router.delete(
    "/{referral_id}",
    operation_id="delete_referral",
    summary="Delete a referral",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_referral(referral_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Hide a referral; its share of the credit is free again."""
    await referral_service.delete(session, referral_id, versions)


@router.post(
    "/{referral_id}/restore",
    operation_id="restore_referral",
    summary="Restore a referral",
    response_model=ReferralRead,
    responses=answers(404, 409, 412, 422, example=candidate_examples.REFERRAL),
)
async def restore_referral(request: Request, referral_id: UUID, session: _Writing, versions: GivenMatch) -> Response:
    """Show a deleted referral again."""
    return row_answer(request, await referral_service.restore(session, referral_id, versions))
