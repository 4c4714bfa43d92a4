"""The embedded PostgreSQL under everything that can happen to it and to those who use it."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from talentflux.db import server_account
from talentflux.db.embedded import EmbeddedPostgres
from talentflux.db.errors import DatabaseSetupError
from talentflux.db.server_account import ServerAccount
from tests.factories.processes import Script, kill_9, lives, processes_naming, wait_until

HOLDER = """
import os, sys
from pathlib import Path
from talentflux.db.embedded import EmbeddedPostgres
if len(sys.argv) > 2:
    import psycopg._cmodule
    os.setgid(int(sys.argv[2])), os.setuid(int(sys.argv[2]))
embedded = EmbeddedPostgres(Path(sys.argv[1]), fsync=False)
print(embedded.start().pid, flush=True)
sys.stdin.read()
embedded.stop()
"""
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="switching accounts needs root; CI runs as root")


def _place() -> Path:
    return Path(tempfile.gettempdir()) / f"talentflux-embedded-{uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A stopped server to copy, made once."""
    folder = _place()
    with EmbeddedPostgres(folder, fsync=False) as connection, psycopg.connect(connection.owner_url) as session:
        session.execute("create table kept (id int)")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder(made: Path) -> Iterator[Path]:
    place = _place()
    subprocess.run(["cp", "-a", made, place], check=True)
    yield place
    _end(place)


def _end(place: Path) -> None:
    if place.exists():
        with EmbeddedPostgres(place, fsync=False):
            pass
        shutil.rmtree(place)


def _count(url: str) -> int:
    with psycopg.connect(url) as session:
        row = session.execute("select count(*) from kept").fetchone()
        assert row is not None
        return int(row[0])


def _add(url: str) -> None:
    with psycopg.connect(url) as session:
        session.execute("insert into kept values (1)")


def test_nobody_else_gets_in(folder: Path) -> None:
    with EmbeddedPostgres(folder, fsync=False) as connection:
        for place in (folder, folder / "cluster", connection.socket_folder):
            assert stat.S_IMODE(place.stat().st_mode) == 0o700, place
        assert stat.S_IMODE((connection.socket_folder / ".s.PGSQL.5432").stat().st_mode) == 0o700
        with psycopg.connect(connection.app_url) as session:
            assert session.execute("show listen_addresses").fetchone() == ("",)


def test_roles_have_no_special_rights_and_text_is_unicode(folder: Path) -> None:
    with EmbeddedPostgres(folder, fsync=False) as connection, psycopg.connect(connection.app_url) as session:
        special = session.execute(
            "select count(*) from pg_roles where rolname in ('talentflux_app', 'talentflux_owner') "
            "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"
        ).fetchone()
        assert special == (0,)
        row = session.execute("select current_setting('server_encoding'), lower('ÄÖÉ'), 'Z' < 'a'").fetchone()
        assert row == ("UTF8", "äöé", True)


def test_server_takes_the_memory_that_it_is_given(folder: Path) -> None:
    for server, memory in ((EmbeddedPostgres(folder), "64MB"), (EmbeddedPostgres(folder, memory="96MB"), "96MB")):
        with server as connection, psycopg.connect(connection.app_url) as session:
            assert session.execute("show shared_buffers").fetchone() == (memory,)


def test_last_to_leave_stops_the_server(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder, fsync=False), EmbeddedPostgres(folder, fsync=False)
    pid = first.start().pid
    assert second.start().pid == pid
    first.stop()
    assert lives(pid)
    second.stop()
    assert not lives(pid)
    second.stop()


def test_twenty_parallel_starters_create_one_server() -> None:
    place = _place()
    starters = [Script(HOLDER, place) for _ in range(20)]
    try:
        pids = {starter.line() for starter in starters}
        assert len(pids) == 1
        for starter in starters:
            starter.leave()
        assert not lives(int(pids.pop()))
    finally:
        for starter in starters:
            starter.__exit__()
        shutil.rmtree(place)


