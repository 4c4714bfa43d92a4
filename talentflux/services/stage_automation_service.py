"""Automations of stages: an e-mail, a task or a request for a scorecard when an application enters."""

from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import NotFoundError
from talentflux.models import StageAutomation
from talentflux.repositories.application_action_repository import ApplicationActionRepository
from talentflux.repositories.stage_automation_repository import StageAutomationRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.stage_automation import AutomationCreate, AutomationRead, AutomationUpdate
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import application_task_service, audit_service

_SHOWN: Final = ("action", "delay_minutes", "subject", "body", "title", "assignee_id", "enabled")


async def page(session: AnySession, pipeline_id: UUID, stage_id: UUID, limit: int, cursor: str | None) -> RowPage:
    """Read a page of a stage's automations.

    Raises:
        NotFoundError: There is no such pipeline or stage.
    """
    await _check_stage(session, pipeline_id, stage_id)
    return await StageAutomationRepository(session).page(stage_id, limit, cursor)


async def get(session: AnySession, automation_id: UUID) -> AutomationRead:
    """Return an automation.

    Raises:
        NotFoundError: There is none in this organization, or the caller does not see its pipeline.
    """
    return _read(await _seen(session, automation_id))


async def create(session: WriteSession, pipeline_id: UUID, stage_id: UUID, given: AutomationCreate) -> AutomationRead:
    """Give a stage an automation; it counts for applications that enter from now on.

    Raises:
        NotFoundError: There is no such pipeline or stage.
        InvalidInputError: The task is given to nobody here.
    """
    await _check_stage(session, pipeline_id, stage_id)
    await application_task_service.check_assignee(session, given.assignee_id)
    row = await StageAutomationRepository(session).add(StageAutomation(stage_id=stage_id, **given.model_dump()))
    audit_service.record(
        session, "stage_automation.create", "stage_automation", row.id,
        after={name: getattr(row, name) for name in _SHOWN} | {"stage": stage_id},
    )  # fmt: skip
    return _read(row)


async def update(
    session: WriteSession, automation_id: UUID, changes: AutomationUpdate, versions: Versions = ANY_VERSION
) -> AutomationRead:
    """Switch an automation off or on, or change its delay. What waits already comes as it was; off calls it back.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    await _seen(session, automation_id)
    row = await StageAutomationRepository(session).get(automation_id, lock=True, versions=versions)
    given = {name: value for name, value in changes.model_dump(exclude_unset=True).items() if value is not None}
    before = {name: getattr(row, name) for name in given}
    for name, value in given.items():
        setattr(row, name, value)
    await session.flush()
    if given.get("enabled") is False:
        await ApplicationActionRepository(session).cancel_automation(automation_id)
    audit_service.record(session, "stage_automation.update", "stage_automation", row.id, before=before, after=given)
    return _read(row)


async def delete(session: WriteSession, automation_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Take an automation away and call back what waits because of it.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    await _seen(session, automation_id)
    repository = StageAutomationRepository(session)
    row = await repository.get(automation_id, lock=True, versions=versions)
    await repository.delete(row)
    await ApplicationActionRepository(session).cancel_automation(automation_id)
    audit_service.record(session, "stage_automation.delete", "stage_automation", row.id)


async def _seen(session: AnySession, automation_id: UUID) -> StageAutomation:
    """Return an automation whose pipeline the caller sees."""
    repository = StageAutomationRepository(session)
    row = await repository.get(automation_id)
    if not await repository.has_stage(row.stage_id):
        raise NotFoundError("There is no stage automation with this id.")
    return row


async def _check_stage(session: AnySession, pipeline_id: UUID, stage_id: UUID) -> None:
    if not await StageAutomationRepository(session).has_stage(stage_id, pipeline_id):
        raise NotFoundError("There is no such pipeline, or it has no stage with this id.")


def _read(row: StageAutomation) -> AutomationRead:
    return AutomationRead.model_validate({name: getattr(row, name) for name in AutomationRead.model_fields})
