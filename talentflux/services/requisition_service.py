"""Requisitions: made from a description, edited by a person, open for people while their status says so."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from talentflux.ai.analysis import skill_matcher
from talentflux.ai.documents import ReaderPool
from talentflux.ai.matching.requirements import read_job
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError
from talentflux.core.scope import switched
from talentflux.models import Requisition
from talentflux.repositories.base import unique
from talentflux.repositories.pipeline_repository import PipelineRepository
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.schemas.custom_field import FieldResource
from talentflux.schemas.document import Document
from talentflux.schemas.page import RowPage
from talentflux.schemas.requirement import JobDescription
from talentflux.schemas.requisition import (
    Placement,
    RequisitionCreate,
    RequisitionQuery,
    RequisitionRead,
    RequisitionStatus,
    RequisitionSummary,
    RequisitionUpdate,
    Terms,
    WholeTerms,
)
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import (
    approval_service,
    audit_service,
    custom_field_service,
    event_service,
    hiring_team_service,
    opening_service,
    public_pages,
    requirement_service,
    requisition_lifecycle,
    requisition_states,
    workspace_service,
)

_TITLE_LENGTH = 200
_DESCRIPTION_LENGTH = 100_000
_TAKEN: Final = "Another requisition of this organization has this external id."
_CLEARABLE: Final = frozenset(
    {"workspace_id", "external_id", "employment_type", "pay_min", "pay_max", "pay_currency", "pay_period",
     "department", "target_date"}
)  # fmt: skip


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
    return await read(session, await RequisitionRepository(session).get(requisition_id))


async def require_open(session: AnySession, requisition_id: UUID, *, lock: bool = False) -> None:
    """Make sure that people are looked for.

    Args:
        session: The transaction.
        requisition_id: For which requisition.
        lock: Let its status not change until the transaction ends; others may ask for the same meanwhile.

    Raises:
        NotFoundError: There is none in this organization, or the caller does not see it.
        ConflictError: It is not open.
    """
    status = await RequisitionRepository(session).status(requisition_id, lock=lock)
    if status != RequisitionStatus.OPEN:
        raise ConflictError(f"The requisition is not open but {status.replace('_', ' ')}.", code="requisition_not_open")


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
    """Enter a requisition. It is open, but for drafts and where an approval chain applies.

    Args:
        session: The transaction.
        job: What `describe` or `describe_file` returned.
        placed: Where it belongs, who sees it, and its terms.

    Raises:
        NotFoundError: There is no such workspace.
        InvalidInputError: The caller is a key of a service that would see the requisition no longer; or a value of
            the organization's own fields does not fit.
        ConflictError: Another requisition has the external id.
    """
    if placed.workspace_id is not None:
        await workspace_service.check(session, placed.workspace_id)
    row = _draft(job, placed)
    if placed.custom:
        row.custom = await custom_field_service.check(
            session, FieldResource.REQUISITION, placed.custom, place="body.custom"
        )
    if not placed.draft and not await approval_service.needed(session, row):
        row.status, row.opened_at = RequisitionStatus.OPEN, datetime.now(UTC)
    principal = session.principal
    person = principal is not None and principal.user_id is not None and principal.requisitions != "all"
    # Who sees only some requisitions must be in the team of this one before it can be read back.
    scope = replace(session.scope, requisitions="all") if person or placed.confidential else session.scope
    async with switched(session, scope) if scope != session.scope else nullcontext():
        with unique(_TAKEN):
            made = await RequisitionRepository(session).add(row)
        await opening_service.fill_in(session, made, placed.headcount)
        await requirement_service.keep(session, made)
        audit_service.record(session, "requisition.create", "requisition", made.id, after=_shown(made))
        event_service.emit(session, "requisition.created", requisition_id=made.id, data={"status": str(made.status)})
        if person or placed.confidential:
            await hiring_team_service.join(session, made.id)
    return await read(session, made)


def _draft(job: JobDescription, placed: Placement) -> Requisition:
    return Requisition(
        **_columns(placed.model_dump(include=set(Terms.model_fields))),
        confidential=placed.confidential,
        workspace_id=placed.workspace_id,
        interview_plan=[each.model_dump(mode="json") for each in placed.interview_plan],
        custom={},
        headcount=0,
        title=job.title or _first_line(job.text),
        description=job.text,
        language=job.language,
        location=job.location,
        requirements=requirement_service.dump(job.requirements),
        requirements_version=1,
        warnings=job.warnings,
        status=RequisitionStatus.DRAFT,
        approved=None,
    )


async def update(
    session: WriteSession, requisition_id: UUID, changes: RequisitionUpdate, versions: Versions = ANY_VERSION
) -> RequisitionRead:
    """Change a requisition. A change of what was approved sends it back; a status is changed by the action for it.

    Args:
        session: The transaction.
        requisition_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or the caller does not see it; or no such workspace.
        PreconditionFailedError: It has another version.
        InvalidInputError: The caller would see the requisition no longer; or the fields contradict each other.
        ConflictError: No action leads to the status from here; or another requisition has the external id.
    """
    row = await RequisitionRepository(session).get(requisition_id, lock=True, versions=versions)
    given = _columns(changes.model_dump(exclude_unset=True))
    given = {name: value for name, value in given.items() if value is not None or name in _CLEARABLE}
    status = given.pop("status", None)
    _check_terms(row, given)
    if (workspace_id := given.get("workspace_id")) is not None:
        await workspace_service.check(session, workspace_id)
    if "custom" in given:
        given["custom"] = await custom_field_service.check(
            session, FieldResource.REQUISITION, given["custom"], row.custom, "body.custom"
        )
    if given.get("confidential") and not row.confidential:
        await hiring_team_service.join(session, row.id)
    if given:
        await _change(session, row, given)
    if status is not None and status != row.status:
        await requisition_lifecycle.act(session, row, requisition_states.action_to(row, RequisitionStatus(status)))
    return await read(session, row)


async def _change(session: WriteSession, row: Requisition, given: dict[str, Any]) -> None:
    former = approval_service.subject_of(row)
    before = {name: getattr(row, name) for name in given}
    for name, value in given.items():
        setattr(row, name, value)
    with unique(_TAKEN):
        await session.flush()
    audit_service.record(session, "requisition.update", "requisition", row.id, before=before, after=given)
    changed = sorted(name for name, value in given.items() if before[name] != value)
    public_pages.forget_on_commit(session)
    event_service.emit(session, "requisition.updated", requisition_id=row.id, data={"fields": changed})
    await approval_service.recheck(session, row, former)


async def delete(session: WriteSession, requisition_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a requisition with its applications and matches.

    Args:
        session: The transaction.
        requisition_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: Others do not stop moving its applications.
    """
    repository = RequisitionRepository(session)
    await repository.get(requisition_id, versions=versions)
    if not await PipelineRepository(session).take_requisition(requisition_id):
        raise ConflictError("Its applications are being moved just now. Send this again in a moment.")
    await repository.delete_with_all(await repository.get(requisition_id, lock=True, versions=versions))
    audit_service.record(session, "requisition.delete", "requisition", requisition_id)
    public_pages.forget_on_commit(session)
    event_service.emit(session, "requisition.deleted", requisition_id=requisition_id)


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
    with unique("A candidate has applied again, or its external id is taken. Delete the application or change the id."):
        row = await RequisitionRepository(session).restore(requisition_id, versions)
    audit_service.record(session, "requisition.restore", "requisition", requisition_id)
    public_pages.forget_on_commit(session)
    event_service.emit(session, "requisition.restored", requisition_id=requisition_id)
    return await read(session, row)


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