def test_killed_server_comes_back_with_its_data(folder: Path) -> None:
    embedded = EmbeddedPostgres(folder)
    connection = embedded.start()
    _add(connection.owner_url)
    kill_9(connection.pid)
    assert not embedded.running()
    again = embedded.start()
    assert again.pid != connection.pid
    assert _count(again.owner_url) == 1
    embedded.stop()
    assert not lives(again.pid)


def test_killed_server_with_a_busy_session_comes_back(folder: Path) -> None:
    embedded = EmbeddedPostgres(folder, fsync=False)
    connection = embedded.start()
    busy = psycopg.connect(connection.owner_url)
    busy.execute("insert into kept select generate_series(1, 100000)")
    kill_9(connection.pid)
    again = embedded.start()
    assert _count(again.owner_url) == 0
    busy.close()
    embedded.stop()


def test_server_of_a_killed_holder_is_adopted(folder: Path) -> None:
    with Script(HOLDER, folder) as holder:
        pid = int(holder.line())
        holder.kill()
        assert lives(pid)
        embedded = EmbeddedPostgres(folder, fsync=False)
        assert embedded.start().pid == pid
        embedded.stop()
        assert not lives(pid)


def test_killed_holder_does_not_keep_the_others_from_stopping(folder: Path) -> None:
    with Script(HOLDER, folder) as killed, Script(HOLDER, folder) as other:
        pid = int(killed.line())
        assert int(other.line()) == pid
        killed.kill()
        other.leave()
        assert not lives(pid)


def test_kill_during_creation_leaves_nothing_stuck() -> None:
    place = _place()
    try:
        with Script(HOLDER, place) as creator:
            wait_until(lambda: any(place.glob("partial-*/global")))
            creator.kill()
        with EmbeddedPostgres(place, fsync=False) as connection, psycopg.connect(connection.app_url) as session:
            assert session.execute("select 1").fetchone() == (1,)
    finally:
        wait_until(lambda: not processes_naming(str(place)))
        shutil.rmtree(place)


@pytest.mark.parametrize("whose", ["stranger", "zombie"])
def test_pid_file_of_a_dead_server_whose_number_is_taken_is_no_obstacle(folder: Path, whose: str) -> None:
    child = subprocess.Popen(["sleep", "60"])
    if whose == "zombie":
        child.kill()
        wait_until(lambda: not lives(child.pid))
    with EmbeddedPostgres(folder, fsync=False) as connection:
        kill_9(connection.pid)
        pid_file = folder / "cluster" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(child.pid), *lines[1:]]) + "\n")
        lock = connection.socket_folder / ".s.PGSQL.5432.lock"
        lock.write_text("\n".join([str(child.pid), *lines[1:5]]) + "\n")
    try:
        with EmbeddedPostgres(folder, fsync=False) as again:
            assert _count(again.owner_url) == 0
    finally:
        child.kill()
        child.wait()


def test_server_without_its_socket_is_started_anew(folder: Path) -> None:
    embedded = EmbeddedPostgres(folder, fsync=False)
    connection = embedded.start()
    (connection.socket_folder / ".s.PGSQL.5432").unlink()
    again = embedded.start()
    assert again.pid != connection.pid
    assert _count(again.owner_url) == 0
    embedded.stop()


def test_long_path_gets_a_short_private_socket_folder(made: Path) -> None:
    top = Path(tempfile.gettempdir()) / f"talentflux-{uuid4().hex[:8]}"
    place = top / ("long" * 30) / "postgres"
    place.parent.mkdir(parents=True)
    subprocess.run(["cp", "-a", made, place], check=True)
    try:
        with EmbeddedPostgres(place, fsync=False) as connection:
            assert not connection.socket_folder.is_relative_to(top)
            assert stat.S_IMODE(connection.socket_folder.stat().st_mode) == 0o700
            assert _count(connection.owner_url) == 0
        connection.socket_folder.rmdir()
    finally:
        shutil.rmtree(top)


