"""Attachments: files about candidates, kept encrypted as resumes are, and never read by a parser.

`keep` talks to the file store and opens no transaction; `register` is one transaction and talks to nothing else.
"""

import asyncio
import mimetypes
from uuid import UUID

from talentflux.ai.documents.problems import printable
from talentflux.core.config import Settings
from talentflux.core.crypto import Keys, digest_of
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import InvalidInputError, TooLargeError
from talentflux.core.file_store import FileStore
from talentflux.models import Attachment, File
from talentflux.repositories.attachment_repository import AttachmentRepository
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.schemas.attachment import AttachmentKind, AttachmentQuery, AttachmentRead
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, event_service, resume_content
from talentflux.services.encryption_service import organization_keys
from talentflux.services.resume_service import Original
from talentflux.services.resume_upload_service import StoredFile, Upload
from talentflux.utils.ids import new_id

_MIB = 2**20


async def check_candidate(session: AnySession, candidate_id: UUID) -> None:
    """Make sure that a candidate exists before a file is kept for them.

    Raises:
        NotFoundError: There is none in this organization.
    """
    await CandidateRepository(session).get(candidate_id)


async def keep(store: FileStore, keys: Keys, upload: Upload, settings: Settings) -> StoredFile:
    """Put a file into the file store.

    Args:
        store: Where to.
        keys: Of the organization whose it is.
        upload: The file.
        settings: Give the limit.

    Raises:
        TooLargeError: It is larger than allowed.
        InvalidInputError: It is empty.
        DependencyError: The file store does not answer.
    """
    name = printable(upload.name)
    if upload.size > settings.upload_limit_mib * _MIB:
        raise TooLargeError(
            f"“{name}” has {upload.size / _MIB:.1f} MiB; at most {settings.upload_limit_mib} are taken."
        )
    data = await asyncio.to_thread(upload.content.read)
    if not data:
        raise InvalidInputError("The file is empty.", fields={"body.file": "send a file with something in it"})
    assert keys.owner is not None
    file_id = new_id()
    wrapped_key, cipher = keys.new_person_key(f"file:{file_id}")
    sha256 = await asyncio.to_thread(digest_of, data)
    key = await store.put(keys.owner, file_id, data, cipher)
    return StoredFile(file_id, name, len(data), sha256, b"", key, wrapped_key, cipher)


async def register(
    session: WriteSession, stored: StoredFile, candidate_id: UUID, kind: AttachmentKind
) -> AttachmentRead:
    """Enter a kept file as an attachment of a candidate.

    Args:
        session: The transaction.
        stored: What `keep` returned.
        candidate_id: Whose.
        kind: What the file is.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    await check_candidate(session, candidate_id)
    file = File(
        id=stored.file_id,
        media_type=mimetypes.guess_type(stored.name)[0] or "application/octet-stream",
        size=stored.size,
        key=stored.key,
        wrapped_key=stored.wrapped_key,
        meta=resume_content.seal_meta(stored.cipher, stored.file_id, stored.name, stored.sha256),
    )
    attachment = Attachment(
        id=new_id(), candidate_id=candidate_id, file_id=file.id, kind=kind, added_by=session.scope.user_id
    )
    await AttachmentRepository(session).enter(file, attachment)
    after = {"candidate_id": candidate_id, "kind": kind, "size": stored.size}
    audit_service.record(session, "attachment.create", "attachment", attachment.id, after=after)
    _emit(session, "candidate.attached", attachment)
    return await _read(session, attachment.id)


async def page(session: AnySession, candidate_id: UUID, asked: AttachmentQuery) -> RowPage:
    """Read a page of a candidate's attachments. Of what was deleted, a follower is told no more than that it was.

    Args:
        session: The transaction.
        candidate_id: Whose.
        asked: Filter, order, view and place.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    _, bound = await CandidateRepository(session).get_followed(candidate_id, asked)
    found = await AttachmentRepository(session).page(asked, candidate_id, bound)
    resume_content.open_rows(await organization_keys(session), found.items)
    for row in found.items:
        if row["deleted_at"] is not None:
            row["file_name"] = ""
    shown = {"attachments": [row["id"] for row in found.items]}
    await audit_service.viewed(session, "attachment.list", "candidate", candidate_id, details=shown)
    return found


async def get(session: AnySession, attachment_id: UUID) -> AttachmentRead:
    """Return an attachment.

    Raises:
        NotFoundError: There is none in this organization, or its candidate is deleted.
    """
    await _of_live(session, attachment_id)
    await audit_service.viewed(session, "attachment.view", "attachment", attachment_id)
    return await _read(session, attachment_id)


async def original(session: AnySession, attachment_id: UUID) -> Original:
    """Return where the file of an attachment lies.

    Raises:
        NotFoundError: There is none in this organization, or its key was destroyed.
    """
    attachment = await _of_live(session, attachment_id)
    file = await AttachmentRepository(session).file_of(attachment)
    cipher = resume_content.cipher_of(await organization_keys(session), file)
    name = resume_content.open_meta(cipher, file.id, file.meta)["name"]
    await audit_service.viewed(session, "attachment.download", "attachment", attachment_id)
    return Original(file.key, cipher, name, file.media_type)


async def delete(session: WriteSession, attachment_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide an attachment.

    Args:
        session: The transaction.
        attachment_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or its candidate is deleted.
        PreconditionFailedError: It has another version.
    """
    attachment = await _of_live(session, attachment_id, versions, lock=True)
    await AttachmentRepository(session).delete(attachment)
    before = {"candidate_id": attachment.candidate_id, "kind": attachment.kind}
    audit_service.record(session, "attachment.delete", "attachment", attachment_id, before=before)
    _emit(session, "candidate.detached", attachment)


async def _of_live(
    session: AnySession, attachment_id: UUID, versions: Versions = ANY_VERSION, *, lock: bool = False
) -> Attachment:
    attachment = await AttachmentRepository(session).get(attachment_id, lock=lock, versions=versions)
    await check_candidate(session, attachment.candidate_id)
    return attachment


def _emit(session: WriteSession, kind: str, attachment: Attachment) -> None:
    data = {"attachment_id": attachment.id, "kind": attachment.kind}
    event_service.emit(session, kind, candidate_id=attachment.candidate_id, data=data)


async def _read(session: AnySession, attachment_id: UUID) -> AttachmentRead:
    row = await AttachmentRepository(session).row(attachment_id)
    resume_content.open_rows(await organization_keys(session), [row])
    return AttachmentRead.model_validate(row)
