"""`talentflux up`: the database, its migrations, the API and a worker as one unit that starts and ends together."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from talentflux.core.config import Settings
from talentflux.core.errors import ConfigurationError
from talentflux.core.logging import get_logger
from talentflux.core.setting_checks import check_settings
from talentflux.db import migrate
from talentflux.db.embedded import EmbeddedPostgres
from talentflux.db.errors import DatabaseSetupError
from talentflux.db.provision import ProvidedDatabase, provide
from talentflux.workers.process import CONFIGURATION_FAILED, check_host
from talentflux.workers.sealing import seal_plain_rows

_TICK_SECONDS = 0.05
_READY_SECONDS = 60.0
_END_SECONDS = 4.0  # beyond what requests and jobs are given to finish
_EARLY_DEATHS = 3  # before the first readiness
_STEADY_SECONDS = 30.0  # a child that lived so long starts again without delay
_LONGEST_PAUSE_SECONDS = 10.0
_log = get_logger("up")


@dataclass
class _Child:
    """One supervised process."""

    kind: str
    listen: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None
    life: int = -1
    began: float = 0.0
    pause: float = 0.0
    deaths: int = 0
    again_at: float = field(default=0.0)

    def start(self) -> None:
        """Start the process; it imports its modules and waits for `go`."""
        reading, self.life = os.pipe()
        command = [sys.executable, "-m", "talentflux.workers.process", self.kind, "--life", str(reading)]
        given = [reading]
        if self.listen is not None:
            command += ["--listen", str(self.listen.fileno())]
            given.append(self.listen.fileno())
        # Ctrl-C reaches the whole group: held back here, until the child has said that it leaves it to us.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self.process = subprocess.Popen(command, pass_fds=given, stdin=subprocess.DEVNULL)  # noqa: S603 -- ourselves
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.close(reading)
        self.began = time.monotonic()

    def go(self) -> None:
        """Tell the process that the database is ready."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self.life, b"!")

    def watch(self) -> None:
        """Start the process again when it died, after a pause that doubles while it dies young.

        Raises:
            ConfigurationError: It says that starting again cannot help.
        """
        now = time.monotonic()
        if self.process is None:
            if now >= self.again_at:
                self.start()
                self.go()
            return
        status = self.process.poll()
        if status is None:
            return
        if status == CONFIGURATION_FAILED:
            raise ConfigurationError(f"The {self.kind} cannot run with these settings; its message stands above.")
        longer = min(max(self.pause * 2, 0.25), _LONGEST_PAUSE_SECONDS)
        self.pause = 0.0 if now - self.began > _STEADY_SECONDS else longer
        _log.warning("ended unexpectedly; starting it again", process=self.kind, status=status)
        self.forget()
        self.deaths += 1
        self.again_at = now + self.pause

    def forget(self) -> None:
        """Let go of a process that has ended."""
        if self.process is not None:
            os.close(self.life)
            self.process = None


def run_up(settings: Settings, on_ready: Callable[[str], None]) -> int:
    """Run everything until Ctrl-C or SIGTERM.

    Args:
        settings: The settings; children read the same from the environment.
        on_ready: Called once in a thread of its own with the base URL when the API answers. What it raises ends all
            and is raised here afterwards (SystemExit for an orderly end).

    Returns:
        0 after an orderly end.

    Raises:
        ConfigurationError: The address must not be used, the port is taken, or the database cannot be started.
    """
    check_settings(settings)
    check_host(settings)
    with _listening(settings.host, settings.port) as listen, _signals() as stopping:
        children = [_Child("api", listen), _Child("worker")]
        try:
            for child in children:
                child.start()
            with _database(settings) as database:
                database.migrate()
                seal_plain_rows(settings, database.app_url)
                for child in children:
                    child.go()
                _supervise(children, database.embedded, listen, on_ready, stopping)
                _end(children, settings)
        except DatabaseSetupError as error:
            if not stopping.is_set():  # else Ctrl-C ended the start of the database
                raise ConfigurationError(str(error)) from error
        finally:
            _end(children, settings)
    return 0


def run_migrations(settings: Settings, progress: Callable[[int, int], None] | None = None) -> str:
    """Bring the database of the settings to the newest revision and encrypt what was written before it.

    Args:
        settings: Name the database.
        progress: Told of rows that are encrypted.

    Returns:
        A sentence that says what was done.

    Raises:
        ConfigurationError: The database cannot be started, reached or migrated.
    """
    try:
        with _database(settings) as database:
            done = database.migrate()
            sealed = seal_plain_rows(settings, database.app_url, progress)
            rows = f" {sum(sealed.model_dump().values())} rows were encrypted." if sealed else ""
            return f"The database {'was brought to' if done else 'is at'} revision {migrate.head()}.{rows}"
    except DatabaseSetupError as error:
        raise ConfigurationError(str(error)) from error


def _database(settings: Settings) -> contextlib.AbstractContextManager[ProvidedDatabase]:
    return provide(
        settings.data_folder,
        settings.database_url.get_secret_value() if settings.database_url else None,
        settings.database_owner_url.get_secret_value() if settings.database_owner_url else None,
    )


def _supervise(
    children: list[_Child],
    embedded: EmbeddedPostgres | None,
    listen: socket.socket,
    on_ready: Callable[[str], None],
    stopping: threading.Event,
) -> None:
    """Keep the children and the embedded server alive until the end is asked for."""
    deadline: float | None = time.monotonic() + _READY_SECONDS
    failures: list[BaseException] = []
    tick = 0
    while not stopping.wait(_TICK_SECONDS):
        tick += 1
        for child in children:
            child.watch()
        if embedded is not None and tick % 10 == 0 and not embedded.running():
            _log.warning("the embedded database is gone; starting it again")
            embedded.start()
        if deadline is not None:
            if _ready(listen):
                deadline = None
                _announce(on_ready, _base_url(listen), failures)
            elif time.monotonic() > deadline or any(child.deaths >= _EARLY_DEATHS for child in children):
                raise ConfigurationError("The API or the worker does not start; what they wrote stands above.")
        if failures:
            raise failures[0]


def _announce(on_ready: Callable[[str], None], url: str, failures: list[BaseException]) -> None:
    def call() -> None:
        try:
            on_ready(url)
        except BaseException as error:  # noqa: BLE001 -- raised again by the supervising thread
            failures.append(error)

    threading.Thread(target=call, name="ready", daemon=True).start()


def _ready(listen: socket.socket) -> bool:
    """Return whether the API answers that it is ready."""
    host, port = listen.getsockname()[:2]
    connection = http.client.HTTPConnection(_local(host), port, timeout=0.5)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end(children: list[_Child], settings: Settings) -> None:
    """End all children in order, by force where they take too long."""
    alive = [child for child in children if child.process is not None]
    for child in alive:
        if child.process is not None and child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + settings.shutdown_seconds + _END_SECONDS
    for child in alive:
        if child.process is not None:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        child.forget()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Open the API's socket here, so that a port in use is known at once and a restarted API keeps its callers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listen:
        listen.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listen.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"The API cannot listen on {host}:{port} ({error.strerror}). End the program that uses the port, or "
                "choose another with TALENTFLUX_PORT; 0 takes a free one."
            ) from error
        listen.listen(1024)
        yield listen


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """Turn signals that ask for the end into an event, and put the former handlers back afterwards."""
    stopping = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    former = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stopping
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _local(host: str) -> str:
    """Return where this machine reaches a listener: a wildcard address is reached over loopback."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound


def _base_url(listen: socket.socket) -> str:
    host, port = listen.getsockname()[:2]
    host = _local(host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
