"""Automations of stages."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from talentflux.api import application_examples as examples
from talentflux.api.answers import GivenMatch, PageCursor, PageLimit, RequiredMatch, answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.stage_automation import AutomationCreate, AutomationRead, AutomationUpdate
from talentflux.services import stage_automation_service

router = StemRouter(prefix="/stage-automations", tags=["pipelines"], route_class=ApiRoute)
of_stage = StemRouter(prefix="/pipelines", tags=["pipelines"], route_class=ApiRoute)
_Reading = Annotated[ReadSession, reads(Permission.PIPELINE_READ)]
_Writing = Annotated[WriteSession, writes(Permission.PIPELINE_WRITE)]


@of_stage.get(
    "/{pipeline_id}/stages/{stage_id}/automations",
    operation_id="list_stage_automations",
    summary="List a stage's automations",
    response_model=Page[AutomationRead],
    responses=answers(404, 422, example=listed(examples.AUTOMATION)),
)
async def list_stage_automations(  # noqa: PLR0913 -- one argument per parameter
    request: Request,
    pipeline_id: UUID,
    stage_id: UUID,
    session: _Reading,
    *,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> Response:
    """List what is done by itself when an application enters a stage, the oldest first."""
    return page_answer(request, await stage_automation_service.page(session, pipeline_id, stage_id, limit, cursor))


@of_stage.post(
    "/{pipeline_id}/stages/{stage_id}/automations",
    operation_id="create_stage_automation",
    summary="Automate a stage",
    status_code=201,
    response_model=AutomationRead,
    responses=answers(404, 415, 422, example=examples.AUTOMATION, success=201),
)
async def create_stage_automation(
    request: Request,
    pipeline_id: UUID,
    stage_id: UUID,
    given: Annotated[
        AutomationCreate,
        Body(examples=[{"action": "send_email", "subject": "We have it", "body": "Dear {{candidate_name}}, …"}]),
    ],
    session: _Writing,
) -> Response:
    """Let an e-mail, a task or a request for a scorecard follow when an application enters a stage, after a delay."""
    made = await stage_automation_service.create(session, pipeline_id, stage_id, given)
    return row_answer(request, made, status=201, location=f"/api/v1/stage-automations/{made.id}")


@router.get(
    "/{automation_id}",
    operation_id="get_stage_automation",
    summary="Read an automation",
    response_model=AutomationRead,
    responses=answers(404, 422, example=examples.AUTOMATION),
)
async def get_stage_automation(request: Request, automation_id: UUID, session: _Reading) -> Response:
    """Return one automation of a stage."""
    return row_answer(request, await stage_automation_service.get(session, automation_id))


@router.patch(
    "/{automation_id}",
    operation_id="update_stage_automation",
    summary="Change an automation",
    response_model=AutomationRead,
    responses=answers(404, 415, 422, example=examples.AUTOMATION),
)
async def update_stage_automation(
    request: Request,
    automation_id: UUID,
    changes: Annotated[AutomationUpdate, Body(examples=[{"enabled": False}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Switch an automation off, which calls back what waits because of it, or on; or change its delay."""
    return row_answer(request, await stage_automation_service.update(session, automation_id, changes, versions))


@router.delete(
    "/{automation_id}",
    operation_id="delete_stage_automation",
    summary="Delete an automation",
    status_code=204,
    responses=answers(404, 422),
)
async def delete_stage_automation(automation_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Take an automation away and call back what waits because of it."""
    await stage_automation_service.delete(session, automation_id, versions)
