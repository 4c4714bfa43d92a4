"""Words with positions, and letters set so far apart that they look like words."""

from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(slots=True)
class Word:
    """A stretch of characters without a space. Lengths in points, y upwards.

    Attributes:
        text: The characters.
        left: Where it begins.
        right: Where it ends.
        y: Its baseline.
        size: Height of its font.
        bold: Whether its font is bold.
        glued: Whether no space divides it from the word before it.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool = False
    glued: bool = False


_LEAST_LETTERS = 4
# A gap that is this much wider than those between letters divides words.
_WORD_BREAK = 1.6


def close_spacing(words: list[Word]) -> list[Word]:
    """Return words with spaced letters put together: "W O R K" becomes "WORK".

    Args:
        words: Words of one row from left to right.
    """
    if len([word for word in words if len(word.text) == 1]) < _LEAST_LETTERS - 1:
        return words
    closed: list[Word] = []
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and len(words[end].text) <= 4 and words[end].text.isalpha():
            end += 1
        run = words[start:end]
        if _is_spaced(run):
            closed.extend(_close(run))
            start = end
        else:
            closed.append(words[start])
            start += 1
    return closed


def _is_spaced(run: list[Word]) -> bool:
    """Whether short words that follow each other are letters of longer ones."""
    single = sum(len(word.text) == 1 for word in run)
    letters = "".join(word.text for word in run)
    return len(letters) >= _LEAST_LETTERS and single >= 0.6 * len(run) and len(run) >= 3 and letters[1:].isupper()


def _close(run: list[Word]) -> list[Word]:
    gaps = [after.left - before.right for before, after in pairwise(run)]
    usual = sorted(gaps)[len(gaps) // 2 - (len(gaps) % 2 == 0)]
    closed = [run[0]]
    for gap, word in zip(gaps, run[1:], strict=True):
        if gap > max(_WORD_BREAK * usual, usual + 0.12 * word.size):
            closed.append(word)
        else:
            closed[-1] = replace(closed[-1], text=closed[-1].text + word.text, right=word.right)
    return closed
