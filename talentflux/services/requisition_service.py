"""Requisitions: made from a description, edited by a person, closed."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from uuid import UUID

from talentflux.ai.analysis import skill_matcher
from talentflux.ai.documents import ReaderPool
from talentflux.ai.matching.requirements import read_job
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError
from talentflux.core.scope import switched
from talentflux.models import Requisition
from talentflux.repositories.base import unique
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.document import Document
from talentflux.schemas.page import RowPage
from talentflux.schemas.requirement import JobDescription, Requirement
from talentflux.schemas.requisition import (
    Placement,
    RequirementsUpdate,
    RequisitionCreate,
    RequisitionQuery,
    RequisitionRead,
    RequisitionStatus,
    RequisitionUpdate,
)
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, hiring_team_service, workspace_service

_TITLE_LENGTH = 200
_DESCRIPTION_LENGTH = 100_000


async def page(session: AnySession, asked: RequisitionQuery) -> RowPage:
    """Read a page of requisitions.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.
    """
    return await RequisitionRepository(session).page(asked)


async def get(session: AnySession, requisition_id: UUID) -> RequisitionRead:
    """Return a requisition.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await RequisitionRepository(session).get(requisition_id))


async def describe(given: RequisitionCreate) -> JobDescription:
    """Read what a description asks for; needs no transaction.

    Args:
        given: The description, with title and requirements where a person gave them.

    Raises:
        InvalidInputError: The description is empty.
    """
    job = await asyncio.to_thread(_read_job, given.description)
    title = given.title or job.title or _first_line(given.description)
    update: dict[str, object] = {"title": title[:_TITLE_LENGTH]}
    if given.requirements is not None:
        update |= {"requirements": given.requirements, "warnings": []}
    return job.model_copy(update=update)


async def describe_file(pool: ReaderPool[Document], data: bytes, name: str) -> JobDescription:
    """Read what a file asks for; needs no transaction.

    Args:
        pool: Children that read files.
        data: The file.
        name: Its name, for messages.

    Raises:
        UnreadableFileError: The file cannot be read.
        InvalidInputError: It holds no text, or more than a description.
    """
    document = await asyncio.to_thread(pool.run, data, name)
    text = document.text.replace("\0", "�")
    if not text.strip() or len(text) > _DESCRIPTION_LENGTH:
        raise InvalidInputError(
            f"“{document.name}” holds {len(text)} characters of text; a description has 1 to {_DESCRIPTION_LENGTH}.",
            fields={"body.file": "send a text, Markdown, PDF or DOCX file with the description alone"},
        )
    return await describe(RequisitionCreate(description=text))


async def create(session: WriteSession, job: JobDescription, placed: Placement) -> RequisitionRead:
    """Enter a requisition.

    Args:
        session: The transaction.
        job: What `describe` or `describe_file` returned.
        placed: Where it belongs and who sees it.

    Raises:
        NotFoundError: There is no such workspace.
        InvalidInputError: The caller is a key of a service that would see the requisition no longer.
    """
    if placed.workspace_id is not None:
        await workspace_service.check(session, placed.workspace_id)
    row = Requisition(
        confidential=placed.confidential,
        workspace_id=placed.workspace_id,
        title=job.title or _first_line(job.text),
        description=job.text,
        language=job.language,
        location=job.location,
        requirements=_dump(job.requirements),
        requirements_version=1,
        warnings=job.warnings,
        status=RequisitionStatus.OPEN,
    )
    principal = session.principal
    person = principal is not None and principal.user_id is not None and principal.requisitions != "all"
    # Who sees only some requisitions must be in the team of this one before it can be read back.
    scope = replace(session.scope, requisitions="all") if person or placed.confidential else session.scope
    async with switched(session, scope) if scope != session.scope else nullcontext():
        made = await RequisitionRepository(session).add(row)
        audit_service.record(session, "requisition.create", "requisition", made.id, after=_shown(made))
        if person or placed.confidential:
            await hiring_team_service.join(session, made.id)
    return _read(made)


