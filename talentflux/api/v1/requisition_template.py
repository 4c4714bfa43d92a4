"""Templates and copies of requisitions."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import examples, requisition_examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.requisition import RequisitionRead
from talentflux.schemas.requisition_template import (
    RequisitionCopy,
    RequisitionFromTemplate,
    TemplateCreate,
    TemplateQuery,
    TemplateRead,
    TemplateSummary,
    TemplateUpdate,
)
from talentflux.services import requisition_template_service

router = StemRouter(prefix="/requisition-templates", tags=["requisition templates"], route_class=ApiRoute)
of_requisition = StemRouter(prefix="/requisitions", tags=["requisition templates"], route_class=ApiRoute)
_PATH = "/api/v1/requisition-templates"
_Reading = Annotated[ReadSession, reads(Permission.REQUISITION_READ)]
_Making = Annotated[WriteSession, writes(Permission.REQUISITION_CREATE)]
_Writing = Annotated[WriteSession, writes(Permission.REQUISITION_WRITE)]


@router.get(
    "",
    operation_id="list_requisition_templates",
    summary="List templates",
    response_model=Page[TemplateSummary],
    responses=answers(422, example=examples.listed(requisition_examples.TEMPLATE_SUMMARY)),
)
async def list_requisition_templates(
    request: Request, session: _Reading, asked: Annotated[TemplateQuery, Query()]
) -> Response:
    """List templates, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.REQUISITION_WRITE)
    return page_answer(request, await requisition_template_service.page(session, asked))


@router.post(
    "",
    operation_id="create_requisition_template",
    summary="Make a template",
    status_code=201,
    response_model=TemplateRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.TEMPLATE, success=201),
)
async def create_requisition_template(
    request: Request,
    given: Annotated[
        TemplateCreate,
        Body(
            examples=[
                {
                    "name": "Backend developer",
                    "content": {"title": "Backend developer", "description": "Required:\n- PostgreSQL"},
                }
            ]
        ),
    ],
    session: _Writing,
) -> Response:
    """Make a template of a requisition, or of content that is written down."""
    made = await requisition_template_service.create(session, given)
    return row_answer(request, made, status=201, location=f"{_PATH}/{made.id}")


@router.get(
    "/{requisition_template_id}",
    operation_id="get_requisition_template",
    summary="Read a template",
    response_model=TemplateRead,
    responses=answers(404, 422, example=requisition_examples.TEMPLATE),
)
async def get_requisition_template(request: Request, requisition_template_id: UUID, session: _Reading) -> Response:
    """Return a template."""
    return row_answer(request, await requisition_template_service.get(session, requisition_template_id))


@router.patch(
    "/{requisition_template_id}",
    operation_id="update_requisition_template",
    summary="Change a template",
    response_model=TemplateRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=requisition_examples.TEMPLATE),
)
async def update_requisition_template(
    request: Request,
    requisition_template_id: UUID,
    changes: Annotated[TemplateUpdate, Body(examples=[{"name": "Backend developer, Nordics"}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Change name or content. Requisitions that were made from it stay as they are."""
    changed = await requisition_template_service.update(session, requisition_template_id, changes, versions)
    return row_answer(request, changed)


@router.delete(
    "/{requisition_template_id}",
    operation_id="delete_requisition_template",
    summary="Delete a template",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_requisition_template(requisition_template_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Hide a template."""
    await requisition_template_service.delete(session, requisition_template_id, versions)


@router.post(
    "/{requisition_template_id}/requisitions",
    operation_id="create_requisition_from_template",
    summary="Make a requisition from a template",
    status_code=201,
    response_model=RequisitionRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.REQUISITION, success=201),
)
async def create_requisition_from_template(
    request: Request,
    requisition_template_id: UUID,
    given: Annotated[RequisitionFromTemplate, Body(examples=[{"title": "Backend developer, payments"}])],
    session: _Making,
) -> Response:
    """Make a requisition with the template's text, requirements, terms and interview plan."""
    made = await requisition_template_service.use(session, requisition_template_id, given)
    return row_answer(request, made, status=201, location=f"/api/v1/requisitions/{made.id}")


@of_requisition.post(
    "/{requisition_id}/copy",
    operation_id="copy_requisition",
    summary="Copy a requisition",
    status_code=201,
    response_model=RequisitionRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.REQUISITION, success=201),
)
async def copy_requisition(
    request: Request,
    requisition_id: UUID,
    given: Annotated[RequisitionCopy, Body(examples=[{"team": True, "openings": True}])],
    session: _Making,
) -> Response:
    """Make a requisition like another one, with or without its hiring team, its pipeline and its openings."""
    made = await requisition_template_service.copy(session, requisition_id, given)
    return row_answer(request, made, status=201, location=f"/api/v1/requisitions/{made.id}")
