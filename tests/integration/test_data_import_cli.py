"""`talentflux data`, as a process: tables, folders of resumes and archives, in and out."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
import pytest

from talentflux.db.embedded import EmbeddedConnection
from tests.factories.database import TestDatabase, database_copy

COMMAND = Path(sys.executable).with_name("talentflux")
PEOPLE = "name,email\nMara Lindqvist,mara@example.org\nNobody,nowhere\n"
RESUME = "Ana Sousa\nana@example.org\n\nExperience\nDeveloper, Acme, 2019 - 2024\nPython, SQL\n"


def environment_of(database: TestDatabase, folder: Path) -> dict[str, str]:
    return os.environ | {"TALENTFLUX_DATABASE_URL": database.app_url, "TALENTFLUX_DATA_FOLDER": str(folder)}


@pytest.fixture
def environment(test_database: TestDatabase, tmp_path: Path) -> dict[str, str]:
    return environment_of(test_database, tmp_path / "data")


def data(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "data", *map(str, arguments)]
    return subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=100)


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_what_cannot_be_imported_is_refused_in_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    empty, broken = tmp_path / "empty.csv", tmp_path / "broken.zip"
    empty.write_bytes(b"")
    with zipfile.ZipFile(broken, "w") as packed:
        packed.writestr("manifest.json", "{}")
        packed.writestr("users.jsonl", "")
    refused = [
        data(environment, "import", tmp_path / "none.csv"),
        data(environment, "import", empty),
        data(environment, "import", broken),
        data(environment, "import", empty, "--kind", "shoes"),
    ]

    assert all(done.returncode in (2, 3) for done in refused), [done.stderr for done in refused]
    assert all("Traceback" not in done.stderr for done in refused)
    assert "is empty" in refused[1].stderr


def test_a_table_is_checked_and_then_imported_with_a_report(
    environment: dict[str, str], tmp_path: Path, admin_connection: psycopg.Connection
) -> None:
    path, report = tmp_path / "people.csv", tmp_path / "report.csv"
    path.write_text(PEOPLE)

    checked = data(environment, "import", path, "--check")
    before = count(admin_connection, "candidate")
    taken = data(environment, "import", path, "--report", report)
    again = data(environment, "import", path)

    assert checked.returncode == 0, checked.stderr
    assert "1 create, 0 update, 0 duplicate, 1 error" in checked.stdout
    assert before == 0
    assert "1 create" in taken.stdout
    assert "1 duplicate" in again.stdout
    lines = list(csv.DictReader(io.StringIO(report.read_text("utf-8-sig"))))
    assert [line["verdict"] for line in lines] == ["create", "error"]
    assert count(admin_connection, "candidate") == 1


def test_folders_zips_and_lists_of_resumes_come_in_once_and_an_archive_goes_round(
    environment: dict[str, str],
    server: EmbeddedConnection,
    tmp_path: Path,
    admin_connection: psycopg.Connection,
) -> None:
    folder, report = tmp_path / "resumes", tmp_path / "report.csv"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "ana.txt").write_text(RESUME)
    (folder / ".hidden").write_text("x")
    (folder / "damaged.pdf").write_bytes(b"%PDF-1.7 no more")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as packed:
        packed.writestr("bo.txt", RESUME.replace("Ana Sousa", "Bo Berg").replace("ana@", "bo@"))
    listed = [{"basics": {"name": f"Person {n}", "email": f"p{n}@example.org"}} for n in range(2)]
    (tmp_path / "people.json").write_text(json.dumps(listed))
    paths = (folder, tmp_path / "more.zip", tmp_path / "people.json")

    first = data(environment, "import", *paths, "--report", report)
    second = data(environment, "import", *paths)

    assert first.returncode == 0, first.stderr
    lines = {line["file"]: line["verdict"] for line in csv.DictReader(io.StringIO(report.read_text("utf-8-sig")))}
    assert lines == {
        "damaged.pdf": "error",
        "deep/ana.txt": "create",
        "more.zip/bo.txt": "create",
        "people.json/1.json": "create",
        "people.json/2.json": "create",
    }
    assert "5 duplicate" in second.stdout
    assert count(admin_connection, "resume") == 5

    archives = [tmp_path / "one.zip", tmp_path / "two.zip"]
    written = data(environment, "export", "--out", archives[0])
    assert written.returncode == 0, written.stderr
    assert archives[0].stat().st_mode & 0o077 == 0
    with database_copy(server) as copy:
        other = environment_of(copy, tmp_path / "other")
        read = data(other, "import", archives[0])
        assert read.returncode == 0, read.stderr
        assert data(other, "export", "--out", archives[1]).returncode == 0
        twice = data(other, "import", archives[0])
    assert twice.returncode == 2
    assert "not empty" in twice.stderr
    with zipfile.ZipFile(archives[0]) as one, zipfile.ZipFile(archives[1]) as two:
        assert one.namelist() == two.namelist()
        for name in one.namelist():
            assert name == "manifest.json" or one.read(name) == two.read(name), name
