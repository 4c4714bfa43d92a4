"""Sources: where candidates come from."""

from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, NotFoundError
from talentflux.models import Source
from talentflux.repositories.base import unique
from talentflux.repositories.changing import change
from talentflux.repositories.source_repository import SourceRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.source import SourceCreate, SourceKind, SourceQuery, SourceRead, SourceUpdate
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service

_TAKEN = "There is a source of this kind and name already."
_ATTEMPTS = 3


async def page(session: AnySession, asked: SourceQuery) -> RowPage:
    """Read a page of sources.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.
    """
    return await SourceRepository(session).page(asked)


async def get(session: AnySession, source_id: UUID) -> SourceRead:
    """Return a source.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await SourceRepository(session).get(source_id))


async def check(session: AnySession, source_id: UUID) -> None:
    """Make sure that a source can be named.

    Raises:
        NotFoundError: There is none in this organization.
    """
    if await SourceRepository(session).find(source_id) is None:
        raise NotFoundError("There is no such source.", fields={"body.source_id": "names no source"})


async def ensure(session: WriteSession, kind: SourceKind, name: str) -> UUID:
    """Return the source of a kind and name, made where there is none.

    Args:
        session: The transaction.
        kind: Of the source.
        name: Of the source.

    Raises:
        ConflictError: Others make and delete it at once.
    """
    repository = SourceRepository(session)
    for _ in range(_ATTEMPTS):
        known = await repository.named(kind, name)
        if known is not None:
            return known
        made = await repository.make(kind, name)
        if made is not None:
            audit_service.record(session, "source.create", "source", made, after={"kind": kind, "name": name})
            return made
    raise ConflictError("This source is being deleted and made by others at once. Try again.")


async def create(session: WriteSession, given: SourceCreate) -> SourceRead:
    """Make a source.

    Args:
        session: The transaction.
        given: Kind and name.

    Raises:
        ConflictError: There is one of this kind and name.
    """
    with unique(_TAKEN):
        row = await SourceRepository(session).add(Source(name=given.name, kind=given.kind))
    audit_service.record(session, "source.create", "source", row.id, after=given.model_dump())
    return _read(row)


async def update(
    session: WriteSession, source_id: UUID, changes: SourceUpdate, versions: Versions = ANY_VERSION
) -> SourceRead:
    """Change kind or name.

    Args:
        session: The transaction.
        source_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: There is one of this kind and name.
    """
    row = await SourceRepository(session).get(source_id, lock=True, versions=versions)
    given = changes.model_dump(exclude_unset=True)
    before = await change(session, row, given, _TAKEN)
    audit_service.record(session, "source.update", "source", source_id, before=before, after=given)
    return _read(row)


async def delete(session: WriteSession, source_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a source. Candidates who came from it keep it.

    Args:
        session: The transaction.
        source_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = SourceRepository(session)
    row = await repository.get(source_id, lock=True, versions=versions)
    await repository.delete(row)
    audit_service.record(session, "source.delete", "source", source_id, before={"kind": row.kind, "name": row.name})


async def restore(session: WriteSession, source_id: UUID, versions: Versions = ANY_VERSION) -> SourceRead:
    """Show a deleted source again.

    Args:
        session: The transaction.
        source_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or it is not deleted.
        PreconditionFailedError: It has another version.
        ConflictError: There is another one of its kind and name by now.
    """
    row = await SourceRepository(session).get_deleted(source_id, versions=versions)
    row.deleted_at = None
    with unique(_TAKEN):
        await session.flush()
    audit_service.record(session, "source.restore", "source", source_id)
    return _read(row)


def _read(row: Source) -> SourceRead:
    return SourceRead(
        id=row.id,
        name=row.name,
        kind=SourceKind(row.kind),
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
    )
