"""Requirements of a requisition: edited by a person, every version kept, compared and restored."""

from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.models import RequirementVersion, Requisition
from talentflux.repositories.requisition_repository import RequirementVersionRepository, RequisitionRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.requirement import Requirement
from talentflux.schemas.requisition import (
    RequirementChange,
    RequirementsDifference,
    RequirementsUpdate,
    RequirementVersionRead,
)
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, event_service
from talentflux.utils.ids import new_id


async def edit(
    session: WriteSession, requisition_id: UUID, given: RequirementsUpdate, versions: Versions = ANY_VERSION
) -> Requisition:
    """Put the requirements that a person edited in the place of the former ones.

    Args:
        session: The transaction.
        requisition_id: Whose.
        given: The list and the version that was edited.
        versions: Those of the requisition that the caller means.

    Returns:
        The requisition as it is then.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: Somebody else has edited them since.
    """
    row = await RequisitionRepository(session).get(requisition_id, lock=True, versions=versions)
    _check_version(row, given.version)
    await _replace(session, row, dump(given.requirements), "requisition.edit_requirements")
    return row


async def restore(session: WriteSession, requisition_id: UUID, version: int, edited: int) -> Requisition:
    """Put the requirements of a former version in the place of the present ones, as a new version.

    Args:
        session: The transaction.
        requisition_id: Whose.
        version: Which to restore.
        edited: The present version, as the caller knows it.

    Returns:
        The requisition as it is then.

    Raises:
        NotFoundError: There is no such requisition or version.
        ConflictError: Somebody else has edited them since.
    """
    row = await RequisitionRepository(session).get(requisition_id, lock=True)
    _check_version(row, edited)
    former = await _version(session, row, version)
    await _replace(session, row, former.requirements, "requisition.restore_requirements", restored_from=former.version)
    return row


async def history(session: AnySession, requisition_id: UUID, limit: int, cursor: str | None) -> RowPage:
    """Read a page of the versions of a requisition's requirements, the latest first.

    Raises:
        NotFoundError: There is no such requisition, or the caller does not see it.
    """
    await RequisitionRepository(session).get(requisition_id)
    return await RequirementVersionRepository(session).page(requisition_id, limit, cursor)


async def get(session: AnySession, requisition_id: UUID, version: int) -> RequirementVersionRead:
    """Return one version.

    Raises:
        NotFoundError: There is no such requisition or version, or the caller does not see it.
    """
    row = await RequisitionRepository(session).get(requisition_id)
    return _read(await _version(session, row, version))


async def difference(session: AnySession, requisition_id: UUID, older: int, newer: int) -> RequirementsDifference:
    """Say what differs between two versions.

    Args:
        session: The transaction.
        requisition_id: Whose.
        older: The version that is compared with.
        newer: The version that is compared.

    Raises:
        NotFoundError: There is no such requisition or version, or the caller does not see it.
    """
    row = await RequisitionRepository(session).get(requisition_id)
    was = {each.id: each for each in _read(await _version(session, row, older)).requirements}
    now = {each.id: each for each in _read(await _version(session, row, newer)).requirements}
    changed = [
        RequirementChange(
            id=name,
            fields=[field for field in Requirement.model_fields if getattr(was[name], field) != getattr(each, field)],
            before=was[name],
            after=each,
        )
        for name, each in now.items()
        if name in was and was[name] != each
    ]
    return RequirementsDifference(
        older=older,
        newer=newer,
        added=[each for name, each in now.items() if name not in was],
        removed=[each for name, each in was.items() if name not in now],
        changed=changed,
        reordered=[name for name in was if name in now] != [name for name in now if name in was],
    )


async def keep(session: WriteSession, row: Requisition, restored_from: int | None = None) -> None:
    """Keep the present requirements as a version.

    Args:
        session: The transaction.
        row: The requisition.
        restored_from: The version whose list it is again.
    """
    session.add(
        RequirementVersion(
            id=new_id(),
            organization_id=row.organization_id,
            requisition_id=row.id,
            version=row.requirements_version,
            requirements=row.requirements,
            actor=audit_service.actor_of(session),
            restored_from=restored_from,
        )
    )
    await session.flush()


def dump(requirements: list[Requirement]) -> list[dict[str, object]]:
    """Return requirements as rows hold them.

    Args:
        requirements: Checked.
    """
    return [requirement.model_dump(mode="json") for requirement in requirements]


async def _replace(
    session: WriteSession,
    row: Requisition,
    requirements: list[dict[str, object]],
    action: str,
    restored_from: int | None = None,
) -> None:
    before = {"requirements": row.requirements, "version": row.requirements_version}
    row.requirements = requirements
    row.requirements_version += 1
    row.warnings = []
    await session.flush()
    await keep(session, row, restored_from)
    after = {"requirements": row.requirements, "version": row.requirements_version}
    audit_service.record(session, action, "requisition", row.id, before=before, after=after)
    data: dict[str, object] = {"fields": ["requirements"], "requirements_version": row.requirements_version}
    event_service.emit(session, "requisition.updated", requisition_id=row.id, data=data)


async def _version(session: AnySession, row: Requisition, version: int) -> RequirementVersion:
    found = await RequirementVersionRepository(session).of(row.id, version)
    if found is None:
        raise NotFoundError("The requirements have no such version.")
    return found


def _check_version(row: Requisition, edited: int) -> None:
    if row.requirements_version != edited:
        raise ConflictError(
            f"The requirements have version {row.requirements_version} by now; read them again and edit those.",
            fields={"body.version": f"is {edited}, the present one is {row.requirements_version}"},
        )


def _read(row: RequirementVersion) -> RequirementVersionRead:
    return RequirementVersionRead.model_validate(
        {name: getattr(row, name) for name in RequirementVersionRead.model_fields}
    )
