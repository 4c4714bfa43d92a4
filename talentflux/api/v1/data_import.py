"""Imports of tables: upload, map columns, check, run, report."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Body, File, Form, Query, Request, Response, UploadFile
from starlette.responses import StreamingResponse

from talentflux.api import data_import_examples as examples
from talentflux.api.answers import RequiredMatch, answers, page_answer, row_answer
from talentflux.api.examples import listed
from talentflux.api.routing import ApiRoute, StemRouter
from talentflux.core.database import ReadSession, WriteSession
from talentflux.core.errors import TooLargeError
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens, reads, writes
from talentflux.schemas.data_import import ImportKind, ImportQuery, ImportRead, ImportSummary, ImportUpdate
from talentflux.schemas.page import Page
from talentflux.services import data_import_service as imports
from talentflux.services import encryption_service, import_report

router = StemRouter(prefix="/imports", tags=["imports"], route_class=ApiRoute)
_MIB = 2**20
_Encoding = Annotated[
    str | None, Form(max_length=40, description="Of text; found out where it is absent.", examples=["windows-1252"])
]
_Delimiter = Annotated[
    str | None, Form(min_length=1, max_length=1, description="Between cells; found out where it is absent.")
]
_Header = Annotated[
    bool | None, Form(description="Whether the first row names the columns; found out where it is absent.")
]


@router.post(
    "",
    operation_id="create_import",
    summary="Upload a table",
    status_code=201,
    response_model=ImportRead,
    responses=answers(400, 404, 413, 415, 422, example=examples.IMPORT, success=201),
)
async def create_import(  # noqa: PLR0913, PLR0917 -- the parts of the form
    request: Request,
    file: Annotated[UploadFile, File(description="CSV (any usual encoding and delimiter), TSV or XLSX.")],
    resources: Using,
    opener: Annotated[Opener, opens(Permission.IMPORT_RUN)],
    kind: Annotated[ImportKind, Form(description="What the rows are.")] = ImportKind.CANDIDATES,
    requisition_id: Annotated[
        UUID | None, Form(description="What all candidates apply to, for `applications`; else columns say it.")
    ] = None,
    encoding: _Encoding = None,
    delimiter: _Delimiter = None,
    header: _Header = None,
) -> Response:
    """Read a table and suggest what each column is; no row is taken before the import is run.

    The cells are kept encrypted for seven days.
    """
    limit = resources.settings.import_limit_mib
    if (file.size or 0) > limit * _MIB:
        raise TooLargeError(f"At most {limit} MiB are taken. Divide the table.")
    keys = await encryption_service.keys_of(resources.database, opener.organization_id)
    data, name = await file.read(), file.filename or "unnamed"

    def prepare() -> imports.Prepared:
        table = imports.read(data, name, resources.settings, encoding=encoding, delimiter=delimiter, header=header)
        return imports.prepare(keys, kind, name, table)

    prepared = await asyncio.to_thread(prepare)
    made = await imports.enter(await opener.session(), prepared, requisition_id)
    return row_answer(request, made, status=201, location=f"/api/v1/imports/{made.id}")


@router.get(
    "",
    operation_id="list_imports",
    summary="List imports",
    response_model=Page[ImportSummary],
    responses=answers(422, example=listed(examples.IMPORT_SUMMARY)),
)
async def list_imports(
    request: Request,
    session: Annotated[ReadSession, reads(Permission.IMPORT_READ)],
    asked: Annotated[ImportQuery, Query()],
) -> Response:
    """List the organization's imports with their progress, newest first."""
    return page_answer(request, await imports.page(session, asked))


@router.get(
    "/{data_import_id}",
    operation_id="get_import",
    summary="Read an import",
    response_model=ImportRead,
    responses=answers(404, 422, example=examples.IMPORT),
)
async def get_import(
    request: Request, data_import_id: UUID, session: Annotated[ReadSession, reads(Permission.IMPORT_RUN)]
) -> Response:
    """Return an import with its columns, samples, progress and the first rows that were not taken."""
    return row_answer(request, await imports.get(session, data_import_id))


@router.patch(
    "/{data_import_id}",
    operation_id="update_import",
    summary="Map columns",
    response_model=ImportRead,
    responses=answers(404, 409, 412, 415, 422, 428, example=examples.IMPORT),
)
async def update_import(
    request: Request,
    data_import_id: UUID,
    changes: Annotated[ImportUpdate, Body(examples=[{"mapping": ["name", "email"]}])],
    session: Annotated[WriteSession, writes(Permission.IMPORT_RUN)],
    versions: RequiredMatch,
) -> Response:
    """Read columns as other fields, or take rows otherwise; possible until the import runs."""
    return row_answer(request, await imports.update(session, data_import_id, changes, versions))


@router.post(
    "/{data_import_id}/check",
    operation_id="check_import",
    summary="Try an import",
    status_code=202,
    response_model=ImportRead,
    responses=answers(404, 409, 422, example=examples.IMPORT, success=202),
)
async def check_import(
    request: Request, data_import_id: UUID, session: Annotated[WriteSession, writes(Permission.IMPORT_RUN)]
) -> Response:
    """Let a worker find out what would become of each row, and change nothing."""
    return row_answer(request, await imports.check(session, data_import_id), status=202)


@router.post(
    "/{data_import_id}/run",
    operation_id="run_import",
    summary="Run an import",
    status_code=202,
    response_model=ImportRead,
    responses=answers(404, 409, 422, example=examples.IMPORT, success=202),
)
async def run_import(
    request: Request, data_import_id: UUID, session: Annotated[WriteSession, writes(Permission.IMPORT_RUN)]
) -> Response:
    """Let workers take the rows. Rows with an error are left out; one that failed goes on where it was."""
    return row_answer(request, await imports.run(session, data_import_id), status=202)


@router.get(
    "/{data_import_id}/report",
    operation_id="download_import_report",
    summary="Download the report of every row",
    response_class=StreamingResponse,
    responses=answers(404, 409, 422)
    | {
        200: {
            "description": "A CSV file.",
            "content": {"text/csv": {"schema": {"type": "string"}, "example": examples.REPORT}},
        }
    },
)
async def download_import_report(
    data_import_id: UUID, opener: Annotated[Opener, opens(Permission.IMPORT_RUN, write=False)]
) -> StreamingResponse:
    """Return every row with its verdict, what is wrong with it and its cells, safe to open in a spreadsheet."""
    lines = import_report.report(opener.reading, data_import_id)
    first = await anext(lines)

    async def rest() -> AsyncIterator[bytes]:
        yield first
        async for part in lines:
            yield part

    headers = {
        "Content-Disposition": 'attachment; filename="import-report.csv"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(rest(), media_type="text/csv; charset=utf-8", headers=headers)
