"""What machines ask of the program: does it live, is it ready, its figures."""

from typing import Any

from fastapi import APIRouter, Response

from talentflux import __version__
from talentflux.core.telemetry import CONTENT_TYPE
from talentflux.dependencies import Using, open_to_all
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
    responses={200: {"content": {"text/plain": {"example": 'talentflux_queue_jobs{state="todo"} 0.0\n'}}}},
)
async def get_metrics(resources: Using) -> Response:
    """Return counts and durations of requests, and the state of the queue, in Prometheus' text format."""
    jobs = await health_service.jobs(resources.database)
    return Response(resources.telemetry.render(jobs), media_type=CONTENT_TYPE)
