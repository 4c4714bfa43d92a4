"""Resumes as they are stored: lists, one with all that was read, the original."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from talentflux.ai.resume.json_resume import to_json_resume
from talentflux.core.crypto import Cipher, Keys
from talentflux.core.database import AnySession
from talentflux.core.errors import ConflictError
from talentflux.core.permissions import Permission
from talentflux.models import File, Resume
from talentflux.repositories.resume_repository import ResumeRepository
from talentflux.schemas.document import Document
from talentflux.schemas.file import FileRead
from talentflux.schemas.page import RowPage
from talentflux.schemas.resume import ParsedResume
from talentflux.schemas.stored_resume import ResumeQuery, ResumeRead, ResumeStatus
from talentflux.services import audit_service, private_fields, resume_content
from talentflux.services.encryption_service import organization_keys


@dataclass(frozen=True, slots=True)
class Original:
    """Where an original lies.

    Attributes:
        key: In the file store.
        cipher: Decrypts it.
        name: As uploaded.
        media_type: From the name.
    """

    key: str
    cipher: Cipher
    name: str
    media_type: str


async def page(session: AnySession, asked: ResumeQuery) -> RowPage:
    """Read a page of resumes. Of what was deleted, a follower is told no more than that it was.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.
    """
    found = await ResumeRepository(session).page(asked)
    resume_content.open_rows(await organization_keys(session), found.items)
    if asked.updated_since is not None:
        for row in found.items:
            if row["deleted_at"] is not None:
                row.update(file_name="", failure_detail=None)
    return found


async def get(session: AnySession, resume_id: UUID) -> ResumeRead:
    """Return a resume with all that was read from it.

    Raises:
        NotFoundError: There is none in this organization.
    """
    repository = ResumeRepository(session)
    resume = await repository.get(resume_id)
    await audit_service.viewed(session, "resume.view", "resume", resume_id)
    read = _read(await organization_keys(session), resume, await repository.file_of(resume))
    return private_fields.without_private(session, read)


async def original(session: AnySession, resume_id: UUID) -> Original:
    """Return where the original of a resume lies.

    Raises:
        NotFoundError: There is none in this organization.
        ForbiddenError: The caller may not read resumes.
    """
    private_fields.require(session, Permission.RESUME_READ, "An original")
    repository = ResumeRepository(session)
    file = await repository.file_of(await repository.get(resume_id))
    cipher = resume_content.cipher_of(await organization_keys(session), file)
    meta = resume_content.open_meta(cipher, file.id, file.meta)
    await audit_service.viewed(session, "resume.download", "resume", resume_id)
    return Original(key=file.key, cipher=cipher, name=meta["name"], media_type=file.media_type)


async def json_resume(session: AnySession, resume_id: UUID) -> dict[str, Any]:
    """Return what was read from a resume in the form of JSON Resume 1.0.0.

    Raises:
        NotFoundError: There is none in this organization.
        ForbiddenError: The caller may not read resumes.
        ConflictError: It has not been read yet, or cannot be read.
    """
    private_fields.require(session, Permission.RESUME_READ, "An export")
    repository = ResumeRepository(session)
    resume = await repository.get(resume_id)
    cipher = resume_content.cipher_of(await organization_keys(session), await repository.file_of(resume))
    content = resume_content.open_content(cipher, resume)
    if content["parsed"] is None or content["document"] is None:
        said = resume_content.open_failure(cipher, resume.id, resume.failure)
        said = said or "It is still being read; ask again in a moment."
        raise ConflictError(f"This resume has no parsed document. {said}")
    await audit_service.viewed(session, "resume.export", "resume", resume_id)
    return to_json_resume(ParsedResume.model_validate(content["parsed"]), Document.model_validate(content["document"]))


def _read(keys: Keys, resume: Resume, file: File) -> ResumeRead:
    cipher = resume_content.cipher_of(keys, file)
    meta = resume_content.open_meta(cipher, file.id, file.meta)
    content = resume_content.open_content(cipher, resume)
    document = Document.model_validate(content["document"]) if content["document"] else None
    parsed_resume = ParsedResume.model_validate(content["parsed"]) if content["parsed"] else None
    return ResumeRead(
        id=resume.id,
        candidate_id=resume.candidate_id,
        file_name=meta["name"],
        status=ResumeStatus(resume.status),
        failure_reason=resume.failure_reason,
        failure_detail=resume_content.open_failure(cipher, resume.id, resume.failure),
        language=resume.language,
        total_years=resume.total_years,
        created_at=resume.created_at,
        updated_at=resume.updated_at,
        deleted_at=resume.deleted_at,
        file=FileRead(id=file.id, media_type=file.media_type, size=file.size, **meta),
        parsed=parsed_resume,
        text=document.text if document else None,
        masked_text=resume.masked_text,
        hidden=document.hidden if document else [],
        warnings=[
            *(document.warnings if document else []),
            *(parsed_resume.warnings if parsed_resume else []),
        ],
    )
