"""The pool of children: one bad file costs one file."""

import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from talentflux.ai.documents import ReaderPool
from talentflux.core.errors import UnreadableFileError
from tests.factories.document_files import text_pdf, word

TASK = "tests.factories.reader_tasks:act"


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool[bytes]]:
    with ReaderPool(2, TASK, timeout=0.7, memory=200 * 2**20) as started:
        yield started


def reason(pool: ReaderPool[bytes], command: str) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        pool.run(command.encode(), "cv.pdf")
    assert "cv.pdf" in caught.value.detail
    return caught.value.reason


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("sleep 30", "timeout"),
        ("spin", "timeout"),
        ("fork", "timeout"),
        ("kill SIGKILL", "memory"),
        ("kill SIGSEGV", "damaged"),
        ("exit 0", "damaged"),
        ("allocate 900000000", "memory"),
        ("refuse is a scan", "no_text"),
        ("fault secret", "fault"),
    ],
)
def test_a_bad_file_gives_its_reason_and_the_next_file_is_read(
    pool: ReaderPool[bytes], command: str, expected: str
) -> None:
    assert reason(pool, command) == expected
    assert pool.run(b"echo fine", "next.pdf") == b"next.pdf:fine"


def test_empty_and_oversized_files_never_reach_a_child(pool: ReaderPool[bytes]) -> None:
    assert reason(pool, "") == "empty"
    with pytest.raises(UnreadableFileError) as caught:
        pool.run(bytes(21 * 2**20), "cv.pdf")
    assert caught.value.reason == "too_large"


def test_an_unexpected_fault_does_not_give_away_content(pool: ReaderPool[bytes]) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        pool.run(b"fault secret", "cv.pdf")
    assert "KeyError" in caught.value.detail
    assert "secret" not in caught.value.detail


def test_garbage_from_a_child_is_an_error_and_not_an_object(pool: ReaderPool[bytes]) -> None:
    assert reason(pool, "flood") == "too_large"
    assert pool.run(b"echo fine", "next.pdf") == b"next.pdf:fine"


def test_what_a_library_prints_does_not_disturb_the_answer(pool: ReaderPool[bytes]) -> None:
    assert pool.run(b"print noise", "cv.pdf") == b"quiet"


def test_children_are_reused(pool: ReaderPool[bytes]) -> None:
    seen = {pool.run(b"pid", "cv.pdf") for _ in range(20)}
    assert len(seen) == 1


def test_children_get_no_settings_or_secrets(pool: ReaderPool[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENTFLUX_SECRET_KEY", "s3cret")
    with ReaderPool(1, TASK, environment={"MODEL": "small"}) as own:
        assert own.run(b"variable TALENTFLUX_SECRET_KEY", "cv.pdf") == b"absent"
        assert own.run(b"variable MODEL", "cv.pdf") == b"small"
        assert own.run(b"variable OPENBLAS_NUM_THREADS", "cv.pdf") == b"1"


def test_map_keeps_order_and_goes_on_after_bad_files(pool: ReaderPool[bytes], tmp_path: Path) -> None:
    path = tmp_path / "on_disk.pdf"
    path.write_bytes(b"echo disk")
    items: list[tuple[str, bytes | Path]] = [(f"{number}.pdf", f"echo {number}".encode()) for number in range(40)]
    items[7] = ("7.pdf", b"kill SIGKILL")
    items[20] = ("20.pdf", b"sleep 5")
    items[21] = ("21.pdf", path)
    items[22] = ("22.pdf", tmp_path / "missing.pdf")
    items[23] = ("23.pdf", tmp_path)
    outcomes = list(pool.map(items))
    assert [outcome.name for outcome in outcomes] == [name for name, _ in items]
    failed = {outcome.name: outcome.error.reason for outcome in outcomes if outcome.error}
    assert failed == {"7.pdf": "memory", "20.pdf": "timeout", "22.pdf": "damaged", "23.pdf": "damaged"}
    assert outcomes[21].value == b"21.pdf:disk"


def test_a_file_of_200_mb_is_refused_without_being_read(pool: ReaderPool[bytes], tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20)
    outcome = next(iter(pool.map([("huge.pdf", path)])))
    assert outcome.error is not None
    assert outcome.error.reason == "too_large"


def test_map_may_be_left_early(pool: ReaderPool[bytes]) -> None:
    outcomes = pool.map((f"{number}.pdf", b"echo x") for number in range(1_000))
    assert next(outcomes).value == b"0.pdf:x"
    assert isinstance(outcomes, Generator)
    outcomes.close()
    assert pool.run(b"echo fine", "next.pdf") == b"next.pdf:fine"


def test_many_threads_share_the_pool(pool: ReaderPool[bytes]) -> None:
    with ThreadPoolExecutor(16) as executor:
        answers = list(executor.map(lambda number: pool.run(f"echo {number}".encode(), "t"), range(200)))
    assert answers == [f"t:{number}".encode() for number in range(200)]


def test_a_killed_file_takes_its_descendants_with_it(pool: ReaderPool[bytes]) -> None:
    pid = int(pool.run(b"pid", "cv.pdf"))
    assert reason(pool, "fork") == "timeout"
    given_up = time.monotonic() + 5  # the kernel ends a killed process a little later
    while (alive := _alive_in(pid)) and time.monotonic() < given_up:
        time.sleep(0.02)
    assert alive == []


def _alive_in(session: int) -> list[str]:
    entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [entry.name for entry in entries if _session_of(entry) == session and entry.name != str(os.getpid())]


def _session_of(process: Path) -> int:
    """Return the session of a live process; zombies and processes that are gone have none."""
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return -1
    return -1 if fields[0] == "Z" else int(fields[3])


def test_children_end_when_their_parent_is_killed() -> None:
    script = (
        "import sys, time; from talentflux.ai.documents import ReaderPool; "
        f"pool = ReaderPool(1, {TASK!r}); print(pool.run(b'pid', 'x').decode(), flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while _session_of(Path(f"/proc/{child}")) != -1 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _session_of(Path(f"/proc/{child}")) == -1


def test_a_closed_pool_takes_no_files_and_leaves_no_child() -> None:
    own = ReaderPool(1, TASK)
    pid = int(own.run(b"pid", "cv.pdf"))
    own.close()
    assert _session_of(Path(f"/proc/{pid}")) == -1
    with pytest.raises(RuntimeError, match="closed"):
        own.run(b"pid", "cv.pdf")


def test_the_default_task_gives_documents() -> None:
    with ReaderPool(1) as own:
        outcomes = list(own.map([("a.pdf", text_pdf("Noa Lindqvist")), ("b.docx", word("Kim Sato")), ("c.txt", b"\n")]))
    assert [outcome.value.text if outcome.value else None for outcome in outcomes] == [
        "Noa Lindqvist",
        "Kim Sato",
        None,
    ]
    assert outcomes[2].error is not None
    assert outcomes[2].error.reason == "no_text"
