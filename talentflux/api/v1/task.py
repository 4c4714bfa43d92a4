"""Background work."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response

from talentflux.api import examples
from talentflux.api.answers import answers, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads
from talentflux.schemas.task import TaskRead
from talentflux.services import task_service

router = StemRouter(prefix="/tasks", tags=["tasks"], route_class=ApiRoute)


@router.get(
    "/{task_id}",
    operation_id="get_task",
    summary="How far a task has come",
    response_model=TaskRead,
    responses=answers(404, 422, example=examples.TASK),
)
async def get_task(
    request: Request, task_id: UUID, session: Annotated[ReadSession, reads(Permission.TASK_READ)]
) -> Response:
    """Return status and percentage of background work, and what went wrong item by item."""
    return row_answer(request, await task_service.get(session, task_id))
