"""Webhooks."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from talentflux.api import webhook_examples
from talentflux.api.answers import GivenMatch, RequiredMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.outbound import OutboundPolicy
from talentflux.core.permissions import Permission
from talentflux.dependencies import Resources, reads, writes
from talentflux.schemas.page import Page
from talentflux.schemas.webhook import (
    DeliveryQuery,
    DeliveryRead,
    ReplayAccepted,
    ReplayRequest,
    SecretRotation,
    WebhookCreate,
    WebhookQuery,
    WebhookRead,
    WebhookUpdate,
    WebhookWithSecret,
)
from talentflux.services import webhook_service

router = StemRouter(prefix="/webhooks", tags=["webhooks"])
_Reading = Annotated[ReadSession, reads(Permission.WEBHOOK_READ)]
_Writing = Annotated[WriteSession, writes(Permission.WEBHOOK_WRITE)]
_Guarded = Annotated[WriteSession, writes(Permission.WEBHOOK_WRITE, step_up=True)]


def _policy(request: Request) -> OutboundPolicy:
    resources: Resources = request.app.state.resources
    return OutboundPolicy.from_settings(resources.settings)


@router.post(
    "",
    operation_id="create_webhook",
    summary="Make a webhook",
    status_code=201,
    response_model=WebhookWithSecret,
    responses=answers(409, 415, 422, example=webhook_examples.WITH_SECRET, success=201),
)
async def create_webhook(
    request: Request,
    given: Annotated[
        WebhookCreate,
        Body(examples=[{"url": "https://hooks.example.org/talentflux", "events": ["application.*"]}]),
    ],
    session: _Guarded,
) -> Response:
    """Let an address be told of events. The secret that signs them is shown this once."""
    made = await webhook_service.create(session, _policy(request), given)
    return row_answer(request, made, status=201, location=f"/api/v1/webhooks/{made.id}")


@router.get(
    "",
    operation_id="list_webhooks",
    summary="List webhooks",
    response_model=Page[WebhookRead],
    responses=answers(422, example=listed(webhook_examples.WEBHOOK)),
)
async def list_webhooks(request: Request, session: _Reading, asked: Annotated[WebhookQuery, Query()]) -> Response:
    """List webhooks, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.WEBHOOK_WRITE)
    return page_answer(request, await webhook_service.page(session, asked))


@router.get(
    "/{webhook_id}",
    operation_id="get_webhook",
    summary="Read a webhook",
    response_model=WebhookRead,
    responses=answers(404, 422, example=webhook_examples.WEBHOOK),
)
async def get_webhook(request: Request, webhook_id: UUID, session: _Reading) -> Response:
    """Return a webhook, without its secret."""
    return row_answer(request, await webhook_service.get(session, webhook_id))


@router.patch(
    "/{webhook_id}",
    operation_id="update_webhook",
    summary="Change a webhook",
    response_model=WebhookRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=webhook_examples.WEBHOOK),
)
async def update_webhook(
    request: Request,
    webhook_id: UUID,
    changes: Annotated[WebhookUpdate, Body(examples=[{"enabled": False}])],
    session: _Guarded,
    versions: RequiredMatch,
) -> Response:
    """Change address or events, stop it or let it go on. What waits for a stopped webhook is cancelled."""
    changed = await webhook_service.update(session, _policy(request), webhook_id, changes, versions)
    return row_answer(request, changed)


@router.delete(
    "/{webhook_id}",
    operation_id="delete_webhook",
    summary="Delete a webhook",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_webhook(webhook_id: UUID, session: _Guarded, versions: GivenMatch) -> None:
    """Tell an address of nothing any more."""
    await webhook_service.delete(session, webhook_id, versions)


@router.post(
    "/{webhook_id}/restore",
    operation_id="restore_webhook",
    summary="Restore a webhook",
    response_model=WebhookRead,
    responses=answers(404, 409, 412, 422, example=webhook_examples.WEBHOOK),
)
async def restore_webhook(request: Request, webhook_id: UUID, session: _Guarded, versions: GivenMatch) -> Response:
    """Let a deleted webhook be told again of what happens from now on; `replay` sends what it missed."""
    return row_answer(request, await webhook_service.restore(session, webhook_id, versions))


@router.post(
    "/{webhook_id}/rotate-secret",
    operation_id="rotate_webhook_secret",
    summary="Change a webhook's secret",
    response_model=WebhookWithSecret,
    responses=answers(404, 412, 415, 422, example=webhook_examples.WITH_SECRET),
)
async def rotate_webhook_secret(
    request: Request,
    webhook_id: UUID,
    given: Annotated[SecretRotation, Body(examples=[{"overlap_hours": 24}])],
    session: _Guarded,
    versions: GivenMatch,
) -> Response:
    """Give a webhook a new secret, shown this once. Until the overlap ends both secrets sign each message."""
    return row_answer(request, await webhook_service.rotate_secret(session, webhook_id, given, versions))


@router.post(
    "/{webhook_id}/ping",
    operation_id="ping_webhook",
    summary="Send a test event",
    status_code=202,
    response_model=DeliveryRead,
    responses=answers(404, 409, 422, example=webhook_examples.DELIVERY, success=202),
)
async def ping_webhook(webhook_id: UUID, session: _Writing) -> DeliveryRead:
    """Send an event of type `webhook.ping` to this webhook alone; its delivery says what came of it."""
    return await webhook_service.ping(session, webhook_id)


@router.post(
    "/{webhook_id}/replay",
    operation_id="replay_webhook",
    summary="Send past events again",
    status_code=202,
    response_model=ReplayAccepted,
    responses=answers(404, 409, 415, 422, example=webhook_examples.REPLAY, success=202),
)
async def replay_webhook(
    webhook_id: UUID,
    given: Annotated[ReplayRequest, Body(examples=[{"since": "2026-11-20T00:00:00Z"}])],
    session: _Writing,
) -> ReplayAccepted:
    """Send what happened in a span of time, the earliest first; by default only what has not arrived."""
    return await webhook_service.replay(session, webhook_id, given)


@router.get(
    "/{webhook_id}/deliveries",
    operation_id="list_webhook_deliveries",
    summary="List deliveries",
    response_model=Page[DeliveryRead],
    responses=answers(404, 422, example=listed(webhook_examples.DELIVERY)),
)
async def list_webhook_deliveries(
    request: Request, webhook_id: UUID, session: _Reading, asked: Annotated[DeliveryQuery, Query()]
) -> Response:
    """List what a webhook was told of and what came of each attempt, the latest first."""
    return page_answer(request, await webhook_service.deliveries(session, webhook_id, asked))


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}",
    operation_id="get_webhook_delivery",
    summary="Read a delivery",
    response_model=DeliveryRead,
    responses=answers(404, 422, example=webhook_examples.DELIVERY),
)
async def get_webhook_delivery(request: Request, webhook_id: UUID, delivery_id: UUID, session: _Reading) -> Response:
    """Return a delivery with its attempts."""
    return row_answer(request, await webhook_service.delivery(session, webhook_id, delivery_id))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    operation_id="replay_webhook_delivery",
    summary="Send an event again",
    status_code=202,
    response_model=DeliveryRead,
    responses=answers(404, 409, 422, example=webhook_examples.DELIVERY, success=202),
)
async def replay_webhook_delivery(webhook_id: UUID, delivery_id: UUID, session: _Writing) -> DeliveryRead:
    """Send the event of a delivery once more, with the same `webhook-id`."""
    return await webhook_service.send_again(session, webhook_id, delivery_id)
