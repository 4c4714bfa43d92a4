"""`talentflux organizations`, as a process."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from talentflux.services.organization_service import LOCAL_ORGANIZATION_ID
from tests.factories.database import TestDatabase

COMMAND = Path(sys.executable).with_name("talentflux")


@pytest.fixture
def environment(test_database: TestDatabase, tmp_path: Path) -> dict[str, str]:
    return os.environ | {"TALENTFLUX_DATABASE_URL": test_database.app_url, "TALENTFLUX_DATA_FOLDER": str(tmp_path)}


def restore(environment: dict[str, str], organization: str) -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "organizations", "restore", organization]
    return subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "organization", ["not an id", "01936c00-0000-7000-8000-00000000dead", str(LOCAL_ORGANIZATION_ID)]
)
def test_what_is_no_closed_organization_is_refused(environment: dict[str, str], organization: str) -> None:
    done = restore(environment, organization)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_organization_is_opened_again_once(
    environment: dict[str, str], admin_connection: psycopg.Connection
) -> None:
    admin_connection.execute("update organization set deleted_at = now()")
    first = restore(environment, str(LOCAL_ORGANIZATION_ID))
    assert first.returncode == 0, first.stderr
    assert "open again" in first.stdout
    row = admin_connection.execute("select deleted_at from organization").fetchone()
    assert row == (None,)
    assert restore(environment, str(LOCAL_ORGANIZATION_ID)).returncode == 2
    events = admin_connection.execute("select action, actor, organization_id from audit_event").fetchall()
    assert events == [("organization.restore", "system", LOCAL_ORGANIZATION_ID)]
