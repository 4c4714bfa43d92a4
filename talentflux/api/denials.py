"""Refusals of known callers go to the audit log, although their transactions roll back."""

import contextlib
from uuid import UUID

from fastapi import FastAPI, Request
from starlette.responses import Response

from talentflux.core.errors import DependencyError, ForbiddenError, NotFoundError, TalentFluxError, UnauthenticatedError
from talentflux.dependencies import ORGANIZATION_HEADER, Resources, origin_of
from talentflux.services import audit_service


def install_denial_hook(app: FastAPI) -> None:
    """Record every refusal before it is answered as a problem.

    Args:
        app: The application, which answers problems already.
    """
    app.add_exception_handler(ForbiddenError, _refused)
    app.add_exception_handler(NotFoundError, _not_found)


async def _refused(request: Request, error: Exception) -> Response:
    """Record that a caller who is known may not do this."""
    assert isinstance(error, ForbiddenError)
    session = getattr(request.state, "session", None)
    if session is not None:
        with contextlib.suppress(DependencyError):  # the refusal is answered all the same
            await audit_service.denied(session, _asked(request) | {"code": error.code}, _row(request))
    return await _answer(request, error)


async def _not_found(request: Request, error: Exception) -> Response:
    """Record that a caller named an organization of which they are no member; other misses are no refusals."""
    assert isinstance(error, NotFoundError)
    wanted = request.headers.get(ORGANIZATION_HEADER)
    if wanted is not None and getattr(request.state, "session", None) is None:
        resources: Resources = request.app.state.resources
        with contextlib.suppress(DependencyError):
            await audit_service.outsider(
                resources.database.trail,
                origin_of(request),
                await _user(request, resources),
                _uuid(wanted),
                _asked(request) | {"code": "not_a_member"},
            )
    return await _answer(request, error)


async def _answer(request: Request, error: TalentFluxError) -> Response:
    handler = request.app.exception_handlers[TalentFluxError]
    response: Response = await handler(request, error)
    return response


def _asked(request: Request) -> dict[str, object]:
    route = request.scope.get("route")
    return {"method": request.method, "route": getattr(route, "path_format", None)}


async def _user(request: Request, resources: Resources) -> UUID | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return (await resources.tokens.verify(token)).user_id
    except UnauthenticatedError:
        return None  # an API key: it belongs to one organization, and this is another


def _row(request: Request) -> UUID | None:
    return next((found for value in request.path_params.values() if (found := _uuid(str(value)))), None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
