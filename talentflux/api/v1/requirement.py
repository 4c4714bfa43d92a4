"""Requirements of requisitions and their versions."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Path, Query, Request, Response

from talentflux.api import examples, requisition_examples
from talentflux.api.answers import GivenMatch, PageCursor, PageLimit, answers, page_answer, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.requisition import (
    RequirementsDifference,
    RequirementsRestore,
    RequirementsUpdate,
    RequirementVersionRead,
    RequirementVersionSummary,
    RequisitionRead,
)
from talentflux.services import requirement_service, requisition_service

router = StemRouter(prefix="/requisitions", tags=["requirements"], route_class=ApiRoute)
_Reading = Annotated[ReadSession, reads(Permission.REQUISITION_READ)]
_Version = Annotated[int, Path(ge=1, le=2**31 - 1, description="The number of a version.")]
_Writing = Annotated[WriteSession, writes(Permission.REQUISITION_WRITE)]


@router.put(
    "/{requisition_id}/requirements",
    operation_id="edit_requirements",
    summary="Edit the requirements",
    response_model=RequisitionRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.REQUISITION),
)
async def edit_requirements(
    request: Request,
    requisition_id: UUID,
    given: Annotated[
        RequirementsUpdate,
        Body(
            examples=[
                {
                    "version": 1,
                    "requirements": [
                        {"id": "r1", "kind": "skill", "text": "PostgreSQL", "skill_ids": ["postgresql"]},
                        {"id": "r2", "kind": "years", "text": "Three years of experience", "years": 3},
                    ],
                }
            ]
        ),
    ],
    session: _Writing,
    versions: GivenMatch,
) -> Response:
    """Put an edited list in the place of the former one. The version that was edited must be the present one."""
    row = await requirement_service.edit(session, requisition_id, given, versions)
    return row_answer(request, await requisition_service.read(session, row))


@router.get(
    "/{requisition_id}/requirements/versions",
    operation_id="list_requirement_versions",
    summary="List the versions of the requirements",
    response_model=Page[RequirementVersionSummary],
    responses=answers(404, 422, example=examples.listed(requisition_examples.REQUIREMENT_VERSION_SUMMARY)),
)
async def list_requirement_versions(
    request: Request, requisition_id: UUID, session: _Reading, limit: PageLimit = 50, cursor: PageCursor = None
) -> Response:
    """List who changed the requirements and when, the latest version first."""
    return page_answer(request, await requirement_service.history(session, requisition_id, limit, cursor))


@router.get(
    "/{requisition_id}/requirements/versions/{version}",
    operation_id="get_requirement_version",
    summary="Read a version of the requirements",
    responses=answers(404, 422, example=requisition_examples.REQUIREMENT_VERSION),
)
async def get_requirement_version(requisition_id: UUID, version: _Version, session: _Reading) -> RequirementVersionRead:
    """Return the requirements as one version had them."""
    return await requirement_service.get(session, requisition_id, version)


@router.get(
    "/{requisition_id}/requirements/difference",
    operation_id="compare_requirement_versions",
    summary="Compare two versions of the requirements",
    responses=answers(404, 422, example=requisition_examples.REQUIREMENTS_DIFFERENCE),
)
async def compare_requirement_versions(
    requisition_id: UUID,
    session: _Reading,
    older: Annotated[int, Query(ge=1, le=2**31 - 1, description="The version that is compared with.")],
    newer: Annotated[int, Query(ge=1, le=2**31 - 1, description="The version that is compared.")],
) -> RequirementsDifference:
    """Say which requirements came, went and changed from one version to another, by their ids."""
    return await requirement_service.difference(session, requisition_id, older, newer)


@router.post(
    "/{requisition_id}/requirements/versions/{version}/restore",
    operation_id="restore_requirement_version",
    summary="Restore a version of the requirements",
    response_model=RequisitionRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.REQUISITION),
)
async def restore_requirement_version(
    request: Request,
    requisition_id: UUID,
    version: _Version,
    given: Annotated[RequirementsRestore, Body(examples=[{"version": 3}])],
    session: _Writing,
) -> Response:
    """Let the list of a former version hold again, as a new version."""
    row = await requirement_service.restore(session, requisition_id, version, given.version)
    return row_answer(request, await requisition_service.read(session, row))
