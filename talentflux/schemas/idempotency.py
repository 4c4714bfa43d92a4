"""Repeated requests: what makes two of them the same, and the answer that is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RepeatableRequest:
    """A request that may be sent again.

    Attributes:
        key: The `Idempotency-Key` that its sender chose.
        fingerprint: SHA-256 of method, address and body, hexadecimal.
    """

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was sent.

    Attributes:
        status: HTTP status code.
        headers: Those that belong to the answer and not to the moment.
        body: As sent.
    """

    status: int
    headers: dict[str, str]
    body: bytes
