"""Exports: who gets them, what is in them, and that an archive comes back as it went."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from talentflux.core.config import Settings
from talentflux.core.database import Database
from talentflux.core.errors import ConflictError, UnreadableFileError
from talentflux.core.file_store import FileStore, open_file_store
from talentflux.core.keyring import Keyring
from talentflux.db.embedded import EmbeddedConnection
from talentflux.dependencies import Resources
from talentflux.schemas.data_export import Imported
from talentflux.services.archive_reader import read_archive
from talentflux.services.archive_writer import write_archive
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.api.conftest import OTHER_ORGANIZATION, Work
from tests.factories.database import TestDatabase, database_copy
from tests.factories.people import add_person

PATH = "/api/v1/exports"
RESUME = (
    b"Ana Sousa\nana@example.org\n+351 912 345 678\n\nExperience\nBackend developer, Acme, 2019 - 2024\nPython, SQL\n"
)
_DIFFERENT = ("exported_at", "organization")
Elsewhere = tuple[Database, FileStore, TestDatabase]


async def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


async def exported(client: httpx.AsyncClient, work: Work, kind: str = "archive") -> bytes:
    asked = await client.post(PATH, json={"kind": kind})
    assert asked.status_code == 202, asked.text
    await work()
    path = f"{PATH}/{asked.json()['id']}"
    made = (await client.get(path)).json()
    assert (made["status"], made["percentage"]) == ("succeeded", 100.0)
    answer = await client.get(f"{path}/file")
    assert answer.status_code == 200, answer.text
    assert len(answer.content) == made["size"]
    return answer.content


async def fill(client: httpx.AsyncClient, work: Work) -> None:
    """Give the organization something of everything that the API can make here."""
    table = (
        'name,email,external id,tags\nMara Lindqvist,mara@example.org,k1,"fair,north"\n=1+1,formula@example.org,k2,\n'
    )
    made = await client.post("/api/v1/imports", files={"file": ("people.csv", table.encode(), "text/csv")})
    await client.post(f"/api/v1/imports/{made.json()['id']}/run")
    described = {"description": "Backend developer\n\nRequired:\n- Python\n- SQL"}
    requisition = (await client.post("/api/v1/requisitions", json=described)).json()
    upload = {"files": ("ana.txt", RESUME, "text/plain")}
    sent = await client.post("/api/v1/resumes", files=upload, data={"requisition_id": requisition["id"]})
    assert sent.status_code == 202, sent.text
    await work()
    await client.post(f"/api/v1/requisitions/{requisition['id']}/matches", json={})
    await work()


@pytest_asyncio.fixture
async def elsewhere(server: EmbeddedConnection, tmp_path: Path) -> AsyncIterator[Elsewhere]:
    """Another install: a database and a file store of its own, under another master key."""
    with database_copy(server) as copy:
        store = open_file_store(Settings(data_folder=tmp_path / "elsewhere", _env_file=None))
        async with Database(copy.app_url, pool_size=3, keyring=Keyring.for_tests()) as database:
            yield database, store, copy


def changed(archive: bytes, change: Callable[[str, bytes], bytes | None], *, honest: bool = True) -> bytes:
    """Return an archive with other entries; an honest one has checksums that fit."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        entries: dict[str, bytes] = {}
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                entries[name] = content
        manifest = json.loads(entries["manifest.json"])
        if honest:
            for entry in manifest["entries"]:
                content = entries.get(entry["name"], b"")
                entry |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            entries["manifest.json"] = json.dumps(manifest).encode()
        for name, content in entries.items():
            new.writestr(name, content)
    return data.getvalue()


