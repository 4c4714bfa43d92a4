"""Registering, logging in and out, passwords, and the public keys of access tokens."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from talentflux.api import examples
from talentflux.api.answers import answers
from talentflux.api.routing import StemRouter
from talentflux.core.config import Settings
from talentflux.core.errors import UnauthenticatedError
from talentflux.core.security.cookies import csrf_token, session_cookie, session_cookie_name
from talentflux.dependencies import Opener, Resources, Using, open_to_all, opens_own, origin_of
from talentflux.schemas.auth import (
    Accepted,
    BrowserSession,
    EmailAddress,
    EmailVerification,
    JsonWebKeySet,
    LinkSecret,
    LogIn,
    PasswordChange,
    PasswordReset,
    Proof,
    Refresh,
    Registration,
    TokenPair,
)
from talentflux.services import (
    auth_service,
    password_service,
    registration_service,
    session_service,
    user_service,
)
from talentflux.services.auth_service import Attempt
from talentflux.services.registration_service import Applicant
from talentflux.services.session_lifetime import SessionKind
from talentflux.services.session_service import Caller, Opened, identity
from talentflux.services.user_service import Profile

router = StemRouter(prefix="/auth", tags=["auth"])
well_known = APIRouter(tags=["auth"])

_EMAIL = "sam.okoro@example.org"
_PASSWORD = "blue kettle orbit 47"  # noqa: S105 -- of an example
_SECRET = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"  # noqa: S105 -- of an example
_Registration = Annotated[
    Registration,
    Body(
        examples=[{"email": _EMAIL, "password": _PASSWORD, "name": "Sam Okoro", "organization_name": "Northwind Data"}]
    ),
]
_EmailVerification = Annotated[EmailVerification, Body(examples=[{"token": _SECRET, "password": _PASSWORD}])]
_EmailAddress = Annotated[EmailAddress, Body(examples=[{"email": _EMAIL}])]
_LogIn = Annotated[LogIn, Body(examples=[{"email": _EMAIL, "password": _PASSWORD}])]
_Refresh = Annotated[Refresh, Body(examples=[{"refresh_token": _SECRET}])]
_Proof = Annotated[Proof, Body(examples=[{"password": _PASSWORD, "code": "492039"}])]
_PasswordChange = Annotated[
    PasswordChange, Body(examples=[{"current_password": _PASSWORD, "new_password": "granite teapot wanders 12"}])
]
_PasswordReset = Annotated[PasswordReset, Body(examples=[{"token": _SECRET, "password": _PASSWORD}])]
_LinkSecret = Annotated[LinkSecret, Body(examples=[{"token": _SECRET}])]
_Own = Annotated[Opener, opens_own()]
_CHECK_MAIL = Accepted(detail="If this address can have it, an e-mail is on its way to it. Look there for a link.")


def caller_of(request: Request) -> Caller:
    """Return where a log-in comes from."""
    return Caller(origin_of(request), request.headers.get("user-agent", ""))


@router.post(
    "/register",
    operation_id="register_account",
    summary="Open an account",
    status_code=202,
    dependencies=[open_to_all()],
    responses=answers(415, 422, 429, success=202, example=_CHECK_MAIL.model_dump()),
)
async def register(body: _Registration, request: Request, resources: Using) -> Accepted:
    """Open an account, with an organization that you own or as a job seeker.

    The address is sent a link that confirms it. The answer is the same for an address that has an account already:
    then the e-mail says so.
    """
    applicant = Applicant(Profile(str(body.email), body.name), body.password.get_secret_value(), body.organization_name)
    await registration_service.register(resources.database, applicant, caller_of(request), _url(resources))
    return _CHECK_MAIL


@router.post(
    "/verify-email",
    operation_id="verify_email",
    summary="Confirm your address",
    status_code=204,
    dependencies=[open_to_all()],
    responses=answers(401, 415, 422, 429),
)
async def verify_email(body: _EmailVerification, request: Request, resources: Using) -> None:
    """Confirm the address of an account with the link that was sent to it and the password of the registration.

    The password is asked for so that nobody confirms an account that somebody else opened with their address.
    """
    await registration_service.verify(
        resources.database, body.token.get_secret_value(), body.password.get_secret_value(), caller_of(request)
    )


@router.post(
    "/resend-verification",
    operation_id="resend_verification",
    summary="Send the link again",
    status_code=202,
    dependencies=[open_to_all()],
    responses=answers(415, 422, 429, success=202, example=_CHECK_MAIL.model_dump()),
)
async def resend_verification(body: _EmailAddress, request: Request, resources: Using) -> Accepted:
    """Send a new link that confirms an address; the answer is the same whether or not an account waits for it."""
    await registration_service.resend(resources.database, str(body.email), caller_of(request), _url(resources))
    return _CHECK_MAIL


@router.post(
    "/login",
    operation_id="log_in",
    summary="Log in",
    dependencies=[open_to_all()],
    responses=answers(401, 415, 422, 429, example=examples.TOKEN_PAIR),
)
async def log_in(body: _LogIn, request: Request, response: Response, resources: Using) -> TokenPair | BrowserSession:
    """Log in with address and password, and the second factor where one is set up.

    `"session": "token"` answers with an access token and a refresh token. `"session": "browser"` sets a cookie that
    scripts cannot read and answers with the CSRF token that belongs to it. After five failures each further try must
    wait twice as long as the one before, up to a quarter of an hour (429 with `Retry-After`).
    """
    attempt = Attempt(str(body.email), body.password.get_secret_value(), body.code, SessionKind(body.session))
    opened = await auth_service.log_in(resources.database, attempt, caller_of(request), _url(resources))
    return await log_in_answer(request, resources, response, opened, attempt.kind)


async def log_in_answer(
    request: Request, resources: Resources, response: Response, opened: Opened, kind: SessionKind
) -> TokenPair | BrowserSession:
    """Return the answer to a log-in that succeeded, however identity was proved.

    Args:
        request: That succeeded; the browser's session before this one ends.
        resources: Of this process.
        response: Takes the cookie of a browser's session.
        opened: The session.
        kind: How it is carried.
    """
    response.headers["Cache-Control"] = "no-store"
    if kind is SessionKind.TOKEN:
        return await _pair(resources, opened)
    former = request.cookies.get(session_cookie_name(resources.settings))
    if former:
        async with identity(resources.database, caller_of(request)) as session:
            await session_service.end_former(session, former)
    response.set_cookie(**session_cookie(resources.settings, opened.secret, opened.seconds))
    return BrowserSession(
        csrf_token=csrf_token(opened.secret),
        expires_in=opened.seconds,
        session_id=opened.session_id,
        organization_id=opened.organization_id,
    )


@router.post(
    "/refresh",
    operation_id="refresh_tokens",
    summary="Get the next access token",
    dependencies=[open_to_all()],
    responses=answers(401, 415, 422, 429, example=examples.TOKEN_PAIR),
)
async def refresh(body: _Refresh, request: Request, response: Response, resources: Using) -> TokenPair:
    """Exchange a refresh token for an access token and the next refresh token.

    A refresh token is good once. Shown again within ten seconds it gets the same successor, so that requests which
    cross do no harm; shown later it counts as stolen, and the log-in that it belongs to ends for everybody.
    """
    response.headers["Cache-Control"] = "no-store"
    async with identity(resources.database, caller_of(request)) as session:
        opened = await session_service.exchange(session, body.refresh_token.get_secret_value(), _url(resources))
    if opened is None:
        raise UnauthenticatedError(
            "This refresh token was used before, so its log-in has ended. Log in again.", code="refresh_token_reused"
        )
    return await _pair(resources, opened)


@router.post("/logout", operation_id="log_out", summary="Log out", status_code=204, responses=answers(401, 415, 422))
async def log_out(opener: _Own, request: Request, resources: Using, response: Response) -> None:
    """End the log-in of this request. Its access token counts no longer, although it has not expired."""
    user_id, session_id = opener.principal.user_id, opener.principal.session_id
    assert user_id is not None
    assert session_id is not None
    async with identity(resources.database, caller_of(request), opener.principal) as session:
        await session_service.end(session, user_id, session_id)
    _forget_cookie(response, resources.settings)


@router.post(
    "/logout-everywhere",
    operation_id="log_out_everywhere",
    summary="Log out everywhere",
    status_code=204,
    responses=answers(401, 415, 422),
)
async def log_out_everywhere(opener: _Own, request: Request, resources: Using, response: Response) -> None:
    """End all your log-ins, this one too."""
    assert opener.principal.user_id is not None
    async with identity(resources.database, caller_of(request), opener.principal) as session:
        await session_service.end_all(session, opener.principal.user_id)
    _forget_cookie(response, resources.settings)


@router.post(
    "/proof",
    operation_id="prove_identity",
    summary="Prove once more who you are",
    status_code=204,
    responses=answers(401, 409, 415, 422, 429),
)
async def prove(body: _Proof, opener: _Own, request: Request, resources: Using) -> None:
    """Give your password, and the second factor where one is set up.

    For ten minutes this log-in may then delete, export, and change keys and roles.
    """
    password = body.password.get_secret_value() if body.password else None
    await auth_service.prove(
        resources.database, opener.principal, password, body.code, caller_of(request), _url(resources)
    )


@router.post(
    "/password-change",
    operation_id="change_password",
    summary="Change your password",
    status_code=204,
    responses=answers(401, 409, 415, 422, 429),
)
async def change_password(body: _PasswordChange, opener: _Own, request: Request, resources: Using) -> None:
    """Set a new password by giving the present one. All your other log-ins end."""
    await password_service.change(
        resources.database,
        opener.principal,
        body.current_password.get_secret_value(),
        body.new_password.get_secret_value(),
        caller_of(request),
        _url(resources),
    )


@router.post(
    "/password-reset",
    operation_id="request_password_reset",
    summary="Ask for a new password",
    status_code=202,
    dependencies=[open_to_all()],
    responses=answers(415, 422, 429, success=202, example=_CHECK_MAIL.model_dump()),
)
async def request_password_reset(body: _EmailAddress, request: Request, resources: Using) -> Accepted:
    """Send a link for a new password; the answer is the same whether or not the address has an account."""
    await password_service.request_reset(resources.database, str(body.email), caller_of(request), _url(resources))
    return _CHECK_MAIL


@router.post(
    "/password-reset/confirm",
    operation_id="reset_password",
    summary="Set a new password",
    status_code=204,
    dependencies=[open_to_all()],
    responses=answers(415, 422, 429),
)
async def reset_password(body: _PasswordReset, request: Request, resources: Using) -> None:
    """Set a new password with the link that was sent. All your log-ins end; the second factor stays as it is."""
    await password_service.reset(
        resources.database,
        body.token.get_secret_value(),
        body.password.get_secret_value(),
        caller_of(request),
        _url(resources),
    )


@router.post(
    "/email-change/confirm",
    operation_id="confirm_email_change",
    summary="Confirm your new address",
    status_code=204,
    dependencies=[open_to_all()],
    responses=answers(415, 422, 429),
)
async def confirm_email_change(body: _LinkSecret, request: Request, resources: Using) -> None:
    """Change the address of an account with the link that was sent to the new one. The old one is told."""
    async with identity(resources.database, caller_of(request)) as session:
        await user_service.confirm_email_change(session, _url(resources), body.token.get_secret_value())


@well_known.get(
    "/.well-known/jwks.json",
    operation_id="get_jwks",
    summary="Keys of access tokens",
    dependencies=[open_to_all()],
    responses=answers(example=examples.JWKS),
)
async def get_jwks(response: Response, resources: Using) -> JsonWebKeySet:
    """Return the public keys that verify access tokens, also those that will sign next (RFC 7517)."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return JsonWebKeySet.model_validate(await resources.tokens.jwks())


async def _pair(resources: Resources, opened: Opened) -> TokenPair:
    access = await resources.tokens.issue(opened.user_id, opened.session_id, opened.organization_id)
    return TokenPair(
        access_token=access.token,
        expires_in=access.expires_in,
        refresh_token=opened.secret,
        refresh_expires_in=opened.seconds,
        session_id=opened.session_id,
        organization_id=opened.organization_id,
    )


def _forget_cookie(response: Response, settings: Settings) -> None:
    response.set_cookie(**session_cookie(settings, "", 0))


def _url(resources: Resources) -> str:
    return resources.settings.public_url.rstrip("/")
