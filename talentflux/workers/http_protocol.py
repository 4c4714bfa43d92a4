"""The HTTP protocol of the server, with patience that ends and room that is limited."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD_LIMIT = 64 * 1024
_END = b"content-length: 0\r\nconnection: close\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\n" + _END
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _END
_TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n" + _END


class PatientProtocol(HttpToolsProtocol):
    """Lets a client go that does not finish its request line and headers in time, or sends too much of them.

    The server itself waits for ever for the first byte and for the end of the headers, and takes any number of them.

    Attributes:
        head_seconds: Time for the head of a request, from the connection or the first byte on.
        most_connections: Further ones are answered 503 and closed.
    """

    head_seconds = 10.0
    most_connections = 1000

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: asyncio.TimerHandle | None = None
        self._head = 0
        self._in_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base class
        """Begin to wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            self._refuse(_TOO_MANY)
        else:
            self._wait(_TOO_SLOW)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; refuse a head that is too large."""
        if self.transport.is_closing():
            return
        idle = self.cycle is None or self.cycle.response_complete
        if idle and self._waiting is None and not self._in_body:
            self._wait(_TOO_SLOW)
        self._head += len(data)
        super().data_received(data)
        if idle and not self._in_body and self._head > _HEAD_LIMIT:
            self._refuse(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Stop waiting: the rest is up to the application."""
        self._stop_waiting()
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that what comes next is another request."""
        self._in_body = False
        self._head = 0
        self._stop_waiting()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait no longer than for a head for the rest of a body that nobody reads."""
        super().on_response_complete()
        if self._in_body:
            self._wait(b"")

    def _wait(self, answer: bytes) -> None:
        self._head = 0
        self._waiting = self.loop.call_later(self.head_seconds, self._refuse, answer)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _refuse(self, answer: bytes) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


def patient_protocol(head_seconds: float, most_connections: int) -> type[PatientProtocol]:
    """Return the protocol with its limits.

    Args:
        head_seconds: Time for the head of a request.
        most_connections: Connections at a time.
    """
    limits = {"head_seconds": head_seconds, "most_connections": most_connections}
    return type("PatientProtocol", (PatientProtocol,), limits)
