"""A real Redis on loopback that can be killed and started again on its port."""

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from redis import Redis


class RedisServer:
    """One server on a free port.

    Attributes:
        url: Where it answers.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 15
        while self.ask("PING") != b"+PONG\r\n":
            assert time.monotonic() < deadline, "redis does not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once; what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let it hang for a while: connections are taken, and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def ask(self, command: str) -> bytes:
        """Return the raw answer to one command; empty where nobody answers."""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self._port), timeout=5) as connection,
        ):
            connection.sendall(command.encode() + b"\r\nQUIT\r\n")
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return answer.removesuffix(b"+OK\r\n")
        return b""

    def dump(self) -> bytes:
        """Return all keys and all values, as they were put in."""
        client: Any = Redis.from_url(self.url)
        read: dict[bytes, Callable[[bytes], Iterable[bytes]]] = {
            b"string": lambda key: [client.get(key)],
            b"list": lambda key: client.lrange(key, 0, -1),
            b"set": client.smembers,
            b"zset": lambda key: client.zrange(key, 0, -1),
            b"hash": lambda key: chain.from_iterable(client.hgetall(key).items()),
        }
        with contextlib.closing(client):
            return b"\n".join(chain.from_iterable((key, *read[client.type(key)](key)) for key in client.scan_iter()))


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Run a server for a test."""
    if shutil.which("redis-server") is None:
        pytest.fail("these tests need redis-server")
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
