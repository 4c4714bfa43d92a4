"""What waits for the audit log: written soon, never lost while the process lives, bounded."""

import asyncio
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from obstore.store import LocalStore, MemoryStore, S3Store
from structlog.testing import capture_logs

from talentflux.core import audit_trail
from talentflux.core.audit_anchor import AnchorStore, FolderAnchors, ObjectAnchors, open_anchors
from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.errors import ConfigurationError, DependencyError
from talentflux.core.keyring import Keyring
from talentflux.services import audit_check, audit_keeper, audit_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID as LOCAL
from tests.factories.database import TestDatabase


async def view(database: Database, count: int = 1) -> None:
    async with database.read_session(Scope(LOCAL)) as session:
        for number in range(count):
            await audit_service.viewed(session, "candidate.view", "candidate", uuid4(), details={"number": number})


def stored(connection: psycopg.Connection) -> int:
    row = connection.execute("select count(*) from audit_event where organization_id = %s", [LOCAL]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(params=["folder", "objects"])
def anchors(request: pytest.FixtureRequest, tmp_path: Path) -> AnchorStore:
    return FolderAnchors(tmp_path / "audit") if request.param == "folder" else ObjectAnchors(MemoryStore())


async def test_views_are_written_within_a_second(
    database: Database, anchors: AnchorStore, admin_connection: psycopg.Connection
) -> None:
    async with audit_keeper.keeping(database, anchors):
        await view(database, 3)
        async with asyncio.timeout(5):
            while stored(admin_connection) < 3 or not await anchors.lines(LOCAL):  # noqa: ASYNC110 -- nobody tells
                await asyncio.sleep(0.05)
    found = await audit_check.verify(database, anchors, LOCAL)
    assert (found.intact, found.events, found.anchored) == (True, 3, 3)
    assert await anchors.chains() == {LOCAL}


async def test_what_waits_when_the_process_ends_is_written(
    database: Database, anchors: AnchorStore, admin_connection: psycopg.Connection
) -> None:
    async with audit_keeper.keeping(database, anchors):
        await view(database, 1201)
        await audit_service.record_alone(database, Scope(identity=True), "user.login_failed", "user")
    assert stored(admin_connection) == 1201
    assert await anchors.chains() == {LOCAL, None}
    newest = [await audit_check.verify(database, anchors, chain) for chain in (LOCAL, None)]
    assert [chain.anchored for chain in newest] == [1201, 1]


async def test_events_wait_while_the_database_is_away(
    database: Database, test_database: TestDatabase, admin_connection: psycopg.Connection, anchors: AnchorStore
) -> None:
    away = Database(test_database.app_url.replace("/test_", "/gone_"), 1, keyring=Keyring.for_tests())
    await view(database, 2)
    away.trail = database.trail
    with capture_logs() as logs:
        async with audit_keeper.keeping(away, anchors):
            await asyncio.sleep(audit_keeper.EVENTS_SECONDS * 1.5)
    assert {entry["event"] for entry in logs} == {"audit log waits"}
    assert len(database.trail.waiting) == 2
    await audit_keeper.write_events(database)
    assert stored(admin_connection) == 2


async def test_nothing_is_shown_while_too_many_events_wait(
    database: Database, admin_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_trail, "MOST_WAITING", 2)
    monkeypatch.setattr(audit_trail, "_LONGEST_WAIT_SECONDS", 0.05)
    await view(database, 2)
    with pytest.raises(DependencyError, match="audit log"):
        await view(database)
    monkeypatch.setattr(audit_trail, "_LONGEST_WAIT_SECONDS", 5.0)
    waiting = asyncio.create_task(view(database))
    await asyncio.sleep(0.05)
    await audit_keeper.write_events(database)
    await waiting
    await audit_keeper.write_events(database)
    assert stored(admin_connection) == 3


async def test_anchors_wait_while_their_store_is_away(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    store = FolderAnchors(folder)
    await audit_service.record_alone(database, Scope(LOCAL), "test.one", "test")
    folder.rmdir()
    with pytest.raises(DependencyError):
        await audit_keeper.write_anchors(database, store)
    folder.mkdir()
    await audit_keeper.write_anchors(database, store)
    assert len(await store.lines(LOCAL)) == 1
    (folder / "platform.jsonl").mkdir()
    with pytest.raises(DependencyError):
        await store.lines(None)


async def test_an_anchor_in_a_bucket_is_never_replaced_and_a_bucket_that_is_away_is_told(tmp_path: Path) -> None:
    store = ObjectAnchors(LocalStore(tmp_path))
    await store.add(LOCAL, 1, b"{}")
    await store.add(LOCAL, 1, b"other")
    assert await store.lines(LOCAL) == [b"{}"]
    away = ObjectAnchors(
        S3Store(
            "bucket",
            config={"endpoint": "http://127.0.0.1:9", "access_key_id": "x", "secret_access_key": "x"},
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )
    )
    for call in (away.add(LOCAL, 2, b"{}"), away.lines(LOCAL), away.chains()):
        with pytest.raises(DependencyError, match="anchors"):
            await call


def test_other_names_in_the_folder_are_no_chains(tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").touch()
    assert asyncio.run(FolderAnchors(tmp_path).chains()) == set()


def test_anchors_lie_in_the_data_folder_or_in_the_bucket(tmp_path: Path) -> None:
    assert isinstance(open_anchors(Settings(data_folder=tmp_path, _env_file=None)), FolderAnchors)
    assert (tmp_path / "audit").stat().st_mode & 0o777 == 0o700
    bucket = Settings(data_folder=tmp_path, file_store="s3://bucket/prefix", _env_file=None)
    assert isinstance(open_anchors(bucket), ObjectAnchors)
    with pytest.raises(ConfigurationError):
        open_anchors(Settings(data_folder=tmp_path, file_store="nonsense", _env_file=None))
