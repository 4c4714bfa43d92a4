"""Members: their roles, and how a membership pauses and ends.

Whoever changes roles or ends memberships first locks the organization's row: of two owners who go at the same time,
one stays.
"""

from typing import Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, ForbiddenError, NotFoundError
from talentflux.core.permissions import ROLE_PERMISSIONS, Permission, Role
from talentflux.models import Member, User
from talentflux.repositories.member_repository import MemberRepository
from talentflux.repositories.organization_repository import OrganizationRepository
from talentflux.repositories.workspace_repository import WorkspaceRepository
from talentflux.schemas.member import MemberQuery, MemberRead
from talentflux.schemas.page import RowPage
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import audit_service, email_service, user_service
from talentflux.utils.plain_text import without_controls

ROLE_ABOVE_OWN: Final = "role_above_own"


async def page(session: AnySession, asked: MemberQuery) -> RowPage:
    """Read a page of members. Those whose membership has ended have neither name nor address.

    Args:
        session: The transaction.
        asked: Filter, order, view and place.
    """
    found = await MemberRepository(session).page(asked)
    for item in found.items:
        account = User(id=item["user_id"], wrapped_key=item.pop("wrapped_key"), profile=item.pop("profile"))
        item["name"] = item["email"] = None
        if item["deleted_at"] is None:
            profile = await user_service.profile_of(session, account)
            item["name"], item["email"] = profile.name, profile.email
    return found


async def get(session: AnySession, member_id: UUID) -> MemberRead:
    """Return a member.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return await _read(session, await MemberRepository(session).get(member_id))


async def change_role(
    session: WriteSession, member_id: UUID, role: Role, versions: Versions = ANY_VERSION
) -> MemberRead:
    """Give a member another role; it counts from their next request on.

    Args:
        session: The transaction.
        member_id: Who.
        role: The new one.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: The membership has another version.
        ForbiddenError: The role, or the member's present one, is above the caller's.
        ConflictError: The only owner would be one no longer.
    """
    member = await _locked(session, member_id, versions)
    check_role(session, role)
    before = member.role
    if role != Role.OWNER:
        await _keep_an_owner(session, member)
    member.role = role
    await session.flush()
    audit_service.record(
        session, "member.update", "member", member.id, before={"role": before}, after={"role": str(role)}
    )
    return await _read(session, member)


async def deactivate(session: WriteSession, member_id: UUID, versions: Versions = ANY_VERSION) -> MemberRead:
    """Take a member's access away for a while; nothing else changes.

    Args:
        session: The transaction.
        member_id: Who.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: The membership has another version.
        ForbiddenError: The member's role is above the caller's.
        ConflictError: It is the only owner.
    """
    return await _set_active(session, member_id, versions, active=False)


async def reactivate(session: WriteSession, member_id: UUID, versions: Versions = ANY_VERSION) -> MemberRead:
    """Give a deactivated member access again.

    Args:
        session: The transaction.
        member_id: Who.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: The membership has another version.
        ForbiddenError: The member's role is above the caller's.
    """
    return await _set_active(session, member_id, versions, active=True)


async def remove(session: WriteSession, member_id: UUID, public_url: str, versions: Versions = ANY_VERSION) -> None:
    """End a membership, with the workspaces, hiring teams and personal keys that came with it, and say so by e-mail.

    Args:
        session: The transaction.
        member_id: Who.
        public_url: Where this server is reached.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: The membership has another version.
        ForbiddenError: The member's role is above the caller's.
        ConflictError: It is the only owner.
    """
    await _end(session, await _locked(session, member_id, versions), public_url, "member.remove")


async def leave(session: WriteSession, public_url: str) -> None:
    """End the caller's own membership.

    Args:
        session: The transaction.
        public_url: Where this server is reached.

    Raises:
        ForbiddenError: The caller is an API key.
        ConflictError: The caller is the only owner.
    """
    principal = session.principal
    if principal is None or principal.user_id is None or principal.api_key_id is not None:
        raise ForbiddenError("API keys cannot do this; log in as a person.", code="key_not_allowed")
    await OrganizationRepository(session).current(lock=True)
    member = await MemberRepository(session).of_user(principal.user_id)
    if member is None:
        raise NotFoundError("You do not belong to this organization.")
    await _end(session, member, public_url, "member.leave")


def check_role(session: AnySession, role: Role) -> None:
    """Make sure that a role allows nothing that the caller may not do.

    Args:
        session: The transaction.
        role: That is granted or changed.

    Raises:
        ForbiddenError: It allows more.
    """
    principal = session.principal
    if principal is None:
        return
    # Every role may have keys of its own and no key may; that alone does not put all roles above every key.
    spared = frozenset({Permission.API_KEY_PERSONAL}) if principal.api_key_id else frozenset()
    if not ROLE_PERMISSIONS[role] - spared <= principal.permissions:
        raise ForbiddenError(f"The role {role} may do more than you.", code=ROLE_ABOVE_OWN)


async def _locked(session: WriteSession, member_id: UUID, versions: Versions) -> Member:
    await OrganizationRepository(session).current(lock=True)
    member = await MemberRepository(session).get(member_id, lock=True, versions=versions)
    check_role(session, Role(member.role))
    return member


async def _set_active(session: WriteSession, member_id: UUID, versions: Versions, *, active: bool) -> MemberRead:
    member = await _locked(session, member_id, versions)
    if active != (member.deactivated_at is None):
        if not active:
            await _keep_an_owner(session, member)
        member.deactivated_at = None if active else await MemberRepository(session).now()
        await session.flush()
        audit_service.record(session, "member.reactivate" if active else "member.deactivate", "member", member.id)
    return await _read(session, member)


async def _keep_an_owner(session: WriteSession, member: Member) -> None:
    if await MemberRepository(session).active_owners() == {member.id}:
        raise ConflictError(
            "This is the only owner. Hand the organization over first, or make somebody else an owner.",
            code="last_owner",
        )


async def _end(session: WriteSession, member: Member, public_url: str, action: str) -> None:
    await _keep_an_owner(session, member)
    repository = MemberRepository(session)
    account = await repository.account(member)
    await repository.end(member)
    await WorkspaceRepository(session).remove_member(member.id)
    audit_service.record(session, action, "member", member.id, before={"role": member.role, "user": member.user_id})
    profile = await user_service.profile_of(session, account)
    organization = await OrganizationRepository(session).current()
    await email_service.send(
        session,
        "member_removed",
        to=profile.email,
        link=f"{public_url.rstrip('/')}/account",
        organization=without_controls(organization.name),
    )


async def _read(session: AnySession, member: Member) -> MemberRead:
    profile = await user_service.profile_of(session, await MemberRepository(session).account(member))
    return MemberRead(
        id=member.id,
        user_id=member.user_id,
        name=profile.name,
        email=profile.email,
        role=Role(member.role),
        deactivated_at=member.deactivated_at,
        created_at=member.created_at,
        updated_at=member.updated_at,
        deleted_at=member.deleted_at,
    )
