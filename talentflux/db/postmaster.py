"""The server process of the embedded PostgreSQL: what runs, how it is made, started and stopped."""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from talentflux.db.bootstrap import ADMIN_ROLE
from talentflux.db.errors import DatabaseSetupError
from talentflux.db.server_account import SOCKET_NAME, ServerAccount, socket_folder

_STOP_SECONDS = 30.0
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",  # only part of the socket's name
    "max_connections": "100",
    "max_wal_size": "512MB",
    "wal_level": "minimal",  # nothing is replicated from here
    "max_wal_senders": "0",
    "jit": "off",  # short queries: compiling costs more than it gives
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_error_verbosity": "terse",  # details of an error may quote a row
    "log_min_error_statement": "panic",  # a statement may carry personal data
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "max_logical_replication_workers": "0",
}
_UNSAFE_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "file_copy_method": "clone",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class PostmasterState:
    """What `postmaster.pid` says (format: PostgreSQL, src/include/utils/pidfile.h).

    Attributes:
        pid: Process id.
        socket_folder: Folder of the Unix socket.
        ready: Whether the server says that it takes connections.
    """

    pid: int
    socket_folder: Path
    ready: bool


class Postmaster:
    """The server process of one cluster.

    Args:
        folder: Folder that holds `cluster` and `server.log`.
        programs: Folder of PostgreSQL's programs.
        account: Who runs the server.
        fsync: False gives up durability for speed.
        memory: For pages of tables, as the setting `shared_buffers` has it.
    """

    def __init__(self, folder: Path, programs: Path, account: ServerAccount, *, fsync: bool, memory: str) -> None:
        self._folder = folder
        self._cluster = folder / "cluster"
        self._log = folder / "server.log"
        self._programs = programs
        self._account = account
        self._fsync = fsync
        self._memory = memory

    def state(self) -> PostmasterState | None:
        """Return what the server's pid file says, or None where there is none or it is not complete yet."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
            return PostmasterState(int(lines[0]), Path(lines[4]), ready=lines[7].strip() == "ready")
        except FileNotFoundError:
            return None
        except (ValueError, IndexError):
            return self._partial_state()

    def _partial_state(self) -> PostmasterState | None:
        """Read a pid file that a starting server has not filled in yet."""
        try:
            pid = int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        return PostmasterState(pid, socket_folder(self._folder, self._account), ready=False)

    def alive(self) -> bool:
        """Return whether the process of the pid file lives and is the server of this cluster.

        A zombie, and a process that got a dead server's number, are not.
        """
        state = self.state()
        return state is not None and str(self._cluster) in _command_line(state.pid)

    def remove_stale_files(self) -> None:
        """Remove the pid file and socket of a server that does not live.

        PostgreSQL does so itself unless the number in there belongs to a zombie or to a stranger. Its check for
        children of a killed server rests on the shared memory, not on these files, and stays in force.
        """
        state = self.state()
        places = [self._cluster / "postmaster.pid"]
        for sockets in {socket_folder(self._folder, self._account), *([state.socket_folder] if state else [])}:
            places += [sockets / SOCKET_NAME, sockets / f"{SOCKET_NAME}.lock"]
        for place in places:
            place.unlink(missing_ok=True)

    def check_version(self) -> None:
        """Refuse a cluster that another major version wrote.

        Raises:
            DatabaseSetupError: Says how to bring the data over.
        """
        wrote = (self._cluster / "PG_VERSION").read_text().strip()
        answer = self._account.run([str(self._programs / "postgres"), "--version"], self._folder, timeout=20)
        runs = answer.stdout.split()[-1].split(".")[0] if answer.stdout else ""
        if wrote != runs:
            raise DatabaseSetupError(
                f"The database in {self._folder} was written by PostgreSQL {wrote}, the installed program is "
                f"{runs or 'not to be run'}. Bring it over: docs/guides/operate.md, “Upgrading PostgreSQL”."
            )

    def initialise(self, place: Path) -> None:
        """Create a cluster.

        Args:
            place: Its folder, which must not exist.

        Raises:
            DatabaseSetupError: `initdb` failed; holds what it said.
        """
        command = [
            str(self._programs / "initdb"), "--pgdata", str(place), "--username", ADMIN_ROLE, "--auth=trust",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]  # fmt: skip
        if not self._fsync:
            command.append("--no-sync")
        elif sys.platform == "linux":
            command.append("--sync-method=syncfs")  # one call in place of a thousand
        try:
            done = self._account.run(command, self._folder, timeout=120)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DatabaseSetupError(f"The embedded PostgreSQL could not be created: {error}") from error
        if done.returncode != 0:
            raise DatabaseSetupError(f"The embedded PostgreSQL could not be created. {done.stderr.strip()[-2000:]}")

    def start(self, sockets: Path, timeout: float) -> bool:
        """Start the server and wait until it takes connections.

        Args:
            sockets: Folder of its Unix socket.
            timeout: Seconds to wait.

        Returns:
            Whether it runs; where not, `log_end` says why.
        """
        settings = {**_SETTINGS, "unix_socket_directories": str(sockets), "shared_buffers": self._memory}
        if not self._fsync:
            settings |= _UNSAFE_SETTINGS
        if sys.platform == "linux":
            settings["recovery_init_sync_method"] = "syncfs"  # a killed server is back in a second, not in five
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        command = [
            str(self._programs / "pg_ctl"), "start", "--wait", f"--timeout={timeout:.0f}", "--silent",
            f"--pgdata={self._cluster}", f"--log={self._log}", f"--options={options}",
        ]  # fmt: skip
        return self._account.run(command, self._folder, timeout=timeout + 10).returncode == 0

    def stop(self) -> None:
        """Stop the server: in order first, then by immediate shutdown; its log keeps the data either way."""
        for mode in ("fast", "immediate"):
            command = [
                str(self._programs / "pg_ctl"), "stop", "--wait", f"--timeout={_STOP_SECONDS:.0f}", "--silent",
                f"--mode={mode}", f"--pgdata={self._cluster}",
            ]  # fmt: skip
            if not self.alive():
                return
            self._account.run(command, self._folder, timeout=_STOP_SECONDS + 10)

    def log_end(self) -> str:
        """Return the last lines of the server's log as a sentence, for an error."""
        try:
            text = self._log.read_text(errors="replace")
        except FileNotFoundError:
            return f"It wrote no log into {self._folder}."
        return f"The end of {self._log}: {' / '.join(text.strip().splitlines()[-6:])}"


def _command_line(pid: int) -> str:
    """Return the command line of a living process; empty for a zombie and for none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    answer = subprocess.run(  # noqa: S603 -- fixed program and a number
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    return answer.stdout
