"""What applicants answered in public forms."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from talentflux.api import job_examples as examples
from talentflux.api.answers import answers
from talentflux.api.originals import BYTES, original_answer
from talentflux.api.routing import StemRouter
from talentflux.core.database import ReadSession
from talentflux.core.permissions import Permission
from talentflux.dependencies import Opener, Using, opens, reads
from talentflux.schemas.public_application import SubmissionList
from talentflux.services import application_answer_service

router = StemRouter(prefix="/applications", tags=["applications"])


@router.get(
    "/{application_id}/answers",
    operation_id="get_application_answers",
    summary="Answers of an applicant",
    responses=answers(404, 422, example=examples.ANSWERS),
)
async def get_application_answers(
    application_id: UUID, session: Annotated[ReadSession, reads(Permission.CANDIDATE_READ_PRIVATE)]
) -> SubmissionList:
    """Return questions as they were asked, answers, and which of them ask for a person's look."""
    return await application_answer_service.of_application(session, application_id)


@router.get(
    "/{application_id}/answers/files/{file_id}",
    operation_id="download_application_answer",
    summary="Download a file that answers a question",
    response_class=Response,
    responses=answers(404, 422) | BYTES,
)
async def download_application_answer(
    application_id: UUID,
    file_id: UUID,
    resources: Using,
    opener: Annotated[Opener, opens(Permission.CANDIDATE_READ_PRIVATE, write=False)],
) -> Response:
    """Return the bytes as they were sent, always as an attachment: a browser never shows them in this origin."""
    async with opener.reading() as session:
        found = await application_answer_service.original(session, application_id, file_id)
    return await original_answer(resources.files, found)
