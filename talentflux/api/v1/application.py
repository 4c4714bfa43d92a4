"""Applications."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import application_examples as examples
from talentflux.api.answers import (
    GivenMatch,
    PageCursor,
    PageLimit,
    RequiredMatch,
    answers,
    check_deleted,
    page_answer,
    row_answer,
)
from talentflux.api.examples import APPLICATION, CANDIDATE_ID, REQUISITION_ID, listed
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.application import (
    ApplicationCreate,
    ApplicationDetail,
    ApplicationEntry,
    ApplicationQuery,
    ApplicationRead,
    ApplicationUpdate,
    Rejection,
    Reopening,
    StageChangeRead,
    Transfer,
)
from talentflux.schemas.application_action import ApplicationActionRead
from talentflux.schemas.page import Page
from talentflux.services import application_action_service, application_moves, application_service

router = StemRouter(prefix="/applications", tags=["applications"], route_class=ApiRoute)
of_requisition = StemRouter(prefix="/requisitions", tags=["applications"], route_class=ApiRoute)
_PATH = "/api/v1/applications"
_Moving = Annotated[WriteSession, writes(Permission.APPLICATION_MOVE)]
_Reading = Annotated[ReadSession, reads(Permission.APPLICATION_READ)]


@router.post(
    "",
    operation_id="create_application",
    summary="Let a candidate apply",
    status_code=201,
    response_model=ApplicationDetail,
    responses=answers(404, 409, 415, 422, example=examples.APPLICATION_DETAIL, success=201),
)
async def create_application(
    request: Request,
    given: Annotated[
        ApplicationCreate, Body(examples=[{"requisition_id": REQUISITION_ID, "candidate_id": CANDIDATE_ID}])
    ],
    session: Annotated[WriteSession, writes(Permission.APPLICATION_CREATE)],
) -> Response:
    """Enter an application for a candidate. The requisition must be open, and they must not have applied before."""
    made = await application_service.create(session, given)
    return row_answer(request, made, status=201, location=f"{_PATH}/{made.id}")


@of_requisition.post(
    "/{requisition_id}/applications",
    operation_id="create_requisition_application",
    summary="Let a candidate apply to a requisition",
    status_code=201,
    response_model=ApplicationDetail,
    responses=answers(404, 409, 415, 422, example=examples.APPLICATION_DETAIL, success=201),
)
async def create_requisition_application(
    request: Request,
    requisition_id: UUID,
    given: Annotated[ApplicationEntry, Body(examples=[{"candidate_id": CANDIDATE_ID}])],
    session: Annotated[WriteSession, writes(Permission.APPLICATION_CREATE)],
) -> Response:
    """Enter an application for a candidate, as `create_application` does; recruiters of the hiring team may, too."""
    whole = ApplicationCreate(requisition_id=requisition_id, **given.model_dump())
    made = await application_service.create(session, whole)
    return row_answer(request, made, status=201, location=f"{_PATH}/{made.id}")


@router.get(
    "",
    operation_id="list_applications",
    summary="List applications",
    response_model=Page[ApplicationRead],
    responses=answers(422, example=listed(APPLICATION)),
)
async def list_applications(
    request: Request, session: _Reading, asked: Annotated[ApplicationQuery, Query()]
) -> Response:
    """List applications, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.CANDIDATE_DELETE)
    return page_answer(request, await application_service.page(session, asked))


@router.get(
    "/{application_id}",
    operation_id="get_application",
    summary="Read an application",
    response_model=ApplicationDetail,
    responses=answers(404, 422, example=examples.APPLICATION_DETAIL),
)
async def get_application(request: Request, application_id: UUID, session: _Reading) -> Response:
    """Return an application with the names of its two sides, and where the same person was hired before."""
    return row_answer(request, await application_service.get(session, application_id))


@router.patch(
    "/{application_id}",
    operation_id="update_application",
    summary="Move an application",
    response_model=ApplicationDetail,
    responses=answers(404, 409, 415, 422, example=examples.APPLICATION_DETAIL),
)
async def update_application(
    request: Request,
    application_id: UUID,
    changes: Annotated[ApplicationUpdate, Body(examples=[{"stage": "interview"}])],
    session: _Moving,
    versions: RequiredMatch,
) -> Response:
    """Move an application to another stage or place, or change what is kept about it. A person decides, no score."""
    return row_answer(request, await application_service.update(session, application_id, changes, versions))


