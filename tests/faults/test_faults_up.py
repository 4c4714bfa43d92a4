"""`up` as people meet it: Ctrl-C, a killed parent, killed children, a killed database, a port in use."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from talentflux.db.embedded import EmbeddedPostgres
from tests.factories.processes import kill_9, lives, processes_naming, wait_until

UP = """
import sys
from talentflux.core.config import get_settings
from talentflux.core.logging import configure_logging
from talentflux.workers.supervisor import run_up
configure_logging(get_settings())
sys.exit(run_up(get_settings(), lambda url: print(url, flush=True)))
"""


class Up:
    """A running `up` over a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", UP],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a process group of its own, as a shell gives it
            env={**os.environ, "TALENTFLUX_DATA_FOLDER": str(folder), "TALENTFLUX_PORT": "0"},
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url, self.process.communicate()[1]

    def group(self) -> list[int]:
        """Return the living processes of the group, the parent first."""
        answer = subprocess.run(["pgrep", "-g", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [pid for pid in map(int, answer.stdout.split()) if lives(pid)]

    def child(self, kind: str) -> int:
        """Return the process of a kind."""
        for pid in self.group():
            if f"talentflux.workers.process {kind}" in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                return pid
        raise AssertionError(f"no {kind}")

    def runs(self, kind: str) -> bool:
        """Return whether a process of a kind lives."""
        return any(f"talentflux.workers.process {kind}" in line for line in self.commands())

    def commands(self) -> list[str]:
        """Return the command lines of the group."""
        return [Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in self.group()]

    def ready(self) -> bool:
        """Return whether the API says that it is ready."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=5)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def everything(self) -> list[str]:
        """Return the command lines of all that is left of it, the server included."""
        return processes_naming(str(self.folder)) + [str(pid) for pid in self.group()]

    def end(self) -> None:
        """End it by force."""
        for pid in self.group():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    place = Path(tempfile.gettempdir()) / f"talentflux-up-{uuid4().hex[:8]}"
    yield place
    shutil.rmtree(place)


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    started = Up(folder)
    yield started
    started.end()


def test_ctrl_c_ends_all_processes_without_a_traceback(up: Up) -> None:
    os.killpg(up.process.pid, signal.SIGINT)  # what a terminal sends
    _, errors = up.process.communicate(timeout=30)
    assert up.process.returncode == 0
    assert "Traceback" not in errors
    assert up.everything() == []


def test_terminated_parent_ends_all_processes(up: Up) -> None:
    up.process.terminate()
    _, errors = up.process.communicate(timeout=30)
    assert up.process.returncode == 0
    assert "Traceback" not in errors
    assert up.everything() == []


def test_killed_parent_leaves_no_process(up: Up) -> None:
    up.process.kill()
    wait_until(lambda: up.everything() == [])


def test_killed_children_and_database_come_back(up: Up) -> None:
    for kind in ("api", "worker"):
        killed = up.child(kind)
        kill_9(killed)
        wait_until(partial(up.runs, kind))
    wait_until(up.ready)
    server = int((up.folder / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
    kill_9(server)
    began = time.monotonic()
    wait_until(up.ready, 10)
    assert time.monotonic() - began < 10
    os.killpg(up.process.pid, signal.SIGINT)
    up.process.communicate(timeout=30)
    assert up.process.returncode == 0
    assert up.everything() == []


def test_ctrl_c_while_the_database_is_made_is_quiet_too() -> None:
    place = Path(tempfile.gettempdir()) / f"talentflux-up-{uuid4().hex[:8]}"
    process = subprocess.Popen(
        [sys.executable, "-c", UP], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "TALENTFLUX_DATA_FOLDER": str(place), "TALENTFLUX_PORT": "0"},
    )  # fmt: skip
    wait_until(lambda: any(place.glob("postgres/partial-*/global")))
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert errors == ""
    wait_until(lambda: processes_naming(str(place)) == [])
    shutil.rmtree(place)


def _run_up(**settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", UP], capture_output=True, text=True, check=False, timeout=30,
        env={**os.environ, **{f"TALENTFLUX_{name.upper()}": value for name, value in settings.items()}},
    )  # fmt: skip


def test_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = _run_up(data_folder=str(tmp_path), port=str(taken.getsockname()[1]))
    assert "TALENTFLUX_PORT" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_listening_beyond_this_machine_is_refused(tmp_path: Path, host: str) -> None:
    done = _run_up(data_folder=str(tmp_path), host=host, port="0")
    assert "TALENTFLUX_ALLOWED_HOSTS" in done.stderr
    assert list(tmp_path.iterdir()) == []


def _run_process(kind: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "talentflux.workers.process", kind], capture_output=True, text=True, check=False,
        timeout=30, env={**os.environ, **{f"TALENTFLUX_{name.upper()}": value for name, value in settings.items()}},
    )  # fmt: skip


def test_unreachable_database_is_named_without_a_traceback(tmp_path: Path) -> None:
    done = _run_process("api", database_url=f"postgresql://nobody:secret@/none?host={tmp_path}")
    assert done.returncode == 75
    assert "The database cannot be reached" in done.stderr
    assert str(tmp_path) in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_role_that_escapes_row_security_is_refused(tmp_path: Path) -> None:
    # A server of its own: the role's rights are the whole server's.
    place = Path(tempfile.gettempdir()) / f"talentflux-role-{uuid4().hex[:8]}"
    with EmbeddedPostgres(place, fsync=False) as connection:
        with psycopg.connect(connection.admin_url) as admin:
            admin.execute("alter role talentflux_app bypassrls")
        done = _run_process("worker", database_url=connection.app_url)
    shutil.rmtree(place)
    assert done.returncode == 78
    assert "NOBYPASSRLS" in done.stderr


def test_process_that_never_starts_is_given_up(tmp_path: Path, folder: Path) -> None:
    # Python imports this module at its start: every child ends with it, the parent does not.
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif 'talentflux.workers.process' in sys.orig_argv:\n    os._exit(9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", UP], capture_output=True, text=True, check=False, timeout=30,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "TALENTFLUX_DATA_FOLDER": str(folder), "TALENTFLUX_PORT": "0"},
    )  # fmt: skip
    assert done.returncode != 0
    assert "does not start" in done.stderr
    assert processes_naming(str(folder)) == []