def _columns(given: dict[str, Any]) -> dict[str, Any]:
    """Return values as the row takes them: what lies in JSON is plain."""
    if given.get("interview_plan"):
        given["interview_plan"] = [each | {"kind": str(each["kind"])} for each in given["interview_plan"]]
    return given


def _check_terms(row: Requisition, given: dict[str, Any]) -> None:
    """Hold the terms that were given against those that stay."""
    names = Terms.model_fields.keys()
    if not names & given.keys():
        return
    try:
        WholeTerms.model_validate(
            {name: getattr(row, name) for name in names} | {name: given[name] for name in names & given.keys()}
        )
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InvalidInputError(f"The terms contradict each other: {reason}.", fields={"body": reason}) from error


def _shown(row: Requisition) -> dict[str, object]:
    """Return what the audit log keeps of a new requisition."""
    names = (
        "title", "description", "language", "location", "requirements", "status", "confidential", "workspace_id",
        "headcount", *Terms.model_fields,
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


async def read(session: AnySession, row: Requisition) -> RequisitionRead:
    """Return a row as it is answered.

    Args:
        session: The transaction.
        row: The requisition.
    """
    columns = {name: getattr(row, name) for name in RequisitionSummary.model_fields}
    return RequisitionRead.model_validate(
        columns
        | {
            "description": row.description,
            "requirements": row.requirements,
            "warnings": row.warnings,
            "status_reason": row.status_reason,
            "actions": requisition_states.allowed(row.status),
            "interview_plan": row.interview_plan,
            "custom": await custom_field_service.shown(session, FieldResource.REQUISITION, row.custom),
        }
    )
