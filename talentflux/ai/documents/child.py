"""The process that parses one file after the other: `python -m talentflux.ai.documents.child TASK MEMORY SECONDS`.

It reads requests from its standard input and writes answers to its standard output; the frames are described in
`frames`. It ends when its input ends, so it never outlives the process that started it.
"""

import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel

from talentflux.ai.documents import frames
from talentflux.ai.documents.confine import forbid_sockets
from talentflux.ai.documents.problems import problem
from talentflux.core.errors import UnreadableFileError
from talentflux.utils import collector


def main() -> None:
    """Serve requests until the input ends."""
    task_name, memory, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    # A library that prints or reads must not disturb the frames.
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    task = _load(task_name)
    collector.settle()
    _limit(memory)
    forbid_sockets()
    answers.write(frames.pack(frames.READY, b""))
    while (request := _read_request(requests)) is not None:
        name, data = request
        # The parent kills a child that is late; this covers a parent that is gone.
        signal.setitimer(signal.ITIMER_REAL, seconds + 5.0)
        status, payload = _answer(task, data, name)
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        answers.write(frames.pack(status, payload))
        if status == frames.ERROR and payload.startswith(b"memory\n"):
            return


def _load(task_name: str) -> Callable[[bytes, str], object]:
    """Import the function named "module:function"."""
    module, _, function = task_name.partition(":")
    task = getattr(importlib.import_module(module), function)
    warm_up = getattr(importlib.import_module(module), "warm_up", None)
    if callable(warm_up):
        warm_up()
    return task  # type: ignore[no-any-return]  # named by the program itself


def _limit(memory: int) -> None:
    """Cap further growth of the address space; what was imported so far is not counted."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _read_request(stream: BinaryIO) -> tuple[str, bytes] | None:
    """Return name and bytes of the next file, or None at the end of the input."""
    head = frames.read_exactly(stream, frames.REQUEST_HEAD.size)
    if head is None:
        return None
    name_size, data_size = frames.REQUEST_HEAD.unpack(head)
    name = frames.read_exactly(stream, name_size)
    data = frames.read_exactly(stream, data_size)
    return None if name is None or data is None else (name.decode("utf-8", "replace"), data)


def _answer(task: Callable[[bytes, str], object], data: bytes, name: str) -> tuple[int, bytes]:
    """Run the task and encode what it gives."""
    try:
        result = task(data, name)
        if isinstance(result, BaseModel):
            return frames.VALUE, result.model_dump_json().encode("utf-8", "replace")
        return (frames.VALUE, result) if isinstance(result, bytes) else (frames.FAULT, b"the task gave no bytes")
    except UnreadableFileError as error:
        return frames.ERROR, f"{error.reason}\n{error.detail}".encode("utf-8", "replace")
    except MemoryError:
        return frames.ERROR, f"memory\n{problem('memory', name).detail}".encode()
    except Exception as error:  # noqa: BLE001 - a fault of the task costs this file and nothing else
        return frames.FAULT, f"{type(error).__module__}.{type(error).__qualname__}".encode()


if __name__ == "__main__":
    main()
