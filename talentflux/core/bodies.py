"""Reading bodies: no more than allowed, and not from clients that only keep us waiting."""

import asyncio
import time

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Send

_LEAST_RATE = 1024  # bytes a second, after the first seconds
_SEND_SECONDS = 60.0  # a client that takes nothing of an answer for so long is let go
_BUFFERED = 65536  # what the server takes without waiting for the client
_CLOSE = {"Connection": "close"}


def guarded(receive: Receive, limit: int, seconds: float) -> Receive:
    """Return a `receive` that gives up on bodies that are too large or too slow.

    Only waiting counts: `seconds`, and another second for each 1,024 bytes that came.

    Args:
        receive: Of the server.
        limit: Largest body in bytes; more is refused with 413 as soon as it has come.
        seconds: Waiting that is allowed; more is refused with 408.
    """
    read = 0
    waited = 0.0
    reading = True

    async def checked() -> Message:
        nonlocal read, waited, reading
        if not reading:  # what still comes is the end of the connection, for which one may wait
            return await receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds + read / _LEAST_RATE - waited):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408, "The body came too slowly. Send it again.", headers=_CLOSE) from error
        waited += time.monotonic() - began
        reading = message["type"] == "http.request" and message.get("more_body", False)
        read += len(message.get("body", b""))
        if read > limit:
            raise HTTPException(
                413, f"At most {limit / 1048576:g} MiB are taken in one request. Send less at a time.", headers=_CLOSE
            )
        return message

    return checked


async def send_in_time(send: Send, message: Message) -> None:
    """Send a part of an answer, unless the client takes nothing.

    Raises:
        TimeoutError: It did not; the server then closes the connection.
    """
    if len(message.get("body", b"")) <= _BUFFERED and not message.get("more_body"):
        await send(message)
        return
    async with asyncio.timeout(_SEND_SECONDS):
        await send(message)
