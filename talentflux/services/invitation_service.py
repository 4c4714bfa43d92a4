"""Invitations to an organization: sent by e-mail, good once and for a time."""

import unicodedata
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from talentflux.core.crypto import Keys
from talentflux.core.database import AnySession, Scope, WriteSession
from talentflux.core.errors import (
    ConflictError,
    ForbiddenError,
    TooManyRequestsError,
)
from talentflux.core.permissions import ROLE_PERMISSIONS, Permission, Role
from talentflux.core.scope import switched
from talentflux.core.security.one_time import new_secret, secret_hash
from talentflux.models import Invitation, Member
from talentflux.repositories.api_key_repository import ApiKeyRepository
from talentflux.repositories.base import unique
from talentflux.repositories.member_repository import InvitationRepository, MemberRepository, open_invitation
from talentflux.repositories.organization_repository import OrganizationRepository, settle_in
from talentflux.repositories.user_repository import UserRepository
from talentflux.repositories.workspace_repository import WorkspaceRepository
from talentflux.schemas.member import (
    InvitationAccepted,
    InvitationCreate,
    InvitationPreview,
    InvitationQuery,
    InvitationRead,
    InvitationState,
)
from talentflux.schemas.page import RowPage
from talentflux.services import audit_service, email_service, one_time_service, user_service, workspace_service
from talentflux.services.encryption_service import organization_keys, platform_keys
from talentflux.services.member_service import check_role
from talentflux.utils.ids import new_id
from talentflux.utils.plain_text import without_controls

LIFETIME: Final = timedelta(days=7)
PAUSE: Final = timedelta(minutes=1)
"""Between two e-mails of one invitation."""
MOST_OPEN: Final = 500
"""Invitations of an organization that wait to be accepted: nobody sends e-mails to the whole world from here."""
_INDEXED: Final = "invitation.email"


async def page(session: AnySession, asked: InvitationQuery) -> RowPage:
    """Read a page of invitations, newest first.

    Args:
        session: The transaction.
        asked: Filter and place.
    """
    found = await InvitationRepository(session).page(asked)
    keys = await organization_keys(session)
    for item in found.items:
        item["email"] = keys.decrypt(item["email"], _context(item["id"])).decode()
        item["state"] = _state(
            item["accepted_at"] is not None, item["revoked_at"] is not None, is_open=item.pop("open")
        )
    return found


