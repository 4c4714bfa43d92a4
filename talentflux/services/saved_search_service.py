"""Saved searches: kept under a name, shared or not, run again."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, ForbiddenError, NotFoundError
from talentflux.models import SavedSearch
from talentflux.repositories.saved_search_repository import SavedSearchRepository
from talentflux.schemas.candidate import CandidateQuery
from talentflux.schemas.candidate_search import CandidateSearch
from talentflux.schemas.page import RowPage
from talentflux.schemas.saved_search import (
    SavedFilters,
    SavedSearchCreate,
    SavedSearchQuery,
    SavedSearchRead,
    SavedSearchRun,
    SavedSearchUpdate,
)
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service
from talentflux.services.encryption_service import organization_keys
from talentflux.utils.ids import new_id

_CONTENT = ("name", "q", "filters")
_NAMING: Final = ("tags", "talent_pool_id", "requisition_id")
"""Filters that find nobody once what they name is gone."""


async def page(session: AnySession, asked: SavedSearchQuery) -> RowPage:
    """Read a page of the caller's own saved searches and of those that are shared.

    Args:
        session: The transaction.
        asked: Order, view and place.
    """
    found = await SavedSearchRepository(session).page(asked)
    keys = await organization_keys(session)
    for row in found.items:
        row.update(_opened(keys, row["id"], row.pop("content")))
        row["mine"] = row["user_id"] == session.scope.user_id
    gone = await _gone(session, [row["filters"] for row in found.items])
    for row, names in zip(found.items, gone, strict=True):
        row["gone"] = names
    return found


async def get(session: AnySession, search_id: UUID) -> SavedSearchRead:
    """Return a saved search.

    Raises:
        NotFoundError: There is none that the caller may see.
    """
    return await _read(session, await _seen(session, search_id))


async def create(session: WriteSession, given: SavedSearchCreate) -> SavedSearchRead:
    """Keep a search.

    Args:
        session: The transaction.
        given: Name, words and filters.

    Raises:
        ForbiddenError: A program asks; a saved search belongs to a person.
    """
    if session.scope.user_id is None:
        raise ForbiddenError("A saved search belongs to a person; keys of services have none.", code="key_not_allowed")
    row = SavedSearch(id=new_id(), user_id=session.scope.user_id, shared=given.shared)
    row.content = _sealed(await organization_keys(session), row.id, given.model_dump(mode="json"))
    await SavedSearchRepository(session).add(row)
    audit_service.record(session, "saved_search.create", "saved_search", row.id, after={"shared": row.shared})
    return await _read(session, row)


async def update(
    session: WriteSession, search_id: UUID, changes: SavedSearchUpdate, versions: Versions = ANY_VERSION
) -> SavedSearchRead:
    """Change a search of one's own.

    Args:
        session: The transaction.
        search_id: Which.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none that the caller may see.
        ForbiddenError: It is another one's.
        PreconditionFailedError: It has another version.
    """
    row = await _own(session, search_id, versions)
    keys = await organization_keys(session)
    given = changes.model_dump(mode="json", exclude_unset=True)
    before = {"shared": row.shared}
    row.shared = given.pop("shared", row.shared)
    row.content = _sealed(keys, row.id, _opened(keys, row.id, row.content) | given)
    await session.flush()
    after = {"shared": row.shared, "changed": sorted(given)}
    audit_service.record(session, "saved_search.update", "saved_search", row.id, before=before, after=after)
    return await _read(session, row)


async def delete(session: WriteSession, search_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Hide a search of one's own.

    Args:
        session: The transaction.
        search_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none that the caller may see.
        ForbiddenError: It is another one's.
        PreconditionFailedError: It has another version.
    """
    row = await _own(session, search_id, versions)
    await SavedSearchRepository(session).delete(row)
    audit_service.record(session, "saved_search.delete", "saved_search", search_id)


async def restore(session: WriteSession, search_id: UUID, versions: Versions = ANY_VERSION) -> SavedSearchRead:
    """Show a deleted search of one's own again.

    Args:
        session: The transaction.
        search_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none that the caller may see, or it is not deleted.
        ForbiddenError: It is another one's.
        PreconditionFailedError: It has another version.
    """
    row = await SavedSearchRepository(session).get_deleted(search_id, versions=versions)
    _check_own(session, row)
    row.deleted_at = None
    await session.flush()
    audit_service.record(session, "saved_search.restore", "saved_search", search_id)
    return await _read(session, row)


def query(saved: SavedSearchRead, asked: SavedSearchRun) -> CandidateSearch | CandidateQuery:
    """Return the search to run: over resumes where it has words, else the list with its filters.

    Args:
        saved: What `get` returned.
        asked: Which page.

    Raises:
        ConflictError: It names what is gone, so that it would find nobody.
    """
    if saved.gone:
        raise ConflictError(
            "This search names a tag, a talent pool or a requisition that is gone, or that you do not see. Change its "
            "filters.",
            code="filter_gone",
            fields={f"filters.{name}": "names what is gone" for name in saved.gone},
        )
    given = saved.filters.model_dump(exclude_none=True)
    if saved.q is not None:
        return CandidateSearch(q=saved.q, limit=asked.limit, cursor=asked.cursor, **given)
    name = given.pop("name", None)
    return CandidateQuery(q=name, limit=asked.limit, cursor=asked.cursor, **given)


async def _seen(session: AnySession, search_id: UUID) -> SavedSearch:
    row = await SavedSearchRepository(session).get(search_id)
    if not row.shared and row.user_id != session.scope.user_id:
        raise NotFoundError("There is no saved search with this id.")  # row-level security hides it from people only
    return row


async def _own(session: WriteSession, search_id: UUID, versions: Versions) -> SavedSearch:
    row = await SavedSearchRepository(session).get(search_id, lock=True, versions=versions)
    _check_own(session, row)
    return row


def _check_own(session: AnySession, row: SavedSearch) -> None:
    if row.user_id == session.scope.user_id:
        return
    if not row.shared:
        raise NotFoundError("There is no saved search with this id.")
    raise ForbiddenError("Only the one who made a saved search changes it. Make one of your own from it.")


def _sealed(keys: Keys, search_id: UUID, content: dict[str, Any]) -> bytes:
    kept = {name: content[name] for name in _CONTENT}
    return keys.encrypt(orjson.dumps(kept), f"saved_search.content:{search_id}")


def _opened(keys: Keys, search_id: UUID, content: bytes) -> dict[str, Any]:
    opened: dict[str, Any] = orjson.loads(keys.decrypt(content, f"saved_search.content:{search_id}"))
    # Filters that have been added since are null.
    return opened | {"filters": SavedFilters.model_validate(opened["filters"]).model_dump(mode="json")}


async def _gone(session: AnySession, searches: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return of each of some filters those that name what is gone."""
    named = [
        {name: [UUID(row_id) for row_id in filters[name].split(",")] for name in _NAMING if filters[name]}
        for filters in searches
    ]
    wanted = {row_id for filters in named for row_ids in filters.values() for row_id in row_ids}
    known = await SavedSearchRepository(session).known(wanted)
    return [[name for name, row_ids in filters.items() if not known.issuperset(row_ids)] for filters in named]


async def _read(session: AnySession, row: SavedSearch) -> SavedSearchRead:
    content = _opened(await organization_keys(session), row.id, row.content)
    (gone,) = await _gone(session, [content["filters"]])
    return SavedSearchRead(
        id=row.id,
        user_id=row.user_id,
        mine=row.user_id == session.scope.user_id,
        gone=gone,
        shared=row.shared,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
        **content,
    )
