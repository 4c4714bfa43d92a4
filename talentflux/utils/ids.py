"""Identifiers that are made in the application and sort by time: UUIDv7 of RFC 9562."""

import os
import secrets
import time
from collections import deque
from datetime import datetime
from typing import Final
from uuid import UUID

_PIECE_BYTES: Final = 8
_PIECES: Final = 128
_TICKS_A_MILLISECOND: Final = 4096
_VERSION_AND_VARIANT: Final = 7 << 76 | 0b10 << 62
_randoms: Final = deque[bytes]()  # taken many at a time, for the call to the system is dearer than all the rest
_last = 0
os.register_at_fork(after_in_child=_randoms.clear)


def new_id() -> UUID:
    """Return a new UUIDv7, so that rows that were made later have larger ids.

    The twelve bits behind the millisecond hold its fraction (RFC 9562, section 6.2, method 3); ids of one process
    always rise.
    """
    global _last  # noqa: PLW0603 -- the order of ids is the process's
    ticks = time.time_ns() * _TICKS_A_MILLISECOND // 1_000_000
    _last = ticks = ticks if ticks > _last else _last + 1
    return UUID(int=_number(*divmod(ticks, _TICKS_A_MILLISECOND)))


def id_of_time(moment: datetime) -> UUID:
    """Return a UUIDv7 for a row that is older than its entry, so that it sorts among those of its time.

    Args:
        moment: When the row was made.
    """
    milliseconds = max(int(moment.timestamp() * 1000), 0) & 0xFFFFFFFFFFFF
    return UUID(int=_number(milliseconds, secrets.randbits(12)))


def _number(milliseconds: int, fraction: int) -> int:
    random = int.from_bytes(_random()) >> 2
    return milliseconds << 80 | fraction << 64 | _VERSION_AND_VARIANT | random


def _random() -> bytes:
    while True:
        try:
            return _randoms.pop()
        except IndexError:
            many = os.urandom(_PIECE_BYTES * _PIECES)
            _randoms.extend(many[start : start + _PIECE_BYTES] for start in range(0, len(many), _PIECE_BYTES))
