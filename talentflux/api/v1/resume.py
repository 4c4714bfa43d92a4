"""Resumes: upload, list, read, the original."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import BackgroundTasks, File, Form, Query, Request, Response, UploadFile

from talentflux.api import examples
from talentflux.api.answers import answers, check_deleted, page_answer, row_answer
from talentflux.api.originals import BYTES, original_answer
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.api.undoing import undone_on_failure
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens, reads
from talentflux.schemas.page import Page
from talentflux.schemas.stored_resume import ResumeQuery, ResumeRead, ResumeSummary, UploadAccepted
from talentflux.services import encryption_service, resume_service
from talentflux.services import resume_upload_service as uploads

router = StemRouter(prefix="/resumes", tags=["resumes"], route_class=ApiRoute)


@router.post(
    "",
    operation_id="upload_resumes",
    summary="Upload resumes",
    status_code=202,
    responses=answers(400, 404, 413, 415, 422, example=examples.UPLOAD, success=202),
)
async def upload_resumes(  # noqa: PLR0913, PLR0917 -- what FastAPI gives
    files: Annotated[
        list[UploadFile],
        File(description="One file or many: PDF, DOCX, ODT, RTF, TXT, HTML, JSON Resume, or zip archives of these."),
    ],
    resources: Using,
    opener: Annotated[Opener, opens(Permission.RESUME_UPLOAD)],
    request: Request,
    after: BackgroundTasks,
    requisition_id: Annotated[UUID | None, Form(description="The candidates apply to this requisition.")] = None,
) -> UploadAccepted:
    """Keep the originals and answer at once; a task reads them.

    The same bytes are stored once in an organization: sent again, they are answered as `duplicate`. A file that cannot
    be read is kept all the same, its resume says `failed` and why, and the rest goes on.
    """
    given = [uploads.Upload(file.filename or "unnamed", file.size or 0, file.file) for file in files]
    if requisition_id is not None:
        async with opener.reading() as reading:
            await uploads.check_requisition(reading, requisition_id)
    keys = await encryption_service.keys_of(resources.database, opener.organization_id)
    kept = await uploads.keep(resources.files, keys, given, resources.settings)
    async with undone_on_failure(request, partial(uploads.discard, resources.files, kept.by_digest.values())):
        accepted = await uploads.register(await opener.session(), kept, requisition_id)
    after.add_task(resources.files.delete, kept.spare)
    return accepted


@router.get(
    "",
    operation_id="list_resumes",
    summary="List resumes",
    response_model=Page[ResumeSummary],
    responses=answers(422, example=examples.listed(examples.RESUME_SUMMARY)),
)
async def list_resumes(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.RESUME_READ)],
    asked: Annotated[ResumeQuery, Query()],
) -> Response:
    """List resumes, newest first unless another order is asked for."""
    check_deleted(session, asked, Permission.CANDIDATE_DELETE)
    return page_answer(request, await resume_service.page(session, asked))


@router.get(
    "/{resume_id}",
    operation_id="get_resume",
    summary="Read a resume",
    response_model=ResumeRead,
    responses=answers(404, 422, example=examples.RESUME),
)
async def get_resume(
    request: Request, resume_id: UUID, session: Annotated[ReadSession, reads(Permission.RESUME_READ)]
) -> Response:
    """Return what was read from a resume, its masked text, and the text that was hidden in the file."""
    return row_answer(request, await resume_service.get(session, resume_id))


@router.get(
    "/{resume_id}/file",
    operation_id="download_resume",
    summary="Download the original",
    response_class=Response,
    responses=answers(404, 422) | BYTES,
)
async def download_resume(
    resume_id: UUID,
    resources: Using,
    opener: Annotated[Opener, opens(Permission.CANDIDATE_READ_PRIVATE, write=False)],
) -> Response:
    """Return the bytes as they were uploaded, always as an attachment: a browser never shows them in this origin."""
    async with opener.reading() as session:
        original = await resume_service.original(session, resume_id)
    return await original_answer(resources.files, original)


@router.get(
    "/{resume_id}/json-resume",
    operation_id="export_resume",
    summary="Export as JSON Resume",
    responses=answers(404, 409, 422, example={"basics": {"name": "Mara Lindqvist"}}),
)
async def export_resume(
    resume_id: UUID, session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ_PRIVATE)]
) -> dict[str, Any]:
    """Return a resume in the form of JSON Resume 1.0.0."""
    return await resume_service.json_resume(session, resume_id)
