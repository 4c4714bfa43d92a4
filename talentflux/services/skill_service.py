"""The skill lexicon, searched by name."""

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
    for skill in skill_matcher().lexicon.skills.values():
        place = min((_place(name.casefold(), wanted) for name in (skill.name, *skill.aliases)), default=_ABSENT)
        if place < _ABSENT:
            ranked.append((place, skill.name.casefold(), skill))
    return [skill for _, _, skill in sorted(ranked, key=lambda each: each[:2])[:limit]]


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
