"""Tracking links: made for a posting, followed by anybody, credited when somebody applies."""

import secrets
from dataclasses import replace
from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, Database, Scope, WriteSession
from talentflux.core.errors import NotFoundError
from talentflux.models import TrackingLink
from talentflux.repositories.job_repository import JobRepository
from talentflux.repositories.tracking_link_repository import TrackingLinkRepository, follow
from talentflux.schemas.page import RowPage
from talentflux.schemas.tracking_link import TrackingLinkCreate, TrackingLinkQuery, TrackingLinkRead
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, event_service, source_service

_CODE_BYTES: Final = 9
"""Twelve characters: nobody meets one by trying, and no two are alike."""


async def page(session: AnySession, asked: TrackingLinkQuery, public_url: str) -> RowPage:
    """Read a page of links.

    Args:
        session: The transaction.
        asked: Filters, order, view and place.
        public_url: Where this server is reached.
    """
    found = await TrackingLinkRepository(session).page(asked)
    return replace(found, items=[row | {"url": _url(public_url, row["code"])} for row in found.items])


async def get(session: AnySession, link_id: UUID, public_url: str) -> TrackingLinkRead:
    """Return a link.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await TrackingLinkRepository(session).get(link_id), public_url)


async def create(session: WriteSession, job_id: UUID, given: TrackingLinkCreate, public_url: str) -> TrackingLinkRead:
    """Make a link to a posting.

    Args:
        session: The transaction.
        job_id: Which posting.
        given: Name and source.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is no such posting or source.
    """
    job = await JobRepository(session).get(job_id)
    if given.source_id is not None:
        await source_service.check(session, given.source_id)
    row = TrackingLink(
        job_id=job.id, source_id=given.source_id, name=given.name, code=secrets.token_urlsafe(_CODE_BYTES)
    )
    made = await TrackingLinkRepository(session).add(row)
    after = {"job_id": job.id, "source_id": given.source_id, "name": given.name, "code": made.code}
    audit_service.record(session, "tracking_link.create", "tracking_link", made.id, after=after)
    event_service.emit(
        session,
        "job.link_created",
        requisition_id=job.requisition_id,
        job_id=job.id,
        data={"tracking_link_id": made.id, "source_id": given.source_id},
    )
    return _read(made, public_url)


async def delete(session: WriteSession, link_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Let a link lead nowhere.

    Args:
        session: The transaction.
        link_id: Which.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
    """
    repository = TrackingLinkRepository(session)
    row = await repository.get(link_id, lock=True, versions=versions)
    await repository.delete(row)
    audit_service.record(session, "tracking_link.delete", "tracking_link", link_id)
    event_service.emit(session, "job.link_deleted", job_id=row.job_id, data={"tracking_link_id": link_id})


async def click(database: Database, code: str) -> UUID:
    """Count a click on a link of any organization and return its job.

    Args:
        database: Opens a transaction that finds out whose link it is.
        code: Of the link.

    Raises:
        NotFoundError: There is no such link.
    """
    async with database.write_session(Scope(identity=True)) as session:
        job_id = await follow(session, code)
    if job_id is None:
        raise NotFoundError("This link leads nowhere any more.")
    return job_id


async def credited(session: AnySession, job_id: UUID, code: str | None) -> UUID | None:
    """Return the source that an application is credited to; what is no link of the job credits nobody.

    Args:
        session: The transaction.
        job_id: The posting that was applied to.
        code: As it was sent along.
    """
    return await TrackingLinkRepository(session).source_of(job_id, code) if code else None


def _url(public_url: str, code: str) -> str:
    return f"{public_url.rstrip('/')}/t/{code}"


def _read(row: TrackingLink, public_url: str) -> TrackingLinkRead:
    named = TrackingLinkRead.model_fields.keys() - {"url"}
    return TrackingLinkRead.model_validate(
        {name: getattr(row, name) for name in named} | {"url": _url(public_url, row.code)}
    )
