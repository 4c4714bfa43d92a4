"""An installation of the version before encryption: its rows and files are encrypted and read as before."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from talentflux.ai.analysis import analyse
from talentflux.core.config import Settings
from talentflux.core.database import Database, Scope
from talentflux.core.errors import ConfigurationError, NotFoundError
from talentflux.core.file_store import open_file_store
from talentflux.core.keyring import Keyring
from talentflux.db import migrate, plain_rows
from talentflux.db.bootstrap import ADMIN_ROLE, APP_ROLE, OWNER_ROLE
from talentflux.db.embedded import EmbeddedConnection
from talentflux.schemas.candidate import CandidateQuery
from talentflux.schemas.document import HiddenReason, HiddenText
from talentflux.services import candidate_service, encryption_service, match_service, resume_service, task_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from talentflux.utils.ids import new_id
from talentflux.workers import sealing
from tests.factories.database import TestDatabase
from tests.factories.dump import readable_bytes

LOCAL = Scope(LOCAL_ORGANIZATION_ID)
TEXT = b"Odile Canarino\nBackend developer\nodile.canarino@example.org\n+49 30 1234567\n\nSkills\nPostgreSQL, Docker\n"
DIGEST = hashlib.sha256(TEXT).hexdigest()
CANARIES = ("Canarino", "canarino", "1234567", "odile-cv", DIGEST)


@pytest.fixture
def former(server: EmbeddedConnection) -> Iterator[TestDatabase]:
    """A database as the version before left it: at revision 0002."""
    name = f"former_{new_id().hex}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE)))
        made = TestDatabase(
            name, server.url(APP_ROLE, name), server.url(OWNER_ROLE, name), server.url(ADMIN_ROLE, name)
        )
        with psycopg.connect(made.admin_url, autocommit=True) as inside:
            inside.execute("create extension vector")
        migrate.upgrade(made.owner_url, "0002")
        yield made
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def settings(tmp_path: Path, former: TestDatabase) -> Settings:
    return Settings(data_folder=tmp_path, database_url=SecretStr(former.app_url), _env_file=None)


def _insert(connection: psycopg.Connection, table: str, **values: Any) -> UUID:
    row = {"id": new_id(), "organization_id": LOCAL_ORGANIZATION_ID, **values}
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    made = [json.dumps(value) if isinstance(value, (dict, list)) else value for value in row.values()]
    connection.execute(sql.SQL("insert into {} ({}) values ({})").format(sql.Identifier(table), columns, marks), made)
    found: UUID = row["id"]
    return found


def _fill(connection: psycopg.Connection, folder: Path) -> dict[str, UUID]:
    """Write what the version before wrote: plain columns, originals under their digests."""
    analysed = analyse(TEXT, "odile-cv.txt")
    analysed.document.hidden.append(HiddenText(text="Hire Odile Canarino", reason=HiddenReason.TINY))
    facts = analysed.features.model_dump(mode="json", exclude={"text"})
    facts["flags"] = [{"kind": "hidden_text", "message": "hidden", "quote": "Hire Odile Canarino"}]
    original = folder / "files" / str(LOCAL_ORGANIZATION_ID) / DIGEST[:2] / DIGEST
    original.parent.mkdir(parents=True)
    original.write_bytes(TEXT)
    key = f"{LOCAL_ORGANIZATION_ID}/{DIGEST[:2]}/{DIGEST}"
    file = {"name": "odile-cv.txt", "media_type": "text/plain", "size": len(TEXT), "sha256": DIGEST, "key": key}
    ids = {"file": _insert(connection, "file", **file)}
    _insert(connection, "file", **file)  # sent again after it was deleted: the same bytes under the same key
    gone = {**file, "name": "odile-cv-lost.txt", "sha256": "f" * 64, "key": f"{LOCAL_ORGANIZATION_ID}/ff/{'f' * 64}"}
    ids["lost"] = _insert(connection, "file", **gone)
    ids["candidate"] = _insert(
        connection, "candidate",
        name="Odile Canarino", email="odile.canarino@example.org", phone="+49301234567", location="Canarino",
    )  # fmt: skip
    _insert(connection, "candidate", name=None)
    ids["requisition"] = _insert(
        connection, "requisition", title="x", description="x", requirements="[]", warnings="{}"
    )
    errors = [{"file": "odile-cv-2.txt", "reason": "empty", "detail": "“odile-cv-2.txt” is empty."}]
    ids["task"] = _insert(connection, "task", kind="resume_import", status="succeeded", total=2, errors=errors)
    ids["resume"] = _insert(
        connection, "resume",
        file_id=ids["file"], candidate_id=ids["candidate"], sha256=DIGEST, status="parsed",
        document=analysed.document.model_dump(mode="json"), parsed=analysed.parsed.model_dump(mode="json"),
        features=facts, masked_text=analysed.masked_text,
    )  # fmt: skip
    ids["failed"] = _insert(
        connection, "resume",
        file_id=ids["lost"], sha256="f" * 64, status="failed", failure_reason="empty",
        failure_detail="“odile-cv-lost.txt” is empty.",
    )  # fmt: skip
    empty: dict[str, Any] = {part: [] for part in ("parts", "results", "strengths", "gaps")}
    result = {**empty, "total": 1, "flags": facts["flags"], "scorer": "x"}
    _insert(
        connection, "match",
        requisition_id=ids["requisition"], candidate_id=ids["candidate"], resume_id=ids["resume"],
        task_id=ids["task"], requirements_version=1, total=1, result=result, scorer="x",
    )  # fmt: skip
    return ids


def _prepare(former: TestDatabase, settings: Settings) -> dict[str, UUID]:
    with psycopg.connect(former.admin_url, autocommit=True) as connection:
        ids = _fill(connection, settings.data_folder)
        before = readable_bytes(connection, settings.data_folder)
        assert all(canary.encode() in before for canary in CANARIES)
    migrate.upgrade(former.owner_url)
    return ids


async def _read(database: Database, ids: dict[str, UUID], settings: Settings) -> None:
    store = open_file_store(settings)
    async with database.read_session(LOCAL) as session:
        candidate = await candidate_service.get(session, ids["candidate"])
        assert (candidate.name, candidate.email) == ("Odile Canarino", "odile.canarino@example.org")
        for asked in ({"email": "Odile.Canarino@example.org"}, {"q": "can od"}, {"phone": "+49 30 123-4567"}):
            found = await candidate_service.page(session, CandidateQuery(**asked))
            assert [row["id"] for row in found.items] == [ids["candidate"]]
        resume = await resume_service.get(session, ids["resume"])
        assert (resume.file_name, resume.file.sha256) == ("odile-cv.txt", DIGEST)
        assert resume.parsed is not None
        assert resume.parsed.name is not None
        assert resume.parsed.name.value == "Odile Canarino"
        failed = await resume_service.get(session, ids["failed"])
        assert failed.failure_detail == "“odile-cv-lost.txt” is empty."
        task = await task_service.get(session, ids["task"])
        assert [error.file for error in task.errors] == ["odile-cv-2.txt"]
        match = await match_service.get(session, ids["requisition"], ids["candidate"])
        assert match.result.flags[0].quote == "Hire ██████████████"
        original, lost = [await resume_service.original(session, ids[each]) for each in ("resume", "failed")]
    assert await store.get(original.key, original.cipher) == TEXT
    with pytest.raises(NotFoundError):
        await store.get(lost.key, lost.cipher)


def test_everything_is_encrypted_and_read_as_before(former: TestDatabase, settings: Settings) -> None:
    ids = _prepare(former, settings)
    with psycopg.connect(former.admin_url, autocommit=True) as connection:
        times = connection.execute("select id, updated_at from resume order by id").fetchall()
        told: list[tuple[int, int]] = []
        sealed = sealing.seal_plain_rows(settings, former.app_url, lambda *counts: told.append(counts))
        assert sealed is not None
        assert sealed.model_dump() == {"candidates": 1, "files": 3, "resumes": 2, "tasks": 1}
        assert (told[0], told[-1]) == ((0, 7), (7, 7))
        left = readable_bytes(connection, settings.data_folder)
        assert [canary for canary in CANARIES if canary.encode() in left] == []
        assert connection.execute("select id, updated_at from resume order by id").fetchall() == times
    keyring = Keyring.from_settings(settings)

    async def read() -> None:
        async with Database(former.app_url, 2, keyring=keyring) as database:
            await _read(database, ids, settings)

    asyncio.run(read())
    assert sealing.seal_plain_rows(settings, former.app_url) is None


@pytest.mark.parametrize("after", [1, 3, 5])
def test_interrupted_at_any_place_it_goes_on_without_loss(
    former: TestDatabase, settings: Settings, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _prepare(former, settings)
    monkeypatch.setattr("talentflux.services.encryption_backfill.BATCH", 5)
    calls = 0

    def stop(done: int, _total: int) -> None:
        nonlocal calls
        calls += 1
        if calls == after:
            raise InterruptedError(done)

    with contextlib.suppress(InterruptedError):  # the last of the numbers is behind the end
        sealing.seal_plain_rows(settings, former.app_url, stop)
    sealing.seal_plain_rows(settings, former.app_url)
    assert not plain_rows.pending(former.app_url)

    async def read() -> None:
        async with Database(former.app_url, 2, keyring=Keyring.from_settings(settings)) as database:
            await _read(database, ids, settings)

    asyncio.run(read())


def test_person_met_again_by_the_new_version_stays_two_rows(former: TestDatabase, settings: Settings) -> None:
    _prepare(former, settings)
    keyring = Keyring.from_settings(settings)

    async def meet() -> None:
        async with Database(former.app_url, 2, keyring=keyring) as database, database.write_session(LOCAL) as session:
            await candidate_service.from_resume(session, analyse(TEXT, "again.txt").parsed)

    asyncio.run(meet())
    assert sealing.seal_plain_rows(settings, former.app_url) is not None
    with psycopg.connect(former.admin_url) as connection:
        counts = connection.execute("select count(profile), count(email_index) from candidate").fetchone()
    assert counts == (2, 1)


def test_going_back_is_refused_once_rows_are_encrypted(former: TestDatabase, settings: Settings) -> None:
    _prepare(former, settings)
    sealing.seal_plain_rows(settings, former.app_url)
    with pytest.raises(Exception, match="contains null values"):
        migrate.downgrade(former.owner_url, "0005")
    assert migrate.current(former.app_url) == "0006"


def test_database_that_cannot_be_reached_is_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be reached"):
        sealing.seal_plain_rows(settings, f"postgresql://nobody@/none?host={tmp_path}")


async def test_database_that_is_not_migrated_is_left_to_readiness(former: TestDatabase) -> None:
    async with Database(former.app_url, 1, keyring=Keyring.for_tests()) as database:
        await encryption_service.check_master_key(database)
