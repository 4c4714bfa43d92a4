"""Applications."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from talentflux.api import examples
from talentflux.api.answers import PageCursor, PageLimit, answers, page_answer
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.application import ApplicationRead, ApplicationUpdate, Stage
from talentflux.schemas.page import Page
from talentflux.services import application_service

router = APIRouter(prefix="/applications", tags=["applications"])


@router.get(
    "",
    operation_id="list_applications",
    summary="List applications",
    response_model=Page[ApplicationRead],
    responses=answers(422, example=examples.listed(examples.APPLICATION)),
)
async def list_applications(  # noqa: PLR0913, PLR0917 -- FastAPI passes each by name
    request: Request,
    session: Annotated[ReadSession, reads(Permission.APPLICATION_READ)],
    requisition_id: Annotated[UUID | None, Query(description="Only those to this requisition.")] = None,
    candidate_id: Annotated[UUID | None, Query(description="Only those of this candidate.")] = None,
    stage: Annotated[Stage | None, Query(description="Only those in this stage.")] = None,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> Response:
    """List applications, newest first."""
    found = await application_service.page(
        session, limit, cursor, requisition_id=requisition_id, candidate_id=candidate_id, stage=stage
    )
    return page_answer(request, found)


@router.patch(
    "/{application_id}",
    operation_id="update_application",
    summary="Move an application",
    responses=answers(404, 415, 422, example=examples.APPLICATION),
)
async def update_application(
    application_id: UUID,
    changes: Annotated[ApplicationUpdate, Body(examples=[{"stage": "interview"}])],
    session: Annotated[WriteSession, writes(Permission.APPLICATION_MOVE)],
) -> ApplicationRead:
    """Move an application to another stage. A score never does so; a person decides."""
    return await application_service.move(session, application_id, changes.stage)
