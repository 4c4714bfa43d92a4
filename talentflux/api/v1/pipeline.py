"""Pipelines and their stages."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import application_examples as examples
from talentflux.api.answers import GivenMatch, PageCursor, PageLimit, RequiredMatch, answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.pipeline import (
    PipelineChoice,
    PipelineCreate,
    PipelineRead,
    PipelineSummary,
    PipelineUpdate,
    StageCreate,
    StageUpdate,
)
from talentflux.services import pipeline_service, pipeline_stages

router = StemRouter(prefix="/pipelines", tags=["pipelines"], route_class=ApiRoute)
of_requisition = StemRouter(prefix="/requisitions", tags=["pipelines"], route_class=ApiRoute)
_Reading = Annotated[ReadSession, reads(Permission.PIPELINE_READ)]
_Writing = Annotated[WriteSession, writes(Permission.PIPELINE_WRITE)]


@router.post(
    "",
    operation_id="create_pipeline",
    summary="Create a pipeline",
    status_code=201,
    response_model=PipelineRead,
    responses=answers(415, 422, example=examples.PIPELINE, success=201),
)
async def create_pipeline(
    request: Request, given: Annotated[PipelineCreate, Body(examples=[{"name": "Engineering"}])], session: _Writing
) -> Response:
    """Create a pipeline of the organization, with the usual stages unless others are given."""
    made = await pipeline_service.create(session, given)
    return row_answer(request, made, status=201, location=f"/api/v1/pipelines/{made.id}")


@router.get(
    "",
    operation_id="list_pipelines",
    summary="List pipelines",
    response_model=Page[PipelineSummary],
    responses=answers(422, example=listed(examples.PIPELINE_SUMMARY)),
)
async def list_pipelines(
    request: Request, session: _Reading, limit: PageLimit = 50, cursor: PageCursor = None
) -> Response:
    """List the organization's pipelines, newest first; requisitions' own are read with the requisition."""
    return page_answer(request, await pipeline_service.page(session, limit, cursor))


@router.get(
    "/{pipeline_id}",
    operation_id="get_pipeline",
    summary="Read a pipeline",
    response_model=PipelineRead,
    responses=answers(404, 422, example=examples.PIPELINE),
)
async def get_pipeline(request: Request, pipeline_id: UUID, session: _Reading) -> Response:
    """Return a pipeline with its stages in order."""
    return row_answer(request, await pipeline_service.get(session, pipeline_id))


@router.patch(
    "/{pipeline_id}",
    operation_id="update_pipeline",
    summary="Change a pipeline",
    response_model=PipelineRead,
    responses=answers(404, 409, 415, 422, example=examples.PIPELINE),
)
async def update_pipeline(
    request: Request,
    pipeline_id: UUID,
    changes: Annotated[PipelineUpdate, Body(examples=[{"is_default": True, "rejection_delay_minutes": 1440}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Change name, rejection or whether it is the default. Applications go on in the stages that they stand in."""
    return row_answer(request, await pipeline_service.update(session, pipeline_id, changes, versions))


@router.delete(
    "/{pipeline_id}",
    operation_id="delete_pipeline",
    summary="Delete a pipeline",
    status_code=204,
    responses=answers(404, 409, 422),
)
async def delete_pipeline(pipeline_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Hide a pipeline that is not the default and that no application stands in."""
    await pipeline_service.delete(session, pipeline_id, versions)


@router.post(
    "/{pipeline_id}/stages",
    operation_id="create_stage",
    summary="Add a stage",
    status_code=201,
    response_model=PipelineRead,
    responses=answers(404, 409, 415, 422, example=examples.PIPELINE, success=201),
)
async def create_stage(
    request: Request,
    pipeline_id: UUID,
    given: Annotated[StageCreate, Body(examples=[{"name": "Work sample", "kind": "screen", "position": 3}])],
    session: _Writing,
) -> Response:
    """Put a new stage into a pipeline, at the end unless a place is given."""
    made = await pipeline_stages.add_stage(session, pipeline_id, given)
    return row_answer(request, made, status=201, location=f"/api/v1/pipelines/{pipeline_id}")


@router.patch(
    "/{pipeline_id}/stages/{stage_id}",
    operation_id="update_stage",
    summary="Change a stage",
    response_model=PipelineRead,
    responses=answers(404, 415, 422, example=examples.PIPELINE),
)
async def update_stage(  # noqa: PLR0913 -- one argument per parameter
    request: Request,
    pipeline_id: UUID,
    stage_id: UUID,
    changes: Annotated[StageUpdate, Body(examples=[{"max_days": 7}])],
    session: _Writing,
    *,
    versions: RequiredMatch,
) -> Response:
    """Change a stage's name, place or most days. `If-Match` names the version of the pipeline."""
    return row_answer(request, await pipeline_stages.update_stage(session, pipeline_id, stage_id, changes, versions))


@router.delete(
    "/{pipeline_id}/stages/{stage_id}",
    operation_id="delete_stage",
    summary="Remove a stage",
    status_code=204,
    responses=answers(404, 409, 422),
)
async def delete_stage(
    pipeline_id: UUID,
    stage_id: UUID,
    session: _Writing,
    versions: GivenMatch,
    move_to: Annotated[UUID | None, Query(description="The stage that its applications go to.")] = None,
) -> None:
    """Take a stage out of a pipeline. Where applications stand in it, `move_to` must name another one."""
    await pipeline_stages.remove_stage(session, pipeline_id, stage_id, move_to, versions)


@of_requisition.get(
    "/{requisition_id}/pipeline",
    operation_id="get_requisition_pipeline",
    summary="Read a requisition's pipeline",
    response_model=PipelineRead,
    responses=answers(404, 422, example=examples.PIPELINE),
)
async def get_requisition_pipeline(request: Request, requisition_id: UUID, session: _Reading) -> Response:
    """Return the stages that a requisition's applications go through: its own, or those of the organization."""
    return row_answer(request, await pipeline_service.of_requisition(session, requisition_id))


@of_requisition.put(
    "/{requisition_id}/pipeline",
    operation_id="put_requisition_pipeline",
    summary="Give a requisition its own pipeline",
    response_model=PipelineRead,
    responses=answers(404, 409, 415, 422, example=examples.PIPELINE),
)
async def put_requisition_pipeline(
    request: Request,
    requisition_id: UUID,
    given: Annotated[PipelineChoice, Body(examples=[{"pipeline_id": examples.PIPELINE_ID}])],
    session: Annotated[WriteSession, writes(Permission.REQUISITION_WRITE)],
) -> Response:
    """Copy a pipeline, with its automations, for this requisition; its applications move over by the kind of stage.

    Where others do not stop moving them, the answer is 409 and nothing has changed.
    """
    return row_answer(request, await pipeline_service.choose(session, requisition_id, given.pipeline_id))
