"""Tampering with the audit log as the superuser of the database: all of it is found, and the first bad event named."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talentflux.core.audit_anchor import FolderAnchors
from talentflux.core.database import Database, Scope
from talentflux.core.keyring import Keyring
from talentflux.schemas.audit import AuditFault, ChainVerification
from talentflux.services import audit_check, audit_keeper, audit_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID as LOCAL
from tests.factories.database import TestDatabase

EVENTS = 12
COLUMNS = ("occurred_at", "actor", "action", "resource", "resource_id", "entry", "hash", "id", "organization_id")
Tamper = Callable[[psycopg.Connection, int], int]


async def entered(database: Database, anchors: FolderAnchors, count: int = EVENTS) -> None:
    for number in range(count):
        async with database.write_session(Scope(LOCAL)) as session:
            audit_service.record(session, f"test.{number}", "test", None, after={"number": number})
    await audit_keeper.write_anchors(database, anchors)


async def checked(database: Database, anchors: FolderAnchors) -> ChainVerification:
    return await audit_check.verify(database, anchors, LOCAL)


@pytest.fixture
def anchors(tmp_path: Path) -> FolderAnchors:
    return FolderAnchors(tmp_path / "audit")


def run(connection: psycopg.Connection, statement: str, *values: object) -> None:
    connection.execute(statement, [LOCAL, *values])


def edit(column: str, value: str) -> Tamper:
    def change(connection: psycopg.Connection, at: int) -> int:
        run(connection, f"update audit_event set {column} = {value} where organization_id = %s and sequence = %s", at)
        return at

    return change


def delete(connection: psycopg.Connection, at: int) -> int:
    run(connection, "delete from audit_event where organization_id = %s and sequence = %s", at)
    return at


def delete_and_close_up(connection: psycopg.Connection, at: int) -> int:
    delete(connection, at)
    for number in range(at + 1, EVENTS + 1):
        run(
            connection,
            "update audit_event set sequence = sequence - 1 where organization_id = %s and sequence = %s",
            number,
        )
    run(connection, "update audit_head set sequence = sequence - 1 where organization_id = %s")
    return at


def exchange(connection: psycopg.Connection, at: int) -> int:
    other = at + 1 if at < EVENTS else at - 1
    for start, end in ((at, -1), (other, at), (-1, other)):
        run(
            connection,
            f"update audit_event set sequence = {end} where organization_id = %s and sequence = %s",
            start,
        )
    return min(at, other)


def insert(connection: psycopg.Connection, at: int) -> int:
    for number in range(EVENTS, at - 1, -1):
        run(
            connection,
            "update audit_event set sequence = sequence + 1 where organization_id = %s and sequence = %s",
            number,
        )
    run(
        connection,
        "insert into audit_event select gen_random_uuid(), organization_id, %s, occurred_at, actor, action, resource, "
        "resource_id, entry, hash from audit_event where organization_id = %s limit 1".replace(
            "%s, occurred_at", f"{at}, occurred_at"
        ),
    )
    run(connection, "update audit_head set sequence = sequence + 1 where organization_id = %s")
    return at


def cut(connection: psycopg.Connection, at: int) -> int:
    run(connection, "delete from audit_event where organization_id = %s and sequence >= %s", at)
    return at


def cut_and_move_the_end(connection: psycopg.Connection, at: int) -> int:
    cut(connection, at)
    connection.execute(
        "update audit_head set sequence = %(before)s, hash = coalesce((select hash from audit_event "
        "where organization_id = %(chain)s and sequence = %(before)s), decode(repeat('00', 32), 'hex')) "
        "where organization_id = %(chain)s",
        {"chain": LOCAL, "before": at - 1},
    )
    return at


def move_the_end_back(connection: psycopg.Connection, at: int) -> int:
    connection.execute(
        "update audit_head set sequence = %(before)s, hash = coalesce((select hash from audit_event "
        "where organization_id = %(chain)s and sequence = %(before)s), decode(repeat('00', 32), 'hex')) "
        "where organization_id = %(chain)s",
        {"chain": LOCAL, "before": at - 1},
    )
    return at


def replay(connection: psycopg.Connection, at: int) -> int:
    """Put a genuine entry and its hash in the place of another."""
    other = at + 1 if at < EVENTS else at - 1
    run(
        connection,
        "update audit_event e set entry = o.entry, hash = o.hash, action = o.action from audit_event o "
        "where o.organization_id = e.organization_id and e.organization_id = %s "
        "and e.sequence = %s and o.sequence = %s",
        at,
        other,
    )
    return at


TAMPERS: dict[str, Tamper] = {
    "edit time": edit("occurred_at", "occurred_at + interval '1 second'"),
    "edit actor": edit("actor", "'user:nobody'"),
    "edit action": edit("action", "'x.y'"),
    "edit resource": edit("resource", "'x'"),
    "edit resource_id": edit("resource_id", "gen_random_uuid()"),
    "edit id": edit("id", "gen_random_uuid()"),
    "edit entry": edit("entry", "replace(entry, 'number', 'nomber')"),
    "edit hash": edit("hash", "sha256(hash)"),
    "hash anew without the key": edit("hash", "sha256(convert_to(entry, 'utf8'))"),
    "delete": delete,
    "delete and close up": delete_and_close_up,
    "exchange": exchange,
    "insert": insert,
    "cut": cut,
    "cut and move the end": cut_and_move_the_end,
    "move the end back": move_the_end_back,
    "replay": replay,
}


async def test_an_untouched_chain_is_intact_and_anchored(database: Database, anchors: FolderAnchors) -> None:
    assert (await checked(database, anchors)).model_dump(exclude_none=True)["intact"]
    await entered(database, anchors)
    found = await checked(database, anchors)
    assert (found.intact, found.events, found.anchored) == (True, EVENTS, EVENTS)


@pytest.mark.parametrize("at", [1, 5, EVENTS])
@pytest.mark.parametrize("tamper", TAMPERS)
async def test_tampering_is_found_and_the_first_bad_event_named(
    database: Database, anchors: FolderAnchors, admin_connection: psycopg.Connection, tamper: str, at: int
) -> None:
    await entered(database, anchors)
    first_bad = TAMPERS[tamper](admin_connection, at)
    found = await checked(database, anchors)
    assert not found.intact
    assert found.sequence == first_bad
    assert found.events == (EVENTS if tamper == "move the end back" else first_bad - 1)
    assert found.detail


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(tampers=st.lists(st.tuples(st.sampled_from(sorted(TAMPERS)), st.integers(1, EVENTS)), min_size=1, max_size=3))
def test_random_tampering_by_a_superuser_never_goes_unnoticed(
    test_database: TestDatabase, tmp_path: Path, tampers: list[tuple[str, int]]
) -> None:
    folder = FolderAnchors(tmp_path / "audit")

    async def enter_once() -> None:
        async with Database(test_database.app_url, 2, keyring=Keyring.for_tests()) as database:
            await entered(database, folder)

    async def check() -> ChainVerification:
        async with Database(test_database.app_url, 1, keyring=Keyring.for_tests()) as database:
            return await checked(database, folder)

    with psycopg.connect(test_database.admin_url) as connection:
        if connection.execute("select count(*) from audit_event").fetchone() == (0,):
            asyncio.run(enter_once())
        connection.commit()
        kept = connection.execute("select * from audit_event order by sequence").fetchall()
        heads = connection.execute("select * from audit_head").fetchall()
        try:
            _apply(connection, tampers)
            connection.commit()
            after = connection.execute("select * from audit_event order by sequence").fetchall()
            touched = (after, connection.execute("select * from audit_head").fetchall()) != (kept, heads)
            connection.commit()
            found = asyncio.run(check())
            assert found.intact is not touched, (tampers, found)
        finally:
            _restore(connection, kept, heads)


def _apply(connection: psycopg.Connection, tampers: list[tuple[str, int]]) -> None:
    for name, at in tampers:
        try:
            with connection.transaction():
                TAMPERS[name](connection, at)
        except psycopg.errors.UniqueViolation:
            continue  # the place is taken after an earlier tampering


def _restore(connection: psycopg.Connection, events: list[tuple[Any, ...]], heads: list[tuple[Any, ...]]) -> None:
    connection.rollback()
    for table, rows in (("audit_event", events), ("audit_head", heads)):
        connection.execute(f"delete from {table}")
        for row in rows:
            connection.execute(f"insert into {table} values ({', '.join(['%s'] * len(row))})", row)
    connection.commit()


async def test_a_backup_put_back_is_found_by_the_anchors(
    database: Database, anchors: FolderAnchors, admin_connection: psycopg.Connection
) -> None:
    await entered(database, anchors, 5)
    events = admin_connection.execute("select id from audit_event").fetchall()
    head = admin_connection.execute("select sequence, hash from audit_head where organization_id = %s", [LOCAL])
    kept = head.fetchone()
    assert kept is not None
    await entered(database, anchors, 4)
    admin_connection.execute("delete from audit_event where not id = any(%s)", [[row[0] for row in events]])
    admin_connection.execute(
        "update audit_head set sequence = %s, hash = %s where organization_id = %s", [*kept, LOCAL]
    )
    found = await checked(database, anchors)
    assert (found.fault, found.sequence, found.events) == (AuditFault.END_MISSING, 6, 5)
    assert "an anchor says" in (found.detail or "")


async def test_a_chain_written_anew_after_a_cut_is_found_by_the_anchors(
    database: Database, anchors: FolderAnchors, admin_connection: psycopg.Connection
) -> None:
    await entered(database, anchors, 6)
    cut_and_move_the_end(admin_connection, 4)
    await entered(database, anchors, 6)
    found = await checked(database, anchors)
    assert (found.fault, found.sequence) == (AuditFault.ANCHOR_DIFFERS, 6)


async def test_forged_anchors_are_found(database: Database, anchors: FolderAnchors, tmp_path: Path) -> None:
    await entered(database, anchors, 3)
    path = tmp_path / "audit" / f"{LOCAL}.jsonl"
    line = path.read_bytes()
    for forged in (line.replace(b'"sequence":3', b'"sequence":2'), b"no json\n", b'{"mac": 1}\n', b"[]\n"):
        path.write_bytes(line + forged)
        found = await checked(database, anchors)
        assert (found.intact, found.fault, found.sequence) == (False, AuditFault.ANCHOR_FORGED, None), forged
        assert "Line 2" in (found.detail or "")


async def test_the_anchor_of_another_chain_is_none_of_this_one(
    database: Database, anchors: FolderAnchors, tmp_path: Path
) -> None:
    await audit_service.record_alone(database, Scope(identity=True), "test.platform", "test")
    await entered(database, anchors, 2)
    (tmp_path / "audit" / f"{LOCAL}.jsonl").write_bytes((tmp_path / "audit" / "platform.jsonl").read_bytes())
    assert (await checked(database, anchors)).fault is AuditFault.ANCHOR_FORGED


async def test_without_the_master_key_no_entry_can_be_forged(
    database: Database, anchors: FolderAnchors, admin_connection: psycopg.Connection
) -> None:
    await entered(database, anchors, 3)
    random_key = random.Random(1).randbytes(32)
    for at in (2, 3):
        admin_connection.execute(
            "update audit_event set entry = replace(entry, 'test.', 'best.'), action = replace(action, 'test', 'best'),"
            " hash = sha256(%s || hash || convert_to(entry, 'utf8')) where organization_id = %s and sequence = %s",
            [random_key, LOCAL, at],
        )
    admin_connection.execute(
        "update audit_head h set hash = e.hash from audit_event e "
        "where e.organization_id = h.organization_id and e.sequence = 3"
    )
    assert (await checked(database, FolderAnchors(Path(str(anchors._folder) + "-empty")))).sequence == 2


async def test_a_chain_of_which_only_anchors_are_left_is_checked_too(
    database: Database, anchors: FolderAnchors
) -> None:
    gone = UUID(int=77)
    await anchors.add(gone, 1, b"{}")
    assert await audit_check.chains(database, anchors) == [None, LOCAL, gone]
    assert not (await audit_check.verify(database, anchors, gone)).intact
