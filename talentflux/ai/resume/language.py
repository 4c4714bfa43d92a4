"""Which of the languages of Europe a resume is written in."""

import re
from collections import Counter
from functools import cache

from talentflux.ai.resume.lexicon import groups

_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 2000  # characters that are looked at
_ENOUGH = 6  # hits below which small words decide nothing


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, listed in groups("functionwords").items():
        for word in listed:
            found.setdefault(word.lower(), []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}


@cache
def _detector_ready() -> bool:
    """Fix the seed of langdetect once: it draws at random otherwise."""
    from langdetect import DetectorFactory  # noqa: PLC0415 - slow to import and rarely needed

    DetectorFactory.seed = 0
    return True


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of a text.

    Frequent small words of seven languages are counted first; only where they do not decide, langdetect is asked.

    Args:
        text: The text; its beginning is looked at.

    Returns:
        The code in lower case, or None where the text is too short to tell.
    """
    sample = text[:_SAMPLE].lower()
    known = _languages_of()
    counts: Counter[str] = Counter()
    tokens = _WORD.findall(sample)
    for languages in filter(None, map(known.get, tokens)):
        counts.update(languages)
    ranked = counts.most_common(2)
    if ranked and ranked[0][1] >= _ENOUGH:
        second = ranked[1][1] if len(ranked) > 1 else 0
        if ranked[0][1] >= 1.3 * second:
            return ranked[0][0]
    return _ask_langdetect(sample) if len(tokens) >= _ENOUGH else None


def _ask_langdetect(sample: str) -> str | None:
    from langdetect import detect_langs  # noqa: PLC0415 - slow to import and rarely needed
    from langdetect.lang_detect_exception import LangDetectException  # noqa: PLC0415 - as above

    _detector_ready()
    try:
        ranked = detect_langs(sample[:1000])
    except LangDetectException:  # no letters at all
        return None
    best = ranked[0]
    code = str(best.lang).split("-")[0]
    return code if best.prob >= 0.8 else None
