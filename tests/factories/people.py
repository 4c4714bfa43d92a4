"""People who are logged in, for tests that are not about logging in."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from talentflux.core.database import Database, Scope, WriteSession
from talentflux.core.permissions import Role
from talentflux.models import Member, Organization, User, UserSession
from talentflux.services import encryption_service
from talentflux.services.token_service import TokenService
from talentflux.utils.ids import new_id

IDENTITY = Scope(identity=True)


@dataclass(frozen=True)
class Person:
    """Somebody with an account who is logged in.

    Attributes:
        user_id: The account.
        organization_id: Where they are a member; None for a job seeker.
        member_id: The membership, if any.
        session_id: The log-in.
        email: The address of the account.
        token: An access token.
    """

    user_id: UUID
    organization_id: UUID | None
    member_id: UUID | None
    session_id: UUID
    email: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What a request of theirs carries."""
        return {"Authorization": f"Bearer {self.token}"}


async def add_organization(database: Database, name: str = "Other") -> UUID:
    """Make an organization."""
    async with database.write_session(IDENTITY) as session:
        row = Organization(id=new_id(), slug=f"{name.lower()}-{secrets.token_hex(4)}", name=name)
        session.add(row)
    return row.id


async def add_person(
    database: Database,
    tokens: TokenService,
    organization_id: UUID | None = None,
    role: Role | None = Role.OWNER,
    *,
    email: str | None = None,
    name: str = "Robin Example",
    verified: bool = True,
    proven: bool = True,
) -> Person:
    """Make an account, a membership where there is an organization, and a log-in.

    Args:
        database: Sessions.
        tokens: Issue the access token.
        organization_id: Where they belong; None for a job seeker.
        role: In the organization.
        email: Of the account; made up by default.
        name: Of the person.
        verified: Whether the address is.
        proven: Whether they have proved a moment ago who they are.
    """
    user_id, session_id, member_id = new_id(), new_id(), new_id()
    address = email or f"{user_id.hex[-12:]}@example.org"
    now = datetime.now(UTC)
    await tokens.prepare()
    async with database.write_session(IDENTITY) as session:
        session.add(await _user(session, user_id, address, name, now if verified else None))
        await session.flush()
        if organization_id is not None and role is not None:
            session.add(Member(id=member_id, organization_id=organization_id, user_id=user_id, role=role))
        session.add(
            UserSession(
                id=session_id,
                user_id=user_id,
                organization_id=organization_id,
                kind="token",
                expires_at=now + timedelta(days=1),
                proven_at=now if proven else now - timedelta(days=1),
            )
        )
    token = await tokens.issue(user_id, session_id, organization_id)
    return Person(user_id, organization_id, member_id if organization_id else None, session_id, address, token.token)


async def _user(session: WriteSession, user_id: UUID, email: str, name: str, verified_at: datetime | None) -> User:
    keys = await encryption_service.platform_keys(session)
    wrapped, cipher = keys.new_person_key(f"user_account:{user_id}")
    return User(
        id=user_id,
        email_index=keys.blind_index("user_account.email", email),
        wrapped_key=wrapped,
        profile=cipher.encrypt(json.dumps({"email": email, "name": name}).encode(), f"user_account.profile:{user_id}"),
        email_verified_at=verified_at,
    )
