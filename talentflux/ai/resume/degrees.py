"""Degrees: their names, levels and fields of study."""

import re
from functools import cache, lru_cache

from talentflux.ai.resume.classify import place_score, school_score
from talentflux.ai.resume.lexicon import groups
from talentflux.schemas.resume import EducationLevel

_LEVELS = ("doctorate", "master", "bachelor", "associate", "vocational", "secondary")
_NOT_STUDY = re.compile(r"\s*(?:office|word|excel|sql|access|dos|project|windows|team)\b", re.IGNORECASE)
_COLUMN = re.compile(r"\t|\s[–-]\s| {2}")
_NO_FIELD = re.compile(
    r"(?:summa|magna|cum laude|graduated|expected|gpa|honou?rs|first class|degree|present|minor|completed|"
    r"anticipated)\b",
    re.IGNORECASE,
)
_STATE = re.compile(r"[A-Z]{2}(?!\w|\.|\s?\(|,?\s(?:in|of)\b)")
_END = (
    r"(?=\s*(?:[,;:|()\t•]|\s{2}|$|\.(?:\s|$)|\s[–-]\s|\b(?:from|at|with|minor|gpa|cgpa|an der|bei|à l'|"
    r"(?:19|20)\d\d)\b))"
)
_FIELD = re.compile(
    r"(?:\s*(?:degree|studies|hons\.?|\(hons\.?\)|\(honours\)|honours|with honors|course|program(?:me)?))?"
    r"(?:(?:,?\s|:\s|\s–\s)(?:in|of|en|im fach|im bereich|für|em|de|in de|der|des|du|zum|zur|als|major(?:ing)? in|"
    r"with (?:a )?(?:major|concentration|specialization) in|specialized in)\s+|\s(?:d|de l)'|,\s*|:\s*|"
    r"\s[–-]\s|\s?\(|\s(?=[A-ZÀ-Þ]))"
    rf"(?P<field>[^\W\d_][^,;:|()\n\t•]{{1,70}}?){_END}",
    re.IGNORECASE,
)


@cache
def _degree_patterns() -> re.Pattern[str]:
    listed = groups("degrees")
    alternatives = []
    for level in _LEVELS:
        plain = sorted(listed[level], key=len, reverse=True)
        body = "|".join(_loosen(one) for one in plain)
        capitals = "|".join(_loosen(one) for one in sorted(listed[f"{level}-letters"], key=len, reverse=True))
        alternatives.append(rf"(?P<{level}>(?i:{body})|{capitals})")
    return re.compile(rf"(?<![\w.])(?={_beginnings()})(?:{'|'.join(alternatives)})(?:'s|s)?(?!\w)\.?")


def _beginnings() -> str:
    """Return a pattern of the first two letters of all degrees, which most places of a text fail at once."""
    seconds: dict[str, set[str]] = {}
    for listed in groups("degrees").values():
        for degree in listed:
            bare = degree.replace(" ", "").lower()
            seconds.setdefault(bare[0], set()).add(bare[1])
    pairs = "|".join(
        rf"{first}\.?\s?[{''.join(map(re.escape, sorted(rest)))}]" for first, rest in sorted(seconds.items())
    )
    return f"(?i:{pairs})"


def _loosen(pattern: str) -> str:
    """Allow dots and a missing blank in abbreviations, and the typographic apostrophe."""
    loose = re.sub(r"(?<![a-z?\])])\b(\w{1,4}) (?=\w)", r"\1\\.?\\s?", pattern)
    return loose.replace(" ", r"\s").replace("'", "'{0,2}")


def begins_with_degree(line: str) -> bool:
    """Say whether a line begins with the name of a degree."""
    return _degree_patterns().match(line) is not None


def degree_at(text: str, start: int, end: int) -> tuple[int, int, EducationLevel, tuple[int, int] | None] | None:
    """Find a degree in a stretch of text.

    Args:
        text: The working text.
        start: Where to look from.
        end: Where to stop.

    Returns:
        Start and end of the degree, its level, and the stretch of its field where one follows; None without a degree.
    """
    found = _degree_in(text[start:end])
    if found is None:
        return None
    first, last, level, study = found
    return start + first, start + last, level, (start + study[0], start + study[1]) if study is not None else None


@lru_cache(maxsize=512)
def _degree_in(line: str) -> tuple[int, int, EducationLevel, tuple[int, int] | None] | None:
    """Find a degree in one line; the same lines are asked about by several readers."""
    for match in _degree_patterns().finditer(line):
        if _NOT_STUDY.match(line, match.end()):
            continue
        if line[max(0, match.start() - 2) : match.start()] == ", " and _STATE.match(line, match.start()):
            continue  # Baltimore, MD
        level = EducationLevel(str(match.lastgroup))
        study = _FIELD.match(line, match.end())
        if study is not None and not _is_field(study["field"]):
            study = None
        place = study.span("field") if study else _field_later(line, match.end(), len(line))
        return match.start(), match.end(), level, place
    return None


def _field_later(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find a field that follows the school: `PhD Acme University, Physics`, `BS Acme College, BS in Physics`."""
    again = _degree_patterns().search(text, start, end)
    if again is not None:
        study = _FIELD.match(text, again.end(), end)
        return study.span("field") if study is not None and _is_field(study["field"]) else None
    while start < end and text[start] in " \t":
        start += 1
    school, comma, rest = _COLUMN.split(text[start:end])[0].partition(", ")
    body = re.split(r"\s\d|,", rest)[0].strip()
    if not (
        comma and body and body[0].isupper() and len(body.split()) <= 6 and school_score(school) and _is_field(body)
    ):
        return None
    begin = start + len(school) + len(comma) + rest.index(body)
    return begin, begin + len(body)


def _is_field(text: str) -> bool:
    """Whether a stretch after a degree names what was studied, and not a school, a place or a grade."""
    return not (school_score(text) or place_score(text) or _NO_FIELD.match(text))
