"""What services of tenants do where no request asks for it, and scopes for a part of a transaction."""

from uuid import UUID

import pytest
from sqlalchemy import text

from talentflux.core.database import Database, Scope
from talentflux.core.errors import ForbiddenError, InvalidInputError, NotFoundError
from talentflux.core.permissions import Permission, Role
from talentflux.core.principal import Principal
from talentflux.core.scope import switched
from talentflux.schemas.api_key import ApiKeyCreate
from talentflux.schemas.member import InvitationCreate
from talentflux.services import (
    api_key_service,
    hiring_team_service,
    invitation_service,
    member_service,
    organization_service,
)
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id
from talentflux.utils.plain_text import without_controls
from tests.factories.people import add_organization

LOCAL = Scope(LOCAL_ORGANIZATION_ID)
_SEEN = text("select count(*) from organization")
_SCOPE = text("select current_setting('app.organization_id', true), current_setting('app.identity', true)")


def principal(**given: object) -> Principal:
    nobody = {
        "user_id": None, "organization_id": LOCAL_ORGANIZATION_ID, "session_id": None, "api_key_id": None,
        "role": None, "permissions": frozenset[Permission](), "requisitions": "open", "proven_at": None,
        "verified": True,
    }  # fmt: skip
    return Principal(**(nobody | given))  # type: ignore[arg-type] # filled in above


async def test_a_block_that_raises_leaves_nothing_to_be_done_in_its_scope(database: Database) -> None:
    async with database.write_session(LOCAL) as session:
        with pytest.raises(LookupError):
            async with switched(session, Scope(identity=True)):
                raise LookupError
        assert session.scope == LOCAL
        assert (await session.execute(_SEEN)).scalar_one() == 0


async def test_a_block_sees_its_own_rows_and_the_rest_the_former(database: Database) -> None:
    other = await add_organization(database)
    async with database.write_session(LOCAL) as session:
        async with switched(session, Scope(identity=True)):
            assert (await session.execute(_SEEN)).scalar_one() == 2
            async with switched(session, Scope(other)):
                assert (await session.execute(_SCOPE)).one() == (str(other), "")
            assert (await session.execute(_SCOPE)).one() == ("", "on")
        assert (await session.execute(_SCOPE)).one() == (str(LOCAL_ORGANIZATION_ID), "")


async def test_the_system_invites_and_nobody_is_named(database: Database) -> None:
    given = InvitationCreate(email="alex@example.org", role=Role.OWNER)
    async with database.write_session(LOCAL) as session:
        made = await invitation_service.create(session, given, "https://hire.example.org")
        assert made.invited_by is None


@pytest.mark.parametrize("who", [None, principal(), principal(user_id=new_id(), api_key_id=new_id())])
async def test_neither_system_nor_keys_leave_or_make_keys(database: Database, who: Principal | None) -> None:
    given = ApiKeyCreate(label="x", scopes=[Permission.SKILL_READ])
    async with database.write_session(LOCAL) as session:
        session.principal = who
        with pytest.raises(ForbiddenError):
            await member_service.leave(session, "https://hire.example.org")
        with pytest.raises(ForbiddenError):
            await api_key_service.create(session, given, own=True)


async def test_who_is_no_member_cannot_leave(database: Database) -> None:
    async with database.write_session(LOCAL) as session:
        session.principal = principal(user_id=new_id())
        with pytest.raises(NotFoundError):
            await member_service.leave(session, "https://hire.example.org")


async def test_an_unknown_account_accepts_nothing(database: Database) -> None:
    async with database.write_session(Scope(identity=True)) as session:
        with pytest.raises(InvalidInputError):
            await invitation_service.accept(session, "x" * 43, new_id())


async def test_the_system_joins_no_team_and_has_no_part(database: Database) -> None:
    async with database.write_session(LOCAL) as session:
        await hiring_team_service.join(session, new_id())
        assert await hiring_team_service.role_on(session, requisition_id=new_id()) is None
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID, new_id())) as session:
        assert await hiring_team_service.role_on(session) is None
        for name in ("requisition_id", "application_id"):
            assert await hiring_team_service.role_on(session, **{name: new_id()}) is None


async def test_an_organization_that_is_not_there_is_not_found(database: Database) -> None:
    async with database.read_session(Scope(UUID(int=1))) as session:
        with pytest.raises(NotFoundError):
            await organization_service.current(session)


def test_words_of_people_lose_what_controls_or_hides() -> None:
    assert without_controls("Ada\u202e\u200b  Love\nlace\x07") == "Ada Love lace"
