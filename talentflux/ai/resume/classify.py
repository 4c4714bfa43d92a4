"""What a short piece of text names: a job title, an organization, a place."""

import re
from functools import cache, lru_cache

from talentflux.ai.resume.lexicon import fold, groups, index, words

_WORD = re.compile(r"[^\W\d_]+(?:[.'-][^\W\d_]+)*")
_HEAD_ENDS = re.compile(
    r"\s+(?:of|for|in|–|-|to|at|with|and|&|de|du|des|d'|del|della|di|da|do|für|im|in|van|voor|en|et|und|y|e|"
    r"the)\b.*|[,(/:;–|].*",
    re.IGNORECASE,
)
_PAREN = re.compile(r"\([^)]*\)")


@cache
def _suffix() -> re.Pattern[str]:
    listed = sorted(words("titles", "suffix"), key=len, reverse=True)
    return re.compile(r"\w{3,}(?:" + "|".join(map(re.escape, listed)) + ")$")


def _is_title_word(word: str) -> bool:
    if word in words("titles", "strong"):
        return True
    if "-" in word and word.rsplit("-", 1)[1] in words("titles", "strong"):
        return True
    return len(word) > 7 and word not in _not_titles() and _suffix().match(word) is not None


@cache
def _not_titles() -> frozenset[str]:
    return frozenset(("german", "human", "roman", "woman", "norman", "weimar"))


@lru_cache(maxsize=8192)
def title_score(text: str) -> int:
    """Say how much a piece of text looks like a job title.

    Args:
        text: A piece of a line, without dates.

    Returns:
        0 not at all, 1 a word that may be one, 2 a word for a job somewhere, 3 that word is its head.
    """
    if not 2 <= len(text) <= 110:
        return 0
    tokens = [fold(word) for word in _WORD.findall(_PAREN.sub("", text))]
    if not tokens or len(tokens) > 12:
        return 0
    head = [fold(word) for word in _WORD.findall(_HEAD_ENDS.sub("", text))]
    if (head and _is_title_word(head[-1])) or _is_title_word(tokens[-1]):
        return 3
    if any(_is_title_word(token) for token in tokens):
        ranked = tokens[0] in words("titles", "rank") and len(tokens) > 1
        return 3 if ranked or (_is_title_word(tokens[0]) and tokens[-1] not in words("organizations")) else 2
    weak = words("titles", "weak")
    return int(bool(head and head[-1] in weak) or tokens[-1] in weak or tokens[0] in weak)


@lru_cache(maxsize=8192)
def organization_score(text: str) -> int:
    """Say how much a piece of text looks like the name of an organization.

    Args:
        text: A piece of a line, without dates.

    Returns:
        0 not at all, 1 a word that occurs in such names, 2 such a word at its end or after `of`, 3 a legal form.
    """
    tokens = [fold(word) for word in _WORD.findall(text)]
    if not tokens or len(tokens) > 14:
        return 0
    if any(token.replace(".", "") in words("organizations", "form") for token in tokens[1:]):
        return 3
    known = _organization_words()
    if tokens[-1] in known or tokens[0] in known or re.search(r"\w&\w", text):
        return 2
    return int(" & " in text or any(token in known for token in tokens))


@cache
def _organization_words() -> frozenset[str]:
    return words("organizations", "work", "school")


@lru_cache(maxsize=8192)
def school_score(text: str) -> int:
    """Return 1 where a piece of text has a word of schools and universities, else 0."""
    tokens = {fold(word) for word in re.findall(r"[^\W\d_]+", text)}
    known = words("organizations", "school")
    if not tokens.isdisjoint(known):
        return 1
    return int(
        any(
            len(token) > 10 and token.endswith(("universitat", "hochschule", "schule", "gymnasium")) for token in tokens
        )
    )


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for key, listed in groups("places").items() if key.endswith("-codes") for code in listed)


@cache
def _regions() -> dict[str, str]:
    keys = [key for key in groups("places") if key != "cities" and not key.endswith("-codes")]
    return index("places", *keys)


@cache
def _cities() -> frozenset[str]:
    return words("places", "cities")


_PLACE_PART = re.compile(
    r"(?:\d{4,6}\s+)?[A-ZÀ-Þ][\w.'’-]*(?:\s+(?:[A-ZÀ-Þ][\w.'’-]*|de|do|da|la|le|am|an|der|den|sur|upon|of|y|"
    r"del|i)){0,3}(?:\s+\d{4,6}(?:-\d{3,4})?)?$"
)
_ZIP = re.compile(r"^\d{4,6}\s+|\s+\d{4,6}(?:-\d{3,4})?$|\s+[A-Z]\d[A-Z] ?\d[A-Z]\d$")


@lru_cache(maxsize=8192)
def place_score(text: str) -> int:
    """Say how much a piece of text looks like a place.

    Args:
        text: A piece of a line.

    Returns:
        0 not at all, 1 a known city alone, 2 a city or town with its region or country, or a region alone.
    """
    text = text.strip(" .()")
    if not 2 <= len(text) <= 70 or not text[0].isalnum():
        return 0
    parts = [part.strip() for part in re.split(r",|\s–\s|\s-\s|/", text) if part.strip()]
    if not 1 <= len(parts) <= 4 or not all(_PLACE_PART.match(part) for part in parts):
        return 0
    bare = [_ZIP.sub("", part).strip(" .") for part in parts]
    last = bare[-1]
    if last in _codes():
        return 2 if len(parts) > 1 else 0
    if fold(last) in _regions() or last.upper() in ("USA", "UK", "UAE"):
        return 2
    if len(parts) == 1:
        return int(fold(last) in _cities())
    return 2 if fold(bare[0]) in _cities() and title_score(last) < 2 and organization_score(last) == 0 else 0


def country_of(text: str) -> str | None:
    """Return the ISO 3166 code of the country that a place names, or None."""
    for part in reversed([part.strip(" .()") for part in re.split(r",|\s–\s|\s-\s|/|\n", text)]):
        bare = _ZIP.sub("", part).strip(" .")
        key = _regions().get(fold(bare))
        if key is not None:
            return key[:2]
        for name, listed in groups("places").items():
            if name.endswith("-codes") and bare in listed:
                return name[:2]
    return None
