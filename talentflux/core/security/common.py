"""Passwords that are guessed first: common ones, what is built from common words, runs and repeats.

With twelve characters at least, few passwords of the usual lists remain as they are; people lengthen them by a year,
an exclamation mark or a second word. So a password is refused when what remains after taking that away is nothing.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("common_passwords.txt")
_LEET: Final = str.maketrans("013457@$!|", "oleastasil")
_RUNS: Final = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm",
    "azertyuiop", "qsdfghjklm", "wxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujm", "!@#$%^&*()", '!"§$%&/()=', "147258369", "q1w2e3r4t5y6u7i8o9p0",
)  # fmt: skip
_LEAST_RUN: Final = 3
_LEAST_DISTINCT: Final = 5
_FEW: Final = 6
"""Digits and signs added to words: more than so many, not in a run, make a password of their own."""
_LEAST_REST: Final = 8
_LEAST_PART: Final = 4
_WORDS: Final = 2
_LONGEST_GUESS: Final = 64


def is_common(password: str, personal: Collection[str] = ()) -> bool:
    """Return whether a password would be among the first guesses.

    Args:
        password: Of twelve characters or more.
        personal: What somebody knows who knows the person: e-mail address, name.
    """
    folded = unicodedata.normalize("NFKC", password).casefold()
    listed = _listed()
    if folded in listed or len(set(folded)) < _LEAST_DISTINCT:
        return True
    rest = _without(folded, _parts(personal))
    if len(rest) < _LEAST_REST:
        return rest != folded
    unit = _unrepeated(rest)
    if len(unit) > _LONGEST_GUESS:
        return False
    core = re.sub(r"[\W\d_]+$", "", rest)
    spelt = core.translate(_LEET) + rest[len(core) :]
    return _without_runs(unit) < _FEW or any(_made_of_words(form, listed) for form in (rest, unit, spelt))


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    lines = _FILE.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _parts(personal: Collection[str]) -> list[str]:
    """Return the words of an address or a name that are long enough to mean somebody, the longest first."""
    found = {"talentflux"}
    for text in personal:
        folded = unicodedata.normalize("NFKC", text).casefold()
        local = folded.partition("@")[0]
        found |= {part for part in (local, *re.split(r"[\W\d_]+", folded)) if len(part) >= _LEAST_PART}
    return sorted(found, key=len, reverse=True)


def _without(text: str, parts: Collection[str]) -> str:
    for part in parts:
        text = text.replace(part, "")
    return text


def _unrepeated(text: str) -> str:
    """Return the unit of which a text is a repetition, or the text."""
    unit = re.match(r"(.+?)\1+(?!.)", text, re.DOTALL)
    return unit[1] if unit else text


def _without_runs(text: str) -> int:
    """Return how many characters stand in no run of the alphabet, of digits or of a keyboard."""
    index = left = 0
    while index < len(text):
        length = _run_at(text, index)
        left += length < _LEAST_RUN
        index += length if length >= _LEAST_RUN else 1
    return left


def _run_at(text: str, start: int) -> int:
    """Return the length of the longest run that begins at a place."""
    longest = 1
    for row in _RUNS:
        for run in (row, row[::-1]):
            length = 1
            while start + length < len(text) and text[start : start + length + 1] in run:
                length += 1
            longest = max(longest, length)
    repeat = re.match(r"(.)\1*", text[start:], re.DOTALL)
    return max(longest, repeat.end() if repeat else 1)


def _made_of_words(text: str, listed: frozenset[str]) -> bool:
    """Return whether a text is at most two common words and a few digits and signs."""
    letters = re.sub(r"[\W\d_]+", "", text)
    others = re.sub(r"[^\W\d_]+", "", text)
    if len(others) > _FEW and _without_runs(others) >= _FEW:
        return False
    reached = {0}
    for _ in range(_WORDS):
        reached |= {
            end for start in reached for end in range(start + 3, len(letters) + 1) if letters[start:end] in listed
        }
    return len(letters) in reached
