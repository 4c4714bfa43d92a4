"""Places in a list as texts: between any two there is room for another, so that moving one touches no other.

After D. Greenspan, Implementing Fractional Indexing, Observable, 2020. Texts compare byte by byte.
"""

from typing import Final
from uuid import UUID

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE: Final = len(_DIGITS)


def place_of(row_id: UUID) -> str:
    """Return the place of a new row, behind all rows that were made before it.

    Args:
        row_id: A UUIDv7, whose value grows with time.
    """
    return f"{row_id.hex}i"  # any last digit but 0, below which there would be no room


def between(lower: str | None, upper: str | None) -> str:
    """Return a place between two others.

    Args:
        lower: The place before; None or empty for the beginning.
        upper: The place behind; None for the end. It does not end in 0, and lies behind `lower`.

    Raises:
        ValueError: `lower` does not lie before `upper`.
    """
    low = lower or ""
    if upper is not None and (low >= upper or upper.endswith("0")):
        raise ValueError("there is no place between these two")
    return _middle(low, upper)


def _middle(low: str, high: str | None) -> str:
    shared = 0
    if high is not None:
        while (low[shared] if shared < len(low) else "0") == high[shared]:
            shared += 1
    if shared:
        assert high is not None
        return high[:shared] + _middle(low[shared:], high[shared:])
    first = _DIGITS.index(low[0]) if low else 0
    last = _BASE if high is None else _DIGITS.index(high[0])
    if last - first > 1:
        return _DIGITS[(first + last) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return _DIGITS[first] + _middle(low[1:], None)
