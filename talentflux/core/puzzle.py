"""Puzzles that cost a program some time: hashes with leading zeros, as Hashcash has them, without a third party.

A challenge is signed, says for what it is good and until when, and its random part is used once. Whoever checks it
needs no memory until it is used.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from talentflux.core.errors import InvalidInputError

LIFETIME: Final = timedelta(hours=2)
"""How long somebody may take to fill in a form."""
_FORM: Final = "1"
_NONCE_BYTES: Final = 16
_TAG_BYTES: Final = 16
_MOST_BITS: Final = 32

Sign = Callable[[str], bytes]
"""A keyed hash that is the same in all processes."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a signed challenge says.

    Attributes:
        owner: The organization.
        subject: What it is good for: the id of a job.
        nonce: Its random part.
        expires_at: Until when it is good.
        difficulty: Leading bits of the hash that must be zero.
    """

    owner: UUID
    subject: UUID
    nonce: str
    expires_at: datetime
    difficulty: int


def issue(sign: Sign, owner: UUID, subject: UUID, difficulty: int, now: datetime) -> str:
    """Return a new challenge.

    Args:
        sign: The keyed hash.
        owner: The organization.
        subject: What it is good for.
        difficulty: Leading bits that must be zero.
        now: The time.
    """
    nonce = base64.urlsafe_b64encode(os.urandom(_NONCE_BYTES)).decode().rstrip("=")
    expires = int((now + LIFETIME).timestamp())
    said = f"{_FORM}.{owner.hex}.{subject.hex}.{nonce}.{expires}.{difficulty}"
    return f"{said}.{_tag(sign, said)}"


def read(sign: Sign, text: str, now: datetime) -> Challenge:
    """Return what a challenge says.

    Args:
        sign: The keyed hash.
        text: As it was given out.
        now: The time.

    Raises:
        InvalidInputError: It was not given out here (`challenge_invalid`), or is too old (`challenge_expired`).
    """
    said, _, tag = text.rpartition(".")
    if not text.isascii() or not hmac.compare_digest(tag, _tag(sign, said)):
        raise refused("challenge_invalid", "is none of ours; get one where the form is")
    _, owner, subject, nonce, expires, difficulty = said.split(".")
    found = Challenge(UUID(owner), UUID(subject), nonce, datetime.fromtimestamp(int(expires), UTC), int(difficulty))
    if found.expires_at <= now:
        raise refused("challenge_expired", "is too old; get a new one and send the form again")
    return found


def check_solution(text: str, solution: str, difficulty: int) -> None:
    """Make sure that a puzzle is solved: SHA-256 of `challenge:solution` begins with so many zero bits.

    Args:
        text: The challenge.
        solution: What was found.
        difficulty: Leading bits that must be zero.

    Raises:
        InvalidInputError: It is not (`challenge_unsolved`).
    """
    if zero_bits(text, solution) < difficulty:
        raise refused("challenge_unsolved", f"the hash of challenge:solution needs {difficulty} leading zero bits")


def zero_bits(text: str, solution: str) -> int:
    """Return how many leading bits of the hash of a solution are zero, at most 32.

    Args:
        text: The challenge.
        solution: What was found.
    """
    digest = hashlib.sha256(f"{text}:{solution}".encode()).digest()
    return _MOST_BITS - int.from_bytes(digest[: _MOST_BITS // 8], "big").bit_length()


def solve(text: str, difficulty: int) -> str:
    """Return a solution, found by trying: 2 to the power of the difficulty tries on average.

    Args:
        text: The challenge.
        difficulty: Leading bits that must be zero.
    """
    begun = hashlib.sha256(f"{text}:".encode())
    limit = 1 << (_MOST_BITS - difficulty)
    number = 0
    while True:
        tried = begun.copy()
        tried.update(str(number).encode())
        if int.from_bytes(tried.digest()[: _MOST_BITS // 8], "big") < limit:
            return str(number)
        number += 1


def refused(code: str, said: str) -> InvalidInputError:
    """Return the error that a puzzle is refused with.

    Args:
        code: Why.
        said: What is wrong with the challenge or its solution.
    """
    field = "body.solution" if code == "challenge_unsolved" else "body.challenge"
    return InvalidInputError("The puzzle of this form is not solved.", code=code, fields={field: said})


def _tag(sign: Sign, said: str) -> str:
    return sign(f"puzzle {said}")[:_TAG_BYTES].hex()
