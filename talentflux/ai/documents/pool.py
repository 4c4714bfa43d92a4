"""A pool of child processes that read files: one killed child costs one file."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Self, TypeVar, cast, overload

from talentflux.ai.documents import frames
from talentflux.ai.documents.limits import LIMITS
from talentflux.ai.documents.problems import problem
from talentflux.ai.documents.reader import check_size
from talentflux.core.errors import TalentFluxError, UnreadableFileError
from talentflux.core.observing import observed
from talentflux.schemas.document import Document

T = TypeVar("T")

_READ_DOCUMENT = "talentflux.ai.documents:read_document"
# A child is replaced after this many files, so that what libraries leak does not add up.
_FILES_PER_CHILD = 1_000
# Time for a child to start and import its task on a busy machine; not counted against a file.
_START_SECONDS = 60.0
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "HOME", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "VIRTUAL_ENV")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_THREAD_LIMIT", "RAYON_NUM_THREADS")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of one file.

    Attributes:
        name: File name as given.
        value: The result, or None when the file could not be read.
        error: Why it could not be read, or None.
    """

    name: str
    value: T | None = None
    error: UnreadableFileError | None = None


class ReaderPool(Generic[T]):
    """Runs a task on files in child processes with limits on time and memory.

    Children are started when they are needed, reused, and replaced when they die. Every method may be called from any
    thread.

    Args:
        workers: Children at most; by default one per core.
        task: "module:function" of a function that takes (data, name) and returns bytes, or for the default task a
            Document. A function `warm_up()` in the same module is called once per child before the memory limit
            is set. The result travels as bytes: a task encodes it, its caller decodes it.
        timeout: Seconds for one file.
        memory: Bytes that a child may grow by after its imports.
        environment: Variables for the children beyond paths and language; settings and secrets of this process are
            not passed on.
    """

    @overload
    def __init__(
        self: "ReaderPool[Document]",
        workers: int | None = None,
        *,
        timeout: float = 10.0,
        memory: int = 512 * 2**20,
        environment: Mapping[str, str] | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self: "ReaderPool[bytes]",
        workers: int | None = None,
        task: str = ...,
        timeout: float = 10.0,
        memory: int = 512 * 2**20,
        environment: Mapping[str, str] | None = None,
    ) -> None: ...

    def __init__(
        self,
        workers: int | None = None,
        task: str = _READ_DOCUMENT,
        timeout: float = 10.0,
        memory: int = 512 * 2**20,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._command = [sys.executable, "-P", "-m", "talentflux.ai.documents.child", task, str(memory), str(timeout)]
        self._timeout = timeout
        self._environment = _child_environment(environment or {})
        decode: Callable[[bytes], object] = Document.model_validate_json if task == _READ_DOCUMENT else bytes
        self._decode = cast("Callable[[bytes], T]", decode)
        self._idle: list[_Child] = []
        self._slots = threading.BoundedSemaphore(self._workers)
        self._lock = threading.Lock()
        self._closed = False
        self._executor: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start all children now and in the background, while the caller does something else."""
        executor = self._threads()
        for _ in range(self._workers):
            executor.submit(self._start_child)

    def run(self, data: bytes, name: str) -> T:
        """Run the task on one file and wait for the result.

        Args:
            data: The file.
            name: Its name as given by the user.

        Returns:
            The result.

        Raises:
            UnreadableFileError: Where the file cannot be read, takes too long or needs too much memory.
        """
        check_size(len(data), name)
        with self._slots:
            child = self._take(name)
            try:
                with observed("parser"):
                    status, payload = child.ask(data, name, self._timeout)
            except BaseException:
                child.kill()
                raise
            self._give_back(child, alive=not (status == frames.ERROR and payload.startswith(b"memory\n")))
        return self._result(status, payload, name)

    def map(self, items: Iterable[tuple[str, bytes | Path]]) -> Iterator[Outcome[T]]:
        """Run the task on many files in parallel.

        Args:
            items: Name and content of each file, or the path of it; paths are read when their turn comes.

        Yields:
            The outcomes, in the order of the items.
        """
        executor = self._threads()
        waiting: deque[Future[Outcome[T]]] = deque()
        try:
            for name, content in items:
                waiting.append(executor.submit(self._outcome, name, content))
                if len(waiting) >= 4 * self._workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End all children; files in work are finished first."""
        with self._lock:
            self._closed = True
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(cancel_futures=True)
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.kill()  # it holds nothing; ending an interpreter in order takes a tenth of a second

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(self._workers, thread_name_prefix="reader-pool")
            return self._executor

    def _start_child(self) -> None:
        with self._slots:
            self._give_back(_Child(self._command, self._environment, "start"), alive=True)

    def _outcome(self, name: str, content: bytes | Path) -> Outcome[T]:
        try:
            data = content if isinstance(content, bytes) else _read_file(content, name)
            return Outcome(name, value=self.run(data, name))
        except UnreadableFileError as error:
            return Outcome(name, error=error)

    def _take(self, name: str) -> "_Child":
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            child = self._idle.pop() if self._idle else None
        if child is None or not child.usable:
            if child is not None:
                child.end()
            child = _Child(self._command, self._environment, name)
        return child

    def _give_back(self, child: "_Child", *, alive: bool) -> None:
        with self._lock:
            if alive and child.usable and not self._closed:
                self._idle.append(child)
                return
        child.end()

    def _result(self, status: int, payload: bytes, name: str) -> T:
        if status == frames.VALUE:
            try:
                return self._decode(payload)
            except ValueError as error:
                raise problem("damaged", name) from error
        if status == frames.ERROR:
            reason, _, detail = payload.decode("utf-8", "replace").partition("\n")
            raise UnreadableFileError(reason, detail)
        fault = payload[:200].decode("utf-8", "replace")
        raise problem(
            "fault", name, f"met a fault of TalentFlux ({fault}). Please report it; the same file may be read as PDF."
        )


class _Child:
    """One child process and its pipes."""

    def __init__(self, command: list[str], environment: dict[str, str], name: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module with our own arguments
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input = self._process.stdin.fileno()
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._input, False)
        os.set_blocking(self._output, False)
        self._files = 0
        try:
            status, _ = self._exchange(b"", time.monotonic() + _START_SECONDS, name)
        except (UnreadableFileError, OSError) as error:
            self.kill()
            raise ReaderStartError("The process that reads files did not start; see the installation.") from error
        if status != frames.READY:
            self.kill()
            raise ReaderStartError("The process that reads files answered strangely.")

    @property
    def usable(self) -> bool:
        """Whether the child may take another file."""
        return self._files < _FILES_PER_CHILD and self._process.poll() is None

    def ask(self, data: bytes, name: str, timeout: float) -> tuple[int, bytes]:
        """Send a file and return status and payload of the answer.

        Raises:
            UnreadableFileError: Where the child is late, dies or answers too much.
        """
        self._files += 1
        encoded = name.encode("utf-8", "replace")
        request = frames.REQUEST_HEAD.pack(len(encoded), len(data)) + encoded + data
        return self._exchange(request, time.monotonic() + timeout, name)

    def _exchange(self, request: bytes, deadline: float, name: str) -> tuple[int, bytes]:
        """Write the request and read one answer, never waiting beyond the deadline."""
        rest = memoryview(request)
        answer = bytearray()
        wanted = frames.ANSWER_HEAD.size
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        if rest:
            poll.register(self._input, select.POLLOUT)
        while len(answer) < wanted:
            if not (events := poll.poll(max(0.0, deadline - time.monotonic()) * 1000)):
                raise problem("timeout", name)
            for descriptor, _ in events:
                if descriptor == self._input:
                    rest = self._write(rest)
                    if not rest:
                        poll.unregister(self._input)
                else:
                    answer += self._read(wanted - len(answer), name)
            if len(answer) == wanted == frames.ANSWER_HEAD.size:
                size = frames.ANSWER_HEAD.unpack(answer)[1]
                if size > frames.ANSWER_BYTES:
                    raise problem("too_large", name, "holds far more text than a resume. Send the resume alone.")
                wanted += size
        status: int = frames.ANSWER_HEAD.unpack_from(answer)[0]
        return status, bytes(memoryview(answer)[frames.ANSWER_HEAD.size :])

    def _write(self, rest: memoryview) -> memoryview:
        try:
            return rest[os.write(self._input, rest) :]
        except (BlockingIOError, BrokenPipeError):
            # A broken pipe shows as the end of the output in the same round.
            return rest

    def _read(self, size: int, name: str) -> bytes:
        try:
            chunk = os.read(self._output, min(size, 1 << 20))
        except BlockingIOError:
            return b""
        if chunk:
            return chunk
        code = self._process.wait()
        raise problem("memory" if code == -signal.SIGKILL else "damaged", name)

    def kill(self) -> None:
        """End the child and whatever it started, at once."""
        if self._process.poll() is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self._process.kill()
        self._close()

    def end(self) -> None:
        """Let an idle child end by closing its input."""
        self._process.stdin.close()  # type: ignore[union-attr]  # a pipe by construction
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self.kill()
        self._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        self._process.wait()


class ReaderStartError(TalentFluxError):
    """The child process that reads files cannot be started."""

    code = "reader_start"
    title = "Files cannot be read at the moment"


def _child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a child: where to find programs and modules, and no secrets."""
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    environment |= dict.fromkeys(_ONE_THREAD, "1")
    environment["PYTHONPATH"] = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return environment | dict(extra)


def _read_file(path: Path, name: str) -> bytes:
    """Return the bytes of a file after a look at its size."""
    try:
        check_size(path.stat().st_size, name)
        with path.open("rb") as stream:
            data = stream.read(LIMITS.file_bytes + 1)
        check_size(len(data), name)
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise problem("damaged", name, f"cannot be opened ({said}). Check the path and its permissions.") from error
    return data
