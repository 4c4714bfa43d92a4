"""Processes that are started under a wrong, missing or weak master key end at once and say why."""

import asyncio
import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from talentflux.core.database import Database
from talentflux.services import encryption_service
from talentflux.workers.process import CONFIGURATION_FAILED
from tests.factories.database import TestDatabase

WRONG = base64.b64encode(bytes(range(32))).decode()
WEAK = base64.b64encode(b"change me, this is a placeholder").decode()


@pytest.mark.parametrize("kind", ["api", "worker"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TALENTFLUX_MASTER_KEY": WRONG}, "is encrypted under the master key"),
        ({"TALENTFLUX_MASTER_KEY": "no-key-at-all"}, "is not the base64 of 32 bytes"),
        ({"TALENTFLUX_MASTER_KEY": WEAK, "TALENTFLUX_ENVIRONMENT": "test"}, "placeholder"),
    ],
)
async def test_process_refuses_to_start_and_says_why(  # noqa: PLR0917 -- fixtures are arguments
    database: Database, test_database: TestDatabase, tmp_path: Path, kind: str, given: dict[str, str], said: str
) -> None:
    await encryption_service.check_master_key(database)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TALENTFLUX_")}
    environment |= {
        "TALENTFLUX_DATABASE_URL": test_database.app_url,
        "TALENTFLUX_DATA_FOLDER": str(tmp_path),
        "TALENTFLUX_PORT": "0",
        "TALENTFLUX_PUBLIC_URL": "https://jobs.example.org",
        "TALENTFLUX_LOG_FORMAT": "json",
        **given,
    }
    command = [sys.executable, "-m", "talentflux.workers.process", kind]
    ended = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
    )
    assert ended.returncode == CONFIGURATION_FAILED
    assert said in ended.stdout + ended.stderr
    assert given["TALENTFLUX_MASTER_KEY"] not in ended.stdout + ended.stderr
