"""Organizations: founded, changed, handed over, closed."""

from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, Scope, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError
from talentflux.core.permissions import Role
from talentflux.core.queue import enqueue
from talentflux.core.scope import switched
from talentflux.models import Member, Organization
from talentflux.repositories.base import unique
from talentflux.repositories.member_repository import MemberRepository
from talentflux.repositories.organization_repository import OrganizationRepository, settle_in
from talentflux.schemas.organization import OrganizationRead, OrganizationUpdate
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, email_service, public_pages, user_service
from talentflux.utils.plain_text import without_controls

RENDER_JOBS_TASK: Final = "job.render"
"""Names stand on public jobs, which are rendered when something changes."""
LOCAL_ORGANIZATION_ID: Final = UUID("00000000-0000-7000-8000-000000000001")
"""The organization that the migration makes, for a program that one person runs."""


async def current(session: AnySession) -> OrganizationRead:
    """Return the organization of the session's scope.

    Args:
        session: The transaction.

    Raises:
        NotFoundError: There is none.
    """
    return _read(await OrganizationRepository(session).current())


async def found(session: WriteSession, name: str) -> OrganizationRead:
    """Make an organization that the caller owns.

    Args:
        session: A transaction over what is the caller's own.
        name: Of the organization.
    """
    principal = session.principal
    assert principal is not None
    assert principal.user_id is not None
    async with switched(session, Scope(user_id=principal.user_id, identity=True)):
        organization_id = await user_service.create_organization(session, name, principal.user_id)
    async with switched(session, Scope(organization_id, principal.user_id)):
        if principal.session_id is not None:
            await settle_in(session, principal.session_id, organization_id)
        return await current(session)


async def update(session: WriteSession, changes: OrganizationUpdate, versions: Versions) -> OrganizationRead:
    """Change name or slug.

    Args:
        session: The transaction.
        changes: The fields that were given; the others stay.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is no organization.
        PreconditionFailedError: It has another version.
        ConflictError: Another organization has the slug.
    """
    row = await OrganizationRepository(session).current(lock=True, versions=versions)
    given = changes.model_dump(exclude_none=True)
    before = {name: getattr(row, name) for name in given}
    for name, value in given.items():
        setattr(row, name, value)
    with unique("Another organization has this slug."):
        await session.flush()
    public_pages.forget_on_commit(session)
    audit_service.record(session, "organization.update", "organization", row.id, before=before, after=given)
    if {"name", "slug"} & given.keys():
        await enqueue(session, RENDER_JOBS_TASK)
    return _read(row)


async def delete(session: WriteSession, versions: Versions = ANY_VERSION) -> None:
    """Close the organization: from the next request on nobody has access; its rows stay until they are erased.

    Args:
        session: The transaction.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is no organization.
        PreconditionFailedError: It has another version.
    """
    repository = OrganizationRepository(session)
    row = await repository.current(lock=True, versions=versions)
    audit_service.record(session, "organization.delete", "organization", row.id, before={"name": row.name})
    await repository.hide(row)
    public_pages.forget_on_commit(session)


async def restore(session: WriteSession, organization_id: UUID) -> bool:
    """Open a closed organization again, as the operator of the server may; return whether there was one.

    Args:
        session: A transaction that finds out who somebody is.
        organization_id: Which.
    """
    restored = await OrganizationRepository(session).restore(organization_id)
    if restored:
        audit_service.record(
            session, "organization.restore", "organization", organization_id, organization_id=organization_id
        )
    return restored


async def transfer(session: WriteSession, member_id: UUID, public_url: str) -> None:
    """Hand the organization over: another member becomes an owner, and the caller an admin.

    Other owners stay owners. The organization's row is locked, so that there is an owner at every time.

    Args:
        session: The transaction, of an owner.
        member_id: Who becomes an owner.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is no such member.
        ConflictError: The member is deactivated.
        InvalidInputError: The member is the caller.
    """
    principal = session.principal
    assert principal is not None
    assert principal.user_id is not None
    organization = await OrganizationRepository(session).current(lock=True)
    repository = MemberRepository(session)
    heir = await repository.get(member_id, lock=True)
    mine = await repository.of_user(principal.user_id)
    if heir.user_id == principal.user_id or mine is None or mine.role != Role.OWNER:
        raise InvalidInputError(
            "Hand the organization over to somebody else.", fields={"body.member_id": "is your own membership"}
        )
    if heir.deactivated_at is not None:
        raise ConflictError("This member is deactivated; reactivate them first.", code="member_deactivated")
    before = heir.role
    heir.role, mine.role = Role.OWNER, Role.ADMIN
    await session.flush()
    audit_service.record(
        session, "organization.transfer", "organization", organization.id,
        before={"owner": mine.id, "role": before}, after={"owner": heir.id, "role": heir.role},
    )  # fmt: skip
    await _tell_owners(session, organization, heir, mine, public_url)


async def _tell_owners(
    session: WriteSession, organization: Organization, heir: Member, former: Member, public_url: str
) -> None:
    repository = MemberRepository(session)
    profiles = [await user_service.profile_of(session, await repository.account(each)) for each in (heir, former)]
    for profile in profiles:
        await email_service.send(
            session, "ownership_transferred", to=profile.email, link=f"{public_url.rstrip('/')}/account",
            organization=without_controls(organization.name), owner=without_controls(profiles[0].name),
        )  # fmt: skip


def _read(row: Organization) -> OrganizationRead:
    return OrganizationRead(
        id=row.id, slug=row.slug, name=row.name, created_at=row.created_at, updated_at=row.updated_at
    )
