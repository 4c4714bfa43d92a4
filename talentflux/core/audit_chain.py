"""The chain of the audit log: each entry's hash covers the entry before it, under a key that the database lacks.

A plain hash could be computed anew by whoever may write to the database. HMAC-SHA256 with a key that only the master
key opens cannot: an edited, deleted, moved or inserted entry breaks the chain at its place. What a chain alone does
not show is that its end is missing; for that the newest hash is anchored outside the database.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import orjson

from talentflux.core.crypto import Keys

START: Final = bytes(32)
"""What the first entry of a chain follows."""

PLATFORM: Final = "platform"
"""Name of the chain of what belongs to no organization."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain.

    Attributes:
        organization_id: Whose chain; None for the platform's.
        sequence: Number of the newest entry; 0 for none.
        hash: Of that entry.
    """

    organization_id: UUID | None
    sequence: int = 0
    hash: bytes = START


class Chain:
    """Computes the hashes and anchors of one chain.

    Args:
        keys: Of the organization, or of the platform. Their index key stays the same when keys are rotated.
    """

    def __init__(self, keys: Keys) -> None:
        self.organization_id = keys.owner
        # No value's commitment begins with this word, so none of them is a key.
        self._links = bytes.fromhex(keys.commitment("chain:links"))
        self._anchors = bytes.fromhex(keys.commitment("chain:anchors"))

    def link(self, previous: bytes, sequence: int, entry: str) -> bytes:
        """Return the hash of an entry.

        Args:
            previous: Hash of the entry before it; `START` for the first.
            sequence: Its number, from 1.
            entry: Its canonical text.

        Returns:
            HMAC-SHA256 of previous, sequence (8 bytes, big-endian) and text.
        """
        return hmac.digest(self._links, previous + sequence.to_bytes(8, "big") + entry.encode(), "sha256")

    def anchor(self, head: Head) -> bytes:
        """Return a line that proves later which entry the chain had as its newest.

        Args:
            head: The end of the chain.
        """
        fields = {
            "chain": chain_name(head.organization_id),
            "sequence": head.sequence,
            "hash": head.hash.hex(),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        return orjson.dumps(fields | {"mac": self._mac(fields)})

    def read_anchor(self, line: bytes) -> Head | None:
        """Return what an anchor says; None where it was not made by `anchor` for this chain."""
        try:
            fields = orjson.loads(line)
            given = fields.pop("mac")
            head = Head(self.organization_id, int(fields["sequence"]), bytes.fromhex(fields["hash"]))
            genuine = hmac.compare_digest(given, self._mac(fields))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return head if genuine and fields["chain"] == chain_name(self.organization_id) else None

    def _mac(self, fields: dict[str, object]) -> str:
        return hmac.digest(self._anchors, orjson.dumps(fields, option=orjson.OPT_SORT_KEYS), "sha256").hex()


def chain_name(organization_id: UUID | None) -> str:
    """Return the name of a chain, as in anchors and tables."""
    return PLATFORM if organization_id is None else str(organization_id)