def in_table(table: str, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Callable[[str, bytes], bytes]:
    """Return what changes every row of one table."""

    def apply(name: str, content: bytes) -> bytes:
        if name != f"tables/{table}.jsonl":
            return content
        return b"".join(json.dumps(change(json.loads(line))).encode() + b"\n" for line in content.splitlines())

    return apply


async def imported(where: Elsewhere, tmp_path: Path, archive: bytes, into: UUID | None = None) -> Imported:
    path = tmp_path / f"{uuid4()}.zip"
    path.write_bytes(archive)
    return await read_archive(where[0], where[1], path, silent, into)


def counts(copy: TestDatabase, *tables: str) -> list[int]:
    with psycopg.connect(copy.admin_url) as connection:
        return [int(connection.execute(f"select count(*) from {table}").fetchone()[0]) for table in tables]


async def test_an_export_needs_a_recent_proof_and_the_right(
    app: FastAPI, client: httpx.AsyncClient, admin_connection: psycopg.Connection
) -> None:
    resources: Resources = app.state.resources
    recruiter = await add_person(resources.database, resources.tokens, LOCAL_ORGANIZATION_ID, role="recruiter")
    refused = await client.post(PATH, json={}, headers=recruiter.headers)
    asked = (await client.post(PATH, json={})).json()
    admin_connection.execute("update user_session set proven_at = now() - interval '1 hour'")

    stale = [await client.post(PATH, json={}), await client.get(f"{PATH}/{asked['id']}/file")]

    assert refused.status_code == 403
    assert [answer.json()["code"] for answer in stale] == ["step_up_required"] * 2


async def test_an_export_of_another_organization_is_not_found(
    client: httpx.AsyncClient, admin_connection: psycopg.Connection, foreign: dict[str, UUID]
) -> None:
    theirs = uuid4()
    admin_connection.execute(
        "insert into data_export (id, organization_id, kind, status, expires_at) "
        "values (%s, %s, 'archive', 'succeeded', now() + interval '1 hour')",
        [theirs, OTHER_ORGANIZATION],
    )

    assert (await client.get(f"{PATH}/{theirs}")).status_code == 404
    assert (await client.get(f"{PATH}/{theirs}/file")).status_code == 404
    assert (await client.get(PATH)).json()["items"] == []


async def test_a_file_that_is_not_made_is_not_handed_out(client: httpx.AsyncClient) -> None:
    asked = (await client.post(PATH, json={})).json()

    answer = await client.get(f"{PATH}/{asked['id']}/file")

    assert answer.status_code == 409
    assert "queued" in answer.json()["detail"]


async def test_an_export_is_destroyed_after_its_time(
    client: httpx.AsyncClient, work: Work, admin_connection: psycopg.Connection, tmp_path: Path
) -> None:
    await exported(client, work)
    stored = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert b"manifest.json" not in stored[0].read_bytes()
    admin_connection.execute("update data_export set expires_at = %s", [datetime.now(UTC) - timedelta(minutes=1)])
    admin_connection.execute(
        "update procrastinate_jobs set scheduled_at = now() where task_name = 'data_export.expire'"
    )

    await work()

    (row,) = (await client.get(PATH)).json()["items"]
    assert row["status"] == "expired"
    assert not stored[0].exists()
    assert (await client.get(f"{PATH}/{row['id']}/file")).status_code == 409


async def test_cells_of_tables_for_spreadsheets_are_no_formulas(client: httpx.AsyncClient, work: Work) -> None:
    await fill(client, work)

    people = list(csv.DictReader(io.StringIO((await exported(client, work, "candidates")).decode("utf-8-sig"))))
    applications = list(csv.DictReader(io.StringIO((await exported(client, work, "applications")).decode("utf-8-sig"))))

    assert {row["name"] for row in people} == {"Mara Lindqvist", "'=1+1", "Ana Sousa"}
    assert [row["name"] for row in applications] == ["Ana Sousa"]
    assert next(row["phone"] for row in people if row["name"] == "Ana Sousa").startswith("'+")


async def test_an_archive_imports_into_an_empty_install_and_exports_the_same_archive(
    client: httpx.AsyncClient, work: Work, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    await fill(client, work)
    archive = await exported(client, work)

    done = await imported(elsewhere, tmp_path, archive)
    again = bytearray()

    async def put(data: bytes) -> None:
        again.extend(data)

    await write_archive(elsewhere[0], elsewhere[1], done.organization_id, put, silent)

    with zipfile.ZipFile(io.BytesIO(archive)) as one, zipfile.ZipFile(io.BytesIO(bytes(again))) as two:
        assert one.namelist() == two.namelist()
        for name in one.namelist():
            if name != "manifest.json":
                assert one.read(name) == two.read(name), name
        manifests = [json.loads(each.read("manifest.json")) for each in (one, two)]
        assert RESUME in [one.read(name) for name in one.namelist() if name.startswith("files/")]
        assert len(one.read("tables/candidate.jsonl").splitlines()) == 3
    for manifest in manifests:
        for field in _DIFFERENT:
            del manifest[field]
    assert manifests[0] == manifests[1]
    assert done.files == 1
    assert done.accounts == 1


async def test_what_was_imported_is_found_and_read(
    client: httpx.AsyncClient, work: Work, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    await fill(client, work)
    await imported(elsewhere, tmp_path, await exported(client, work))

    with psycopg.connect(elsewhere[2].admin_url) as connection:
        sealed = connection.execute("select profile, wrapped_key from candidate").fetchall()
        tokens = connection.execute("select count(*) from candidate_name_token").fetchone()
        indexes = connection.execute("select count(*) from candidate where email_index is not null").fetchone()
        names = connection.execute("select count(*) from candidate_text").fetchone()
    assert all(b"Mara" not in row[0] for row in sealed)
    assert tokens is not None
    assert tokens[0] > 10
    assert indexes == (3,)
    assert names == (1,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, content: content + b"\n" if name == "tables/candidate.jsonl" else content, "checksum|more than"),
        (lambda name, content: None if name == "tables/candidate.jsonl" else content, "does not hold what"),
        (lambda name, content: content.replace(b'"version": 1', b'"version": 99') if name else None, "version 99"),
        (lambda name, content: None if name == "manifest.json" else content, "manifest.json"),
    ],
)
async def test_an_archive_that_was_changed_is_refused_and_leaves_nothing(  # noqa: PLR0917 -- fixtures
    client: httpx.AsyncClient,
    work: Work,
    elsewhere: Elsewhere,
    tmp_path: Path,
    change: Callable[[str, bytes], bytes | None],
    said: str,
) -> None:
    await fill(client, work)
    archive = await exported(client, work)
    if said == "manifest.json":
        data = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(data, "w") as new:
            for name in old.namelist()[:-1]:
                new.writestr(name, old.read(name))
        broken = data.getvalue()
    else:
        broken = changed(archive, change, honest=False)

    with pytest.raises(UnreadableFileError, match=said):
        await imported(elsewhere, tmp_path, broken)

    assert counts(elsewhere[2], "candidate", "file", "member") == [0, 0, 0]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("resume", lambda row: row | {"candidate_id": str(uuid4())}),
        ("resume", lambda row: row | {"file_id": str(uuid4())}),
        ("application", lambda row: row | {"stage": "no stage of ours"}),
        ("candidate", lambda row: row | {"organization_id": str(OTHER_ORGANIZATION)}),
        ("candidate", lambda row: row | {"password": "x"}),
        ("candidate", lambda row: row | {"id": "../../etc/passwd"}),
        ("candidate", lambda row: row | {"profile": "no object"}),
        ("requisition", lambda row: row | {"title": None}),
        ("requisition", lambda row: row | {"title": "a\0b"}),
    ],
)
async def test_rows_that_do_not_fit_are_refused_and_leave_nothing(  # noqa: PLR0917 -- fixtures
    client: httpx.AsyncClient,
    work: Work,
    elsewhere: Elsewhere,
    tmp_path: Path,
    table: str,
    change: Callable[[dict[str, Any]], Mapping[str, Any]],
) -> None:
    await fill(client, work)
    archive = changed(await exported(client, work), in_table(table, change))

    with pytest.raises(UnreadableFileError):
        await imported(elsewhere, tmp_path, archive)

    assert counts(elsewhere[2], "candidate", "file", "member", "event") == [0, 0, 0, 0]
    assert [path for path in (tmp_path / "elsewhere" / "files").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../../outside", "/etc/passwd", "tables/user_account.jsonl", "files/../x"])
async def test_an_entry_that_leads_elsewhere_is_refused(
    client: httpx.AsyncClient,
    work: Work,
    elsewhere: Elsewhere,
    tmp_path: Path,
    name: str,
) -> None:
    archive = await exported(client, work)

    def change(entry: str, content: bytes) -> bytes:
        if entry != "manifest.json":
            return content
        manifest = json.loads(content)
        manifest["entries"].append({"name": name, "size": 0, "sha256": hashlib.sha256(b"").hexdigest()})
        return json.dumps(manifest).encode()

    with pytest.raises(UnreadableFileError, match="none of ours has"):
        await imported(elsewhere, tmp_path, changed(archive, change, honest=False))


async def test_a_bomb_is_refused_before_it_is_opened(
    client: httpx.AsyncClient, work: Work, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    archive = await exported(client, work)

    def change(name: str, content: bytes) -> bytes:
        return b" " * (64 * 2**20) if name == "tables/candidate.jsonl" else content

    with pytest.raises(UnreadableFileError, match=r"far more than it should|more than the manifest"):
        await imported(elsewhere, tmp_path, changed(archive, change))


async def test_an_archive_is_not_imported_twice_nor_over_something(
    app: FastAPI,
    client: httpx.AsyncClient,
    work: Work,
    elsewhere: Elsewhere,
    tmp_path: Path,
) -> None:
    await fill(client, work)
    archive = await exported(client, work)
    await imported(elsewhere, tmp_path, archive)
    before = counts(elsewhere[2], "candidate", "file", "member", "event")

    with pytest.raises(ConflictError, match="not empty"):
        await imported(elsewhere, tmp_path, archive)

    resources: Resources = app.state.resources
    founded = (await client.post("/api/v1/organizations", json={"name": "Empty"})).json()
    path = tmp_path / "again.zip"
    path.write_bytes(archive)
    with pytest.raises(ConflictError, match="here already"):
        await read_archive(resources.database, resources.files, path, silent, UUID(founded["id"]))
    assert counts(elsewhere[2], "candidate", "file", "member", "event") == before
