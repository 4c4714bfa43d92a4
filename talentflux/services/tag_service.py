"""Tags: made when they are first given, shared by the whole organization."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import InvalidInputError, NotFoundError
from talentflux.models import Tag
from talentflux.repositories.base import unique
from talentflux.repositories.candidate_repository import CandidateRepository
from talentflux.repositories.tag_repository import TagRepository
from talentflux.schemas.page import RowPage
from talentflux.schemas.tag import CandidateTags, TagChange, TagChanged, TagQuery, TagRead, TagUpdate
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, event_service


async def page(session: AnySession, asked: TagQuery) -> RowPage:
    """Read a page of tags.

    Args:
        session: The transaction.
        asked: Filter, order, view and place.
    """
    return await TagRepository(session).page(asked, _folded(asked.q) if asked.q else None)


async def get(session: AnySession, tag_id: UUID) -> TagRead:
    """Return a tag.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await TagRepository(session).get(tag_id))


async def rename(session: WriteSession, tag_id: UUID, changes: TagUpdate, versions: Versions = ANY_VERSION) -> TagRead:
    """Give a tag another name; whoever has it keeps it.

    Args:
        session: The transaction.
        tag_id: Which.
        changes: The name.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: Another tag has the name.
    """
    tag = await TagRepository(session).get(tag_id, lock=True, versions=versions)
    before, tag.name, tag.folded = tag.name, changes.name, _folded(changes.name)
    with unique("Another tag has this name. Merge the two instead."):
        await session.flush()
    audit_service.record(session, "tag.update", "tag", tag_id, before={"name": before}, after={"name": tag.name})
    event_service.emit(session, "tag.updated", data={"tag_id": tag_id, "name": tag.name})
    return _read(tag)


async def merge(session: WriteSession, tag_id: UUID, other_id: UUID) -> TagRead:
    """Give a tag to all who have another one, and delete that one.

    Args:
        session: The transaction.
        tag_id: The tag that stays.
        other_id: The tag that goes.

    Raises:
        NotFoundError: One of them is not there.
        InvalidInputError: They are the same.
    """
    if tag_id == other_id:
        raise InvalidInputError("A tag cannot be merged into itself.", fields={"body.other_id": "name another tag"})
    repository = TagRepository(session)
    tags = {row_id: await repository.get(row_id, lock=True) for row_id in sorted((tag_id, other_id))}
    tag, other = tags[tag_id], tags[other_id]
    await repository.take_over(tag, other)
    audit_service.record(
        session, "tag.merge", "tag", tag_id, before={"other": other.name}, after={"other_id": other_id}
    )
    event_service.emit(session, "tag.merged", data={"tag_id": tag_id, "other_id": other_id, "name": tag.name})
    return _read(tag)


async def delete(session: WriteSession, tag_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Take a tag from all who have it and delete it.

    Args:
        session: The transaction.
        tag_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = TagRepository(session)
    tag = await repository.get(tag_id, lock=True, versions=versions)
    await repository.remove(tag)
    audit_service.record(session, "tag.delete", "tag", tag_id, before={"name": tag.name})
    event_service.emit(session, "tag.deleted", data={"tag_id": tag_id, "name": tag.name})


async def of_candidate(session: AnySession, candidate_id: UUID) -> CandidateTags:
    """Return the tags of a candidate.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    await CandidateRepository(session).get(candidate_id)
    return CandidateTags(names=list((await TagRepository(session).of_candidate(candidate_id)).values()))


async def put(session: WriteSession, candidate_id: UUID, names: Sequence[str]) -> CandidateTags:
    """Let a candidate have these tags and no others.

    Args:
        session: The transaction.
        candidate_id: Who.
        names: Of the tags.

    Raises:
        NotFoundError: There is no such candidate in this organization.
    """
    await CandidateRepository(session).get(candidate_id, lock=True)
    held = (await TagRepository(session).of_candidate(candidate_id)).values()
    wanted = _by_folded(names)
    await change(
        session,
        TagChange.model_construct(
            candidate_ids=[candidate_id], add=list(names), remove=[name for name in held if _folded(name) not in wanted]
        ),
    )
    return await of_candidate(session, candidate_id)


async def add(session: WriteSession, candidate_ids: Sequence[UUID], names: Sequence[str]) -> TagChanged:
    """Give candidates tags, made where they do not exist yet.

    Args:
        session: The transaction.
        candidate_ids: Who; any number.
        names: Of the tags.

    Raises:
        NotFoundError: One of them is no candidate of this organization; nothing was done.
    """
    return await change(
        session, TagChange.model_construct(candidate_ids=list(candidate_ids), add=list(names), remove=[])
    )


async def change(session: WriteSession, given: TagChange) -> TagChanged:
    """Give candidates tags and take others from them.

    Args:
        session: The transaction.
        given: Who, and which tags.

    Raises:
        NotFoundError: One of them is no candidate of this organization; nothing was done.
        InvalidInputError: A tag is both to be added and removed.
    """
    wanted, unwanted = _by_folded(given.add), _by_folded(given.remove)
    if wanted.keys() & unwanted.keys():
        raise InvalidInputError("A tag is both to be added and to be removed.", fields={"body.remove": "name others"})
    repository = TagRepository(session)
    candidate_ids = sorted(set(given.candidate_ids))
    if candidate_ids and len(await repository.known(candidate_ids)) < len(candidate_ids):
        raise NotFoundError("One of these candidates does not exist, or you do not see them.")
    taken_ids = await repository.by_name(unwanted)
    given_ids = await repository.ensure(wanted) if candidate_ids else {}
    removed = await repository.untag(candidate_ids, list(taken_ids.values())) if taken_ids else []
    added = await repository.tag(candidate_ids, list(given_ids.values())) if given_ids else []
    _tell(session, "candidate.untagged", removed, {row_id: unwanted[name] for name, row_id in taken_ids.items()})
    _tell(session, "candidate.tagged", added, {row_id: wanted[name] for name, row_id in given_ids.items()})
    asked = {"add": list(wanted.values()), "remove": list(unwanted.values())}
    counts = {"candidates": len(candidate_ids), "added": len(added), "removed": len(removed)}
    row_id = candidate_ids[0] if len(candidate_ids) == 1 else None
    audit_service.record(session, "candidate.tag", "candidate", row_id, after={**asked, **counts})
    return TagChanged(added=len(added), removed=len(removed))


def _tell(session: WriteSession, kind: str, pairs: Iterable[tuple[UUID, UUID]], names: dict[UUID, str]) -> None:
    """Emit one event per candidate whose tags changed."""
    tags: dict[UUID, list[str]] = defaultdict(list)
    for candidate_id, tag_id in pairs:
        tags[candidate_id].append(names[tag_id])
    for candidate_id, named in tags.items():
        event_service.emit(session, kind, candidate_id=candidate_id, data={"tags": sorted(named)})


def _by_folded(names: Iterable[str]) -> dict[str, str]:
    """Return names by their folded form; of equal ones the first."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(_folded(name), " ".join(name.split()))
    return found


def _folded(name: str) -> str:
    """Return a name without case and with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _read(tag: Tag) -> TagRead:
    return TagRead(
        id=tag.id, name=tag.name, created_at=tag.created_at, updated_at=tag.updated_at, deleted_at=tag.deleted_at
    )
