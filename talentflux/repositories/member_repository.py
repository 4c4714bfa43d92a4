"""SQL of members and invitations."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, cast, func, or_, select, update

from talentflux.core.database import AnySession
from talentflux.core.permissions import Role
from talentflux.models import ApiKey, HiringTeam, Invitation, Member, Organization, User
from talentflux.repositories.base import (
    LAST_ID,
    ListQuery,
    ResourceList,
    TenantRepository,
    newest_first,
    of_tenant,
    optional,
)
from talentflux.schemas.member import InvitationQuery, MemberQuery
from talentflux.schemas.page import RowPage

_LIST = ResourceList(
    Member,
    select(
        Member.id,
        Member.user_id,
        Member.role,
        Member.deactivated_at,
        Member.created_at,
        Member.updated_at,
        Member.deleted_at,
        User.wrapped_key,
        User.profile,
    ).join(User, User.id == Member.user_id),
    filters=[optional(Member.role, "role")],
)
_open: ColumnElement[bool] = and_(
    Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > func.now()
)
_pending = cast(bindparam("pending"), Boolean())
_after, _order = newest_first(Invitation)
_INVITATIONS = ListQuery(
    select(
        Invitation.id,
        Invitation.email,
        Invitation.role,
        Invitation.workspace_id,
        Invitation.invited_by,
        Invitation.expires_at,
        Invitation.accepted_at,
        Invitation.revoked_at,
        Invitation.created_at,
        Invitation.updated_at,
        _open.label("open"),
    )
    .where(*of_tenant(Invitation), _after, or_(_pending.is_(None), _open == _pending))
    .order_by(_order),
    key={"id": LAST_ID},
)


class MemberRepository(TenantRepository[Member]):
    """Members of the organization."""

    model = Member

    async def page(self, asked: MemberQuery) -> RowPage:
        """Read a page of members; name and address are still encrypted."""
        return await _LIST.page(self.session, asked, asked.sort, role=asked.role)

    async def account(self, member: Member) -> User:
        """Return the account of a member."""
        return (await self.session.scalars(select(User).where(User.id == member.user_id))).one()

    async def of_user(self, user_id: UUID, *, active: bool = True) -> Member | None:
        """Return the membership of a user.

        Args:
            user_id: Of the account.
            active: Only one that gives access.
        """
        statement = self.live().where(Member.user_id == user_id)
        if active:
            statement = statement.where(Member.deactivated_at.is_(None))
        return await self.session.scalar(statement)

    async def of_address(self, email_index: bytes) -> Member | None:
        """Return the membership of the account with an address."""
        statement = self.live().join(User, User.id == Member.user_id)
        return await self.session.scalar(statement.where(User.email_index == email_index, User.deleted_at.is_(None)))

    async def active_owners(self) -> set[UUID]:
        """Return the members who can act as owners."""
        statement = (
            select(Member.id)
            .join(User, User.id == Member.user_id)
            .where(
                Member.organization_id == self.organization_id,
                Member.role == Role.OWNER,
                Member.deactivated_at.is_(None),
                Member.deleted_at.is_(None),
                User.deactivated_at.is_(None),
                User.deleted_at.is_(None),
            )
        )
        return set(await self.session.scalars(statement))

    async def end(self, member: Member) -> None:
        """End a membership with the personal keys and the parts in hiring teams that it gave."""
        await self.delete(member)
        ends: tuple[tuple[Any, Any], ...] = ((ApiKey, ApiKey.revoked_at), (HiringTeam, HiringTeam.deleted_at))
        for model, ended in ends:
            await self.session.execute(
                update(model)
                .where(model.organization_id == self.organization_id, model.user_id == member.user_id, ended.is_(None))
                .values({ended: member.deleted_at})
                .execution_options(synchronize_session=False)
            )


class InvitationRepository(TenantRepository[Invitation]):
    """Invitations to the organization."""

    model = Invitation

    async def page(self, asked: InvitationQuery) -> RowPage:
        """Read a page of invitations, newest first; addresses are still encrypted."""
        return await _INVITATIONS.asked(self.session, asked, pending=asked.pending)

    async def count_open(self) -> int:
        """Return how many invitations can still be accepted."""
        statement = select(func.count()).where(Invitation.organization_id == self.organization_id, _open)
        return int(await self.session.scalar(statement) or 0)

    async def open_to(self, email_index: bytes) -> Invitation | None:
        """Return the invitation of an address that can still be accepted."""
        return await self.session.scalar(self.live().where(Invitation.email_index == email_index, _open))


async def open_invitation(session: AnySession, token_hash: bytes, *, lock: bool = False) -> Invitation | None:
    """Return the invitation of a secret, of any organization, if it can still be accepted.

    Args:
        session: A transaction that finds out who somebody is.
        token_hash: SHA-256 of the secret.
        lock: Whoever comes at the same time waits, and then finds it accepted.
    """
    statement = (
        select(Invitation)
        .join(Organization, Organization.id == Invitation.organization_id)
        .where(Invitation.token_hash == token_hash, Organization.deleted_at.is_(None), _open)
    )
    return await session.scalar(statement.with_for_update(of=Invitation, key_share=True) if lock else statement)