async def update(
    session: WriteSession, requisition_id: UUID, changes: RequisitionUpdate, versions: Versions = ANY_VERSION
) -> RequisitionRead:
    """Change title, status, confidentiality or workspace.

    Args:
        session: The transaction.
        requisition_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or the caller does not see it; or no such workspace.
        PreconditionFailedError: It has another version.
        InvalidInputError: The caller would see the requisition no longer.
    """
    row = await RequisitionRepository(session).get(requisition_id, lock=True, versions=versions)
    given = changes.model_dump(exclude_unset=True)
    given = {name: value for name, value in given.items() if value is not None or name == "workspace_id"}
    if (workspace_id := given.get("workspace_id")) is not None:
        await workspace_service.check(session, workspace_id)
    if given.get("confidential") and not row.confidential:
        await hiring_team_service.join(session, row.id)
    before = {name: getattr(row, name) for name in given}
    for name, value in given.items():
        setattr(row, name, value)
    await session.flush()
    audit_service.record(session, "requisition.update", "requisition", row.id, before=before, after=given)
    return _read(row)


async def edit_requirements(
    session: WriteSession, requisition_id: UUID, given: RequirementsUpdate, versions: Versions = ANY_VERSION
) -> RequisitionRead:
    """Put the requirements that a person edited in the place of the former ones.

    Args:
        session: The transaction.
        requisition_id: Which.
        given: The list and the version that was edited.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: Somebody else has edited them since.
    """
    row = await RequisitionRepository(session).get(requisition_id, lock=True, versions=versions)
    if row.requirements_version != given.version:
        raise ConflictError(
            f"The requirements have version {row.requirements_version} by now; read them again and edit those.",
            fields={"body.version": f"is {given.version}, the present one is {row.requirements_version}"},
        )
    before = {"requirements": row.requirements, "version": row.requirements_version}
    row.requirements = _dump(given.requirements)
    row.requirements_version += 1
    row.warnings = []
    await session.flush()
    after = {"requirements": row.requirements, "version": row.requirements_version}
    audit_service.record(
        session, "requisition.edit_requirements", "requisition", requisition_id, before=before, after=after
    )
    return _read(row)


async def delete(session: WriteSession, requisition_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a requisition with its applications and matches.

    Args:
        session: The transaction.
        requisition_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = RequisitionRepository(session)
    await repository.delete_with_all(await repository.get(requisition_id, lock=True, versions=versions))
    audit_service.record(session, "requisition.delete", "requisition", requisition_id)


async def restore(session: WriteSession, requisition_id: UUID, versions: Versions = ANY_VERSION) -> RequisitionRead:
    """Show a deleted requisition again, with the applications and matches that were hidden with it.

    Args:
        session: The transaction.
        requisition_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or it is not deleted.
        PreconditionFailedError: It has another version.
        ConflictError: A candidate has applied again in the meantime.
    """
    with unique("A candidate has applied to this requisition again. Delete that application first."):
        row = await RequisitionRepository(session).restore(requisition_id, versions)
    audit_service.record(session, "requisition.restore", "requisition", requisition_id)
    return _read(row)


def job_of(requisition: RequisitionRead) -> JobDescription:
    """Return a requisition as scoring takes it."""
    return JobDescription(
        title=requisition.title,
        language=requisition.language,
        location=requisition.location,
        text=requisition.description,
        requirements=requisition.requirements,
        warnings=requisition.warnings,
    )


def _read_job(text: str) -> JobDescription:
    return read_job(text, skill_matcher())


def _first_line(text: str) -> str:
    """Return the first line with a letter or digit, without marks of Markdown."""
    lines = (line.strip(" #*_-\t") for line in text.splitlines())
    return next((line for line in lines if any(sign.isalnum() for sign in line)), "Untitled")[:_TITLE_LENGTH]


def _dump(requirements: list[Requirement]) -> list[dict[str, object]]:
    return [requirement.model_dump(mode="json") for requirement in requirements]


def _shown(row: Requisition) -> dict[str, object]:
    """Return what the audit log keeps of a new requisition."""
    names = (
        "title", "description", "language", "location", "requirements", "status", "confidential", "workspace_id",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _read(row: Requisition) -> RequisitionRead:
    return RequisitionRead(
        id=row.id,
        title=row.title,
        status=RequisitionStatus(row.status),
        language=row.language,
        location=row.location,
        requirements_version=row.requirements_version,
        confidential=row.confidential,
        workspace_id=row.workspace_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
        description=row.description,
        requirements=[Requirement.model_validate(requirement) for requirement in row.requirements],
        warnings=row.warnings,
    )
