"""Applications."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import examples
from talentflux.api.answers import RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.application import ApplicationQuery, ApplicationRead, ApplicationUpdate
from talentflux.schemas.page import Page
from talentflux.services import application_service

router = StemRouter(prefix="/applications", tags=["applications"], route_class=ApiRoute)


@router.get(
    "",
    operation_id="list_applications",
    summary="List applications",
    response_model=Page[ApplicationRead],
    responses=answers(422, example=examples.listed(examples.APPLICATION)),
)
async def list_applications(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.APPLICATION_READ)],
    asked: Annotated[ApplicationQuery, Query()],
) -> Response:
    """List applications, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.CANDIDATE_DELETE)
    return page_answer(request, await application_service.page(session, asked))


@router.get(
    "/{application_id}",
    operation_id="get_application",
    summary="Read an application",
    response_model=ApplicationRead,
    responses=answers(404, 422, example=examples.APPLICATION),
)
async def get_application(
    request: Request, application_id: UUID, session: Annotated[ReadSession, reads(Permission.APPLICATION_READ)]
) -> Response:
    """Return an application with the names of its two sides."""
    return row_answer(request, await application_service.get(session, application_id))


@router.patch(
    "/{application_id}",
    operation_id="update_application",
    summary="Move an application",
    response_model=ApplicationRead,
    responses=answers(404, 415, 422, example=examples.APPLICATION),
)
async def update_application(
    request: Request,
    application_id: UUID,
    changes: Annotated[ApplicationUpdate, Body(examples=[{"stage": "interview"}])],
    session: Annotated[WriteSession, writes(Permission.APPLICATION_MOVE)],
    versions: RequiredMatch,
) -> Response:
    """Move an application to another stage. A score never does so; a person decides."""
    return row_answer(request, await application_service.move(session, application_id, changes.stage, versions))
