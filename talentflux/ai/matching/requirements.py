"""From a job description to requirements that can be checked one by one and edited by a person."""

import re
from dataclasses import replace

from talentflux.ai.matching import vocabulary as words
from talentflux.ai.matching.items import MAX_TEXT, Draft, read_item
from talentflux.ai.matching.structure import Item, detect_language, heading_part, split_items
from talentflux.ai.taxonomy import SkillMatcher
from talentflux.ai.taxonomy.text import fold
from talentflux.core.errors import InvalidInputError
from talentflux.schemas.base import Span
from talentflux.schemas.requirement import JobDescription, Necessity, Requirement, RequirementKind

MAX_REQUIREMENTS = 200
MAX_CHARACTERS = 100_000
_LONGEST_TITLE = 400
_ASKING = {"must", "should"}
# Time in a role says more than a word in a list.
_WEIGHTS = {RequirementKind.YEARS: 1.5}
_GENDER_MARK = re.compile(
    r"\s*[(\[]\s*(?:[mwfdhxigvn]\s*[/|*]\s*){1,3}[mwfdhxigvn]\s*[)\]]|\s*\(all genders\)|\s*\(\s*#?\d+\s*\)",
    re.IGNORECASE,
)
_TITLE_LABEL = re.compile(
    (
        r"^[ \t\xa0#*_]*(?:job |position |role )?(?:title|position|role|stelle|poste|puesto|functie|vaga|cargo|"
        r"posizione)[*_]*\s*:\s*(?P<title>\S.*)$"
    ),
    re.IGNORECASE | re.MULTILINE,
)
_LOCATION_LABEL = re.compile(
    (
        r"^[ \t\xa0#*_-]*(?:job |work )?(?:location|standort|arbeitsort|einsatzort|lieu(?: de travail)?|ubicación|"
        r"locatie|standplaats|localização|local|sede)[*_]*\s*:\s*(?P<place>\S.*)$"
    ),
    re.IGNORECASE | re.MULTILINE,
)


def read_job(text: str, matcher: SkillMatcher) -> JobDescription:
    """Read a job description.

    What stands under a heading of requirements, or is worded as one ("must", "required", "von Vorteil", "un plus"),
    becomes a requirement. Responsibilities do not. Where nothing is asked for in so many words, title and skills
    mentioned become wishes, and a warning says so.

    Args:
        text: The description, plain text or Markdown.
        matcher: Finds skills.

    Returns:
        The job with its requirements, each with the span it was read from.

    Raises:
        InvalidInputError: If the text is empty or longer than 100,000 characters.
    """
    if not text.strip():
        raise InvalidInputError("The job description is empty. Write what the job asks for, one requirement a line.")
    if len(text) > MAX_CHARACTERS:
        raise InvalidInputError(
            f"The job description has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read. Shorten it."
        )
    items = split_items(text)
    found = _found(text, items, matcher)
    warnings = []
    if not found:
        found = _mentioned(text, matcher)
        warnings.append(
            "No requirement was found in the description"
            + ("; the skills it mentions are taken as wishes." if found else ".")
            + " Put requirements under a heading such as 'Requirements', one a line."
        )
    title = _title(text, items)
    if title is not None:
        found.append((Necessity.SHOULD, _title_draft(text, title)))
    requirements = _numbered(text, _distinct(found))
    if len(requirements) > MAX_REQUIREMENTS:
        warnings.append(f"Only the first {MAX_REQUIREMENTS} of {len(requirements)} requirements are kept.")
    location = _LOCATION_LABEL.search(text)
    return JobDescription(
        title=title,
        language=detect_language(text),
        location=location["place"].strip(" *_")[:200] if location else _first_of(text, items, "location"),
        text=text,
        requirements=requirements[:MAX_REQUIREMENTS],
        warnings=warnings,
    )


def _found(text: str, items: list[Item], matcher: SkillMatcher) -> list[tuple[Necessity, Draft]]:
    """Collect what the items ask for."""
    sectioned = any(item.part == "must" for item in items)
    found: list[tuple[Necessity, Draft]] = []
    for item in items:
        for part, necessity in _parts(text, item, sectioned=sectioned):
            found += [
                (necessity, draft)
                for draft in read_item(text, part.start, part.end, matcher)
                if item.part in _ASKING or _is_checkable(draft)
            ]
    return found


def _parts(text: str, item: Item, *, sectioned: bool) -> list[tuple[Item, Necessity]]:
    """Tell how firmly an item asks; a wish within it, as in `Java, ideally with Spring`, is a part of its own."""
    ahead = words.WISH_AHEAD.search(text, item.start, item.end)
    if ahead is None:
        necessity = _necessity(item.of(text), item.part, sectioned=sectioned)
        return [(item, necessity)] if necessity else []
    first, rest = replace(item, end=ahead.start()), replace(item, start=ahead.end())
    necessity = _necessity(first.of(text), item.part, sectioned=sectioned)
    return [(first, necessity), (rest, Necessity.SHOULD)] if necessity else []


