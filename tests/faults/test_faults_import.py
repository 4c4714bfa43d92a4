"""Everything is killed in the midst of an import: after the restart all resumes are there, once, and read."""

import contextlib
import io
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from bench.faults import owner_headers
from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.embedded import EmbeddedPostgres
from tests.factories.processes import kill_9, wait_until
from tests.faults.test_faults_up import Up

RESUMES = 500


@pytest.fixture
def up() -> Iterator[Up]:
    """The whole program over a folder of its own."""
    # Not made here: root's own folder would be closed to the account that runs the database.
    folder = Path(tempfile.gettempdir()) / f"talentflux-import-{uuid4().hex[:8]}"
    running = Up(folder)
    yield running
    running.end()
    shutil.rmtree(folder, ignore_errors=True)


def _archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(RESUMES):
            text = f"Person Number{number}\np{number}@example.org\n\nSkills\nPostgreSQL, Docker\n"
            archive.writestr(f"{number}.txt", text)
    return target.getvalue()


class Client:
    """Asks until it is answered: the API is killed on the way."""

    def __init__(self, up: Up) -> None:
        self._client = httpx.Client(base_url=up.url, timeout=20, headers=owner_headers(up.folder, up.url, {}))

    def get(self, path: str) -> Any:
        """Return an answer's JSON."""
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = self._client.get(path)
                if answer.status_code == 200:
                    return answer.json()
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, path
            time.sleep(0.1)

    def upload(self, data: bytes) -> str:
        """Send an archive and return the task's id."""
        answer = self._client.post("/api/v1/resumes", files={"files": ("all.zip", data)})
        assert answer.status_code == 202, answer.text
        identifier: str = answer.json()["task"]["id"]
        return identifier

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


@pytest.mark.timeout(240)
def test_no_resume_is_lost_or_doubled_when_all_processes_are_killed(up: Up) -> None:
    with contextlib.closing(Client(up)) as client:
        path = f"/api/v1/tasks/{client.upload(_archive())}"
        wait_until(lambda: client.get(path)["processed"] > 0, 60)
        server = int((up.folder / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
        for victim in (up.child("worker"), up.child("api"), server):
            kill_9(victim)
        wait_until(lambda: client.get(path)["status"] == "succeeded", 120)
        task = client.get(path)
    assert (task["processed"], task["total"], task["errors"]) == (RESUMES, RESUMES, [])
    embedded = EmbeddedPostgres(up.folder / "postgres")
    with embedded as running, psycopg.connect(running.url(ADMIN_ROLE)) as admin:
        row = admin.execute(
            "select count(*), count(distinct digest), count(*) filter (where status = 'parsed'), "
            "(select count(*) from candidate) from resume"
        ).fetchone()
    assert row == (RESUMES, RESUMES, RESUMES, RESUMES)