@router.get(
    "/{application_id}/history",
    operation_id="get_application_history",
    summary="Read the steps of an application",
    response_model=Page[StageChangeRead],
    responses=answers(404, 422, example=listed(examples.STAGE_CHANGE)),
)
async def get_application_history(
    request: Request, application_id: UUID, session: _Reading, limit: PageLimit = 50, cursor: PageCursor = None
) -> Response:
    """List where an application went from and to, who moved it and how long it was there, the first step first."""
    return page_answer(request, await application_service.history(session, application_id, limit, cursor))


@router.get(
    "/{application_id}/actions",
    operation_id="list_application_actions",
    summary="Read what is due for an application",
    response_model=Page[ApplicationActionRead],
    responses=answers(404, 422, example=listed(examples.ACTION)),
)
async def list_application_actions(
    request: Request, application_id: UUID, session: _Reading, limit: PageLimit = 50, cursor: PageCursor = None
) -> Response:
    """List e-mails and tasks that wait, were done, or were called back, the latest first."""
    return page_answer(request, await application_action_service.page(session, application_id, limit, cursor))


@router.post(
    "/{application_id}/actions/{application_action_id}/cancel",
    operation_id="cancel_application_action",
    summary="Call back what waits for an application",
    response_model=ApplicationActionRead,
    responses=answers(404, 409, 422, example=examples.ACTION | {"state": "cancelled", "outcome": "called_back"}),
)
async def cancel_application_action(
    request: Request, application_id: UUID, application_action_id: UUID, session: _Moving
) -> Response:
    """Let an e-mail or a task that waits never come. The application stays as it is: a rejected one is not reopened."""
    found = await application_action_service.call_back(session, application_id, application_action_id)
    return row_answer(request, found)


@router.post(
    "/{application_id}/reject",
    operation_id="reject_application",
    summary="Reject an application",
    response_model=ApplicationDetail,
    responses=answers(404, 409, 415, 422, example=examples.APPLICATION_DETAIL),
)
async def reject_application(
    request: Request,
    application_id: UUID,
    session: _Moving,
    versions: GivenMatch,
    given: Annotated[Rejection, Body(examples=[{"send_email": True, "delay_minutes": 1440}])] = Rejection(),
) -> Response:
    """Reject an application. The e-mail waits for the delay; until then, reopening the application calls it back."""
    return row_answer(request, await application_moves.reject(session, application_id, given, versions))


@router.post(
    "/{application_id}/reopen",
    operation_id="reopen_application",
    summary="Reopen an application",
    response_model=ApplicationDetail,
    responses=answers(404, 409, 415, 422, example=examples.APPLICATION_DETAIL),
)
async def reopen_application(
    request: Request,
    application_id: UUID,
    session: _Moving,
    versions: GivenMatch,
    given: Annotated[Reopening, Body(examples=[{}])] = Reopening(),
) -> Response:
    """Bring a rejected, withdrawn or hired application back. An e-mail that rejects and still waits is never sent."""
    return row_answer(request, await application_moves.reopen(session, application_id, given, versions))


@router.post(
    "/{application_id}/withdraw",
    operation_id="withdraw_application",
    summary="Withdraw an application",
    response_model=ApplicationDetail,
    responses=answers(404, 409, 422, example=examples.APPLICATION_DETAIL),
)
async def withdraw_application(
    request: Request, application_id: UUID, session: _Moving, versions: GivenMatch
) -> Response:
    """Close an application because the candidate does not want to go on. What waits for it is called back."""
    return row_answer(request, await application_moves.withdraw(session, application_id, versions))


@router.post(
    "/{application_id}/transfer",
    operation_id="transfer_application",
    summary="Transfer an application",
    status_code=201,
    response_model=ApplicationDetail,
    responses=answers(404, 409, 415, 422, example=examples.APPLICATION_DETAIL, success=201),
)
async def transfer_application(
    request: Request,
    application_id: UUID,
    given: Annotated[Transfer, Body(examples=[{"requisition_id": REQUISITION_ID}])],
    session: _Moving,
    versions: GivenMatch,
) -> Response:
    """Let an application go on in another requisition: a new one takes its place, and both point to each other."""
    made = await application_moves.transfer(session, application_id, given, versions)
    return row_answer(request, made, status=201, location=f"{_PATH}/{made.id}")