def test_squatted_socket_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    account = ServerAccount(os.geteuid(), os.getegid(), switched=False)
    with pytest.raises(DatabaseSetupError, match="is not a folder of user"):
        account.make_private_folder(tmp_path / "link")


def test_cluster_of_another_version_says_how_to_bring_it_over(folder: Path) -> None:
    version = folder / "cluster" / "PG_VERSION"
    kept = version.read_text()
    version.write_text("9\n")
    with pytest.raises(DatabaseSetupError, match=r"written by PostgreSQL 9.*Upgrading PostgreSQL"):
        EmbeddedPostgres(folder, fsync=False).start()
    version.write_text(kept)


def test_failed_start_shows_the_end_of_the_log_and_keeps_no_lock(folder: Path) -> None:
    settings = folder / "cluster" / "postgresql.conf"
    kept = settings.read_text()
    settings.write_text(kept + "no_such_setting = 1\n")
    with pytest.raises(DatabaseSetupError, match="no_such_setting"):
        EmbeddedPostgres(folder, fsync=False).start()
    settings.write_text(kept)
    with EmbeddedPostgres(folder, fsync=False) as connection:
        pid = connection.pid
    assert not lives(pid)


@root_only
def test_works_as_an_ordinary_user(made: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    top = Path(tempfile.gettempdir()) / f"talentflux-{uuid4().hex[:8]}"
    top.mkdir()
    os.chown(top, nobody, nobody)
    try:
        with Script(HOLDER, top / "postgres", str(nobody)) as holder:
            pid = int(holder.line())
            assert Path(f"/proc/{pid}").stat().st_uid == nobody
            # Root joins the same server: it runs on as its owner.
            with EmbeddedPostgres(top / "postgres", fsync=False) as connection:
                assert connection.pid == pid
            holder.leave()
        assert not lives(pid)
    finally:
        shutil.rmtree(top)


@root_only
def test_folder_of_somebody_else_is_refused(made: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    with Script(HOLDER, made, str(nobody)) as holder, pytest.raises(AssertionError, match="TALENTFLUX_DATA_FOLDER"):
        holder.line()


@root_only
def test_root_keeps_a_closed_folder_closed_and_goes_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(tempfile.mkdtemp(prefix="talentflux-"))  # mode 0700, root's
    elsewhere = _place()
    monkeypatch.setattr(server_account, "_SHARED_PLACE", elsewhere)
    try:
        embedded = EmbeddedPostgres(home / "data" / "postgres", fsync=False)
        assert embedded.folder.parent == elsewhere
        with embedded as connection, psycopg.connect(connection.app_url) as session:
            assert session.execute("select 1").fetchone() == (1,)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert str(embedded.folder) in (home / "data" / "postgres-lies-elsewhere.txt").read_text()
        assert EmbeddedPostgres(home / "data" / "postgres").folder == embedded.folder
    finally:
        shutil.rmtree(home)
        shutil.rmtree(elsewhere)


@root_only
def test_programs_in_a_closed_folder_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = _place()
    monkeypatch.setattr(server_account, "_SHARED_PLACE", elsewhere)
    reaches: Callable[[ServerAccount, Path], bool] = ServerAccount.reaches
    monkeypatch.setattr(
        ServerAccount, "reaches", lambda self, path: "site-packages" not in str(path) and reaches(self, path)
    )
    account = ServerAccount.choose(elsewhere)
    try:
        copied = server_account.binaries(account)
        assert copied.is_relative_to(elsewhere)
        assert "PostgreSQL" in account.run([str(copied / "postgres"), "--version"], Path("/"), timeout=20).stdout
        assert server_account.binaries(account) == copied
    finally:
        shutil.rmtree(elsewhere)
