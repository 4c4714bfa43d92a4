"""`talentflux audit verify` as its users run it."""

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from talentflux.core.audit_anchor import FolderAnchors
from talentflux.core.database import Database, Scope
from talentflux.services import audit_keeper, audit_service
from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID as LOCAL
from tests.factories.database import TestDatabase

MASTER_KEY = base64.b64encode(hashlib.sha256(b"a master key for tests").digest()).decode()


def verify(test_database: TestDatabase, folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "TALENTFLUX_DATABASE_URL": test_database.app_url,
        "TALENTFLUX_DATA_FOLDER": str(folder),
        "TALENTFLUX_MASTER_KEY": MASTER_KEY,
        "COLUMNS": "160",
        **more,
    }
    return subprocess.run(
        [sys.executable, "-c", "from talentflux.cli import run; run()", "audit", "verify", *arguments],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
async def filled(database: Database, tmp_path: Path) -> None:
    for number in range(5):
        await audit_service.record_alone(database, Scope(LOCAL), f"test.{number}", "test")
    await audit_service.record_alone(database, Scope(identity=True), "user.login_failed", "user")
    await audit_keeper.write_anchors(database, FolderAnchors(tmp_path / "audit"))


@pytest.mark.usefixtures("filled")
def test_the_first_bad_event_is_named_and_the_exit_code_is_1(
    test_database: TestDatabase, tmp_path: Path, admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute("delete from audit_event where organization_id = %s and sequence = 3", [LOCAL])
    for arguments in ((), ("--organization", str(LOCAL))):
        told = verify(test_database, tmp_path, *arguments)
        assert told.returncode == 1, told.stderr
        assert "Event 3 is missing" in told.stdout
        assert str(LOCAL) in told.stdout
        assert "1 of" in told.stderr


@pytest.mark.usefixtures("filled")
def test_an_intact_log_is_counted(test_database: TestDatabase, tmp_path: Path) -> None:
    told = verify(test_database, tmp_path)
    assert told.returncode == 0, told.stderr
    assert told.stdout == "The audit log is intact: 6 events in 2 chains, 2 of them anchored.\n"


def test_wrong_usage_and_a_database_that_is_away_are_told(test_database: TestDatabase, tmp_path: Path) -> None:
    assert verify(test_database, tmp_path, "--organization", "x").returncode == 2
    gone = verify(test_database, tmp_path, TALENTFLUX_DATABASE_URL="postgresql://talentflux@127.0.0.1:9/gone")
    assert gone.returncode == 1
    assert gone.stderr.startswith("talentflux: ")


def test_an_organization_that_never_was_is_refused(test_database: TestDatabase, tmp_path: Path) -> None:
    told = verify(test_database, tmp_path, "--organization", str(uuid4()))
    assert (told.returncode, told.stdout) == (2, "")
    assert "no audit log of this organization" in told.stderr
