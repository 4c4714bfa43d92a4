"""Answers of applicants, as recruiters read them."""

from typing import Any
from uuid import UUID

import orjson

from talentflux.core.database import AnySession
from talentflux.core.errors import NotFoundError
from talentflux.repositories.application_repository import ApplicationRepository
from talentflux.repositories.public_application_repository import PublicApplicationRepository
from talentflux.schemas.public_application import AnswerRead, SubmissionList, SubmissionRead
from talentflux.services import audit_service, resume_content
from talentflux.services.encryption_service import organization_keys
from talentflux.services.resume_service import Original


async def of_application(session: AnySession, application_id: UUID) -> SubmissionList:
    """Return all that somebody answered in public forms for one application.

    Args:
        session: The transaction.
        application_id: Which.

    Raises:
        NotFoundError: There is none in this organization.
    """
    found = SubmissionList(submissions=await _submissions(session, application_id))
    await audit_service.viewed(session, "application.view_answers", "application", application_id)
    return found


async def original(session: AnySession, application_id: UUID, file_id: UUID) -> Original:
    """Return where a file lies that answers a question.

    Args:
        session: The transaction.
        application_id: Of which application.
        file_id: Which file.

    Raises:
        NotFoundError: There is no such application, or no such file came with it.
    """
    answers = [answer for sent in await _submissions(session, application_id) for answer in sent.answers]
    named = {answer.file.id: answer.file for answer in answers if answer.file is not None}
    file = await PublicApplicationRepository(session).file(file_id) if file_id in named else None
    if file is None:
        raise NotFoundError("No such file came with this application.")
    cipher = resume_content.cipher_of(await organization_keys(session), file)
    await audit_service.viewed(session, "application.download_answer", "application", application_id)
    return Original(key=file.key, cipher=cipher, name=named[file_id].name, media_type=file.media_type)


async def _submissions(session: AnySession, application_id: UUID) -> list[SubmissionRead]:
    await ApplicationRepository(session).get(application_id)
    keys = await organization_keys(session)
    found = []
    for row, wrapped_key in await PublicApplicationRepository(session).of_application(application_id):
        opened: list[dict[str, Any]] = []
        if wrapped_key is not None and row.answers is not None:
            cipher = keys.person(wrapped_key, f"candidate:{row.candidate_id}")
            opened = orjson.loads(cipher.decrypt(row.answers, f"application_answer.answers:{row.id}"))
        answers = [AnswerRead.model_validate(answer) for answer in opened]
        found.append(
            SubmissionRead(
                id=row.id, job_id=row.job_id, submitted_at=row.created_at, flagged=row.flagged, answers=answers
            )
        )
    return found
