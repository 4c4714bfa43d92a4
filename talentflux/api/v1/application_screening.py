"""The screening of applications."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import screening_examples
from talentflux.api.answers import answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.application_screening import (
    AssessmentWrite,
    ScreeningQuery,
    ScreeningRead,
    ScreeningRequested,
    ScreeningRow,
)
from talentflux.schemas.page import Page
from talentflux.services import application_screening_service

router = StemRouter(tags=["screening"])
_Reading = Annotated[ReadSession, reads(Permission.MATCH_READ)]
_Running = Annotated[WriteSession, writes(Permission.MATCH_RUN)]


@router.get(
    "/screenings",
    operation_id="list_screenings",
    summary="The screening queue",
    response_model=Page[ScreeningRow],
    responses=answers(422, example=listed(screening_examples.ROW)),
)
async def list_screenings(request: Request, session: _Reading, asked: Annotated[ScreeningQuery, Query()]) -> Response:
    """List applications by their standing, the best first: the score, or a person's word where there is one."""
    return page_answer(request, await application_screening_service.page(session, asked))


@router.get(
    "/applications/{application_id}/screening",
    operation_id="get_application_screening",
    summary="Read an application's screening",
    response_model=ScreeningRead,
    responses=answers(404, 422, example=screening_examples.DETAIL),
)
async def get_application_screening(request: Request, application_id: UUID, session: _Reading) -> Response:
    """Return verdicts with quoted evidence, flags, the person's word, and the screenings before."""
    return row_answer(request, await application_screening_service.get(session, application_id))


@router.post(
    "/applications/{application_id}/screening",
    operation_id="screen_application",
    summary="Screen an application anew",
    status_code=202,
    responses=answers(404, 422, example={"applications": 1}, success=202),
)
async def screen_application(application_id: UUID, session: _Running) -> ScreeningRequested:
    """Compare an application with the requirements as they are now. A person's word stays with the former screening."""
    return await application_screening_service.request_again(session, application_id)


@router.put(
    "/applications/{application_id}/screening/assessment",
    operation_id="assess_application",
    summary="Give a person's word on an application",
    response_model=ScreeningRead,
    responses=answers(404, 415, 422, example=screening_examples.DETAIL),
)
async def assess_application(
    request: Request,
    application_id: UUID,
    given: Annotated[
        AssessmentWrite, Body(examples=[{"assessment": "strong", "reason": "Led the same migration at a peer."}])
    ],
    session: Annotated[WriteSession, writes(Permission.APPLICATION_MOVE)],
) -> Response:
    """Override what was computed, with the reason. It orders the queue and moves nothing."""
    return row_answer(request, await application_screening_service.assess(session, application_id, given))


@router.post(
    "/requisitions/{requisition_id}/screenings",
    operation_id="screen_requisition",
    summary="Screen all applications anew",
    status_code=202,
    responses=answers(404, 422, example=screening_examples.REQUESTED, success=202),
)
async def screen_requisition(requisition_id: UUID, session: _Running) -> ScreeningRequested:
    """Compare every application that is still to be decided with the requirements as they are now."""
    return await application_screening_service.request_all(session, requisition_id)
