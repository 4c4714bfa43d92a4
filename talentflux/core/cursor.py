"""Cursors of lists: where a page ended, signed, so that only a list that gave one takes it back.

A cursor is the base64url of a tag and the values of the last row's key. The tag is made over the values and the place:
the list with its order, the filters and the organization. Changed in any character, or given to another list, it is
refused.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from talentflux.core.errors import InvalidInputError

Sign = Callable[[str], bytes]
"""Returns a keyed hash of a text, at least 16 bytes."""
_TAG_BYTES: Final = 16


def make_cursor(values: Sequence[object], place: str, sign: Sign) -> str:
    """Return the cursor that follows a row.

    Args:
        values: The row's key, in the order of the list.
        place: Names list, order, filters and organization.
        sign: The keyed hash.
    """
    payload = orjson.dumps(values)
    return base64.urlsafe_b64encode(_tag(payload, place, sign) + payload).decode().rstrip("=")


def read_cursor(cursor: str, place: str, sign: Sign) -> list[Any]:
    """Return the values in a cursor.

    Args:
        cursor: As it was given.
        place: Where it is used.
        sign: The keyed hash.

    Raises:
        InvalidInputError: It was not made for this place.
    """
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        payload = packed[_TAG_BYTES:]
        # The bits that the last character has to spare would otherwise let several spellings pass.
        canonical = base64.urlsafe_b64encode(packed).decode().rstrip("=") == cursor
        if canonical and hmac.compare_digest(packed[:_TAG_BYTES], _tag(payload, place, sign)):
            values: list[Any] = orjson.loads(payload)
            return values
    except (ValueError, binascii.Error):
        pass
    raise InvalidInputError(
        "The cursor is not one of this list with these filters.",
        fields={
            "query.cursor": "give the `next_cursor` of the page before, unchanged and with the same filters and sort, "
            "or leave it out"
        },
    )


def _tag(payload: bytes, place: str, sign: Sign) -> bytes:
    return sign(f"{len(place)} {place} {payload.decode()}")[:_TAG_BYTES]
