"""E-mails that the program sent for the organization, and those that need a person to look."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from talentflux.api import examples
from talentflux.api.answers import answers, page_answer, row_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import reads, writes
from talentflux.schemas.email import EmailQuery, EmailRead
from talentflux.schemas.page import Page
from talentflux.services import email_service

router = StemRouter(prefix="/emails", tags=["emails"], route_class=ApiRoute)


@router.get(
    "",
    operation_id="list_emails",
    summary="List e-mails",
    response_model=Page[EmailRead],
    responses=answers(422, example=examples.listed(examples.EMAIL)),
)
async def list_emails(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.EMAIL_READ)],
    asked: Annotated[EmailQuery, Query()],
) -> Response:
    """List the organization's e-mails with their state, newest first; e-mails about accounts are nobody else's."""
    return page_answer(request, await email_service.page(session, asked))


@router.get(
    "/{email_id}",
    operation_id="get_email",
    summary="Read how an e-mail stands",
    response_model=EmailRead,
    responses=answers(404, 422, example=examples.EMAIL),
)
async def get_email(
    request: Request, email_id: UUID, session: Annotated[ReadSession, reads(Permission.EMAIL_READ)]
) -> Response:
    """Return an e-mail's state, attempts and last error; its text is not shown, for it may carry a link."""
    return row_answer(request, await email_service.get(session, email_id))


@router.post(
    "/{email_id}/resend",
    operation_id="resend_email",
    summary="Send a flagged e-mail again",
    response_model=EmailRead,
    responses=answers(404, 409, 422, example=examples.EMAIL | {"state": "queued", "resendable": False}),
)
async def resend_email(
    request: Request, email_id: UUID, session: Annotated[WriteSession, writes(Permission.EMAIL_SEND)]
) -> Response:
    """Send an e-mail again that failed, or of which nobody knows whether it arrived: then it may arrive twice."""
    return row_answer(request, await email_service.resend(session, email_id))
