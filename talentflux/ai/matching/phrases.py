"""Finding the words of a phrase in a resume."""

import re
from dataclasses import dataclass

from talentflux.ai.matching.view import ResumeView
from talentflux.ai.matching.words import content_words, similar
from talentflux.ai.taxonomy.text import fold
from talentflux.schemas.resume import SectionKind

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
    return _best_window(wanted, view) if wanted else _as_written(phrase, view)


def _best_window(wanted: list[str], view: ResumeView) -> PhraseHit | None:
    """Return the window that holds the largest share of some stems."""
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
    best_mark: tuple[float, bool, bool, bool, int] | None = None
    for number, words in found.items():
        share = min(1.0, len(words) / len(wanted))
        if best is not None and share < best.share:
            continue
        if len(words) > 1 and _spread(view.words[number], words) > len(words) + _SLACK:
            share *= _APART
        heading = not words <= view.told_words(number) and number in view.headings
        studied = view.features.windows[number].section == SectionKind.EDUCATION.value
        mark = (share, not heading, not studied, number not in slips, -len(view.words[number]))
        if best_mark is None or mark > best_mark:
            best, best_mark = PhraseHit(number, share, len(wanted), number in slips, heading), mark
    return best


def _as_written(phrase: str, view: ResumeView) -> PhraseHit | None:
    """Return the window that holds a phrase letter by letter; for names such as `A+` that are no content words."""
    name = " ".join(fold(phrase).split())
    if not name:
        return None
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?![\w+#])")
    for number, window in enumerate(view.features.windows):
        if pattern.search(view.folded, window.span.start, window.span.end):
            return PhraseHit(number, 1.0, 1, fuzzy=False, heading=number in view.headings)
    return None


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
