"""Finding the words of a phrase in a resume."""

from dataclasses import dataclass

from talentflux.ai.matching.view import ResumeView
from talentflux.ai.matching.words import content_words, similar

# The words of one phrase may stand this many words further apart than in the phrase.
_SLACK = 4
_COMPOUND = 5  # letters of a word that may be the last part of a compound such as cybersecurity
_APART = 0.75  # what words that stand farther apart are worth


@dataclass(frozen=True)
class PhraseHit:
    """The window that holds most of a phrase.

    Attributes:
        window: Its number.
        share: Share of the phrase's words found there, less where they stand far apart.
        size: Number of content words of the phrase.
        fuzzy: Whether a word was found with a slip only.
        heading: Whether they stand in the line that names a position and its dates, not in what is told of it.
    """

    window: int
    share: float
    size: int
    fuzzy: bool
    heading: bool


def find_phrase(phrase: str, view: ResumeView) -> PhraseHit | None:
    """Return the window that holds the largest share of a phrase's content words.

    Args:
        phrase: A requirement's words.
        view: The resume.

    Returns:
        The best window; None where none holds any word of it.
    """
    wanted = list(dict.fromkeys(content_words(phrase)))
    found: dict[int, set[str]] = {}
    slips: set[int] = set()
    for word in wanted:
        places = view.places.get(word)
        if places is not None:
            for number in places:
                found.setdefault(number, set()).add(word)
            continue
        for other in _slips(word, view):
            for number in view.places[other]:
                found.setdefault(number, set()).add(other)
                slips.add(number)
    best: PhraseHit | None = None
    best_mark: tuple[float, bool, bool, int] | None = None
    for number, words in found.items():
        share = min(1.0, len(words) / len(wanted))
        if best is not None and share < best.share:
            continue
        if len(words) > 1 and _spread(view.words[number], words) > len(words) + _SLACK:
            share *= _APART
        heading = not words <= view.told_words(number) and number in view.headings
        mark = (share, not heading, number not in slips, -len(view.words[number]))
        if best_mark is None or mark > best_mark:
            best, best_mark = PhraseHit(number, share, len(wanted), number in slips, heading), mark
    return best


def _spread(window: list[str], words: set[str]) -> int:
    """Return the least number of words in a row that hold all of `words`."""
    last: dict[str, int] = {}
    least = len(window)
    for place, word in enumerate(window):
        if word in words:
            last[word] = place
            if len(last) == len(words):
                least = min(least, place - min(last.values()) + 1)
    return least


def _slips(word: str, view: ResumeView) -> list[str]:
    """Return the resume's words that are this one but for a slip of the keyboard, or that end in it as compounds do."""
    if len(word) < _COMPOUND:
        return []
    return [
        other
        for other in view.places
        if (other[0] == word[0] and -1 <= len(other) - len(word) <= 1 and similar(word, other))
        or (len(other) - len(word) >= 3 and other.endswith(word))
    ]
