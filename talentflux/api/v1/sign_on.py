"""Single sign-on: an organization's identity providers, and logging in by them."""

import asyncio
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Body, Query, Request, Response
from fastapi.responses import RedirectResponse

from talentflux.api import examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, row_answer
from talentflux.api.routing import StemRouter
from talentflux.api.v1.auth import caller_of, log_in_answer
from talentflux.core import dns
from talentflux.core.config import Settings
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.errors import TalentFluxError
from talentflux.core.permissions import Permission
from talentflux.core.security.cookies import is_secure
from talentflux.dependencies import Opener, Using, open_to_all, opens, reads, writes
from talentflux.schemas.auth import TokenPair
from talentflux.schemas.sign_on import (
    IdentityProviderCreate,
    IdentityProviderList,
    IdentityProviderRead,
    IdentityProviderUpdate,
    SignOnRequest,
    SignOnStarted,
)
from talentflux.services import identity_providers, sign_on_service
from talentflux.services.session_lifetime import SessionKind
from talentflux.services.sign_on_service import Returned

router = StemRouter(prefix="/identity-providers", tags=["identity providers"])
auth_router = StemRouter(prefix="/auth/sign-on", tags=["auth"])

_Reading = Annotated[ReadSession, reads(Permission.IDENTITY_PROVIDER_READ)]
_Writing = Annotated[WriteSession, writes(Permission.IDENTITY_PROVIDER_WRITE, step_up=True)]
_Opening = Annotated[Opener, opens(Permission.IDENTITY_PROVIDER_WRITE, step_up=True)]
_COOKIE: Final = "talentflux_sign_on"
_GIVEN: Final = {
    "name": "Northwind log-in",
    "issuer": "https://login.northwind.example",
    "client_id": "talentflux",
    "client_secret": "given-by-the-provider",
    "domains": ["northwind.example"],
    "default_role": "viewer",
}
_Answer = Annotated[str | None, Query(max_length=4096, pattern=r"^[ -~]*$")]  # RFC 6749 allows these signs


@router.get(
    "",
    operation_id="list_identity_providers",
    summary="List identity providers",
    responses=answers(401, example={"items": [examples.IDENTITY_PROVIDER]}),
)
async def list_identity_providers(session: _Reading, resources: Using) -> IdentityProviderList:
    """Return the organization's identity providers, the oldest first."""
    return await identity_providers.listed(session, resources.settings.public_url)


@router.post(
    "",
    operation_id="create_identity_provider",
    summary="Set an identity provider up",
    status_code=201,
    response_model=IdentityProviderRead,
    responses=answers(401, 409, 415, 422, example=examples.IDENTITY_PROVIDER, success=201),
)
async def create_identity_provider(
    given: Annotated[IdentityProviderCreate, Body(examples=[_GIVEN])],
    session: _Writing,
    resources: Using,
    request: Request,
) -> Response:
    """Set up an OpenID provider. People log in by it once a domain of theirs is verified. Needs a recent proof."""
    policy = resources.sign_on.outbound.policy
    made = await identity_providers.create(session, given, policy, resources.settings.public_url)
    return row_answer(request, made, status=201)


@router.get(
    "/{identity_provider_id}",
    operation_id="get_identity_provider",
    summary="Read an identity provider",
    response_model=IdentityProviderRead,
    responses=answers(401, 404, 422, example=examples.IDENTITY_PROVIDER),
)
async def get_identity_provider(
    identity_provider_id: UUID, session: _Reading, resources: Using, request: Request
) -> Response:
    """Return an identity provider. Its client secret is never shown."""
    found = await identity_providers.get(session, identity_provider_id, resources.settings.public_url)
    return row_answer(request, found)


@router.patch(
    "/{identity_provider_id}",
    operation_id="update_identity_provider",
    summary="Change an identity provider",
    response_model=IdentityProviderRead,
    responses=answers(401, 404, 409, 412, 415, 422, 428, example=examples.IDENTITY_PROVIDER),
)
async def update_identity_provider(  # noqa: PLR0913, PLR0917 -- what FastAPI gives
    identity_provider_id: UUID,
    given: Annotated[IdentityProviderUpdate, Body(examples=[{"enforced": True}])],
    versions: RequiredMatch,
    session: _Writing,
    resources: Using,
    request: Request,
) -> Response:
    """Change an identity provider. Fields that are left out stay. Needs a recent proof of identity."""
    policy, url = resources.sign_on.outbound.policy, resources.settings.public_url
    changed = await identity_providers.update(session, identity_provider_id, given, versions, policy, url)
    return row_answer(request, changed)


