"""What is said where keys are missing or cannot be read, and where a session is asked for what it has not."""

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError

from talentflux.core.database import Database, Scope
from talentflux.services import encryption_service
from talentflux.services.sign_on_service import domain_of
from tests.factories.database import TestDatabase


async def test_session_of_a_database_without_keyring_has_no_keys(test_database: TestDatabase) -> None:
    async with Database(test_database.app_url, pool_size=1) as database, database.read_session(Scope()) as session:
        with pytest.raises(LookupError, match="without a keyring"):
            _ = session.keyring
        with pytest.raises(AttributeError):
            session.no_such_thing  # noqa: B018 -- asking for it is the point


async def test_keys_that_may_not_be_read_are_no_missing_table(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute("revoke all on all tables in schema public from talentflux_app")
    with pytest.raises(ProgrammingError, match="permission denied"):
        await encryption_service.check_master_key(database)


def test_domain_that_no_name_server_could_hold_stays_as_it_is() -> None:
    assert domain_of(f"ada@{'x' * 70}.ORG") == f"{'x' * 70}.org"
    assert domain_of("ada@Bücher.example") == "xn--bcher-kva.example"