def _is_checkable(draft: Draft) -> bool:
    """Tell whether a draft says what to look for; outside a part for requirements the rest is prose."""
    return draft.kind is not RequirementKind.OTHER and not draft.values.get("terms")


def _necessity(item: str, part: str, *, sectioned: bool) -> Necessity | None:
    """Tell whether an item asks for something, and how firmly."""
    if part in {"title", "location", "duties"}:
        return None
    if part == "should" or words.SHOULD.search(item):
        return Necessity.SHOULD
    asked = part == "must" or words.MUST.search(item) or (not sectioned and words.WISH.search(item))
    return Necessity.MUST if asked else None


def _mentioned(text: str, matcher: SkillMatcher) -> list[tuple[Necessity, Draft]]:
    """Take every skill that the description mentions as a wish."""
    return [
        (Necessity.SHOULD, Draft(RequirementKind.SKILL, m.span.start, m.span.end, {"skill_ids": [m.skill_id]}))
        for m in matcher.extract(text)
    ]


def _title(text: str, items: list[Item]) -> str | None:
    """Find the job's title: under its heading, behind its label, or as the first line."""
    label = _TITLE_LABEL.search(text)
    candidate = _first_of(text, items, "title") or (label["title"] if label else None)
    if candidate is None:
        first = next((line for line in text.splitlines() if line.strip()), "")
        bare = first.strip(" #*_:\t")
        if len(bare.split()) <= 9 and not bare.endswith((".", "!", "?", ",")) and heading_part(bare) is None:
            candidate = bare
    if candidate is None:
        return None
    cleaned = " ".join(_GENDER_MARK.sub("", candidate[:_LONGEST_TITLE]).split()).strip(" *_#-–")
    return cleaned[:200] or None


def _first_of(text: str, items: list[Item], part: str) -> str | None:
    """Return the first item of a part."""
    return next((item.of(text)[:200] for item in items if item.part == part), None)


def _title_draft(text: str, title: str) -> Draft:
    """Make the title a wish: someone who held this role shows most of what it takes."""
    start = text.find(title)
    return Draft(
        RequirementKind.TITLE, max(start, 0), max(start, 0) + (len(title) if start >= 0 else 0), {"title": title}
    )


def _distinct(found: list[tuple[Necessity, Draft]]) -> list[tuple[Necessity, Draft]]:
    """Drop what was asked for before; what must be met stays a must."""
    kept: dict[object, tuple[Necessity, Draft]] = {}
    for necessity, draft in found:
        values = {
            name: value
            for name, value in draft.values.items()
            if value and (name != "terms" or not draft.values.get("skill_ids"))
        }
        mark = (draft.kind, repr(sorted(values.items()))) if values else (draft.kind, draft.start)
        if mark not in kept or (necessity is Necessity.MUST and kept[mark][0] is Necessity.SHOULD):
            kept[mark] = (necessity, draft)
    return list(kept.values())


def _numbered(text: str, found: list[tuple[Necessity, Draft]]) -> list[Requirement]:
    """Make requirements of drafts."""
    requirements = []
    for number, (necessity, draft) in enumerate(found, start=1):
        quote = " ".join(text[draft.start : draft.end].split())
        shown = quote or str(draft.values.get("title", ""))
        if draft.kind is RequirementKind.TITLE:
            shown = f"Has worked as {draft.values['title']}"
        requirements.append(
            Requirement.model_validate(
                {
                    **draft.values,
                    "id": f"r{number}",
                    "kind": draft.kind,
                    "necessity": necessity,
                    "weight": _WEIGHTS.get(draft.kind, 1.0),
                    "text": shown[:MAX_TEXT],
                    "span": Span(start=draft.start, end=draft.end),
                }
            )
        )
    return requirements


def term_requirement(term: str, matcher: SkillMatcher, number: int = 1) -> Requirement:
    """Make a requirement of one skill's name, as a person types it.

    Args:
        term: A skill's name, known to the lexicon or not.
        matcher: Holds the lexicon.
        number: Its place in the list.

    Returns:
        A requirement of kind skill.
    """
    known = matcher.lexicon.lookup(term)
    return Requirement(
        id=f"r{number}", kind=RequirementKind.SKILL, text=term[:MAX_TEXT], skill_ids=[s.id for s in known], terms=[term]
    )


def same_text(one: str, other: str) -> bool:
    """Tell whether two requirement texts say the same but for case, accents and spacing."""
    return fold(" ".join(one.split())) == fold(" ".join(other.split()))
