"""Attachments: files about candidates beside their resumes."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Query, Request, Response, UploadFile

from talentflux.api import candidate_record_examples as record
from talentflux.api.answers import GivenMatch, answers, check_deleted, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.originals import BYTES, original_answer
from talentflux.api.routing import StemRouter
from talentflux.api.undoing import undone_on_failure
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens, reads, writes
from talentflux.schemas.attachment import AttachmentKind, AttachmentQuery, AttachmentRead
from talentflux.schemas.page import Page
from talentflux.services import attachment_service, encryption_service
from talentflux.services.resume_upload_service import Upload, discard

router = StemRouter(prefix="/attachments", tags=["attachments"])
of_candidates = StemRouter(prefix="/candidates", tags=["attachments"])
_Reading = Annotated[ReadSession, reads(Permission.CANDIDATE_READ_PRIVATE)]


@router.post(
    "",
    operation_id="create_attachment",
    summary="Attach a file to a candidate",
    status_code=201,
    response_model=AttachmentRead,
    responses=answers(400, 404, 413, 415, 422, example=record.ATTACHMENT, success=201),
)
async def create_attachment(  # noqa: PLR0913, PLR0917 -- what FastAPI gives it
    request: Request,
    file: Annotated[UploadFile, File(description="One file of any type. It is kept as it is and never parsed.")],
    candidate_id: Annotated[UUID, Form(description="Whose file it is.")],
    resources: Using,
    opener: Annotated[Opener, opens(Permission.CANDIDATE_WRITE)],
    kind: Annotated[AttachmentKind, Form(description="What the file is.")] = AttachmentKind.OTHER,
) -> Response:
    """Keep a file about a candidate, encrypted under a key of its own."""
    async with opener.reading() as reading:
        await attachment_service.check_candidate(reading, candidate_id)
    keys = await encryption_service.keys_of(resources.database, opener.organization_id)
    upload = Upload(file.filename or "unnamed", file.size or 0, file.file)
    stored = await attachment_service.keep(resources.files, keys, upload, resources.settings)
    async with undone_on_failure(request, partial(discard, resources.files, [stored])):
        made = await attachment_service.register(await opener.session(), stored, candidate_id, kind)
    return row_answer(request, made, status=201, location=f"/api/v1/attachments/{made.id}")


@of_candidates.get(
    "/{candidate_id}/attachments",
    operation_id="list_attachments",
    summary="Attachments of a candidate",
    response_model=Page[AttachmentRead],
    responses=answers(404, 422, example=listed(record.ATTACHMENT)),
)
async def list_attachments(
    request: Request, candidate_id: UUID, session: _Reading, asked: Annotated[AttachmentQuery, Query()]
) -> Response:
    """List the files about a candidate, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.CANDIDATE_WRITE)
    return page_answer(request, await attachment_service.page(session, candidate_id, asked))


@router.get(
    "/{attachment_id}",
    operation_id="get_attachment",
    summary="Read an attachment",
    response_model=AttachmentRead,
    responses=answers(404, 422, example=record.ATTACHMENT),
)
async def get_attachment(request: Request, attachment_id: UUID, session: _Reading) -> Response:
    """Return what is known of a file about a candidate."""
    return row_answer(request, await attachment_service.get(session, attachment_id))


@router.get(
    "/{attachment_id}/file",
    operation_id="download_attachment",
    summary="Download an attachment",
    response_class=Response,
    responses=answers(404, 422) | BYTES,
)
async def download_attachment(
    attachment_id: UUID,
    resources: Using,
    opener: Annotated[Opener, opens(Permission.CANDIDATE_READ_PRIVATE, write=False)],
) -> Response:
    """Return the bytes as they were uploaded, always as an attachment: a browser never shows them in this origin."""
    async with opener.reading() as session:
        original = await attachment_service.original(session, attachment_id)
    return await original_answer(resources.files, original)


@router.delete(
    "/{attachment_id}",
    operation_id="delete_attachment",
    summary="Delete an attachment",
    status_code=204,
    responses=answers(404, 412, 422),
)
async def delete_attachment(
    attachment_id: UUID,
    session: Annotated[WriteSession, writes(Permission.CANDIDATE_WRITE)],
    versions: GivenMatch,
) -> None:
    """Hide a file about a candidate."""
    await attachment_service.delete(session, attachment_id, versions)
