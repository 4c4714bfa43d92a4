"""What endpoints and pages are given: who asks, what they may do, session, file store, readers.

Every route names its access once, by one of the functions `reads`, `writes`, `opens`, `reads_own`, `writes_own` and
`open_to_all`. A session cannot be had without naming the permission that it needs.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

from fastapi import Depends, Request

from talentflux.core.api_keys import parse_key
from talentflux.core.database import Origin, ReadSession, WriteSession
from talentflux.core.errors import (
    ForbiddenError,
    InvalidInputError,
    StepUpRequiredError,
    UnauthenticatedError,
)
from talentflux.core.foreseeing import ForeseenSession
from talentflux.core.permissions import TEAM_PERMISSIONS, Permission
from talentflux.core.principal import Authorization, BrowserCredential, Credential, Principal, authorization
from talentflux.core.security.cookies import csrf_holds, session_cookie_name
from talentflux.resources import Resources, Using
from talentflux.services import hiring_team_service

__all__ = [
    "CSRF_FIELD",
    "CSRF_HEADER",
    "ORGANIZATION_HEADER",
    "STEP_UP",
    "Access",
    "Opener",
    "Resources",
    "Using",
    "access_of",
    "admit",
    "open_to_all",
    "opens",
    "opens_own",
    "origin_of",
    "reads",
    "reads_own",
    "writes",
    "writes_own",
]

STEP_UP: Final = timedelta(minutes=10)
"""How long a proof of identity counts for deletions, exports, keys and roles."""

ORGANIZATION_HEADER: Final = "X-Organization-Id"
CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf_token"
_KEY_PREFIX: Final = "tfk_"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM: Final = "application/x-www-form-urlencoded"
_S = TypeVar("_S", ReadSession, WriteSession)


@dataclass(frozen=True)
class Access:
    """What a route asks of its caller; found on the route by tests and by the API's description.

    Attributes:
        kind: `tenant` asks for a permission in an organization, `own` for a person, `public` for nobody.
        permission: Of a `tenant` route.
        write: Whether the route changes something.
        step_up: Whether a recent proof of identity is needed.
    """

    kind: Literal["tenant", "own", "public"]
    permission: Permission | None = None
    write: bool = False
    step_up: bool = False

    async def authorization(self, request: Request) -> Authorization:
        """Return how to open the request's transaction.

        Raises:
            UnauthenticatedError: The request shows no credential, or one that does not hold.
            ForbiddenError: A browser's request lacks the proof that it comes from our own page.
            TooManyRequestsError: The account or key asks too often.
        """
        resources: Resources = request.app.state.resources
        state = _state(request)
        known: Credential | None = state.get("credential")
        if known is None:  # else the request was admitted before its body was read, and is counted
            known = state["credential"] = await _credential(request, resources)
            await resources.limiter.check_credential(request.scope, known)
        return authorization(known, _organization(request), own=self.kind == "own")

    async def check(self, request: Request, session: ReadSession | WriteSession) -> Principal:
        """Make sure that the caller may do what the route does.

        Raises:
            ForbiddenError: They may not.
            StepUpRequiredError: They may after a new proof of identity.
        """
        principal = session.principal
        assert principal is not None
        state = _state(request)
        state["session"] = session
        resources: Resources = request.app.state.resources
        resources.limiter.remember(state["credential"], principal.actor)
        if self.kind == "tenant":
            await self._check_permission(request, session, principal)
        elif principal.user_id is None or (self.write and principal.api_key_id is not None):
            raise ForbiddenError("API keys cannot do this; log in as a person.", code="key_not_allowed")
        if self.step_up and (principal.proven_at is None or principal.proven_at < datetime.now(UTC) - STEP_UP):
            raise StepUpRequiredError(
                "Give your password (and second factor) to POST /api/v1/auth/proof, then send this again. "
                "API keys cannot do this."
            )
        if principal.api_key_id is not None and not isinstance(session, ForeseenSession):
            resources.key_use.touch(principal.api_key_id)
        for call in state.get("on_open", ()):
            await call(session)
        return principal

    async def _check_permission(
        self, request: Request, session: ReadSession | WriteSession, principal: Principal
    ) -> None:
        assert self.permission is not None
        if principal.organization_id is None:
            raise ForbiddenError("You belong to no organization yet.", code="no_organization")
        if not principal.verified:
            raise ForbiddenError("Confirm your e-mail address first: follow the link we sent.", code="email_unverified")
        if self.permission in principal.permissions or await _team_allows(request, session, principal, self.permission):
            return
        raise ForbiddenError(f"This needs the permission {self.permission}, which you do not have here.")


def _state(request: Request) -> dict[str, Any]:
    """Return what `request.state` stands for; asked for what is not there it takes as long as a look at a token."""
    state: dict[str, Any] = request.scope.setdefault("state", {})
    return state


async def _team_allows(
    request: Request, session: ReadSession | WriteSession, principal: Principal, permission: Permission
) -> bool:
    """Return whether a part in the hiring team of what the path names allows what the role does not."""
    if principal.role is None or principal.api_key_id is not None:
        return False
    given = {name: request.path_params.get(name) for name in ("requisition_id", "application_id", "job_id")}
    named = {name: _uuid(str(value)) for name, value in given.items() if value is not None}
    if not any(named.values()):
        return False
    role = await hiring_team_service.role_on(session, **named)
    return role is not None and permission in TEAM_PERMISSIONS[role]


class _Guard:
    """A dependency that opens the request's transaction, once its route's access is granted."""

    def __init__(self, access: Access) -> None:
        self.access = access

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.access == self.access

    def __hash__(self) -> int:
        return hash((type(self), self.access))


async def _entered(request: Request, opening: AbstractAsyncContextManager[_S]) -> _S:
    """Open a transaction that ends when the endpoint has made its answer, before the answer is sent.

    It goes where the framework puts dependencies that are generators of the scope of the function; those themselves
    are wrapped three times over.
    """
    stack: AsyncExitStack = request.scope["fastapi_function_astack"]
    return await stack.enter_async_context(opening)


class ReadGuard(_Guard):
    """Opens a read-only transaction."""

    async def foresee(self, request: Request) -> ForeseenSession | None:
        """Return a session for a caller whom this process knows, before their access is checked; None for others."""
        resources: Resources = request.app.state.resources
        return resources.database.foreseen_session(await self.access.authorization(request), origin_of(request))

    async def shown(self, request: Request, session: ForeseenSession) -> None:
        """Take note of what a caller is now shown, who was found to be as foreseen.

        Raises:
            DependencyError: The audit log takes nothing for now.
        """
        await session.show()
        resources: Resources = request.app.state.resources
        if session.principal is not None and session.principal.api_key_id is not None:
            resources.key_use.touch(session.principal.api_key_id)

    async def __call__(self, request: Request) -> ReadSession:
        """Open the transaction for as long as the endpoint runs."""
        resources: Resources = request.app.state.resources
        opening = await self.access.authorization(request)
        session = await _entered(request, resources.database.authorized_read_session(opening, origin_of(request)))
        await self.access.check(request, session)
        return session


class WriteGuard(_Guard):
    """Opens a transaction that may write; it commits before the answer is sent."""

    async def __call__(self, request: Request) -> WriteSession:
        """Open the transaction for as long as the endpoint runs."""
        resources: Resources = request.app.state.resources
        opening = await self.access.authorization(request)
        session = await _entered(request, resources.database.authorized_write_session(opening, origin_of(request)))
        await self.access.check(request, session)
        return session


class Opener:
    """Opens the request's transaction when the slow work is done; it commits before the answer is sent.

    Attributes:
        principal: Who asked, as seen before the slow work.
        reading: Opens a short read-only transaction of the caller, to be let go before the slow work.
    """

    def __init__(
        self,
        principal: Principal,
        reading: Callable[[], AbstractAsyncContextManager[ReadSession]],
        open_session: Callable[[], Awaitable[WriteSession]],
    ) -> None:
        self.principal = principal
        self.reading = reading
        self._open = open_session
        self._session: WriteSession | None = None

    @property
    def organization_id(self) -> UUID:
        """Return the organization of the caller."""
        assert self.principal.organization_id is not None  # checked with the permission
        return self.principal.organization_id

    async def session(self) -> WriteSession:
        """Return the transaction, opened and authorized anew on the first call."""
        if self._session is None:
            self._session = await self._open()
        return self._session


class OpenGuard(_Guard):
    """Checks access, lets the transaction go, and gives what opens another when the slow work is done."""

    async def __call__(self, request: Request) -> AsyncIterator[Opener]:
        """Check access in a short transaction."""
        resources: Resources = request.app.state.resources
        opening = await self.access.authorization(request)
        origin = origin_of(request)
        async with resources.database.authorized_read_session(opening, origin) as reading:
            principal = await self.access.check(request, reading)
        async with AsyncExitStack() as stack:

            async def open_session() -> WriteSession:
                session = await stack.enter_async_context(resources.database.authorized_write_session(opening, origin))
                await self.access.check(request, session)
                return session

            yield Opener(principal, partial(resources.database.authorized_read_session, opening, origin), open_session)


class PublicGuard(_Guard):
    """Declares that a route asks for no log-in."""

    async def __call__(self) -> None:
        """Let everybody pass."""


# With the scope of the function the commit comes before the answer; FastAPI's default would answer first.
def reads(permission: Permission, *, step_up: bool = False) -> Any:
    """Return a dependency: a read-only transaction for those who hold a permission in their organization."""
    return Depends(ReadGuard(Access("tenant", permission, step_up=step_up)), scope="function")


def writes(permission: Permission, *, step_up: bool = False) -> Any:
    """Return a dependency: a writing transaction for those who hold a permission in their organization."""
    return Depends(WriteGuard(Access("tenant", permission, write=True, step_up=step_up)), scope="function")


def opens(permission: Permission, *, write: bool = True, step_up: bool = False) -> Any:
    """Return a dependency: an `Opener`, for endpoints that do slow work before they write or after they read."""
    return Depends(OpenGuard(Access("tenant", permission, write=write, step_up=step_up)), scope="function")


def reads_own() -> Any:
    """Return a dependency: a read-only transaction over what is the caller's own, of no organization."""
    return Depends(ReadGuard(Access("own")), scope="function")


