"""An import of 500 resumes while the API, the worker and the database are killed: all are there afterwards, once."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.figures import Figure, print_figures
from talentflux.db.embedded import EmbeddedPostgres

COMMAND = Path(sys.executable).with_name("talentflux")
_EMAIL, _PASSWORD = "owner@bench.example", "violet harbour 44 lamps"
_BATCH = 20  # files of one request
_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True)
class Outcome:
    """What was there after the import.

    Attributes:
        resumes: Resumes stored.
        read: Resumes that were read.
        candidates: Candidates, by e-mail address.
        twice: Candidates or file names that are there more than once.
        kills: Processes killed.
        seconds: From the first upload to the last resume read.
    """

    resumes: int
    read: int
    candidates: int
    twice: int
    kills: int
    seconds: float


def owner_headers(folder: Path, url: str, settings: dict[str, str]) -> dict[str, str]:
    """Make an owner and log in; the log-in lasts over every kill.

    Args:
        folder: Data folder of a running platform.
        url: Where it answers.
        settings: Its further settings, as environment variables.

    Returns:
        The headers of the owner's requests.
    """
    environment = os.environ | {"TALENTFLUX_DATA_FOLDER": str(folder), **settings}
    made = [str(COMMAND), "accounts", "create-owner", "--email", _EMAIL, "--name", "Bench", "--organization", "Bench"]
    subprocess.run(made, env=environment, input=f"{_PASSWORD}\n", text=True, check=True, capture_output=True)
    login = {"email": _EMAIL, "password": _PASSWORD}
    answer = httpx.post(f"{url}/api/v1/auth/login", json=login, timeout=30)
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}


class Platform:
    """A running `talentflux up`, for a client that does not give up and for somebody who kills its processes.

    Args:
        folder: Its data folder.
        settings: Further settings, as environment variables.
    """

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.folder = folder
        self.settings = settings
        self.kills = 0
        self.start()
        self.headers = owner_headers(folder, self.url, settings)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        environment = os.environ | {
            "TALENTFLUX_DATA_FOLDER": str(self.folder),
            "TALENTFLUX_PORT": "0",
            "TALENTFLUX_LOG_LEVEL": "ERROR",
            **self.settings,
        }
        self.process = subprocess.Popen(
            [COMMAND, "up"], env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stdout is not None
        line = next((line for line in self.process.stdout if "http://" in line), None)
        if line is None:
            raise SystemExit("`talentflux up` ended before it was ready; run it by hand to see why.")
        self.url = next(word for word in line.split() if word.startswith("http://"))

    def end(self) -> None:
        """End it in order."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)

    def kill_child(self, kind: str) -> None:
        """Kill the API or the worker by SIGKILL."""
        for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            if f"process\0{kind}" in Path(f"/proc/{pid}/cmdline").read_text():
                self._kill(int(pid))

    def kill_database(self) -> None:
        """Kill the database server by SIGKILL."""
        cluster = EmbeddedPostgres(self.folder / "postgres").folder / "cluster"
        self._kill(int((cluster / "postmaster.pid").read_text().split()[0]))

    def kill_everything(self) -> None:
        """Kill the server and all of `up` by SIGKILL, at one moment."""
        self.kill_database()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()
        self.kills += 3

    def upload(self, files: list[tuple[str, bytes]]) -> None:
        """Send files until they are accepted."""
        for _ in self._attempts():
            parts = [("files", (name, content, "text/plain")) for name, content in files]
            try:
                answer = httpx.post(f"{self.url}/api/v1/resumes", files=parts, headers=self.headers, timeout=30)
            except httpx.TransportError:
                continue
            if answer.status_code == httpx.codes.ACCEPTED:
                return
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise SystemExit(f"an upload was refused: {answer.text}")

    def everything(self, what: str) -> list[dict[str, Any]]:
        """Return all items of a list."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _ in self._attempts():
            try:
                asked: dict[str, str] = {"limit": "200", **cursor}
                answer = httpx.get(f"{self.url}/api/v1/{what}", params=asked, headers=self.headers, timeout=30)
                answer.raise_for_status()
            except (httpx.TransportError, httpx.HTTPStatusError):
                continue
            page = answer.json()
            found += page["items"]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        return found

    def wait_for_read(self, count: int) -> None:
        """Wait until so many resumes are read."""
        for _ in self._attempts():
            if sum(item["candidate_id"] is not None for item in self.everything("resumes")) >= count:
                return

    def _kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.kills += 1

    @staticmethod
    def _attempts() -> Iterator[None]:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            yield
            time.sleep(0.1)
        raise SystemExit(f"the platform did not recover within {_PATIENCE_SECONDS:.0f} seconds")


def resume(number: int) -> tuple[str, bytes]:
    """Return the file of one fictional person.

    Args:
        number: Tells the people apart.
    """
    text = f"""Alex Example{number:04d}
alex.{number:04d}@example.org

Experience
Engineer, Example Works {number % 17}
March 2019 - June 2023
Ran PostgreSQL and Python services for {number} customers.

Skills
Python, SQL, Docker
"""
    return f"resume-{number:04d}.txt", text.encode()


def import_under_kills(folder: Path, count: int, settings: dict[str, str] | None = None) -> Outcome:
    """Import resumes while every process is killed at least once, and say what is there in the end.

    Args:
        folder: Data folder, empty or missing.
        count: Number of resumes; at least 60.
        settings: Further settings of the platform, as environment variables.
    """
    files = [resume(number) for number in range(count)]
    batches = [files[start : start + _BATCH] for start in range(0, count, _BATCH)]
    platform = Platform(folder, settings or {})
    try:
        began = time.monotonic()
        for index, batch in enumerate(batches):
            if index == 1:
                threading.Timer(0.01, platform.kill_child, ["api"]).start()
            if index == len(batches) // 2:
                platform.kill_child("worker")
            platform.upload(batch)
            if index == len(batches) * 2 // 3:
                platform.kill_database()
        platform.kill_everything()
        platform.start()
        platform.wait_for_read(count // 2)
        platform.kill_child("worker")
        platform.wait_for_read(count)
        took = time.monotonic() - began
        resumes, candidates = platform.everything("resumes"), platform.everything("candidates")
    finally:
        platform.end()
    names = Counter(item["file_name"] for item in resumes)
    people = Counter(item["email"] for item in candidates)
    return Outcome(
        resumes=len(resumes),
        read=sum(item["candidate_id"] is not None for item in resumes),
        candidates=len(people),
        twice=sum(times > 1 for times in (*names.values(), *people.values())),
        kills=platform.kills,
        seconds=took,
    )


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="talentflux-faults-") as folder:
        Path(folder).chmod(0o755)  # the database server runs as another user when this runs as root
        outcome = import_under_kills(Path(folder) / "data", 500)
    return [
        Figure(f"resumes there after {outcome.kills} kills, of 500", outcome.resumes, 500),
        Figure("of these read", outcome.read, 500),
        Figure("candidates", outcome.candidates, 500),
        Figure("there twice", outcome.twice, 0, higher_is_better=False),
        Figure("import with all kills and restarts", outcome.seconds, None, higher_is_better=False, unit=" s"),
    ]


if __name__ == "__main__":
    print_figures(run())
