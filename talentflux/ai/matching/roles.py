"""Comparing the titles of jobs."""

import re
from dataclasses import dataclass
from functools import lru_cache

from talentflux.ai.matching.vocabulary import SENIORITY
from talentflux.ai.matching.words import STOP_WORDS, similar, stem
from talentflux.ai.taxonomy.text import fold

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_TAIL = re.compile(r"\s[-–—|]+\s|\s*[(\[]|,\s")
_SHORT = {
    "dev": "developer",
    "eng": "engineer",
    "engg": "engineer",
    "mgr": "manager",
    "admin": "administrator",
    "exec": "executive",
    "asst": "assistant",
    "tech": "technician",
    "rep": "representative",
    "coord": "coordinator",
    "sw": "software",
    "swe": "software engineer",
    "qa": "quality assurance",
    "hr": "human resources",
    "it": "information technology",
    "rn": "registered nurse",
    "vp": "vice president",
    "pm": "project manager",
    "ux": "user experience",
    "ui": "user interface",
    "sysadmin": "systems administrator",
    "devops": "development operations",
}
# Words that say little about the trade: they count half.
_GENERAL = frozenset(
    stem(word)
    for word in [
        "developer",
        "engineer",
        "manager",
        "analyst",
        "specialist",
        "consultant",
        "administrator",
        "officer",
        "coordinator",
        "assistant",
        "representative",
        "worker",
        "technician",
        "supervisor",
        "director",
        "executive",
        "associate",
        "clerk",
        "operator",
        "expert",
        "professional",
        "staff",
        "agent",
        "lead",
        "head",
        "leader",
        "team",
        "entwickler",
        "ingenieur",
        "berater",
        "leiter",
        "mitarbeiter",
        "ingenieur",
        "responsable",
        "gestor",
        "tecnico",
        "medewerker",
        "responsabile",
    ]
)
# Trades with two names.
_SAME = {stem(word): stem("engineer") for word in ("developer", "programmer", "coder", "entwickler", "developpeur")}
_IGNORED = frozenset(
    [
        "i",
        "ii",
        "iii",
        "iv",
        "v",
        "1",
        "2",
        "3",
        "m",
        "w",
        "f",
        "d",
        "h",
        "x",
        "all",
        "other",
        "except",
        "contract",
        "hire",
        "direct",
        "remote",
        "time",
        "full",
        "part",
    ]
)
_GENERAL_WEIGHT = 0.5


@dataclass(frozen=True)
class Role:
    """A title taken apart.

    Attributes:
        stems: Stems of the words that name the trade.
        rank: Seniority from 0 (trainee) to 6 (chief), None where the title does not say.
    """

    stems: frozenset[str]
    rank: int | None


@lru_cache(maxsize=10_000)
def read_role(title: str) -> Role:
    """Take a title apart.

    Args:
        title: As written.

    Returns:
        Its words and its seniority.
    """
    head = _TAIL.split(title, maxsplit=1)[0]
    return read_words(head if len(_WORD.findall(head)) > 1 else title)


@lru_cache(maxsize=20_000)
def read_words(title: str) -> Role:
    """Take all words of a title, or of the line that holds it.

    Args:
        title: As written.

    Returns:
        Its words and its seniority.
    """
    words: list[str] = []
    for word in _WORD.findall(fold(title)):
        words += _SHORT.get(word, word).split()
    ranks = [SENIORITY[word] for word in words if word in SENIORITY]
    kept = [word for word in words if word not in STOP_WORDS and word not in _IGNORED and word not in SENIORITY]
    stems = frozenset(_SAME.get(s, s) for s in (stem(word) for word in kept or words))
    return Role(stems, max(ranks) if ranks else None)


@lru_cache(maxsize=50_000)
def similarity(wanted: Role, held: Role) -> float:
    """Return how much of a wanted role another one names.

    Args:
        wanted: The role asked for.
        held: A role held.

    Returns:
        Weighted share of the wanted words found, 0 to 1; words such as `manager` weigh half.
    """
    if not wanted.stems or not held.stems:
        return 0.0
    total = sum(_weight(word) for word in wanted.stems)
    found = sum(_weight(word) for word in wanted.stems if word in held.stems or _has_slip(word, held.stems))
    return found / total


def _has_slip(word: str, stems: frozenset[str]) -> bool:
    """Tell whether a word stands among others with one slip of the keyboard; short words are never compared so."""
    return len(word) > 5 and any(other[0] == word[0] and similar(word, other) for other in stems)


def names_trade(role: Role) -> bool:
    """Tell whether a role has a word that says more than `manager` or `specialist`."""
    return bool(role.stems - _GENERAL)


def _weight(word: str) -> float:
    """Weigh a word by what it tells."""
    return _GENERAL_WEIGHT if word in _GENERAL else 1.0


def seniority_gap(wanted: Role, held: Role) -> int:
    """Return how many steps a held role lies below the wanted one.

    Args:
        wanted: The role asked for.
        held: A role held.

    Returns:
        0 where it is no lower, or where the wanted title names no rank above the ordinary one.
    """
    ordinary = 2
    if wanted.rank is None or wanted.rank <= ordinary:
        return 0
    return max(0, wanted.rank - (held.rank if held.rank is not None else ordinary))
