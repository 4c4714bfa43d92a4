"""Clients that send slowly, too much or nothing, over real connections to the real server."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from talentflux.core.bodies import guarded
from talentflux.workers.http_protocol import patient_protocol

HEAD_SECONDS = 0.5
MOST = 4


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read the body, unless told not to, and say how long it was."""
    read = 0
    if scope["path"] != "/early":
        receive = guarded(receive, 2**20, 0.5)
        more = True
        while more:
            message = await receive()
            read += len(message.get("body", b""))
            more = message.get("more_body", False)
    text = str(read).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(text))]})
    await send({"type": "http.response.body", "body": text})


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    """A server with little patience."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=patient_protocol(HEAD_SECONDS, MOST), ws="none", lifespan="off", log_config=None, access_log=False,
        timeout_keep_alive=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 -- the server tells it by this flag only
        await asyncio.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    await running


class Client:
    """A raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self._writer.write(data)
            await self._writer.drain()

    async def drip(self, data: bytes, pause: float = 0.05) -> None:
        for number in range(len(data)):
            await self.send(data[number : number + 1])
            await asyncio.sleep(pause)

    async def answer(self) -> bytes:
        """Return all that comes until the server closes."""
        got = b""
        with contextlib.suppress(ConnectionError):
            while part := await asyncio.wait_for(self._reader.read(65536), 5):
                got += part
        return got

    async def some(self) -> bytes:
        return await asyncio.wait_for(self._reader.read(65536), 5)

    def close(self) -> None:
        self._writer.close()


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_connection("127.0.0.1", port))
    yield client
    client.close()


async def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    async with connected(port) as client:
        assert (await client.answer()).startswith(b"HTTP/1.1 408 ")


async def test_dripping_headers_are_cut_off(port: int) -> None:
    async with connected(port) as client:
        began = asyncio.get_running_loop().time()
        await asyncio.gather(
            client.drip(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: abcdefghijklmnopqrstuvw"), waited(client)
        )
        assert asyncio.get_running_loop().time() - began < 5


async def waited(client: Client) -> None:
    assert (await client.answer()).startswith(b"HTTP/1.1 408 ")


async def test_dripping_the_second_request_of_a_connection_is_cut_off_too(port: int) -> None:
    async with connected(port) as client:
        await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await client.some()).startswith(b"HTTP/1.1 200 ")
        await asyncio.gather(client.drip(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: abcdefgh"), waited(client))


async def test_endless_headers_are_refused(port: int) -> None:
    async with connected(port) as client:
        await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for _ in range(20):
            await client.send(b"X-Long: " + b"a" * 8000 + b"\r\n")
        assert (await client.answer()).startswith(b"HTTP/1.1 431 ")


async def test_a_body_that_nobody_reads_is_not_waited_for(port: int) -> None:
    async with connected(port) as client:
        await client.send(b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        assert (await client.some()).startswith(b"HTTP/1.1 200 ")
        began = asyncio.get_running_loop().time()
        await asyncio.gather(client.drip(b"a" * 30), client.answer())
        assert asyncio.get_running_loop().time() - began < 5


async def test_a_large_body_that_comes_quickly_after_an_early_answer_does_no_harm(port: int) -> None:
    async with connected(port) as client:
        await client.send(b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n")
        assert (await client.some()).startswith(b"HTTP/1.1 200 ")
        await client.send(b"a" * 300_000 + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await client.some()).startswith(b"HTTP/1.1 200 ")


async def test_a_steady_body_is_read_however_long_it_takes(port: int) -> None:
    async with connected(port) as client:
        await client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 80000\r\n\r\n")
        for _ in range(10):
            await client.send(b"a" * 8000)
            await asyncio.sleep(0.1)
        assert (await client.some()).endswith(b"80000")


async def test_requests_after_one_another_and_pipelined_are_answered(port: int) -> None:
    async with connected(port) as client:
        for _ in range(3):
            await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await client.some()).startswith(b"HTTP/1.1 200 ")
            await asyncio.sleep(0.2)
        await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        got = b""
        while got.count(b"HTTP/1.1 200 ") < 3:
            got += await client.some()


async def test_connections_beyond_the_limit_get_503_and_others_go_on(port: int) -> None:
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(connected(port))
        idle = [await stack.enter_async_context(connected(port)) for _ in range(MOST - 1)]
        refused = await stack.enter_async_context(connected(port))
        answer = await refused.answer()
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in answer
        await first.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await first.some()).startswith(b"HTTP/1.1 200 ")
        assert len(idle) == MOST - 1
    await asyncio.sleep(0.1)
    async with connected(port) as client:
        await client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await client.some()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n", b"\0\0\0\0", b"NOPE / HTTP/1.1\r\n\r\n"]
)
async def test_what_is_no_http_gets_400(port: int, head: bytes) -> None:
    async with connected(port) as client:
        await client.send(head)
        assert (await client.answer()).startswith(b"HTTP/1.1 400 ")
