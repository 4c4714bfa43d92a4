"""One thing done to many applications."""

from typing import Annotated

from fastapi import Body, Request, Response

from talentflux.api import application_examples as examples
from talentflux.api.answers import answers, row_answer
from talentflux.api.examples import APPLICATION_ID
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import writes
from talentflux.schemas.application_bulk import BulkPreview, BulkRequest
from talentflux.schemas.task import TaskRead
from talentflux.services import application_bulk_service

router = StemRouter(prefix="/applications", tags=["applications"], route_class=ApiRoute)
_Given = Annotated[BulkRequest, Body(examples=[{"application_ids": [APPLICATION_ID], "reject": {"send_email": True}}])]
_Moving = Annotated[WriteSession, writes(Permission.APPLICATION_MOVE)]


@router.post(
    "/bulk/preview",
    operation_id="preview_bulk_applications",
    summary="See what a bulk change would do",
    responses=answers(404, 415, 422, example=examples.BULK_PREVIEW),
)
async def preview_bulk_applications(given: _Given, session: _Moving) -> BulkPreview:
    """Say of each application whether it would be moved, rejected, written to or tagged, and why not. Nothing is."""
    return await application_bulk_service.preview(session, given)


@router.post(
    "/bulk",
    operation_id="change_applications_in_bulk",
    summary="Change many applications",
    status_code=202,
    response_model=TaskRead,
    responses=answers(404, 415, 422, example=examples.BULK_TASK, success=202),
)
async def change_applications_in_bulk(request: Request, given: _Given, session: _Moving) -> Response:
    """Move, reject, write to or tag many; a task says how far it is. What may not be done is in its `errors`."""
    task = await application_bulk_service.start(session, given)
    return row_answer(request, task, status=202, location=f"/api/v1/tasks/{task.id}")
