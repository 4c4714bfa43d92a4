"""Requisitions and their rankings."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, File, Form, Query, Request, Response, UploadFile

from talentflux.api import examples, requisition_examples
from talentflux.api.answers import (
    GivenMatch,
    PageCursor,
    PageLimit,
    RequiredMatch,
    answers,
    check_deleted,
    page_answer,
    row_answer,
)
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens, reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.ranking import MatchRead, MatchRequest, RankedMatch
from talentflux.schemas.requirement import JobDescription
from talentflux.schemas.requisition import (
    Placement,
    RequisitionCreate,
    RequisitionQuery,
    RequisitionRead,
    RequisitionSummary,
    RequisitionUpdate,
    StatusChange,
)
from talentflux.schemas.requisition_health import HealthQuery, RequisitionHealth
from talentflux.schemas.task import TaskRead
from talentflux.services import match_service, requisition_health, requisition_lifecycle, requisition_service
from talentflux.services.resume_upload_service import Upload, check_sizes

router = StemRouter(prefix="/requisitions", tags=["requisitions"], route_class=ApiRoute)
_PATH = "/api/v1/requisitions"
Blind = Annotated[bool, Query(description="Leave the names out.")]


@router.post(
    "",
    operation_id="create_requisition",
    summary="Create a requisition from a text",
    status_code=201,
    response_model=RequisitionRead,
    responses=answers(404, 409, 413, 415, 422, example=requisition_examples.REQUISITION, success=201),
)
async def create_requisition(
    request: Request,
    given: Annotated[
        RequisitionCreate, Body(examples=[{"description": "Backend developer\n\nRequired:\n- PostgreSQL"}])
    ],
    opener: Annotated[Opener, opens(Permission.REQUISITION_CREATE)],
) -> Response:
    """Create a requisition; title and requirements are read from the description unless they are given.

    It is open at once, but for drafts and where an approval chain applies: then it is a draft to be submitted.
    """
    return await _created(request, opener, await requisition_service.describe(given), given)


@router.post(
    "/from-file",
    operation_id="create_requisition_from_file",
    summary="Create a requisition from a file",
    status_code=201,
    response_model=RequisitionRead,
    responses=answers(400, 404, 413, 415, 422, example=requisition_examples.REQUISITION, success=201),
)
async def create_requisition_from_file(  # noqa: PLR0913 -- the parts of the form
    request: Request,
    file: Annotated[UploadFile, File(description="The description as text, Markdown, PDF or DOCX.")],
    resources: Using,
    opener: Annotated[Opener, opens(Permission.REQUISITION_CREATE)],
    workspace_id: Annotated[UUID | None, Form(description="The workspace that it belongs to.")] = None,
    *,
    confidential: Annotated[bool, Form(description="Only the hiring team, owners and admins see it.")] = False,
) -> Response:
    """Create a requisition; title and requirements are read from the file."""
    name = file.filename or "description"
    check_sizes([Upload(name, file.size or 0, file.file)], resources.settings)
    job = await requisition_service.describe_file(resources.readers, await file.read(), name)
    return await _created(request, opener, job, Placement(confidential=confidential, workspace_id=workspace_id))


async def _created(request: Request, opener: Opener, job: JobDescription, placed: Placement) -> Response:
    made = await requisition_service.create(await opener.session(), job, placed)
    return row_answer(request, made, status=201, location=f"{_PATH}/{made.id}")


@router.get(
    "",
    operation_id="list_requisitions",
    summary="List requisitions",
    response_model=Page[RequisitionSummary],
    responses=answers(422, example=examples.listed(requisition_examples.REQUISITION_SUMMARY)),
)
async def list_requisitions(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.REQUISITION_READ)],
    asked: Annotated[RequisitionQuery, Query()],
) -> Response:
    """List requisitions, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.REQUISITION_DELETE)
    return page_answer(request, await requisition_service.page(session, asked))


@router.get(
    "/health",
    operation_id="list_requisition_health",
    summary="See how requisitions go",
    response_model=Page[RequisitionHealth],
    responses=answers(422, example=examples.listed(requisition_examples.HEALTH)),
)
async def list_requisition_health(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.REQUISITION_READ)],
    asked: Annotated[HealthQuery, Query()],
) -> Response:
    """List requisitions with age, openings filled, applications by kind of stage, and flags with their reasons.

    The oldest come first unless another order is asked for.
    """
    check_deleted(session, asked, Permission.REQUISITION_DELETE)
    return page_answer(request, await requisition_health.page(session, asked))


@router.get(
    "/{requisition_id}",
    operation_id="get_requisition",
    summary="Read a requisition",
    response_model=RequisitionRead,
    responses=answers(404, 422, example=requisition_examples.REQUISITION),
)
async def get_requisition(
    request: Request, requisition_id: UUID, session: Annotated[ReadSession, reads(Permission.REQUISITION_READ)]
) -> Response:
    """Return a requisition with its description and requirements."""
    return row_answer(request, await requisition_service.get(session, requisition_id))


@router.patch(
    "/{requisition_id}",
    operation_id="update_requisition",
    summary="Change a requisition",
    response_model=RequisitionRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=requisition_examples.REQUISITION),
)
async def update_requisition(
    request: Request,
    requisition_id: UUID,
    changes: Annotated[RequisitionUpdate, Body(examples=[{"confidential": True}])],
    session: Annotated[WriteSession, writes(Permission.REQUISITION_WRITE)],
    versions: RequiredMatch,
) -> Response:
    """Change a requisition.

    Whoever makes it confidential joins the hiring team. A change of what was approved (title, pay, department,
    workspace, kind of employment) sends it back to `draft`. A `status` is reached by the action that leads there from
    the present one; where none does, the answer is 409.
    """
    return row_answer(request, await requisition_service.update(session, requisition_id, changes, versions))


