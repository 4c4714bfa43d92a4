"""Templates of requisitions, and copies: what a new requisition begins with."""

from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import NotFoundError
from talentflux.models import Requisition, RequisitionTemplate
from talentflux.repositories.base import unique
from talentflux.repositories.requisition_repository import RequisitionRepository
from talentflux.repositories.requisition_template_repository import RequisitionTemplateRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.requirement import JobDescription
from talentflux.schemas.requisition import Placement, RequisitionRead
from talentflux.schemas.requisition_template import (
    RequisitionCopy,
    RequisitionFromTemplate,
    TemplateContent,
    TemplateCreate,
    TemplateQuery,
    TemplateRead,
    TemplateUpdate,
)
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import (
    audit_service,
    hiring_team_service,
    pipeline_service,
    requisition_service,
    workspace_service,
)

_TAKEN: Final = "There is a template of this name."
_TEXT: Final = ("title", "description", "language", "location", "requirements")


async def page(session: AnySession, asked: TemplateQuery) -> RowPage:
    """Read a page of templates.

    Args:
        session: The transaction.
        asked: Filter, order, view and place.
    """
    return await RequisitionTemplateRepository(session).page(asked)


async def get(session: AnySession, template_id: UUID) -> TemplateRead:
    """Return a template.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await RequisitionTemplateRepository(session).get(template_id))


async def create(session: WriteSession, given: TemplateCreate) -> TemplateRead:
    """Make a template.

    Args:
        session: The transaction.
        given: Its name, and its content or the requisition that it is taken from.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
        ConflictError: There is a template of this name.
    """
    if given.content is not None:
        content = given.content
    else:
        assert given.requisition_id is not None  # the schema asks for one of the two
        content = _content_of(await RequisitionRepository(session).get(given.requisition_id))
    row = RequisitionTemplate(name=given.name, content=content.model_dump(mode="json"))
    with unique(_TAKEN):
        await RequisitionTemplateRepository(session).add(row)
    audit_service.record(
        session, "requisition_template.create", "requisition_template", row.id,
        after={"name": row.name, "requisition_id": given.requisition_id},
    )  # fmt: skip
    return _read(row)


async def update(
    session: WriteSession, template_id: UUID, changes: TemplateUpdate, versions: Versions = ANY_VERSION
) -> TemplateRead:
    """Change a template. Requisitions that were made from it stay as they are.

    Args:
        session: The transaction.
        template_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: There is another one of this name.
    """
    row = await RequisitionTemplateRepository(session).get(template_id, lock=True, versions=versions)
    before = {"name": row.name, "content": row.content}
    if changes.name is not None:
        row.name = changes.name
    if changes.content is not None:
        row.content = changes.content.model_dump(mode="json")
    with unique(_TAKEN):
        await session.flush()
    audit_service.record(
        session, "requisition_template.update", "requisition_template", row.id,
        before=before, after={"name": row.name, "content": row.content},
    )  # fmt: skip
    return _read(row)


async def delete(session: WriteSession, template_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a template.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = RequisitionTemplateRepository(session)
    await repository.delete(await repository.get(template_id, lock=True, versions=versions))
    audit_service.record(session, "requisition_template.delete", "requisition_template", template_id)


async def use(session: WriteSession, template_id: UUID, given: RequisitionFromTemplate) -> RequisitionRead:
    """Make a requisition from a template.

    Args:
        session: The transaction.
        template_id: Which.
        given: What the requisition has of its own.

    Raises:
        NotFoundError: There is no such template or workspace.
        InvalidInputError: A value of the organization's own fields does not fit any longer.
        ConflictError: Another requisition has the external id.
    """
    row = await RequisitionTemplateRepository(session).get(template_id)
    content = TemplateContent.model_validate(row.content)
    own = given.model_dump(exclude={"title"})
    return await requisition_service.create(session, _job(content, given.title), _placement(content, own))


async def copy(session: WriteSession, requisition_id: UUID, given: RequisitionCopy) -> RequisitionRead:
    """Make a requisition like another one.

    Args:
        session: The transaction.
        requisition_id: The original.
        given: What is copied besides its words and terms.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
        InvalidInputError: A value of the organization's own fields does not fit any longer.
    """
    original = await RequisitionRepository(session).get(requisition_id)
    content = _content_of(original)
    own: dict[str, Any] = {
        "workspace_id": await _live_workspace(session, original.workspace_id),
        "confidential": original.confidential,
        "draft": given.draft,
        "headcount": content.headcount if given.openings else 0,
    }
    made = await requisition_service.create(session, _job(content, given.title), _placement(content, own))
    if given.team:
        for part in await hiring_team_service.team(session, requisition_id):
            with suppress(NotFoundError):  # who left the organization has no part any more
                await hiring_team_service.put(session, made.id, part.user_id, part.role)
    if given.pipeline:
        await _copy_pipeline(session, requisition_id, made.id)
    return await requisition_service.get(session, made.id)


async def _live_workspace(session: AnySession, workspace_id: UUID | None) -> UUID | None:
    if workspace_id is None:
        return None
    try:
        await workspace_service.check(session, workspace_id)
    except NotFoundError:
        return None
    return workspace_id


async def _copy_pipeline(session: WriteSession, original_id: UUID, made_id: UUID) -> None:
    try:
        used = await pipeline_service.of_requisition(session, original_id)
    except NotFoundError:
        return  # there is none before the first application; both will use the usual one
    await pipeline_service.choose(session, made_id, used.id)


def _content_of(row: Requisition) -> TemplateContent:
    return TemplateContent.model_validate({name: getattr(row, name) for name in TemplateContent.model_fields})


def _job(content: TemplateContent, title: str | None) -> JobDescription:
    return JobDescription(
        title=title or content.title,
        language=content.language,
        location=content.location,
        text=content.description,
        requirements=content.requirements,
    )


def _placement(content: TemplateContent, own: dict[str, Any]) -> Placement:
    return Placement.model_validate(content.model_dump(exclude=set(_TEXT)) | own)


def _read(row: RequisitionTemplate) -> TemplateRead:
    return TemplateRead.model_validate({name: getattr(row, name) for name in TemplateRead.model_fields})
