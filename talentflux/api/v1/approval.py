"""Approvals of requisitions: what waits for whom, and decisions."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import examples, requisition_examples
from talentflux.api.answers import PageCursor, PageLimit, answers, page_answer, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Using, reads, writes
from talentflux.schemas.approval import ApprovalQuery, ApprovalRead, ApprovalSummary, DecisionWrite, StepReassign
from talentflux.schemas.page import Page
from talentflux.services import approval_decision_service

router = StemRouter(prefix="/approvals", tags=["approvals"], route_class=ApiRoute)
of_requisition = StemRouter(prefix="/requisitions", tags=["approvals"], route_class=ApiRoute)


@router.get(
    "",
    operation_id="list_approvals",
    summary="List what waits for your approval",
    response_model=Page[ApprovalSummary],
    responses=answers(422, example=examples.listed(requisition_examples.APPROVAL_SUMMARY)),
)
async def list_approvals(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.APPROVAL_READ)],
    asked: Annotated[ApprovalQuery, Query()],
) -> Response:
    """List the requests that you can decide on now, for yourself or for those you stand in for; the latest first.

    `view` asks for those that you made, or for all, which needs `approval:write`.
    """
    return page_answer(request, await approval_decision_service.page(session, asked))


@router.get(
    "/{approval_id}",
    operation_id="get_approval",
    summary="Read an approval",
    responses=answers(404, 422, example=requisition_examples.APPROVAL),
)
async def get_approval(
    approval_id: UUID, session: Annotated[ReadSession, reads(Permission.APPROVAL_READ)]
) -> ApprovalRead:
    """Return a request with its steps, whose decisions are missing, and where it is stuck."""
    return await approval_decision_service.get(session, approval_id)


@router.post(
    "/{approval_id}/decide",
    operation_id="decide_approval",
    summary="Approve or decline",
    response_model=ApprovalRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.APPROVAL),
)
async def decide_approval(
    request: Request,
    approval_id: UUID,
    given: Annotated[
        DecisionWrite,
        Body(examples=[{"step_id": requisition_examples.STEP_ID, "decision": "approve", "comment": "In the plan."}]),
    ],
    session: Annotated[WriteSession, writes(Permission.APPROVAL_DECIDE)],
    resources: Using,
) -> Response:
    """Decide on a step, for yourself and those you stand in for. One who declines ends the request.

    Who asked gets an e-mail with the outcome and the comment of the last decision, unless they decided themself.
    """
    return row_answer(
        request, await approval_decision_service.decide(session, approval_id, given, resources.settings.public_url)
    )


@router.post(
    "/{approval_id}/reassign",
    operation_id="reassign_approval",
    summary="Name other approvers",
    response_model=ApprovalRead,
    responses=answers(404, 409, 415, 422, example=requisition_examples.APPROVAL),
)
async def reassign_approval(
    request: Request,
    approval_id: UUID,
    given: Annotated[StepReassign, Body(examples=[{"user_ids": [requisition_examples.USER_ID], "rule": "any"}])],
    session: Annotated[WriteSession, writes(Permission.APPROVAL_WRITE)],
    resources: Using,
) -> Response:
    """Let other persons decide on a step that is stuck or still to come."""
    return row_answer(
        request, await approval_decision_service.reassign(session, approval_id, given, resources.settings.public_url)
    )


@of_requisition.get(
    "/{requisition_id}/approvals",
    operation_id="list_requisition_approvals",
    summary="List the approvals of a requisition",
    response_model=Page[ApprovalSummary],
    responses=answers(404, 422, example=examples.listed(requisition_examples.APPROVAL_SUMMARY)),
)
async def list_requisition_approvals(
    request: Request,
    requisition_id: UUID,
    session: Annotated[ReadSession, reads(Permission.REQUISITION_READ)],
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> Response:
    """List how often a requisition was submitted and what became of it, the latest first."""
    page = await approval_decision_service.of_requisition(session, requisition_id, limit, cursor)
    return page_answer(request, page)