def writes_own(*, step_up: bool = False) -> Any:
    """Return a dependency: a writing transaction over what is the caller's own, of no organization."""
    return Depends(WriteGuard(Access("own", write=True, step_up=step_up)), scope="function")


def opens_own(*, step_up: bool = False) -> Any:
    """Return a dependency: an `Opener` over what is the caller's own, for endpoints that do slow work first."""
    return Depends(OpenGuard(Access("own", write=True, step_up=step_up)), scope="function")


def open_to_all() -> Any:
    """Return a dependency that says: this route asks for no log-in."""
    return Depends(PublicGuard(Access("public")))


async def admit(request: Request, access: Access) -> None:
    """Check a caller before the body of the request is read; the route's guard checks again afterwards.

    Args:
        request: To a route that takes files.
        access: What the route asks of its caller.

    Raises:
        TalentFluxError: As the guard does.
    """
    resources: Resources = request.app.state.resources
    opening = await access.authorization(request)
    async with resources.database.authorized_read_session(opening, origin_of(request)) as session:
        await access.check(request, session)


def access_of(route: Any) -> list[Access]:
    """Return what a route's dependencies ask of its caller.

    Args:
        route: A route of FastAPI.
    """
    found: list[Access] = []
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        if isinstance(dependant.call, _Guard):
            found.append(dependant.call.access)
        waiting += dependant.dependencies
    return found