async def get(session: AnySession, invitation_id: UUID) -> InvitationRead:
    """Return an invitation.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return await _read(session, await InvitationRepository(session).get(invitation_id))


async def create(session: WriteSession, given: InvitationCreate, public_url: str) -> InvitationRead:
    """Invite somebody by e-mail.

    Args:
        session: The transaction.
        given: Whom, and as what.
        public_url: Where this server is reached.

    Raises:
        ForbiddenError: The role is above the caller's.
        NotFoundError: There is no such workspace.
        InvalidInputError: The address cannot be sent to.
        ConflictError: They are a member, or invited already; or too many invitations wait.
    """
    check_role(session, given.role)
    # Whoever invites waits for the one before: the same address is not invited twice.
    await OrganizationRepository(session).current(lock=True)
    repository, keys = InvitationRepository(session), await organization_keys(session)
    index = _index(keys, given.email)
    await _check_new(session, repository, given, index)
    invitation_id, secret = new_id(), new_secret()
    row = Invitation(
        id=invitation_id,
        role=given.role,
        workspace_id=given.workspace_id,
        email_index=index,
        email=keys.encrypt(given.email.encode(), _context(invitation_id)),
        token_hash=secret_hash(secret),
        **_by(session),
        expires_at=await repository.now() + LIFETIME,
    )
    await repository.add(row)
    await _send(session, row, given.email, secret, public_url)
    audit_service.record(session, "invitation.create", "invitation", row.id, after=given.model_dump(mode="json"))
    return await _read(session, row)


async def revoke(session: WriteSession, invitation_id: UUID) -> None:
    """Let an invitation be good no longer; one that was accepted or revoked stays as it is.

    Raises:
        NotFoundError: There is none in this organization.
        ConflictError: It was accepted.
    """
    repository = InvitationRepository(session)
    row = await repository.get(invitation_id, lock=True)
    if row.accepted_at is not None:
        raise ConflictError("The invitation was accepted. Remove the member instead.", code="invitation_accepted")
    if row.revoked_at is None:
        row.revoked_at = await repository.now()
        await session.flush()
        audit_service.record(session, "invitation.revoke", "invitation", row.id)


async def resend(session: WriteSession, invitation_id: UUID, public_url: str) -> InvitationRead:
    """Send an invitation again with a new link, good for as long as the first; the former link is good no longer.

    Args:
        session: The transaction.
        invitation_id: Which.
        public_url: Where this server is reached.

    Raises:
        NotFoundError: There is none in this organization.
        ForbiddenError: Its role is above the caller's.
        ConflictError: It was accepted or revoked.
        TooManyRequestsError: It was sent a moment ago.
    """
    repository = InvitationRepository(session)
    row = await repository.get(invitation_id, lock=True)
    check_role(session, Role(row.role))
    if row.accepted_at is not None or row.revoked_at is not None:
        raise ConflictError("The invitation was accepted or revoked. Make a new one.", code="invitation_closed")
    now = await repository.now()
    if now < row.expires_at - LIFETIME + PAUSE:
        raise TooManyRequestsError(
            "The invitation was sent a moment ago.", retry_after=int(PAUSE.total_seconds()), code="sent_a_moment_ago"
        )
    secret = new_secret()
    row.token_hash, row.expires_at = secret_hash(secret), now + LIFETIME
    for name, value in _by(session).items():
        setattr(row, name, value)
    await session.flush()
    keys = await organization_keys(session)
    await _send(session, row, keys.decrypt(row.email, _context(row.id)).decode(), secret, public_url)
    audit_service.record(session, "invitation.resend", "invitation", row.id)
    return await _read(session, row)


async def preview(session: AnySession, token: str) -> InvitationPreview:
    """Return what an invitation offers, to whoever holds its link.

    Args:
        session: A transaction that finds out who somebody is.
        token: The secret of the link.

    Raises:
        InvalidInputError: It is not good, or no longer; the answer does not say which.
    """
    row = await open_invitation(session, secret_hash(token))
    if row is None:
        raise one_time_service.refused()
    async with switched(session, Scope(row.organization_id)):
        if not await _still_granted(session, row):
            raise one_time_service.refused()
        organization = await OrganizationRepository(session).current()
    return InvitationPreview(organization_name=organization.name, role=Role(row.role), expires_at=row.expires_at)


async def accept(session: WriteSession, token: str, user_id: UUID) -> InvitationAccepted:
    """Make somebody a member who was invited.

    Args:
        session: The transaction, over what is the user's own or one that finds out who somebody is.
        token: The secret of the link.
        user_id: The account, with the address that was invited, confirmed.

    Raises:
        InvalidInputError: The link is not good, or no longer; the answer does not say which.
        ForbiddenError: The account has another address, or has not confirmed it.
        ConflictError: They are a member already.
    """
    async with switched(session, Scope(user_id=user_id, identity=True)):
        row = await open_invitation(session, secret_hash(token), lock=True)
    if row is None:
        raise one_time_service.refused()
    async with switched(session, Scope(row.organization_id, user_id)):
        return await _join(session, row, user_id)


async def _join(session: WriteSession, row: Invitation, user_id: UUID) -> InvitationAccepted:
    if not await _still_granted(session, row):
        raise one_time_service.refused()
    await _check_address(session, row, user_id)
    repository = MemberRepository(session)
    if await repository.of_user(user_id, active=False) is not None:
        raise _already_member()
    with unique("You are a member of this organization already."):
        member = await repository.add(Member(user_id=user_id, role=row.role))
    if row.workspace_id is not None and await WorkspaceRepository(session).find(row.workspace_id) is not None:
        await WorkspaceRepository(session).put_member(row.workspace_id, member.id)
    row.accepted_at = await repository.now()
    await session.flush()
    if session.principal is not None and session.principal.session_id is not None:
        await settle_in(session, session.principal.session_id, row.organization_id)
    audit_service.record(
        session, "invitation.accept", "invitation", row.id, after={"member": member.id, "role": row.role}
    )
    return InvitationAccepted(organization_id=row.organization_id, member_id=member.id, role=Role(row.role))


async def _check_new(
    session: WriteSession, repository: InvitationRepository, given: InvitationCreate, index: bytes
) -> None:
    if given.workspace_id is not None:
        await workspace_service.check(session, given.workspace_id)
    account = user_service.email_index(await platform_keys(session), given.email)
    if await MemberRepository(session).of_address(account) is not None:
        raise _already_member()
    if await repository.open_to(index) is not None:
        raise ConflictError("This address is invited already. Send that invitation again.", code="already_invited")
    if await repository.count_open() >= MOST_OPEN:
        raise ConflictError(f"{MOST_OPEN} invitations wait. Revoke some first.", code="too_many_invitations")


async def _still_granted(session: AnySession, row: Invitation) -> bool:
    """Return whether whoever invited may still give this role.

    Who was removed or demoted brings nobody in, nor does a key that was revoked or has expired.
    """
    needed = ROLE_PERMISSIONS[Role(row.role)] | {Permission.MEMBER_INVITE}
    if row.api_key_id is not None:
        scopes = await ApiKeyRepository(session).working_scopes(row.api_key_id)
        if not needed - {Permission.API_KEY_PERSONAL} <= scopes:  # which no key has: see `check_role`
            return False
    if row.invited_by is None:
        return True
    inviter = await MemberRepository(session).of_user(row.invited_by)
    return inviter is not None and needed <= ROLE_PERMISSIONS[Role(inviter.role)]


def _by(session: WriteSession) -> dict[str, UUID | None]:
    """Return who invites: the person, the key, or both."""
    principal = session.principal
    return {
        "invited_by": principal.user_id if principal else None,
        "api_key_id": principal.api_key_id if principal else None,
    }


async def _check_address(session: WriteSession, row: Invitation, user_id: UUID) -> None:
    user = await UserRepository(session).find(user_id)
    if user is None or user.email_verified_at is None:
        raise ForbiddenError("Confirm your e-mail address first: follow the link we sent.", code="email_unverified")
    email = (await user_service.profile_of(session, user)).email
    if _index(await organization_keys(session), email) != row.email_index:
        raise ForbiddenError(
            "This invitation was sent to another address. Log in with the account of that address.",
            code="invitation_of_another",
        )


async def _send(session: WriteSession, row: Invitation, email: str, secret: str, public_url: str) -> None:
    values: dict[str, Any] = {"organization": without_controls((await OrganizationRepository(session).current()).name)}
    if row.invited_by is not None and (inviter := await UserRepository(session).find(row.invited_by)) is not None:
        values["inviter"] = without_controls((await user_service.profile_of(session, inviter)).name)
    # The secret stands behind `#`, which browsers send to no server, so no log gets it.
    link = f"{public_url.rstrip('/')}/invitation#token={secret}"
    await email_service.send(session, "invitation", to=email, link=link, role=row.role, **values)


async def _read(session: AnySession, row: Invitation) -> InvitationRead:
    keys = await organization_keys(session)
    now = await InvitationRepository(session).now()
    return InvitationRead(
        id=row.id,
        email=keys.decrypt(row.email, _context(row.id)).decode(),
        role=Role(row.role),
        workspace_id=row.workspace_id,
        state=_state(row.accepted_at is not None, row.revoked_at is not None, is_open=row.expires_at > now),
        invited_by=row.invited_by,
        expires_at=row.expires_at,
        accepted_at=row.accepted_at,
        revoked_at=row.revoked_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _state(accepted: bool, revoked: bool, *, is_open: bool) -> InvitationState:  # noqa: FBT001 -- two times, as flags
    if accepted:
        return InvitationState.ACCEPTED
    if revoked:
        return InvitationState.REVOKED
    return InvitationState.PENDING if is_open else InvitationState.EXPIRED


def _already_member() -> ConflictError:
    return ConflictError("This address belongs to a member already.", code="already_member")


def _index(keys: Keys, email: str) -> bytes:
    return keys.blind_index(_INDEXED, unicodedata.normalize("NFKC", email.strip()).lower())


def _context(invitation_id: UUID) -> str:
    return f"invitation.email:{invitation_id}"
