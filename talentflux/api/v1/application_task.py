"""Tasks about applications."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import application_examples as examples
from talentflux.api.answers import RequiredMatch, answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.application_task import (
    ApplicationTaskCreate,
    ApplicationTaskQuery,
    ApplicationTaskRead,
    ApplicationTaskUpdate,
)
from talentflux.schemas.page import Page
from talentflux.services import application_task_service

router = StemRouter(prefix="/application-tasks", tags=["applications"], route_class=ApiRoute)
of_application = StemRouter(prefix="/applications", tags=["applications"], route_class=ApiRoute)
_PATH = "/api/v1/application-tasks"


@of_application.post(
    "/{application_id}/tasks",
    operation_id="create_application_task",
    summary="Make a task",
    status_code=201,
    response_model=ApplicationTaskRead,
    responses=answers(404, 415, 422, example=examples.TASK, success=201),
)
async def create_application_task(
    request: Request,
    application_id: UUID,
    given: Annotated[ApplicationTaskCreate, Body(examples=[{"title": "Call about the notice period"}])],
    session: Annotated[WriteSession, writes(Permission.APPLICATION_MOVE)],
) -> Response:
    """Make a task about an application, for a member or for whoever takes it."""
    made = await application_task_service.create(session, application_id, given)
    return row_answer(request, made, status=201, location=f"{_PATH}/{made.id}")


@router.get(
    "",
    operation_id="list_application_tasks",
    summary="List tasks about applications",
    response_model=Page[ApplicationTaskRead],
    responses=answers(422, example=listed(examples.TASK)),
)
async def list_application_tasks(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.APPLICATION_READ)],
    asked: Annotated[ApplicationTaskQuery, Query()],
) -> Response:
    """List tasks, newest first: all, those of an application, or those of a member."""
    return page_answer(request, await application_task_service.page(session, asked))


@router.get(
    "/{application_task_id}",
    operation_id="get_application_task",
    summary="Read a task about an application",
    response_model=ApplicationTaskRead,
    responses=answers(404, 422, example=examples.TASK),
)
async def get_application_task(
    request: Request, application_task_id: UUID, session: Annotated[ReadSession, reads(Permission.APPLICATION_READ)]
) -> Response:
    """Return one task."""
    return row_answer(request, await application_task_service.get(session, application_task_id))


@router.patch(
    "/{application_task_id}",
    operation_id="update_application_task",
    summary="Finish a task",
    response_model=ApplicationTaskRead,
    responses=answers(404, 415, 422, example=examples.TASK),
)
async def update_application_task(
    request: Request,
    application_task_id: UUID,
    given: Annotated[ApplicationTaskUpdate, Body(examples=[{"done": True}])],
    session: Annotated[WriteSession, writes(Permission.APPLICATION_READ)],
    versions: RequiredMatch,
) -> Response:
    """Finish a task or take it up again: whoever it was given to, or who may move the application."""
    done = await application_task_service.finish(session, application_task_id, done=given.done, versions=versions)
    return row_answer(request, done)
