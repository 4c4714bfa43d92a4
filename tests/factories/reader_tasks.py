"""Tasks for children of the reader pool that behave as badly as hostile files make them."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable

from talentflux.core.errors import UnreadableFileError


def _echo(name: str, rest: str) -> bytes:
    return f"{name}:{rest}".encode()


def _pid(_name: str, _rest: str) -> bytes:
    return str(os.getpid()).encode()


def _sleep(_name: str, rest: str) -> bytes:
    time.sleep(float(rest))
    return b""


def _spin(_name: str, _rest: str) -> bytes:
    while True:
        pass


def _kill(_name: str, rest: str) -> bytes:
    os.kill(os.getpid(), getattr(signal, rest))
    return b""


def _exit(_name: str, rest: str) -> bytes:
    os._exit(int(rest))


def _allocate(_name: str, rest: str) -> bytes:
    return str(len(bytearray(int(rest)))).encode()


def _refuse(name: str, rest: str) -> bytes:
    raise UnreadableFileError("no_text", f"{name} {rest}")


def _fault(_name: str, rest: str) -> bytes:
    raise KeyError(rest)


def _print(_name: str, rest: str) -> bytes:
    print(rest, flush=True)  # noqa: T201 - the point of the test
    return b"quiet"


def _flood(_name: str, _rest: str) -> bytes:
    # The answers go to one of these descriptors.
    for descriptor in range(3, 12):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"\xff" * 64)
    return b""


def _connect(_name: str, rest: str) -> bytes:
    with socket.create_connection(("127.0.0.1", int(rest)), timeout=2):
        return b"connected"


def _variable(_name: str, rest: str) -> bytes:
    return os.environ.get(rest, "absent").encode()


def _fork(_name: str, _rest: str) -> bytes:
    os.fork()
    time.sleep(600)
    return b""


_COMMANDS: dict[str, Callable[[str, str], bytes]] = {
    "allocate": _allocate,
    "connect": _connect,
    "echo": _echo,
    "exit": _exit,
    "fault": _fault,
    "flood": _flood,
    "fork": _fork,
    "kill": _kill,
    "pid": _pid,
    "print": _print,
    "refuse": _refuse,
    "sleep": _sleep,
    "spin": _spin,
    "variable": _variable,
}


def act(data: bytes, name: str) -> bytes:
    """Do what the data says, as a parser might that a hostile file has got hold of."""
    command, _, rest = data.decode().partition(" ")
    return _COMMANDS[command](name, rest)
