"""Uploads over raw connections to the real server: refused before the body comes, however it comes."""

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvicorn

from talentflux.core.config import Settings
from talentflux.main import create_app
from talentflux.workers.http_protocol import patient_protocol
from tests.api.support import resume_text
from tests.factories.people import Person

SIZE = 200 * 2**20
MULTIPART = b"Content-Type: multipart/form-data; boundary=X\r\n"
TAKEN = 32 * 2**20  # by the buffers of the two ends
BODY_SECONDS = 0.6
PART = b'--X\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'


@pytest_asyncio.fixture
async def port(settings: Settings, owner: Person) -> AsyncIterator[int]:
    """The application on a real server; the same database as that of `owner`."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = create_app(settings.model_copy(update={"body_timeout_seconds": BODY_SECONDS}))
    server = uvicorn.Server(
        uvicorn.Config(app, http=patient_protocol(5, 50), ws="none", log_config=None, access_log=False)
    )
    running = asyncio.create_task(server._serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 -- the server tells it by this flag only
        await asyncio.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    await running


class Connection:
    """A raw connection that counts what the server let it send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.sent = 0

    async def head(self, *headers: bytes, path: bytes = b"/api/v1/resumes") -> None:
        lines = [b"POST " + path + b" HTTP/1.1", b"Host: 127.0.0.1", *headers]
        self._writer.write(b"\r\n".join(line.rstrip(b"\r\n") for line in lines) + b"\r\n\r\n")
        await self._writer.drain()

    async def pour(self, size: int) -> None:
        with contextlib.suppress(OSError):
            while self.sent < size:
                self._writer.write(b"a" * 65536)
                await self._writer.drain()
                self.sent += 65536

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self._writer.write(data)
            await self._writer.drain()

    async def drip(self, first: bytes = b"") -> None:
        for number in itertools.count():
            await self.send(first[number : number + 1] or b"-")
            await asyncio.sleep(0.05)

    async def answer(self) -> bytes:
        """Return all that comes until the server closes."""
        got = b""
        with contextlib.suppress(ConnectionError):
            while part := await asyncio.wait_for(self._reader.read(65536), 10):
                got += part
        return got

    async def some(self) -> bytes:
        return await asyncio.wait_for(self._reader.read(65536), 10)

    def close(self) -> None:
        self._writer.close()


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    connection = Connection(*await asyncio.open_connection("127.0.0.1", port))
    yield connection
    connection.close()


def credential(person: Person) -> bytes:
    return f"Authorization: Bearer {person.token}".encode()


def length(size: int = SIZE) -> bytes:
    return b"Content-Length: %d" % size


async def test_two_hundred_megabytes_without_a_credential_are_refused_and_not_taken(port: int) -> None:
    async with connected(port) as stranger:
        await stranger.head(MULTIPART, length())
        pouring = asyncio.create_task(stranger.pour(SIZE))
        answer = await stranger.answer()
        await asyncio.wait_for(pouring, 10)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert stranger.sent < TAKEN


async def test_a_stranger_who_asks_first_is_not_told_to_continue(port: int) -> None:
    async with connected(port) as stranger:
        await stranger.head(MULTIPART, length(), b"Expect: 100-continue")
        answer = await stranger.answer()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"100 Continue" not in answer


async def test_a_member_who_asks_first_is_told_to_continue_and_served(port: int, owner: Person) -> None:
    body = PART + resume_text() + b"\r\n--X--\r\n"
    async with connected(port) as member:
        await member.head(
            MULTIPART, length(len(body)), credential(owner), b"Expect: 100-continue", b"Connection: close"
        )
        assert await member.some() == b"HTTP/1.1 100 Continue\r\n\r\n"
        await member.send(body)
        assert (await member.answer()).startswith(b"HTTP/1.1 202 ")


async def test_a_body_without_a_length_is_refused_to_strangers_before_it_comes(port: int) -> None:
    async with connected(port) as stranger:
        await stranger.head(MULTIPART, b"Transfer-Encoding: chunked")
        assert (await stranger.answer()).startswith(b"HTTP/1.1 401 ")


async def test_a_request_of_two_lengths_is_refused(port: int, owner: Person) -> None:
    async with connected(port) as smuggler:
        await smuggler.head(MULTIPART, length(5), b"Transfer-Encoding: chunked", credential(owner))
        assert (await smuggler.answer()).startswith(b"HTTP/1.1 400 ")


async def test_more_than_is_allowed_is_cut_off_where_the_limit_is_reached(port: int, owner: Person) -> None:
    async with connected(port) as member:
        await member.head(MULTIPART, length(), credential(owner))
        await member.send(PART)
        pouring = asyncio.create_task(member.pour(SIZE))
        answer = await member.answer()
        await asyncio.wait_for(pouring, 10)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert member.sent < TAKEN


async def test_what_follows_a_body_that_cannot_be_read_is_not_taken(port: int, owner: Person) -> None:
    async with connected(port) as member:
        await member.head(MULTIPART, length(), credential(owner))
        pouring = asyncio.create_task(member.pour(SIZE))
        answer = await member.answer()
        await asyncio.wait_for(pouring, 10)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert member.sent < TAKEN


@pytest.mark.parametrize("start", [b"", PART], ids=["from the start", "within a file"])
async def test_a_body_that_trickles_is_cut_off(port: int, owner: Person, start: bytes) -> None:
    began = time.monotonic()
    async with connected(port) as member:
        await member.head(MULTIPART, length(), credential(owner))
        await member.send(start)
        dripping = asyncio.create_task(member.drip(PART if not start else b""))
        answer = await member.answer()
        dripping.cancel()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 5


async def test_a_stranger_whose_body_trickles_is_answered_at_once(port: int) -> None:
    began = time.monotonic()
    async with connected(port) as stranger:
        await stranger.head(MULTIPART, length())
        dripping = asyncio.create_task(stranger.drip())
        answer = await stranger.answer()
        dripping.cancel()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert time.monotonic() - began < BODY_SECONDS
