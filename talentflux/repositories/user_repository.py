"""SQL of accounts and of where people are logged in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, update

from talentflux.core.database import AnySession
from talentflux.core.permissions import Role
from talentflux.models import ApiKey, Member, Organization, User, UserSession

_KNOWN_DEVICES: Final = 50


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in one organization."""

    organization_id: UUID
    name: str
    slug: str
    role: str
    created_at: datetime


class UserRepository:
    """Accounts that the transaction may see.

    Args:
        session: A transaction of the person, or one that finds out who somebody is.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def find(self, user_id: UUID, *, lock: bool = False) -> User | None:
        """Return an account that is there and active.

        Args:
            user_id: Its id.
            lock: Keep others from changing it until the transaction ends.
        """
        return await self._session.scalar(_locked(_live().where(User.id == user_id), lock=lock))

    async def find_by_email(self, email_index: bytes, *, lock: bool = False) -> User | None:
        """Return the account of an address, deactivated ones too, for their address is taken."""
        statement = select(User).where(User.email_index == email_index, User.deleted_at.is_(None))
        return await self._session.scalar(_locked(statement, lock=lock))

    async def add(self, row: User | Organization | Member) -> None:
        """Insert a row."""
        self._session.add(row)
        await self._session.flush()

    async def slug_is_taken(self, slug: str) -> bool:
        """Return whether an organization has a slug already."""
        return await self._session.scalar(select(Organization.id).where(Organization.slug == slug)) is not None

    async def organization_exists(self, organization_id: UUID) -> bool:
        """Return whether there is an organization."""
        statement = select(Organization.id).where(Organization.id == organization_id, Organization.deleted_at.is_(None))
        return await self._session.scalar(statement) is not None

    async def memberships(self, user_id: UUID) -> list[Membership]:
        """Return where a person is an active member, the oldest first."""
        rows = await self._session.execute(
            select(Member.organization_id, Organization.name, Organization.slug, Member.role, Member.created_at)
            .join(Organization, Organization.id == Member.organization_id)
            .where(*_active_member(user_id), Organization.deleted_at.is_(None))
            .order_by(Member.created_at, Member.id)
        )
        return [Membership(*row) for row in rows]

    async def sole_ownerships(self, user_id: UUID) -> int:
        """Return how many organizations have no owner but this person; the organizations stay locked."""
        mine = select(Member.organization_id).where(*_active_member(user_id), Member.role == Role.OWNER)
        # Whoever changes owners locks the organization first; always in the same order, so that none waits for another.
        organizations = select(Organization.id).where(Organization.id.in_(mine)).order_by(Organization.id)
        await self._session.execute(organizations.with_for_update(key_share=True))
        owners = await self._session.execute(
            select(Member.organization_id, Member.user_id)
            .join(Organization, Organization.id == Member.organization_id)
            .join(User, User.id == Member.user_id)
            .where(
                Member.organization_id.in_(mine),
                Member.role == Role.OWNER,
                Member.deactivated_at.is_(None),
                Member.deleted_at.is_(None),
                Organization.deleted_at.is_(None),
                User.deleted_at.is_(None),
                User.deactivated_at.is_(None),
            )
        )
        found: dict[UUID, set[UUID]] = {}
        for organization_id, owner in owners:
            found.setdefault(organization_id, set()).add(owner)
        return sum(people == {user_id} for people in found.values())

    async def leave_everything(self, user_id: UUID) -> None:
        """End all memberships and personal API keys of a person."""
        now = func.now()
        await self._session.execute(
            update(Member).where(Member.user_id == user_id, Member.deleted_at.is_(None)).values(deleted_at=now)
        )
        await self._session.execute(
            update(ApiKey).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None)).values(revoked_at=now)
        )

    async def now(self) -> datetime:
        """Return the time of the transaction."""
        moment: datetime = (await self._session.execute(select(func.now()))).scalar_one()
        return moment


class SessionRepository:
    """Where people are logged in.

    Args:
        session: A transaction of the person, or one that finds out who somebody is.
    """

    def __init__(self, session: AnySession) -> None:
        self._session = session

    async def add(self, row: UserSession) -> None:
        """Insert a session."""
        self._session.add(row)
        await self._session.flush()

    async def find(self, session_id: UUID) -> UserSession | None:
        """Return a session that lasts, of an active account; kept from others until the transaction ends."""
        statement = (
            select(UserSession)
            .join(User, User.id == UserSession.user_id)
            .where(UserSession.id == session_id, *_lasting(), User.deactivated_at.is_(None), User.deleted_at.is_(None))
        )
        return await self._session.scalar(statement.with_for_update(of=UserSession))

    async def lasting(self, user_id: UUID) -> list[UserSession]:
        """Return a person's sessions that last, the last used first."""
        statement = select(UserSession).where(UserSession.user_id == user_id, *_lasting())
        return list(await self._session.scalars(statement.order_by(UserSession.last_used_at.desc())))

    async def recent(self, user_id: UUID) -> list[UserSession]:
        """Return a person's newest sessions, ended ones too: they show which devices are known."""
        statement = select(UserSession).where(UserSession.user_id == user_id)
        return list(await self._session.scalars(statement.order_by(UserSession.id.desc()).limit(_KNOWN_DEVICES)))

    async def end(self, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> int:
        """End sessions of a person.

        Args:
            user_id: Whose.
            only: This one alone.
            but: All except this one.

        Returns:
            How many have ended.
        """
        statement = update(UserSession).where(UserSession.user_id == user_id, *_lasting())
        if only is not None:
            statement = statement.where(UserSession.id == only)
        if but is not None:
            statement = statement.where(UserSession.id != but)
        ended = await self._session.execute(statement.values(revoked_at=func.now()).returning(UserSession.id))
        return len(ended.all())

    async def end_browser(self, token_hash: bytes) -> UserSession | None:
        """End the session of a cookie and return it; None where it has ended already or never was."""
        statement = update(UserSession).where(UserSession.token_hash == token_hash, *_lasting())
        ended: UserSession | None = await self._session.scalar(
            statement.values(revoked_at=func.now()).returning(UserSession)
        )
        return ended

    async def prove(self, session_id: UUID) -> datetime | None:
        """Write down that the person has just proved who they are; None where the session has ended."""
        statement = update(UserSession).where(UserSession.id == session_id, *_lasting())
        proven = await self._session.execute(statement.values(proven_at=func.now()).returning(UserSession.proven_at))
        return proven.scalar_one_or_none()

    async def touch(self, session: UUID | bytes, idle_seconds: float, absolute_seconds: float) -> None:
        """Let a session that is in use last longer, up to a time after its beginning.

        Args:
            session: Its id, or the hash of its cookie.
            idle_seconds: From now.
            absolute_seconds: From its beginning.
        """
        named = UserSession.token_hash == session if isinstance(session, bytes) else UserSession.id == session
        statement = update(UserSession).where(named, *_lasting())
        idle, absolute = (func.make_interval(0, 0, 0, 0, 0, 0, seconds) for seconds in (idle_seconds, absolute_seconds))
        await self._session.execute(
            statement.values(
                last_used_at=func.now(), expires_at=func.least(func.now() + idle, UserSession.created_at + absolute)
            )
        )


def _live() -> Select[User]:
    return select(User).where(User.deleted_at.is_(None), User.deactivated_at.is_(None))


def _locked(statement: Select[User], *, lock: bool) -> Select[User]:
    return statement.with_for_update(key_share=True) if lock else statement


def _active_member(user_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Member.user_id == user_id, Member.deactivated_at.is_(None), Member.deleted_at.is_(None)


def _lasting() -> tuple[ColumnElement[bool], ...]:
    return UserSession.revoked_at.is_(None), UserSession.expires_at > func.now()
