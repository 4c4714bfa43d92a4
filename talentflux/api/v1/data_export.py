"""Exports: ask for one, see how far it is, download it."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Body, Query, Request, Response
from starlette.responses import StreamingResponse

from talentflux.api import data_import_examples as examples
from talentflux.api.answers import answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens, reads, writes
from talentflux.schemas.data_export import ExportCreate, ExportQuery, ExportRead
from talentflux.schemas.page import Page
from talentflux.services import data_export_service as exports

_TABLE: Final = {"kind": "candidates"}
router = StemRouter(prefix="/exports", tags=["exports"], route_class=ApiRoute)


@router.post(
    "",
    operation_id="create_export",
    summary="Export everything, or one table",
    status_code=202,
    response_model=ExportRead,
    responses=answers(413, 415, 422, example=examples.EXPORT | {"status": "queued"}, success=202),
)
async def create_export(
    request: Request,
    given: Annotated[ExportCreate, Body(examples=[_TABLE], openapi_examples={"table": {"value": _TABLE}})],
    session: Annotated[WriteSession, writes(Permission.EXPORT_RUN, step_up=True)],
) -> Response:
    """Let a worker make the file; it is kept encrypted and destroyed after a day. Needs a recent proof of identity.

    An archive is only for who sees all requisitions (else `confidential_not_seen`); a table leaves out those that the
    caller does not see, and their applications.
    """
    made = await exports.create(session, given.kind)
    return row_answer(request, made, status=202, location=f"/api/v1/exports/{made.id}")


@router.get(
    "",
    operation_id="list_exports",
    summary="List exports",
    response_model=Page[ExportRead],
    responses=answers(422, example=listed(examples.EXPORT)),
)
async def list_exports(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.EXPORT_RUN)],
    asked: Annotated[ExportQuery, Query()],
) -> Response:
    """List the organization's exports, newest first."""
    return page_answer(request, await exports.page(session, asked))


@router.get(
    "/{data_export_id}",
    operation_id="get_export",
    summary="How far an export has come",
    response_model=ExportRead,
    responses=answers(404, 422, example=examples.EXPORT),
)
async def get_export(
    request: Request, data_export_id: UUID, session: Annotated[ReadSession, reads(Permission.EXPORT_RUN)]
) -> Response:
    """Return status and percentage of an export."""
    return row_answer(request, await exports.get(session, data_export_id))


@router.get(
    "/{data_export_id}/file",
    operation_id="download_export",
    summary="Download an export",
    response_class=StreamingResponse,
    responses=answers(404, 409, 422)
    | {
        200: {
            "description": "The archive, or a CSV file.",
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}, "example": "PK"}},
        }
    },
)
async def download_export(
    data_export_id: UUID,
    resources: Using,
    opener: Annotated[Opener, opens(Permission.EXPORT_RUN, write=False, step_up=True)],
) -> StreamingResponse:
    """Return the file. It holds personal data in plain text: needs a recent proof of identity, and is recorded."""
    async with opener.reading() as session:
        export, cipher = await exports.open_file(session, data_export_id)
    media_type, name = exports.MEDIA_TYPES[export.kind]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(export.size),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    pieces = exports.pieces(resources.files, opener.organization_id, export, cipher)
    return StreamingResponse(pieces, media_type=media_type, headers=headers)
