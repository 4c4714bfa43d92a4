"""The embedded PostgreSQL: one server in the data folder, shared by every process that needs it.

Each user process holds a shared `flock` on `users.lock` for as long as it uses the server. Starting and stopping
happen under an exclusive lock on `start.lock`. Whoever lets go of the server and then gets `users.lock` for itself
alone was the last and stops it. Locks of a killed process vanish with it, so nothing can be left stuck: a server
whose users were all killed is found running and adopted by the next one, and a killed server is started anew and
recovers from its log.
"""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote
from uuid import uuid4

import psycopg

from talentflux.db.bootstrap import ADMIN_ROLE, APP_ROLE, DATABASE, OWNER_ROLE, bootstrap
from talentflux.db.errors import DatabaseSetupError
from talentflux.db.postmaster import Postmaster
from talentflux.db.server_account import SOCKET_NAME, ServerAccount, binaries, reachable_folder, socket_folder

_START_SECONDS = 60.0  # recovery after a crash of a busy server included
_SHARED_MEMORY_SECONDS = 15.0  # for the children of a killed server to notice
_LOG_LIMIT = 10_000_000  # bytes of server log kept before it is set aside
_ALREADY_THERE = ("pre-existing shared memory block", "could not bind", "another postmaster")


@dataclass(frozen=True)
class EmbeddedConnection:
    """Where the embedded server listens.

    Attributes:
        socket_folder: Folder of its Unix socket; there is no network port.
        pid: Process id of the server.
    """

    socket_folder: Path
    pid: int

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the connection URL of a role.

        Args:
            role: Name of the database role.
            database: Name of the database.
        """
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='')}&port=5432"

    @property
    def app_url(self) -> str:
        """URL of the application's role, which owns nothing."""
        return self.url(APP_ROLE)

    @property
    def owner_url(self) -> str:
        """URL of the role that owns the tables; for migrations."""
        return self.url(OWNER_ROLE)

    @property
    def admin_url(self) -> str:
        """URL of the superuser; for making databases."""
        return self.url(ADMIN_ROLE, "postgres")


class EmbeddedPostgres:
    """One process's share in the embedded server.

    Synchronous, and safe to use from several processes and threads at once, each with an object of its own.

    Args:
        folder: Where the server's files lie; created when missing. Root may be sent elsewhere (see `folder`).
        fsync: False gives up durability for speed; for tests.
        memory: For pages of tables, as PostgreSQL's setting `shared_buffers` has it.

    Attributes:
        folder: Where the files really lie.
    """

    def __init__(self, folder: Path, *, fsync: bool = True, memory: str = "64MB") -> None:
        wanted = folder.resolve()
        account = ServerAccount.choose(wanted)
        self.folder = reachable_folder(wanted, account)
        self._note = None if self.folder == wanted else wanted.with_name(f"{wanted.name}-lies-elsewhere.txt")
        self._account = account if self.folder == wanted else ServerAccount.choose(self.folder)
        self._fsync, self._memory = fsync, memory
        self._users: int | None = None
        self._bin: Path | None = None

    def start(self) -> EmbeddedConnection:
        """Join the server, starting (and on the first call creating) it when it does not run.

        May be called again at any time to bring back a server that died.

        Returns:
            Where it listens.

        Raises:
            DatabaseSetupError: It cannot be started; the sentence holds the end of its log.
        """
        self._account.make_private_folder(self.folder)
        self._say_where()
        with self._exclusively():
            if self._users is None:
                self._users = self._open_lock("users.lock")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                return self._ensure_running()
            except BaseException:
                self._leave()
                raise

    def stop(self) -> None:
        """Leave the server; the last to leave stops it. Does nothing when not joined."""
        if self._users is None:
            return
        with self._exclusively():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                self._postmaster().stop()
            finally:
                self._leave()

    def running(self) -> bool:
        """Return whether the server's process is alive; cheap enough to ask every second."""
        return self._postmaster().alive()

    def __enter__(self) -> EmbeddedConnection:
        """Start or join; see `start`."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; see `stop`."""
        self.stop()

    def shared_with(self) -> Self:
        """Return another share in the same server, for another thread."""
        return type(self)(self.folder, fsync=self._fsync, memory=self._memory)

    def _say_where(self) -> None:
        """Leave a note where the database was asked for when it lies elsewhere."""
        if self._note is not None and not self._note.exists():
            self._note.parent.mkdir(parents=True, exist_ok=True)
            self._note.write_text(
                f"The database lies in {self.folder}. PostgreSQL does not run as root, and user id "
                f"{self._account.uid}, as which it runs, cannot pass the folders above this one.\n"
                "Remove both together.\n",
                encoding="utf-8",
            )

    def _open_lock(self, name: str) -> int:
        path = self.folder / name
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._account.own(path)
        return descriptor

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        descriptor = self._open_lock("start.lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _leave(self) -> None:
        if self._users is not None:
            # Unlocking explicitly also frees copies of the descriptor that forked children inherited.
            fcntl.flock(self._users, fcntl.LOCK_UN)
            os.close(self._users)
            self._users = None

    def _postmaster(self) -> Postmaster:
        if self._bin is None:
            self._bin = binaries(self._account)
        return Postmaster(self.folder, self._bin, self._account, fsync=self._fsync, memory=self._memory)

    def _ensure_running(self) -> EmbeddedConnection:
        postmaster = self._postmaster()
        if postmaster.alive():
            connection = self._answering(postmaster)
            if connection is not None:
                return connection
            postmaster.stop()
        postmaster.remove_stale_files()
        if not (self.folder / "cluster").exists():
            self._create_cluster(postmaster)
        postmaster.check_version()
        self._set_log_aside()
        self._start_server(postmaster)
        connection = self._answering(postmaster)
        if connection is None:
            raise DatabaseSetupError(f"The embedded PostgreSQL does not answer. {postmaster.log_end()}")
        bootstrap(connection.url(ADMIN_ROLE, "postgres"), connection.url(ADMIN_ROLE, DATABASE), self.folder)
        return connection

    def _create_cluster(self, postmaster: Postmaster) -> None:
        # The initdb of a killed process may still be writing: each has a name of its own until it is complete.
        for left in self.folder.glob("partial-*"):
            shutil.rmtree(left, ignore_errors=True)
        partial = self.folder / f"partial-{uuid4().hex}"
        postmaster.initialise(partial)
        partial.rename(self.folder / "cluster")

    def _start_server(self, postmaster: Postmaster) -> None:
        sockets = socket_folder(self.folder, self._account)
        self._account.make_private_folder(sockets)
        deadline = time.monotonic() + _SHARED_MEMORY_SECONDS
        while not postmaster.start(sockets, _START_SECONDS):
            end = postmaster.log_end()
            if not any(sign in end for sign in _ALREADY_THERE) or time.monotonic() > deadline:
                raise DatabaseSetupError(f"The embedded PostgreSQL did not start. {end}")
            time.sleep(0.1)

    def _answering(self, postmaster: Postmaster) -> EmbeddedConnection | None:
        """Wait until the server answers; None when it died or never did."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            state = postmaster.state()
            if state is None or not postmaster.alive():
                return None
            connection = EmbeddedConnection(state.socket_folder, state.pid)
            try:
                psycopg.connect(connection.admin_url, connect_timeout=5).close()
            except psycopg.OperationalError:
                if not (state.socket_folder / SOCKET_NAME).exists() and state.ready:
                    return None  # its socket was removed: nobody can reach this server any more
                time.sleep(0.05)
            else:
                return connection
        return None

    def _set_log_aside(self) -> None:
        log = self.folder / "server.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
