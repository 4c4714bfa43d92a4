"""What travels between the pool and a child: lengths and bytes, never pickled objects.

A request is the lengths of name and data, then both. An answer is a status and a length, then the payload: the bytes
of the task's result, "reason" newline "detail" of an UnreadableFileError, or the type of an unexpected exception. The
child has parsed hostile bytes, so the parent takes from it nothing that runs and nothing beyond ANSWER_BYTES.
"""

import struct
from typing import BinaryIO

REQUEST_HEAD = struct.Struct("<II")
ANSWER_HEAD = struct.Struct("<BI")
READY, VALUE, ERROR, FAULT = range(4)
ANSWER_BYTES = 64 * 2**20


def pack(status: int, payload: bytes) -> bytes:
    """Return an answer as one frame."""
    return ANSWER_HEAD.pack(status, len(payload)) + payload


def read_exactly(stream: BinaryIO, size: int) -> bytes | None:
    """Return `size` bytes of an unbuffered stream, or None when it ends before."""
    first = stream.read(min(size, 1 << 20)) if size else b""
    if first is not None and len(first) == size:
        return first
    parts = [first or b""]
    missing = size - len(parts[0])
    while missing and parts[-1]:
        parts.append(stream.read(min(missing, 1 << 20)) or b"")
        missing -= len(parts[-1])
    return None if missing else b"".join(parts)
