"""Links that are good once, under parallel use."""

import asyncio
from datetime import timedelta

import pytest

from talentflux.core.database import Database, Scope
from talentflux.core.errors import InvalidInputError
from talentflux.models.auth import Purpose
from talentflux.services import one_time_service
from talentflux.services.session_service import identity
from tests.factories.accounts import add_owner

URL = "https://jobs.example.org/"


async def redeem(database: Database, secret: str) -> bool:
    try:
        async with identity(database) as session:
            await one_time_service.redeem(session, secret, Purpose.RESET_PASSWORD)
    except InvalidInputError:
        return False
    return True


async def test_link_shown_by_many_at_once_is_good_once(database: Database) -> None:
    made = await add_owner(database)
    async with identity(database) as session:
        link = await one_time_service.issue(session, made.user_id, Purpose.RESET_PASSWORD, timedelta(hours=1), URL)
    assert link.startswith("https://jobs.example.org/reset-password#token=")
    secret = link.partition("#token=")[2]
    assert sum(await asyncio.gather(*(redeem(database, secret) for _ in range(20)))) == 1


async def test_link_is_not_found_outside_its_person(database: Database) -> None:
    made = await add_owner(database)
    other = await add_owner(database, "other@example.org", "Other")
    async with identity(database) as session:
        link = await one_time_service.issue(session, made.user_id, Purpose.RESET_PASSWORD, timedelta(hours=1), URL)
    secret = link.partition("#token=")[2]
    async with database.write_session(Scope(user_id=other.user_id)) as session:
        with pytest.raises(InvalidInputError):
            await one_time_service.redeem(session, secret, Purpose.RESET_PASSWORD)
