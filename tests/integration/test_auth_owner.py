"""The operator's way to make an owner."""

from uuid import UUID

import pytest

from talentflux.core.database import Database
from talentflux.core.errors import ConflictError, InvalidInputError, NotFoundError
from talentflux.core.principal import Principal
from talentflux.services import auth_service, user_service
from talentflux.services.auth_service import Attempt
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.services.session_lifetime import SessionKind
from talentflux.services.session_service import Caller, identity
from talentflux.services.user_service import Profile
from tests.factories.accounts import EMAIL, NAME, PASSWORD, add_owner

URL = "http://127.0.0.1:8000"


async def test_weak_password_is_refused_for_the_operator_too(database: Database) -> None:
    with pytest.raises(InvalidInputError):
        await auth_service.create_owner(
            database, email=EMAIL, name=NAME, password="Password1234!", organization=LOCAL_ORGANIZATION_ID
        )


async def test_taken_address_is_refused(database: Database) -> None:
    await add_owner(database)
    with pytest.raises(ConflictError):
        await add_owner(database)


async def test_unknown_organization_is_refused_and_leaves_no_account(database: Database) -> None:
    with pytest.raises(NotFoundError):
        await auth_service.create_owner(database, email=EMAIL, name=NAME, password=PASSWORD, organization=UUID(int=7))
    await add_owner(database)


async def test_owner_of_the_local_organization_logs_in_at_once(database: Database) -> None:
    made = await auth_service.create_owner(
        database, email=EMAIL, name=NAME, password=PASSWORD, organization=LOCAL_ORGANIZATION_ID
    )
    opened = await auth_service.log_in(database, Attempt(EMAIL, PASSWORD, None, SessionKind.TOKEN), Caller(), URL)
    assert (opened.user_id, opened.organization_id) == (made.user_id, LOCAL_ORGANIZATION_ID)


async def test_account_for_single_sign_on_has_no_password(database: Database) -> None:
    async with identity(database) as session:
        row = await user_service.create(session, Profile(EMAIL, NAME), verified=True)
    assert row.password_hash is None
    assert row.password_changed_at is None


async def test_account_that_is_gone_is_neither_read_nor_closed(database: Database) -> None:
    principal = Principal(
        user_id=UUID(int=7), organization_id=None, session_id=None, api_key_id=None, role=None,
        permissions=frozenset(), requisitions="team", proven_at=None, verified=True,
    )  # fmt: skip
    async with identity(database, principal=principal) as session:
        with pytest.raises(NotFoundError):
            await user_service.own(session)
        with pytest.raises(NotFoundError):
            await user_service.delete(session, principal)
