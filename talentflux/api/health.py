"""What machines ask of the program: does it live, is it ready, its figures."""

import hmac
from typing import Any

from fastapi import APIRouter, Request, Response

from talentflux import __version__
from talentflux.core.errors import UnauthenticatedError
from talentflux.core.network import is_loopback
from talentflux.core.problems import declared
from talentflux.core.telemetry import CONTENT_TYPE
from talentflux.dependencies import Resources, Using, open_to_all
from talentflux.schemas.health import Health, Readiness
from talentflux.services import health_service

router = APIRouter(tags=["health"], dependencies=[open_to_all()])
_READY: dict[str, Any] = {"ready": True, "checks": {"database": "ok", "migrations": "ok", "queue": "ok"}}
_NOT_READY: dict[str, Any] = {"ready": False, "checks": {"database": "The database cannot be reached."}}


@router.get(
    "/health",
    operation_id="get_health",
    summary="Does the process live",
    responses={200: {"content": {"application/json": {"example": {"status": "ok", "version": __version__}}}}},
)
async def get_health() -> Health:
    """Answer as long as the process does; nothing else is asked."""
    return Health(status="ok", version=__version__)


@router.get(
    "/ready",
    operation_id="get_readiness",
    summary="Is the program ready to serve",
    responses={
        200: {"content": {"application/json": {"example": _READY}}},
        503: {
            "description": "Not ready; the checks say why.",
            "model": Readiness,
            "content": {"application/json": {"example": _NOT_READY}},
        },
    },
)
async def get_readiness(resources: Using, response: Response) -> Readiness:
    """Answer 200 when the database answers with the right schema, else 503."""
    found = await health_service.readiness(resources.database)
    if not found.ready:
        response.status_code = 503
    return found


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"example": 'talentflux_queue_jobs{state="todo"} 0.0\n'}}},
        **declared(401),
    },
)
async def get_metrics(request: Request, resources: Using) -> Response:
    """Return the figures of requests, queue, database, cache and models in Prometheus' text format.

    From beyond this machine it needs `Authorization: Bearer` with the token of the settings.
    """
    _check_watcher(request, resources)
    jobs = await health_service.jobs(resources.database)
    return Response(resources.telemetry.render(jobs, resources.database.engine.pool), media_type=CONTENT_TYPE)


def _check_watcher(request: Request, resources: Resources) -> None:
    """Refuse figures to callers from elsewhere that do not show the token.

    Raises:
        UnauthenticatedError: They do not.
    """
    token = resources.settings.metrics_token
    if token is None:
        passed_on = "x-forwarded-for" in request.headers  # through a proxy on this machine
        if passed_on or request.client is None or not is_loopback(request.client.host):
            raise UnauthenticatedError("Set TALENTFLUX_METRICS_TOKEN and send it as `Authorization: Bearer`.")
        return
    given = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {token.get_secret_value()}".encode()):
        raise UnauthenticatedError("Send `Authorization: Bearer` with TALENTFLUX_METRICS_TOKEN.", code="token_invalid")
