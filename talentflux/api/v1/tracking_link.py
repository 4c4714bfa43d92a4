"""Tracking links of postings."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import job_examples as examples
from talentflux.api.answers import GivenMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Using, reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.tracking_link import TrackingLinkCreate, TrackingLinkQuery, TrackingLinkRead
from talentflux.services import tracking_link_service

router = StemRouter(tags=["tracking links"])
_Reading = Annotated[ReadSession, reads(Permission.JOB_READ)]
_Writing = Annotated[WriteSession, writes(Permission.JOB_WRITE)]


@router.post(
    "/jobs/{job_id}/tracking-links",
    operation_id="create_tracking_link",
    summary="Make a tracking link",
    status_code=201,
    response_model=TrackingLinkRead,
    responses=answers(404, 415, 422, example=examples.TRACKING_LINK, success=201),
)
async def create_tracking_link(
    request: Request,
    job_id: UUID,
    given: Annotated[TrackingLinkCreate, Body(examples=[{"name": "Newsletter of November"}])],
    session: _Writing,
    resources: Using,
) -> Response:
    """Make a short address of a posting. Whoever applies after following it is credited to its source."""
    made = await tracking_link_service.create(session, job_id, given, resources.settings.public_url)
    return row_answer(request, made, status=201, location=f"/api/v1/tracking-links/{made.id}")


@router.get(
    "/tracking-links",
    operation_id="list_tracking_links",
    summary="List tracking links",
    response_model=Page[TrackingLinkRead],
    responses=answers(422, example=listed(examples.TRACKING_LINK)),
)
async def list_tracking_links(
    request: Request, session: _Reading, asked: Annotated[TrackingLinkQuery, Query()], resources: Using
) -> Response:
    """List tracking links with their clicks, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.JOB_WRITE)
    return page_answer(request, await tracking_link_service.page(session, asked, resources.settings.public_url))


@router.get(
    "/tracking-links/{tracking_link_id}",
    operation_id="get_tracking_link",
    summary="Read a tracking link",
    response_model=TrackingLinkRead,
    responses=answers(404, 422, example=examples.TRACKING_LINK),
)
async def get_tracking_link(request: Request, tracking_link_id: UUID, session: _Reading, resources: Using) -> Response:
    """Return a tracking link with its clicks."""
    return row_answer(
        request, await tracking_link_service.get(session, tracking_link_id, resources.settings.public_url)
    )


@router.delete(
    "/tracking-links/{tracking_link_id}",
    operation_id="delete_tracking_link",
    summary="Delete a tracking link",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_tracking_link(tracking_link_id: UUID, session: _Writing, versions: GivenMatch) -> None:
    """Let a tracking link lead nowhere. Whoever was credited by it stays credited."""
    await tracking_link_service.delete(session, tracking_link_id, versions)
