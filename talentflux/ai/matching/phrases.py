"""Finding the words of a phrase in a resume."""

from dataclasses import dataclass

from talentflux.ai.matching.view import ResumeView
from talentflux.ai.matching.words import content_words, similar

_NEAR = 8  # words of one phrase may stand this far apart in a window


@dataclass(frozen=True)
class PhraseHit:
    """The window that holds most of a phrase.

    Attributes:
        window: Its number.
        share: Share of the phrase's words found there.
        fuzzy: Whether a word was found with a slip only.
    """

    window: int
    share: float
    fuzzy: bool


def find_phrase(phrase: str, view: ResumeView) -> PhraseHit | None:
    """Return the window that holds the largest share of a phrase's content words.

    Args:
        phrase: A requirement's words.
        view: The resume.

    Returns:
        The best window; None where none holds any word of it.
    """
    wanted = list(dict.fromkeys(content_words(phrase)))
    if not wanted:
        return None
    counts: dict[int, int] = {}
    slips: set[int] = set()
    for word in wanted:
        places = view.places.get(word)
        if places is None:
            places = _fuzzy_places(word, view)
            slips.update(places)
        for number in places:
            counts[number] = counts.get(number, 0) + 1
    if not counts:
        return None
    best = max(counts, key=lambda number: (counts[number], number not in slips, -len(view.words[number])))
    return PhraseHit(best, counts[best] / len(wanted), best in slips)


def _fuzzy_places(word: str, view: ResumeView) -> list[int]:
    """Return the windows that hold the word with one slip."""
    if len(word) < 6:
        return []
    found: set[int] = set()
    for other, places in view.places.items():
        if other[0] == word[0] and abs(len(other) - len(word)) <= 1 and similar(word, other):
            found.update(places)
    return sorted(found)
