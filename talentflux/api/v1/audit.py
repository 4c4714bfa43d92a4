"""The audit log, for owners."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from talentflux.api import examples
from talentflux.api.answers import answers, page_answer
from talentflux.api.routing import ApiRoute
from talentflux.core.audit_anchor import open_anchors
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Using, reads
from talentflux.schemas.audit import AuditEventRead, AuditExportQuery, AuditQuery, ChainVerification, ExportFormat
from talentflux.schemas.page import Page
from talentflux.services import audit_check, audit_reading, audit_service

router = APIRouter(prefix="/audit-events", tags=["audit"], route_class=ApiRoute)
_MEDIA_TYPES = {ExportFormat.NDJSON: "application/x-ndjson", ExportFormat.CSV: "text/csv; charset=utf-8"}


@router.get(
    "",
    operation_id="list_audit_events",
    summary="List audit events",
    response_model=Page[AuditEventRead],
    responses=answers(422, example=examples.listed(examples.AUDIT_EVENT)),
)
async def list_audit_events(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.AUDIT_READ)],
    asked: Annotated[AuditQuery, Query()],
) -> Response:
    """List what happened in the organization, newest first: changes, views of personal data, refusals."""
    return page_answer(request, await audit_reading.page(session, asked))


@router.get(
    "/export",
    operation_id="export_audit_events",
    summary="Export audit events",
    response_class=StreamingResponse,
    responses={
        **answers(422),
        200: {
            "description": "The events, newest first.",
            "content": {
                "application/x-ndjson": {"schema": {"type": "string"}, "example": examples.AUDIT_LINE},
                "text/csv": {"schema": {"type": "string"}, "example": examples.AUDIT_TABLE},
            },
        },
    },
)
async def export_audit_events(
    session: Annotated[ReadSession, reads(Permission.AUDIT_EXPORT, step_up=True)],
    resources: Using,
    asked: Annotated[AuditExportQuery, Query()],
) -> StreamingResponse:
    """Export the events as lines of JSON or as a table; needs a recent proof of identity, and is recorded itself."""
    details = asked.model_dump(mode="json", exclude_none=True)
    await audit_service.viewed(session, "audit.export", "audit_event", None, details=details)
    return StreamingResponse(
        audit_reading.export(resources.database, session.scope, asked, asked.format),
        media_type=_MEDIA_TYPES[asked.format],
        headers={"Content-Disposition": f'attachment; filename="audit-events.{asked.format}"'},
    )


@router.get(
    "/verification",
    operation_id="verify_audit_events",
    summary="Check the audit log",
    responses=answers(example=examples.AUDIT_VERIFICATION),
)
async def verify_audit_events(
    session: Annotated[ReadSession, reads(Permission.AUDIT_READ)], resources: Using
) -> ChainVerification:
    """Compute the organization's chain anew, compare it with its anchors, and name the first bad event."""
    anchors = open_anchors(resources.settings)
    return await audit_check.verify_in(session, anchors, session.scope.organization_id)


@router.get(
    "/{audit_event_id}",
    operation_id="get_audit_event",
    summary="Read an audit event",
    responses=answers(404, 422, example=examples.AUDIT_EVENT),
)
async def get_audit_event(
    audit_event_id: UUID, session: Annotated[ReadSession, reads(Permission.AUDIT_READ)]
) -> AuditEventRead:
    """Return one event with what was before and after. Events never change."""
    return await audit_reading.get(session, audit_event_id)
