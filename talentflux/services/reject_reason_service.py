"""Reasons to reject, from which people choose."""

from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.models import RejectReason
from talentflux.repositories.base import unique
from talentflux.repositories.reject_reason_repository import RejectReasonRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.reject_reason import RejectReasonRead, RejectReasonWrite
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service

_KNOWN: Final = "There is a reason with this name."


async def page(session: AnySession, limit: int, cursor: str | None) -> RowPage:
    """Read a page of reasons, the oldest first."""
    return await RejectReasonRepository(session).page(limit, cursor)


async def create(session: WriteSession, given: RejectReasonWrite) -> RejectReasonRead:
    """Add a reason.

    Raises:
        ConflictError: There is one with this name.
    """
    with unique(_KNOWN):
        row = await RejectReasonRepository(session).add(RejectReason(name=given.name))
    audit_service.record(session, "reject_reason.create", "reject_reason", row.id, after={"title": row.name})
    return _read(row)


async def update(
    session: WriteSession, reason_id: UUID, given: RejectReasonWrite, versions: Versions = ANY_VERSION
) -> RejectReasonRead:
    """Rename a reason, also where it was given.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: Another one has this name.
    """
    row = await RejectReasonRepository(session).get(reason_id, lock=True, versions=versions)
    before, row.name = row.name, given.name
    with unique(_KNOWN):
        await session.flush()
    audit_service.record(
        session, "reject_reason.update", "reject_reason", row.id, before={"title": before}, after={"title": row.name}
    )
    return _read(row)


async def delete(session: WriteSession, reason_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Offer a reason no longer; where it was given, it stays.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = RejectReasonRepository(session)
    row = await repository.get(reason_id, lock=True, versions=versions)
    await repository.delete(row)
    audit_service.record(session, "reject_reason.delete", "reject_reason", row.id, before={"title": row.name})


def _read(row: RejectReason) -> RejectReasonRead:
    return RejectReasonRead.model_validate({name: getattr(row, name) for name in RejectReasonRead.model_fields})