@router.delete(
    "/{requisition_id}",
    operation_id="delete_requisition",
    summary="Delete a requisition",
    status_code=204,
    responses=answers(404, 409, 422),
)
async def delete_requisition(
    requisition_id: UUID,
    session: Annotated[WriteSession, writes(Permission.REQUISITION_DELETE)],
    versions: GivenMatch,
) -> None:
    """Hide a requisition with its applications and its ranking.

    Where others do not stop moving them, the answer is 409 and nothing has changed.
    """
    await requisition_service.delete(session, requisition_id, versions)


@router.post(
    "/{requisition_id}/restore",
    operation_id="restore_requisition",
    summary="Restore a requisition",
    response_model=RequisitionRead,
    responses=answers(404, 409, 422, example=requisition_examples.REQUISITION),
)
async def restore_requisition(
    request: Request,
    requisition_id: UUID,
    session: Annotated[WriteSession, writes(Permission.REQUISITION_DELETE)],
    versions: GivenMatch,
) -> Response:
    """Show a deleted requisition again, with the applications and the ranking that were hidden with it."""
    return row_answer(request, await requisition_service.restore(session, requisition_id, versions))


_Acting = Annotated[WriteSession, writes(Permission.REQUISITION_WRITE)]
_Change = Annotated[StatusChange, Body(examples=[{"reason": "Budget is released in January"}])]
_NO_REASON = StatusChange()
_ACTIONS = {
    "submit": (
        "Submit a requisition",
        "Ask for its approval. Where no approval chain applies, it is approved at once.",
    ),
    "withdraw": ("Withdraw a requisition", "Take it back while its approval is pending; it is a draft again."),
    "open": (
        "Open a requisition",
        "Look for people from now on. What an approval chain applies to is submitted first.",
    ),
    "hold": ("Put a requisition on hold", "Take no applications for a while."),
    "resume": ("Resume a requisition", "Take applications again after a hold."),
    "close": ("Close a requisition", "Look for nobody any more. An approval that is pending is withdrawn."),
    "reopen": ("Reopen a requisition", "Look for people again; what its approval covers no longer becomes a draft."),
}


def _add_action(action: str, summary: str, description: str) -> None:
    """Add the operation that takes a requisition into another status."""

    async def act(
        request: Request, requisition_id: UUID, session: _Acting, versions: GivenMatch, given: _Change = _NO_REASON
    ) -> Response:
        row = await requisition_lifecycle.act_on(session, requisition_id, action, given.reason, versions)
        return row_answer(request, await requisition_service.read(session, row))

    router.post(
        f"/{{requisition_id}}/{action}",
        name=f"{action}_requisition",
        operation_id=f"{action}_requisition",
        summary=summary,
        description=description,
        response_model=RequisitionRead,
        tags=["requisition statuses"],
        responses=answers(404, 409, 412, 415, 422, example=requisition_examples.REQUISITION),
    )(act)


for _action, (_summary, _description) in _ACTIONS.items():
    _add_action(_action, _summary, _description)


@router.post(
    "/{requisition_id}/match",
    operation_id="match_requisition",
    summary="Rank candidates",
    status_code=202,
    response_model=TaskRead,
    tags=["matches"],
    responses=answers(404, 415, 422, example=examples.MATCH_TASK, success=202),
)
async def match_requisition(
    request: Request,
    requisition_id: UUID,
    session: Annotated[WriteSession, writes(Permission.MATCH_RUN)],
    given: Annotated[MatchRequest, Body(examples=[{"scope": "pool", "limit": 100}])] = MatchRequest(),
) -> Response:
    """Ask for a new ranking; a task makes it and puts it in the place of the former one."""
    task = await match_service.request(session, requisition_id, given)
    return row_answer(request, task, status=202, location=f"/api/v1/tasks/{task.id}")


@router.get(
    "/{requisition_id}/matches",
    operation_id="list_matches",
    summary="Read the ranking",
    response_model=Page[RankedMatch],
    tags=["matches"],
    responses=answers(404, 422, example=examples.listed(examples.MATCH_SUMMARY)),
)
async def list_matches(  # noqa: PLR0913 -- one argument per parameter
    request: Request,
    requisition_id: UUID,
    session: Annotated[ReadSession, reads(Permission.MATCH_READ)],
    limit: PageLimit = 50,
    cursor: PageCursor = None,
    *,
    blind: Blind = False,
) -> Response:
    """List the candidates of the latest ranking, best first. A score orders; a person decides."""
    return page_answer(request, await match_service.page(session, requisition_id, limit, cursor, blind=blind))


@router.get(
    "/{requisition_id}/matches/{candidate_id}",
    operation_id="get_match",
    summary="Read one candidate's evidence",
    tags=["matches"],
    responses=answers(404, 422, example=examples.MATCH),
)
async def get_match(
    requisition_id: UUID,
    candidate_id: UUID,
    session: Annotated[ReadSession, reads(Permission.MATCH_READ)],
    *,
    blind: Blind = False,
) -> MatchRead:
    """Return verdict, reason and quoted evidence for every requirement, and the masked text that is quoted."""
    return await match_service.get(session, requisition_id, candidate_id, blind=blind)
