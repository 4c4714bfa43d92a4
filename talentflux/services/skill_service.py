"""The skill lexicon, searched by name."""

from functools import cache

from talentflux.ai.analysis import skill_matcher
from talentflux.schemas.skill import Skill


def search(query: str, limit: int) -> list[Skill]:
    """Return skills whose name or alias has the query: first equal, then beginning with it, then holding it.

    Args:
        query: Part of a name, in any case.
        limit: Most skills.
    """
    wanted = query.casefold().strip()
    if not wanted:
        return []
    ranked = []
    for text, names, skill in _listed():
        if wanted in text:
            place = min((_place(name, wanted) for name in names), default=_ABSENT)
            if place < _ABSENT:  # else the query crosses the end of a name
                ranked.append((place, names[0], skill))
    return [skill for _, _, skill in sorted(ranked, key=lambda each: each[:2])[:limit]]


@cache
def _listed() -> list[tuple[str, tuple[str, ...], Skill]]:
    """Return each skill with its names in small letters, together and one by one; name first, then aliases."""
    skills = skill_matcher().lexicon.skills.values()
    named = ((tuple(name.casefold() for name in (skill.name, *skill.aliases)), skill) for skill in skills)
    return [("\n".join(names), names, skill) for names, skill in named]


_ABSENT = 4


def _place(name: str, wanted: str) -> int:
    """Return 0 for an equal name, 1 for a beginning, 2 for the beginning of a word, 3 for any part, 4 for none."""
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    if f" {wanted}" in name:
        return 2
    return 3 if wanted in name else _ABSENT
