"""Custom fields, and the values that candidates have in them."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import candidate_record_examples as record
from talentflux.api.answers import RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.custom_field import (
    CandidateCustomFields,
    CustomFieldCreate,
    CustomFieldQuery,
    CustomFieldRead,
    CustomFieldUpdate,
    CustomValues,
)
from talentflux.schemas.page import Page
from talentflux.services import custom_field_service

router = StemRouter(prefix="/custom-fields", tags=["custom fields"])
of_candidates = StemRouter(prefix="/candidates", tags=["custom fields"])
_Reading = Annotated[ReadSession, reads(Permission.CUSTOM_FIELD_READ)]
_Writing = Annotated[WriteSession, writes(Permission.CUSTOM_FIELD_WRITE)]
_NEW = {
    "resource": "candidate", "slug": "notice_period", "name": "Notice period", "type": "select",
    "options": ["None", "1 month", "3 months"],
}  # fmt: skip


@router.post(
    "",
    operation_id="create_custom_field",
    summary="Add a custom field",
    status_code=201,
    response_model=CustomFieldRead,
    responses=answers(409, 415, 422, example=record.FIELD, success=201),
)
async def create_custom_field(
    request: Request, given: Annotated[CustomFieldCreate, Body(examples=[_NEW])], session: _Writing
) -> Response:
    """Add a field to candidates, requisitions, applications or jobs. Slug and type are chosen once."""
    made = await custom_field_service.create(session, given)
    return row_answer(request, made, status=201, location=f"/api/v1/custom-fields/{made.id}")


@router.get(
    "",
    operation_id="list_custom_fields",
    summary="List custom fields",
    response_model=Page[CustomFieldRead],
    responses=answers(422, example=listed(record.FIELD)),
)
async def list_custom_fields(
    request: Request, session: _Reading, asked: Annotated[CustomFieldQuery, Query()]
) -> Response:
    """List custom fields, archived ones too, the oldest first unless another order is asked for."""
    check_deleted(session, asked, Permission.CUSTOM_FIELD_WRITE)
    return page_answer(request, await custom_field_service.page(session, asked))


@router.get(
    "/{custom_field_id}",
    operation_id="get_custom_field",
    summary="Read a custom field",
    response_model=CustomFieldRead,
    responses=answers(404, 422, example=record.FIELD),
)
async def get_custom_field(request: Request, custom_field_id: UUID, session: _Reading) -> Response:
    """Return a custom field."""
    return row_answer(request, await custom_field_service.get(session, custom_field_id))


@router.patch(
    "/{custom_field_id}",
    operation_id="update_custom_field",
    summary="Change a custom field",
    response_model=CustomFieldRead,
    responses=answers(404, 412, 415, 422, 428, example=record.FIELD),
)
async def update_custom_field(
    request: Request,
    custom_field_id: UUID,
    changes: Annotated[CustomFieldUpdate, Body(examples=[{"name": "Notice", "archived": True}])],
    session: _Writing,
    versions: RequiredMatch,
) -> Response:
    """Change name, options and rules of a field, or archive it. Slug, type and stored values stay."""
    return row_answer(request, await custom_field_service.update(session, custom_field_id, changes, versions))


@of_candidates.get(
    "/{candidate_id}/custom-fields",
    operation_id="get_candidate_custom_fields",
    summary="Custom fields of a candidate",
    response_model=CandidateCustomFields,
    responses=answers(404, 422, example=record.CUSTOM_FIELDS),
)
async def get_candidate_custom_fields(
    request: Request, candidate_id: UUID, session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ)]
) -> Response:
    """Return a value for each field; private fields are left out without `candidate:read_private`."""
    return row_answer(request, await custom_field_service.of_candidate(session, candidate_id))


@of_candidates.put(
    "/{candidate_id}/custom-fields",
    operation_id="put_candidate_custom_fields",
    summary="Set the custom fields of a candidate",
    response_model=CandidateCustomFields,
    responses=answers(404, 412, 415, 422, 428, example=record.CUSTOM_FIELDS),
)
async def put_candidate_custom_fields(
    request: Request,
    candidate_id: UUID,
    given: Annotated[CustomValues, Body(examples=[{"values": {"notice_period": "3 months"}}])],
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)],
    versions: RequiredMatch,
) -> Response:
    """Store all values of a candidate by slug. Fields that are left out, or null, are emptied."""
    return row_answer(request, await custom_field_service.put_candidate(session, candidate_id, given.values, versions))
