"""Your own account."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from talentflux.api import examples
from talentflux.api.answers import RequiredMatch, answers, row_answer
from talentflux.api.routing import StemRouter
from talentflux.api.v1.auth import caller_of
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.security.cookies import csrf_token, session_cookie, session_cookie_name
from talentflux.dependencies import CSRF_HEADER, Opener, Using, opens_own, reads_own, writes_own
from talentflux.schemas.auth import Accepted
from talentflux.schemas.user import EmailChange, MembershipList, SessionList, UserRead, UserUpdate
from talentflux.services import session_service, sign_on_service, user_service
from talentflux.services.session_service import identity

router = StemRouter(prefix="/users/me", tags=["users"])

_UserUpdate = Annotated[UserUpdate, Body(examples=[{"name": "Samira Okoro"}])]
_EmailChange = Annotated[EmailChange, Body(examples=[{"email": "samira.okoro@example.org"}])]
_Reading = Annotated[ReadSession, reads_own()]
_Writing = Annotated[WriteSession, writes_own()]
_Own = Annotated[Opener, opens_own()]
_Proven = Annotated[Opener, opens_own(step_up=True)]
_CHECK_MAIL = Accepted(detail="An e-mail is on its way to the new address. The address changes when its link is used.")


@router.get(
    "",
    operation_id="get_me",
    summary="Your account",
    response_model=UserRead,
    responses=answers(401, 404, 422, example=examples.USER),
)
async def get_me(session: _Reading, request: Request, resources: Using) -> Response:
    """Return your account: address, name, whether the address is confirmed.

    For a browser's session the header `X-CSRF-Token` gives the token that writing requests must carry.
    """
    answer = row_answer(request, await user_service.read(session))
    cookie = request.cookies.get(session_cookie_name(resources.settings))
    if cookie and "authorization" not in request.headers:
        answer.headers[CSRF_HEADER] = csrf_token(cookie)
    return answer


@router.patch(
    "",
    operation_id="update_me",
    summary="Change your name",
    response_model=UserRead,
    responses=answers(401, 404, 412, 415, 422, 428, example=examples.USER),
)
async def update_me(body: _UserUpdate, versions: RequiredMatch, session: _Writing, request: Request) -> Response:
    """Change what your account says of you. The address changes by `POST /users/me/email-change`."""
    return row_answer(request, await user_service.rename(session, body.name, versions))


@router.delete(
    "", operation_id="delete_me", summary="Close your account", status_code=204, responses=answers(401, 404, 409, 422)
)
async def delete_me(opener: _Proven, request: Request, response: Response, resources: Using) -> None:
    """Close your account: log-ins, memberships and personal API keys end. Needs a recent proof of identity.

    The only owner of an organization hands it over or deletes it first (409, `sole_owner`).
    """
    async with identity(resources.database, caller_of(request), opener.principal) as session:
        await user_service.delete(session, opener.principal)
    response.set_cookie(**session_cookie(resources.settings, "", 0))


@router.post(
    "/email-change",
    operation_id="request_email_change",
    summary="Change your address",
    status_code=202,
    responses=answers(401, 404, 409, 415, 422, success=202, example=_CHECK_MAIL.model_dump()),
)
async def request_email_change(body: _EmailChange, opener: _Proven, request: Request, resources: Using) -> Accepted:
    """Send a link to a new address of yours; the old one stays until it is used. Needs a recent proof of identity.

    Where an organization enforces single sign-on for your address, it stays as it is (409, `sign_on_required`).
    """
    url = resources.settings.public_url.rstrip("/")
    async with identity(resources.database, caller_of(request), opener.principal) as session:
        await sign_on_service.check_address_free(session, opener.principal)
        await user_service.request_email_change(session, url, str(body.email))
    return _CHECK_MAIL


@router.get(
    "/sessions",
    operation_id="list_my_sessions",
    summary="Where you are logged in",
    responses=answers(401, 404, 422, example=examples.SESSION_LIST),
)
async def list_sessions(session: _Reading) -> SessionList:
    """Return your log-ins that last, the last used first."""
    assert session.principal is not None
    return SessionList(items=await session_service.listed(session, session.principal))


@router.delete(
    "/sessions/{session_id}",
    operation_id="end_my_session",
    summary="End a log-in",
    status_code=204,
    responses=answers(401, 404, 422),
)
async def end_session(session_id: UUID, opener: _Own, request: Request, resources: Using) -> None:
    """End one of your log-ins. Its access token counts no longer from the next request on."""
    assert opener.principal.user_id is not None
    async with identity(resources.database, caller_of(request), opener.principal) as session:
        await session_service.end(session, opener.principal.user_id, session_id)


@router.get(
    "/memberships",
    operation_id="list_my_memberships",
    summary="Your organizations",
    responses=answers(401, 404, 422, example=examples.MEMBERSHIP_LIST),
)
async def list_memberships(session: _Reading) -> MembershipList:
    """Return the organizations that you belong to, the oldest membership first."""
    return MembershipList(items=await user_service.memberships(session))
