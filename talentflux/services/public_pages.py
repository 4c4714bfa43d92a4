"""Answers that are the same for everybody, kept for a moment and forgotten when a job changes.

A change in this process, of a job, its requisition or its organization, is seen at once; one of another process when
the moment is over. A page that shows a job which ends sooner is kept no longer.
"""

import time
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from talentflux.core.database import WriteSession

SECONDS: Final = 1.0
"""How long an answer is given again."""
_MOST: Final = 256
"""Answers kept at a time, each of up to 200 cards: about 25 MB."""
_state: Final = {"version": 0}


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Any
    version: int
    until: float


class PublicPages:
    """Answers of one process, by what was asked."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Kept] = {}

    def find(self, asked: Hashable) -> Any:
        """Return a kept answer, None where there is none.

        Args:
            asked: What was asked.
        """
        kept = self._kept.get(asked)
        if kept is None or kept.version != _state["version"] or kept.until <= time.monotonic():
            return None
        return kept.answer

    def keep(self, asked: Hashable, answer: Any, version: int, ends: datetime | None, *, seconds: float) -> None:
        """Keep an answer.

        Args:
            asked: What was asked.
            answer: What is given.
            version: As `version()` was before the answer was read.
            ends: When the first job in it ends.
            seconds: For how long at most.
        """
        if len(self._kept) >= _MOST:
            self._kept.clear()
        if ends is not None:
            seconds = min(seconds, (ends - datetime.now(ends.tzinfo)).total_seconds())
        if seconds > 0:
            self._kept[asked] = _Kept(answer, version, time.monotonic() + seconds)


def version() -> int:
    """Return a number that grows with every change of a job in this process."""
    return _state["version"]


def forget_on_commit(session: WriteSession) -> None:
    """Forget all answers when, and only when, a transaction commits.

    Args:
        session: The transaction, which changes what is public.
    """
    session.after_commit.append(_forget)


def _forget() -> None:
    _state["version"] += 1
