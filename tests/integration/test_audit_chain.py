"""The audit log's chains: what writes to them, what cannot, and in which order."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from psycopg.rows import dict_row

from talentflux.core.audit_chain import START, Chain
from talentflux.core.database import Database, Origin, Scope
from talentflux.services import audit_service
from talentflux.services.encryption_service import organization_keys
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID

LOCAL = Scope(LOCAL_ORGANIZATION_ID)
ORIGIN = Origin("request-0001", "203.0.113.77")


def rows(connection: psycopg.Connection, chain: UUID | None = LOCAL_ORGANIZATION_ID) -> list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=dict_row)
    query = "select * from audit_event where organization_id is not distinct from %s order by sequence"
    return cursor.execute(query, [chain]).fetchall()


async def test_events_of_a_transaction_that_rolls_back_vanish(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    async def fails() -> None:
        async with database.write_session(LOCAL) as session:
            audit_service.record(session, "candidate.update", "candidate", uuid4())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert rows(admin_connection) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set actor = 'x'",
        "delete from audit_event",
        "truncate audit_event",
        "insert into audit_event select * from audit_event",
        "update audit_head set sequence = 0",
        "delete from audit_head",
        "truncate audit_head",
    ],
)
async def test_the_application_can_only_append(database: Database, statement: str) -> None:
    async with database.write_session(LOCAL) as session:
        driver = await session.driver()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await driver.execute(statement)
        await driver.rollback()


async def test_a_tenant_cannot_append_to_the_chain_of_another(database: Database) -> None:
    for call in ("audit_lock(%s)", "audit_append(%s, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')"):
        async with database.write_session(LOCAL) as session:
            driver = await session.driver()
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="another organization"):
                await driver.execute(f"select {call}", [uuid4()])
            await driver.rollback()


async def test_an_end_that_has_moved_takes_no_entry(database: Database) -> None:
    async with database.write_session(LOCAL) as session:
        driver = await session.driver()
        await driver.execute("select audit_lock(%s)", [LOCAL_ORGANIZATION_ID])
        with pytest.raises(psycopg.errors.SerializationFailure):
            await driver.execute(
                "select audit_append(%s, 7, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')", [LOCAL_ORGANIZATION_ID]
            )
        await driver.rollback()


async def test_an_event_says_who_what_where_and_keeps_personal_data_as_commitments(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    user, row = uuid4(), uuid4()
    async with database.write_session(Scope(LOCAL_ORGANIZATION_ID, user), ORIGIN) as session:
        audit_service.record(
            session,
            "candidate.update",
            "candidate",
            row,
            before={"name": "Ada Canary", "stage": "new", "same": 1, "phone": None},
            after={"name": "Ada Byron", "stage": "hired", "same": 1, "phone": "+31 6 1234", "long": "x" * 5000},
        )
    (found,) = rows(admin_connection)
    entry = orjson.loads(found["entry"])
    assert (found["actor"], found["action"], found["resource_id"]) == (f"user:{user}", "candidate.update", row)
    assert entry["network"] == "203.0.113.0/24"
    assert entry["request_id"] == "request-0001"
    assert entry["changes"]["stage"] == {"before": "new", "after": "hired"}
    assert "same" not in entry["changes"]
    assert entry["changes"]["phone"]["before"] is None
    assert entry["changes"]["long"]["after"]["length"] == 5002
    before, after = (entry["changes"]["name"][side]["commitment"] for side in ("before", "after"))
    assert before != after
    assert len(before) == 64
    for canary in ("Canary", "Byron", "1234", "113.77"):
        assert canary not in found["entry"]


async def test_each_hash_covers_the_entry_before(database: Database, admin_connection: psycopg.Connection) -> None:
    async with database.write_session(LOCAL) as session:
        for number in range(3):
            audit_service.record(session, f"test.{number}", "test", None)
    async with database.write_session(LOCAL) as session:
        audit_service.record(session, "test.3", "test", None)
        keys = await organization_keys(session)
    chain, previous = Chain(keys), START
    for number, row in enumerate(rows(admin_connection), 1):
        assert row["sequence"] == number
        previous = chain.link(previous, number, row["entry"])
        assert row["hash"] == previous


async def test_parallel_transactions_make_one_chain_without_gaps(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    async def one(number: int) -> None:
        async with database.write_session(LOCAL) as session:
            audit_service.record(session, "test.one", "test", None, after={"number": number})
            audit_service.record(session, "test.two", "test", None)

    await asyncio.gather(*(one(number) for number in range(30)))
    assert [row["sequence"] for row in rows(admin_connection)] == list(range(1, 61))


async def test_events_recorded_while_committing_are_written_too(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    async with database.write_session(LOCAL) as session:
        audit_service.record(session, "test.first", "test", None)

        async def late() -> None:
            audit_service.record(session, "test.late", "test", None)

        session.before_commit.append(late)
    assert [row["action"] for row in rows(admin_connection)] == ["test.first", "test.late"]


async def test_log_ins_go_to_the_platform_or_to_the_organization_they_name(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    async with database.write_session(Scope(identity=True), ORIGIN) as session:
        audit_service.record(session, "member.joined", "member", None, organization_id=LOCAL_ORGANIZATION_ID)
        audit_service.record(session, "user.logged_in", "user", None)
    assert [row["action"] for row in rows(admin_connection)] == ["member.joined"]
    assert [(row["action"], row["actor"]) for row in rows(admin_connection, None)] == [("user.logged_in", "anonymous")]
    async with database.read_session(LOCAL) as reading:
        found = await (await (await reading.driver()).execute("select action from audit_event")).fetchall()
    assert found == [("member.joined",)]


async def test_what_is_recorded_alone_stays_when_the_rest_fails(
    database: Database, admin_connection: psycopg.Connection
) -> None:
    await audit_service.record_alone(
        database, Scope(identity=True), "user.login_failed", "user", origin=Origin("r", "2001:db8:1:2::3")
    )
    (row,) = rows(admin_connection, None)
    assert orjson.loads(row["entry"])["network"] == "2001:db8:1::/48"
    await audit_service.record_alone(database, LOCAL, "test.system", "test", origin=Origin("", "unix socket"))
    (row,) = rows(admin_connection)
    assert (row["actor"], orjson.loads(row["entry"])["network"]) == ("system", None)