@router.delete(
    "/{identity_provider_id}",
    operation_id="delete_identity_provider",
    summary="Remove an identity provider",
    status_code=204,
    responses=answers(401, 404, 412, 422),
)
async def delete_identity_provider(identity_provider_id: UUID, versions: GivenMatch, session: _Writing) -> None:
    """Remove an identity provider; nobody logs in by it any more, those logged in stay. Needs a recent proof."""
    await identity_providers.delete(session, identity_provider_id, versions)


@router.post(
    "/{identity_provider_id}/verify-domains",
    operation_id="verify_identity_provider_domains",
    summary="Verify the domains",
    response_model=IdentityProviderRead,
    responses=answers(401, 404, 422, example=examples.IDENTITY_PROVIDER),
)
async def verify_domains(identity_provider_id: UUID, opener: _Opening, resources: Using, request: Request) -> Response:
    """Look for the text record of each domain. Those without it count no longer. Needs a recent proof of identity."""
    async with opener.reading() as reading:
        proofs = await identity_providers.proofs(reading, identity_provider_id)
    records = await asyncio.gather(
        *(dns.text_records(proof.record_name, resources.settings.dns_server) for proof in proofs)
    )
    shown = [proof.domain for proof, found in zip(proofs, records, strict=True) if proof.record_value in found]
    session = await opener.session()
    url = resources.settings.public_url
    return row_answer(request, await identity_providers.set_verified(session, identity_provider_id, shown, url))


@auth_router.post(
    "",
    operation_id="begin_sign_on",
    summary="Log in by an identity provider",
    dependencies=[open_to_all()],
    responses=answers(
        404,
        415,
        422,
        429,
        example={"authorization_url": "https://login.northwind.example/authorize?…", "expires_in": 600},
    ),
)
async def begin_sign_on(
    given: Annotated[SignOnRequest, Body(examples=[{"organization": "northwind"}])],
    resources: Using,
    response: Response,
) -> SignOnStarted:
    """Return where to send the browser. The answer's cookie binds the log-in to this browser for ten minutes."""
    settings, kind = resources.settings, SessionKind(given.session)
    begun = await sign_on_service.begin(
        resources.database, resources.sign_on, given.organization, given.email, kind, given.next, settings.public_url
    )
    seconds = int(sign_on_service.LIFETIME.total_seconds())
    _set_cookie(response, settings, begun.browser_secret, seconds)
    response.headers["Cache-Control"] = "no-store"
    return SignOnStarted(authorization_url=begun.authorization_url, expires_in=seconds)


@auth_router.get(
    "/callback",
    operation_id="finish_sign_on",
    summary="Come back from an identity provider",
    response_model=TokenPair,
    dependencies=[open_to_all()],
    responses=answers(401, 409, 422, 429, example=examples.TOKEN_PAIR)
    | {
        303: {"description": "A browser goes on: logged in with the cookie of its session, or back to the log-in page."}
    },
)
async def finish_sign_on(  # noqa: PLR0913, PLR0917 -- the parameters that OpenID Connect and RFC 9207 name
    request: Request,
    response: Response,
    resources: Using,
    state: Annotated[str, Query(max_length=512, description="What the browser was sent with.")] = "",
    code: _Answer = None,
    iss: _Answer = None,
    error: _Answer = None,
) -> TokenPair | Response:
    """Log in the browser that comes back from its provider: a redirect to its page, or tokens as asked for.

    Who accepts HTML is sent to the log-in page with the code of a refusal; others get the refusal itself.
    """
    settings = resources.settings
    browser = request.cookies.get(_cookie_name(settings), "")
    returned = Returned(state, browser, None if error is not None else code, iss)
    try:
        done = await sign_on_service.finish(
            resources.database, resources.sign_on, returned, caller_of(request), settings.public_url
        )
    except TalentFluxError as refusal:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return RedirectResponse(f"/login?refused={quote(refusal.code, safe='')}", 303, {"Cache-Control": "no-store"})
    if done.kind is SessionKind.BROWSER:
        answer = RedirectResponse(done.next_page, 303, {"Cache-Control": "no-store"})
        await log_in_answer(request, resources, answer, done.opened, done.kind)
        _set_cookie(answer, settings, "", 0)
        return answer
    _set_cookie(response, settings, "", 0)
    pair = await log_in_answer(request, resources, response, done.opened, done.kind)
    assert isinstance(pair, TokenPair)
    return pair


def _set_cookie(response: Response, settings: Settings, value: str, seconds: int) -> None:
    response.set_cookie(
        _cookie_name(settings),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=is_secure(settings),
        samesite="lax",  # the browser comes back from another site, by a plain link
    )


def _cookie_name(settings: Settings) -> str:
    return f"__Host-{_COOKIE}" if is_secure(settings) else _COOKIE
