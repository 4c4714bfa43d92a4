"""Invitations to the organization."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import tenant_examples
from talentflux.api.answers import answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, Scope, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Using, open_to_all, reads, writes, writes_own
from talentflux.schemas.member import (
    InvitationAccepted,
    InvitationCreate,
    InvitationPreview,
    InvitationQuery,
    InvitationRead,
    InvitationSecret,
)
from talentflux.schemas.page import Page
from talentflux.services import invitation_service

router = StemRouter(prefix="/invitations", tags=["invitations"])
_Reading = Annotated[ReadSession, reads(Permission.MEMBER_INVITE)]
_Writing = Annotated[WriteSession, writes(Permission.MEMBER_INVITE)]
_Secret = Annotated[InvitationSecret, Body(examples=[{"token": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"}])]


@router.post(
    "",
    operation_id="create_invitation",
    summary="Invite somebody",
    status_code=201,
    response_model=InvitationRead,
    responses=answers(404, 409, 415, 422, example=tenant_examples.INVITATION, success=201),
)
async def create_invitation(
    request: Request,
    given: Annotated[InvitationCreate, Body(examples=[{"email": "alex.moreau@example.org", "role": "interviewer"}])],
    session: _Writing,
    resources: Using,
) -> Response:
    """Send a link by e-mail that is good once, for seven days, for this address. No role may do more than your own."""
    made = await invitation_service.create(session, given, resources.settings.public_url)
    return row_answer(request, made, status=201, location=f"/api/v1/invitations/{made.id}")


@router.get(
    "",
    operation_id="list_invitations",
    summary="List invitations",
    response_model=Page[InvitationRead],
    responses=answers(422, example=listed(tenant_examples.INVITATION)),
)
async def list_invitations(request: Request, session: _Reading, asked: Annotated[InvitationQuery, Query()]) -> Response:
    """List invitations, newest first, those included that were accepted, revoked or have expired."""
    return page_answer(request, await invitation_service.page(session, asked))


@router.post(
    "/preview",
    operation_id="preview_invitation",
    summary="What a link offers",
    dependencies=[open_to_all()],
    responses=answers(415, 422, example=tenant_examples.INVITATION_PREVIEW),
)
async def preview_invitation(given: _Secret, resources: Using) -> InvitationPreview:
    """Return what the link of an e-mail offers; needs no log-in. The secret travels in the body, so no log gets it.

    Links that were used, revoked or have expired are answered like those that never were (422, `link_invalid`).
    """
    async with resources.database.read_session(Scope(identity=True)) as session:
        return await invitation_service.preview(session, given.token.get_secret_value())


@router.post(
    "/accept",
    operation_id="accept_invitation",
    summary="Accept an invitation",
    responses=answers(401, 409, 415, 422, example=tenant_examples.INVITATION_ACCEPTED),
)
async def accept_invitation(given: _Secret, session: Annotated[WriteSession, writes_own()]) -> InvitationAccepted:
    """Join the organization. Your account must have the address that was invited, confirmed.

    Name the organization in `X-Organization-Id` to work in it; a log-in without an organization begins there itself.
    """
    assert session.principal is not None
    assert session.principal.user_id is not None
    return await invitation_service.accept(session, given.token.get_secret_value(), session.principal.user_id)


@router.get(
    "/{invitation_id}",
    operation_id="get_invitation",
    summary="Read an invitation",
    response_model=InvitationRead,
    responses=answers(404, 422, example=tenant_examples.INVITATION),
)
async def get_invitation(request: Request, invitation_id: UUID, session: _Reading) -> Response:
    """Return an invitation and where it stands."""
    return row_answer(request, await invitation_service.get(session, invitation_id))


@router.post(
    "/{invitation_id}/resend",
    operation_id="resend_invitation",
    summary="Send an invitation again",
    response_model=InvitationRead,
    responses=answers(404, 409, 422, 429, example=tenant_examples.INVITATION),
)
async def resend_invitation(request: Request, invitation_id: UUID, session: _Writing, resources: Using) -> Response:
    """Send a new link, good for seven days; the former one is good no longer. Once a minute at most."""
    sent = await invitation_service.resend(session, invitation_id, resources.settings.public_url)
    return row_answer(request, sent)


@router.delete(
    "/{invitation_id}",
    operation_id="revoke_invitation",
    summary="Revoke an invitation",
    status_code=204,
    responses=answers(404, 409, 422),
)
async def revoke_invitation(invitation_id: UUID, session: _Writing) -> None:
    """Let an invitation be good no longer. It stays in the list."""
    await invitation_service.revoke(session, invitation_id)