def origin_of(request: Request) -> Origin:
    """Return where a request comes from, for the audit log."""
    return Origin(str(request.scope.get("request_id", "")), request.client.host if request.client else "")


async def _credential(request: Request, resources: Resources) -> Credential:
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, value = header.partition(" ")
        if scheme.lower() != "bearer" or not value:
            raise UnauthenticatedError("Send `Authorization: Bearer` with an access token or an API key.")
        if value.startswith(_KEY_PREFIX):
            key = parse_key(value)
            if key is None:
                raise UnauthenticatedError("This is not an API key of ours.", code="token_invalid")
            return key
        return await resources.tokens.verify(value)
    cookie = request.cookies.get(session_cookie_name(resources.settings))
    if not cookie:
        raise UnauthenticatedError("Log in, or send `Authorization: Bearer` with an access token or an API key.")
    if request.method not in _SAFE_METHODS and not csrf_holds(cookie, await _csrf_given(request)):
        raise ForbiddenError(f"Send the header {CSRF_HEADER} with the value that the log-in gave.", code="csrf_failed")
    token_hash = hashlib.sha256(cookie.encode()).digest()
    await resources.sessions.keep(token_hash)
    return BrowserCredential(token_hash)


async def _csrf_given(request: Request) -> str:
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("content-type", "").startswith(_FORM):
        given = str((await request.form()).get(CSRF_FIELD, ""))
    return given or ""


def _organization(request: Request) -> UUID | None:
    given = request.headers.get(ORGANIZATION_HEADER)
    if given is None:
        return None
    try:
        return UUID(given)
    except ValueError as error:
        raise InvalidInputError(
            f"{ORGANIZATION_HEADER} is not the id of an organization.",
            fields={f"header.{ORGANIZATION_HEADER}": "give a UUID, or leave the header out"},
        ) from error


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None  # the route itself answers what is wrong with it
