"""Sessions: scope, read-only, commit at the edge, recovery after a restart of the server."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from talentflux.core import leasing, tracing
from talentflux.core.database import Database, ReadSession, Scope, WriteSession, driver_url
from talentflux.core.errors import ConfigurationError, DependencyError, UnauthenticatedError
from talentflux.core.principal import AccessCredential, authorization

ORGANIZATION = UUID("01936c00-0000-7000-8000-000000000001")


@pytest.fixture
def notes(owner_connection: psycopg.Connection) -> None:
    owner_connection.execute("create table memo (id int primary key, organization_id uuid not null, body jsonb)")
    owner_connection.execute("alter table memo enable row level security")
    owner_connection.execute("alter table memo force row level security")
    condition = "organization_id = (select nullif(current_setting('app.organization_id', true), '')::uuid)"
    owner_connection.execute(f"create policy p on memo using ({condition}) with check ({condition})")


async def test_read_session_refuses_writes(database: Database, notes: None) -> None:
    async with database.read_session(Scope(ORGANIZATION)) as session:
        assert isinstance(session, ReadSession)
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(text("insert into memo values (1, :o, null)"), {"o": ORGANIZATION})


async def test_write_for_another_organization_is_refused(database: Database, notes: None) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.write_session(Scope(ORGANIZATION)) as session:
            await session.execute(text("insert into memo values (1, :o, null)"), {"o": uuid4()})


async def test_write_without_organization_is_refused(database: Database, notes: None) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.write_session(Scope()) as session:
            await session.execute(text("insert into memo values (1, :o, null)"), {"o": ORGANIZATION})


async def test_a_connection_whose_last_transaction_did_not_end_is_not_used_again(database: Database) -> None:
    leased, _ = await database.begin("read", Scope(ORGANIZATION))
    leased.info[leasing._ENDING] = True  # as if the server had not said that it ended
    with pytest.raises(psycopg.OperationalError, match="lost at the end"):
        await leasing.settle(leased)
    await leasing.give_back(leased)
    async with database.read_session(Scope(ORGANIZATION)) as session:
        assert (await session.execute(text("select 1"))).scalar_one() == 1


async def test_where_statements_are_watched_a_caller_is_found_out_and_refused_all_the_same(database: Database) -> None:
    event.listen(database.engine.sync_engine, "connect", tracing._watch_connection)
    unknown = authorization(AccessCredential(uuid4(), uuid4()))
    with pytest.raises(UnauthenticatedError):
        async with database.authorized_read_session(unknown):
            pytest.fail("nobody has this log-in")


async def test_rows_are_seen_by_their_organization_only(database: Database, notes: None) -> None:
    async with database.write_session(Scope(ORGANIZATION)) as session:
        assert isinstance(session, WriteSession)
        await session.execute(text("insert into memo values (1, :o, null)"), {"o": ORGANIZATION})
    counts = []
    for scope in (Scope(ORGANIZATION), Scope(uuid4()), Scope()):
        async with database.read_session(scope) as session:
            counts.append((await session.execute(text("select count(*) from memo"))).scalar_one())
    assert counts == [1, 0, 0]


async def test_block_that_raises_leaves_nothing(database: Database, notes: None) -> None:
    async def fail() -> None:
        async with database.write_session(Scope(ORGANIZATION)) as session:
            await session.execute(text("insert into memo values (1, :o, null)"), {"o": ORGANIZATION})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.read_session(Scope(ORGANIZATION)) as session:
        assert (await session.execute(text("select count(*) from memo"))).scalar_one() == 0


async def test_savepoint_rolls_back_alone(database: Database, notes: None) -> None:
    async with database.write_session(Scope(ORGANIZATION)) as session:
        await session.execute(text("insert into memo values (1, :o, null)"), {"o": ORGANIZATION})
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await session.execute(text("insert into memo values (1, :o, null)"), {"o": ORGANIZATION})
        await session.execute(text("insert into memo values (2, :o, null)"), {"o": ORGANIZATION})
    async with database.read_session(Scope(ORGANIZATION)) as session:
        assert (await session.execute(text("select count(*) from memo"))).scalar_one() == 2


async def test_scope_does_not_outlive_its_transaction(database: Database) -> None:
    user = uuid4()
    single = Database(str(database.engine.url.render_as_string(hide_password=False)), pool_size=1)
    query = text("select current_setting('app.organization_id', true), current_setting('app.user_id', true)")
    async with single:
        async with single.write_session(Scope(ORGANIZATION, user)) as session:
            assert (await session.execute(query)).one() == (str(ORGANIZATION), str(user))
        async with single.read_session(Scope()) as session:
            assert (await session.execute(query)).one() == ("", "")


async def test_connections_act_as_the_role_that_owns_nothing_whoever_logs_in(test_database) -> None:
    async with Database(test_database.admin_url) as opened:
        await opened.check_role()
        async with opened.read_session(Scope()) as session:
            assert (await session.execute(text("select current_user"))).scalar_one() == "talentflux_app"


async def test_first_request_after_lost_connections_succeeds(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    async with database.read_session(Scope()), database.read_session(Scope()):
        pass
    ended = admin_connection.execute(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'talentflux_app' "
        "and datname = current_database()"
    ).fetchone()
    assert ended == (2,)
    await database.ping()


async def test_connections_that_are_lost_as_soon_as_they_are_made_are_a_dependency_error(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    def end(connection: Any, _record: object) -> None:
        admin_connection.execute(
            "select pg_terminate_backend(%s, 5000)", [connection.driver_connection.info.backend_pid]
        )

    event.listen(database.engine.sync_engine, "connect", end)
    with pytest.raises(DependencyError, match="cannot be reached"):
        await database.begin("read", Scope(ORGANIZATION))
    event.remove(database.engine.sync_engine, "connect", end)
    async with database.read_session(Scope(ORGANIZATION)) as session:
        assert (await session.execute(text("select 1"))).scalar_one() == 1


async def test_a_transaction_that_cannot_be_opened_gives_its_connection_back(database: Database) -> None:
    broken: Any = "' no id"
    for _ in range(10):  # of five connections
        with pytest.raises(psycopg.errors.SyntaxError):
            await database.begin("read", Scope(broken))
    async with database.read_session(Scope(ORGANIZATION)) as session:
        assert (await session.execute(text("select 1"))).scalar_one() == 1


async def test_busy_pool_is_a_dependency_error(test_database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Database(test_database.app_url, pool_size=1) as opened:
        monkeypatch.setattr(opened.engine.pool, "_timeout", 0.05)
        async with opened.read_session(Scope()):
            with pytest.raises(DependencyError, match="in use"):
                await opened.ping()
        await opened.ping()


async def test_unreachable_database_is_a_dependency_error(tmp_path) -> None:
    async with Database(f"postgresql://nobody@/none?host={tmp_path}") as opened:
        with pytest.raises(DependencyError, match="cannot be reached"):
            await opened.ping()


@pytest.mark.parametrize("url", ["", "no url", "mysql://somewhere/base"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        driver_url(url)


async def test_json_goes_in_and_comes_out(database: Database, notes: None) -> None:
    body = {"skills": ["größe", 1, None], "nested": {"a": 0.5}}
    from sqlalchemy import JSON, bindparam  # noqa: PLC0415 -- used by this test alone

    async with database.write_session(Scope(ORGANIZATION)) as session:
        statement = text("insert into memo values (1, :o, :body)").bindparams(bindparam("body", type_=JSON))
        await session.execute(statement, {"o": ORGANIZATION, "body": body})
        assert (await session.execute(text("select body from memo"))).scalar_one() == body
