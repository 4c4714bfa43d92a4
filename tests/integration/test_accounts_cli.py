"""`talentflux accounts`, as a process."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.factories.database import TestDatabase

COMMAND = Path(sys.executable).with_name("talentflux")
GOOD = "violet harbour 44 lamps"


@pytest.fixture
def environment(test_database: TestDatabase, tmp_path: Path) -> dict[str, str]:
    return os.environ | {"TALENTFLUX_DATABASE_URL": test_database.app_url, "TALENTFLUX_DATA_FOLDER": str(tmp_path)}


def create_owner(environment: dict[str, str], **changed: str) -> subprocess.CompletedProcess[str]:
    given = {"email": "ana@example.org", "name": "Ana Sousa", "organization": "Northwind", "password": GOOD} | changed
    password = given.pop("password")
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    command = [COMMAND, "accounts", "create-owner", *options]
    return subprocess.run(
        command, check=False, env=environment, input=f"{password}\n", capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"email": "nobody"}, "--email"),
        ({"name": ""}, "--name"),
        ({"organization": "01936c00-0000-7000-8000-00000000dead"}, "organization"),
    ],
)
def test_what_is_wrong_is_named(environment: dict[str, str], changed: dict[str, str], said: str) -> None:
    done = create_owner(environment, **changed)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_owner_is_made_once(environment: dict[str, str], admin_connection: psycopg.Connection) -> None:
    first = create_owner(environment)
    assert first.returncode == 0, first.stderr
    assert "/login" in first.stdout
    assert GOOD not in first.stdout + first.stderr
    again = create_owner(environment)
    assert again.returncode == 2
    assert "There is an account with this address." in again.stderr
    assert admin_connection.execute("select count(*), min(role) from member").fetchone() == (1, "owner")
