"""What one item of a job description asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from talentflux.ai.matching import vocabulary as words
from talentflux.ai.matching.words import content_words
from talentflux.ai.taxonomy import SkillMatcher
from talentflux.ai.taxonomy.text import fold
from talentflux.schemas.requirement import RequirementKind
from talentflux.schemas.resume import EducationLevel, LanguageLevel
from talentflux.schemas.skill import SkillKind, SkillMention

_OR = re.compile(
    r"(?:^|[\s,/])(?:or|oder|ou|o|of|oppure|and/or|und/oder|et/ou|y/o|en/of|e/ou|e/o)(?:\s|$)|/", re.IGNORECASE
)
_SERIES = re.compile(
    r"[\s,;/&()]*(?:\b(?:and|or|und|oder|et|ou|y|e|o|en|of|and/or)\b[\s,/]*)?(?:(?:an?other|other|an?|similar|the)\s+)?",
    re.IGNORECASE,
)
_CHUNK = re.compile(r"\s*(?:[,;]|\s(?:and|und|et|y|&|or|oder|ou)\s)\s*", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:(?:and|or|a|an|the|some|good|strong|solid|highly|efficient|exceptional|superior|outstanding|"
    r"effective|robust|valid|excellent|great|deep|in-depth|advanced|basic|working|hands-on|sound|proven|"
    r"extensive|"
    r"practical|professional|high|demonstrated|thorough|must|should|have|has|be|having|possess|required|"
    r"minimum|expert)\s+)*"
    r"(?:(?:experienced?|knowledge|proficien(?:cy|t)|familiar(?:ity)?|understanding|expertise|skill(?:s|ed)?|"
    r"background|command|mastery|ability|able|"
    r"competen(?:cy|t|ce)|usage|use|erfahrung(?:en)?|kenntnisse|expérience|connaissances?|experiencia|"
    r"conocimientos?)\s+"
    r"(?:in|with|of|on|to|at|using|mit|im|de|en|dans|avec|con)\s+(?:the\s+)?(?:(?:use|usage|using)\s+(?:of\s+)?)?)?",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:skills?|knowledge|experience|proficiency|abilit(?:y|ies)|kenntnisse|(?:is |are |would be )?(?:an? "
    r")?(?:strong |big |huge )?"
    r"(?:plus|bonus|required|preferred|desirable|advantage|must|mandatory|essential|asset|nice to have))[\s.!]*$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?P<label>[^\W\d_][^:.]{1,45}?)\s*:\s+\S")
_LOCATION = re.compile(
    r"\b(?:based in|located in|reside in|living in|resident of|wohnhaft in|basé[e]? à|residir en|residencia "
    r"en|woonachtig in|residente a|"
    r"residir em|willing to (?:relocate|travel) to|relocate to)\s+(?P<place>[^\W\d_][\w .'-]{1,40}?)(?=[,.;)]|"
    r"\s+(?:and|or|with|is|area)\b|$)",
    re.IGNORECASE,
)
_SAME_ROLE = re.compile(
    r"\b(?:similar|related|comparable|equivalent|relevant|this|same|vergleichbar\w*|similaire|vergelijkbare|simile)\b",
    re.IGNORECASE,
)
_DOING = re.compile(r"[a-z]{3,}ing\s")
_OR_DIPLOMA = re.compile(r"\bdegree\s*(?:or|/)\s*(?:an?\s+)?(?:diploma|certificate|apprenticeship)\b", re.IGNORECASE)
MAX_TEXT = 500


@dataclass
class Draft:
    """A requirement before it has an id and a necessity.

    Attributes:
        kind: What sort of thing is asked for.
        start: Offset of its words in the description.
        end: Offset behind its words.
        values: Further fields of `Requirement`.
    """

    kind: RequirementKind
    start: int
    end: int
    values: dict[str, object] = field(default_factory=dict)


def read_item(text: str, start: int, end: int, matcher: SkillMatcher) -> list[Draft]:
    """Turn one sentence or list item into drafts of requirements.

    Args:
        text: The whole description.
        start: Offset of the item.
        end: Offset behind the item.
        matcher: Finds skills.

    Returns:
        Drafts in order of their place; one of kind `other` where nothing checkable was found.
    """
    item = text[start:end]
    mentions = matcher.extract(item)
    drafts = [*_years(item, mentions), *_education(item), *_languages(item), *_locations(item)]
    drafts += _certificates(item, mentions, matcher, drafts)
    taken = {skill for draft in drafts for skill in _ids(draft)}
    languages = {draft.start for draft in drafts if draft.kind is RequirementKind.LANGUAGE}
    free = [
        mention
        for mention in mentions
        if mention.skill_id not in taken
        and matcher.lexicon.skills[mention.skill_id].kind is not SkillKind.LANGUAGE
        and not any(_inside(mention, draft) for draft in drafts)
        and mention.span.start not in languages
    ]
    drafts += _skills(item, free, matcher, alone=not drafts)
    if not drafts:
        drafts = [_other(item, matcher)]
    for draft in drafts:
        draft.start += start
        draft.end += start
    return sorted(drafts, key=lambda draft: (draft.start, draft.end))


def _ids(draft: Draft) -> list[str]:
    """Return the skills a draft names."""
    ids = draft.values.get("skill_ids")
    return list(ids) if isinstance(ids, list) else []


def _inside(mention: SkillMention, draft: Draft) -> bool:
    """Tell whether a skill's words belong to a draft already, as `computer science` to a degree."""
    kinds = {RequirementKind.EDUCATION, RequirementKind.CERTIFICATE, RequirementKind.YEARS}
    return draft.kind in kinds and draft.start <= mention.span.start and mention.span.end <= draft.end


def _years(item: str, mentions: list[SkillMention]) -> Iterator[Draft]:
    """Yield the numbers of years asked for, each with its skill, role or field."""
    found = list(words.YEARS.finditer(fold(item)))
    for number, match in enumerate(found):
        digits, word = match["digits"], match["word"]
        years = float(digits.replace(",", ".")) if digits else float(words.NUMBER_WORDS[word])
        if years > 40 or re.match(r"\s*(?:old|of age)", item[match.end() :]):
            continue
        low = found[number - 1].end() if number else 0
        limit = found[number + 1].start() if number + 1 < len(found) else len(item)
        values: dict[str, object] = {"years": years}
        clause = item[match.end() : limit]
        role = words.AS_ROLE.search(clause) or (
            words.AS_ROLE.search(item[low : match.start()]) if number == 0 else None
        )
        near = [m for m in mentions if match.end() <= m.span.start < limit] or [
            m for m in mentions if low <= m.span.start < match.start() and len(found) == 1
        ]
        if role:
            values["title"] = _role(role["role"])
        else:
            if near and _is_field(match.end(), near[0]):
                values["skill_ids"] = _group(item, near)
            told = words.EXPERIENCE.sub("", clause)
            phrase = words.IN_FIELD.search(told) or words.IN_FIELD.search(item[low : match.start()])
            name = _role(phrase["field"]) if phrase else ""
            if 0 < len(content_words(name)) <= 6 and not _SAME_ROLE.search(name):
                values["terms"] = [name]
        if values.get("title") == "":
            values.pop("title")
        end = limit if number + 1 == len(found) else match.end() + len(clause.rstrip(" ,;"))
        yield Draft(RequirementKind.YEARS, low if number else 0, end, values)


def _is_field(end: int, mention: SkillMention) -> bool:
    """Tell whether the skill is what the years are asked of: it stands close behind the number or before it."""
    return mention.span.start - end < 60 or mention.span.end < end


def _group(item: str, mentions: list[SkillMention]) -> list[str]:
    """Return the first series of skills, as in `Java or Kotlin`."""
    group = [mentions[0]]
    for mention in mentions[1:]:
        between = item[group[-1].span.end : mention.span.start]
        if not _SERIES.fullmatch(between):
            break
        group.append(mention)
    return list(dict.fromkeys(mention.skill_id for mention in group))


def _role(phrase: str) -> str:
    """Cut a role's name out of the rest of a sentence."""
    cut = words.ROLE_END.search(phrase, 1)
    name = phrase[: cut.start()] if cut else phrase
    return " ".join(name.strip(" .,;:'\"()").split())[:120]


def _education(item: str) -> Iterator[Draft]:
    """Yield the least degree asked for, with its fields of study."""
    found: list[tuple[EducationLevel, re.Match[str]]] = []
    for level, pattern in words.EDUCATION:
        found += [
            (level, match)
            for match in pattern.finditer(item)
            if not any(other.start() <= match.start() < other.end() for _, other in found)
        ]
    if not found or not _asks_degree(item, found):
        return
    level = min((level for level, _ in found), key=lambda each: each.rank)
    start = min(match.start() for _, match in found)
    last = max(match.end() for _, match in found)
    diploma = _OR_DIPLOMA.search(item)
    if diploma:
        level = min(level, EducationLevel.VOCATIONAL, key=lambda each: each.rank)
        last = max(last, diploma.end())
    values: dict[str, object] = {"education": level}
    study = re.match(
        r"[\s'’s]*(?:degree\s+)?(?:in|of|en|im|in der|der|de|em|als|as an?|como|comme|come)\s+(?P<fields>[^.;()]+)",
        item[last:],
        re.IGNORECASE,
    )
    end = last
    ahead = item[:start].strip()
    if study is None and 1 <= len(content_words(ahead)) <= 3 and ahead[-1].isalpha():
        values["fields"] = [ahead]  # as in "nursing degree"
        start = 0
    if study:
        end = last + study.end()
        parts = re.split(r",|/|\b(?:or|and|oder|und|ou|et|o|y|of|en|e)\b", study["fields"])
        names = [" ".join(part.split()) for part in parts]
        values["fields"] = [
            name
            for name in names
            if 2 < len(name) <= 60
            and not re.search(
                r"related|similar|equivalent|verwandt|vergleichbar|field|discipline|connexe|afín|relevant", name
            )
        ][:8]
    yield Draft(RequirementKind.EDUCATION, start, min(end, len(item)), values)


def _asks_degree(item: str, found: list[tuple[EducationLevel, re.Match[str]]]) -> bool:
    """Leave out words such as `master data` and `promotion` that name no degree here."""
    if re.search(
        (
            r"degree|diploma|university|studium|abschluss|dipl[oô]m|título|titul|laurea|opleiding|graduate|ph\.?d|"
            r"mba|b\.?sc|m\.?sc|bachelor"
        ),
        item,
        re.IGNORECASE,
    ):
        return True
    weak = re.compile(
        r"master(?:s)?|promotion|lehre|diplom|licence|wo|mbo|hbo|cap|bep|bts|dut|ged|studium", re.IGNORECASE
    )
    return any(not weak.fullmatch(match[0].strip()) for _, match in found) or len(item.split()) <= 4


def _languages(item: str) -> Iterator[Draft]:
    """Yield the spoken languages asked for, with the level said next to each."""
    found = sorted(
        ((code, match) for code, pattern in words.LANGUAGES.items() for match in pattern.finditer(item)),
        key=lambda each: each[1].start(),
    )
    if not found:
        return
    only = not content_words(re.sub("|".join(re.escape(match[0]) for _, match in found), " ", item))
    if not only and not words.LANGUAGE_WORDS.search(item):
        return
    for number, (code, match) in enumerate(found):
        low = found[number - 1][1].end() if number else 0
        high = found[number + 1][1].start() if number + 1 < len(found) else len(item)
        after, before = item[match.end() : high], item[low : match.start()]
        level = _level(before) or _level(after) or (_level(item) if number else None)
        start, end = (0, len(item)) if len(found) == 1 else (match.start(), match.end())
        yield Draft(RequirementKind.LANGUAGE, start, end, {"language": code, "level": level})


def _level(text: str) -> LanguageLevel | None:
    """Return the level of a language that a text says; the lower of two that are alternatives."""
    found = [level for level, pattern in words.LANGUAGE_LEVELS if pattern.search(text)]
    if len(found) > 1 and _OR.search(text):
        return min(found, key=lambda level: level.rank)
    return found[0] if found else None


def _locations(item: str) -> Iterator[Draft]:
    """Yield a place where the person has to be."""
    match = _LOCATION.search(item)
    if match:
        yield Draft(RequirementKind.LOCATION, 0, len(item), {"location": match["place"].strip()})


def _certificates(
    item: str, mentions: list[SkillMention], matcher: SkillMatcher, drafts: list[Draft]
) -> Iterator[Draft]:
    """Yield the certificates asked for: those of the lexicon, else the words around `certified`."""
    known = [m for m in mentions if matcher.lexicon.skills[m.skill_id].kind is SkillKind.CERTIFICATE]
    for mention in known:
        yield Draft(
            RequirementKind.CERTIFICATE, mention.span.start, mention.span.end, {"skill_ids": [mention.skill_id]}
        )
    match = words.CERTIFICATE.search(item)
    if known or match is None or any(draft.kind is RequirementKind.EDUCATION for draft in drafts):
        return
    name = " ".join(match["name"].split())
    cleaned = _LEAD.sub("", name).strip(" ,.;")
    if len(content_words(cleaned)) >= 1:
        yield Draft(RequirementKind.CERTIFICATE, match.start(), match.end(), {"terms": [cleaned]})


def _skills(item: str, mentions: list[SkillMention], matcher: SkillMatcher, *, alone: bool) -> Iterator[Draft]:
    """Yield the skills asked for: `Java or Kotlin` is one requirement, `Java and Kotlin` are two."""
    label = _LABEL.match(item)
    if alone and label and len(content_words(label["label"])) <= 5:
        inside = [mention for mention in mentions if mention.span.end <= label.end("label")]
        if inside or (len(content_words(label["label"])) and not _is_series(item[label.end("label") :], mentions)):
            ids = [mention.skill_id for mention in inside]
            yield Draft(RequirementKind.SKILL, 0, len(item), {"skill_ids": ids, "terms": [label["label"].strip()]})
            return
    groups: list[list[SkillMention]] = []
    for mention in mentions:
        between = item[groups[-1][-1].span.end : mention.span.start] if groups else None
        if between is not None and _SERIES.fullmatch(between):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    units = [unit for group in groups for unit in _units(item, group)]
    rest = list(_unknown(item, mentions, matcher)) if alone and (mentions or item.count(",") >= 2) else []
    whole = alone and len(units) == 1 and not rest
    for unit in units:
        start, end = (0, len(item)) if whole else (unit[0].span.start, unit[-1].span.end)
        yield Draft(RequirementKind.SKILL, start, end, {"skill_ids": list(dict.fromkeys(m.skill_id for m in unit))})
    yield from rest


def _units(item: str, group: list[SkillMention]) -> list[list[SkillMention]]:
    """Keep a series with `or` together, take one without apart."""
    inner = " ".join(item[a.span.end : b.span.start] for a, b in pairwise(group))
    return [group] if len(group) > 1 and _OR.search(inner) else [[mention] for mention in group]


def _is_series(text: str, mentions: list[SkillMention]) -> bool:
    """Tell whether what follows a label is a list of things rather than its description."""
    return text.count(",") >= 1 and len(text.split()) <= 6 * (text.count(",") + 1) and len(mentions) >= 2


def _unknown(item: str, mentions: list[SkillMention], matcher: SkillMatcher) -> Iterator[Draft]:
    """Yield the short members of a series that the lexicon does not know."""
    position = 0
    cuts = [*(match.span() for match in _CHUNK.finditer(item)), (len(item), len(item))]
    if len(cuts) < 2:
        return
    for low, high in cuts:
        start, end = position, low
        position = high
        chunk = item[start:end]
        if start and _DOING.match(chunk):
            return  # from here on the item tells what is done with the things named before
        if any(m.span.start < end and start < m.span.end for m in mentions):
            continue
        lead = _LEAD.match(chunk)
        start += lead.end() if lead else 0
        name = _TAIL.sub("", item[start:end]).strip(" .,;:()*")
        if (
            1 <= len(content_words(name)) <= 3
            and len(name.split()) <= 4
            and (name[:1].isupper() or item.count(",") >= 2)
        ):
            yield Draft(RequirementKind.SKILL, start, end, _named(name, matcher))


def _named(name: str, matcher: SkillMatcher) -> dict[str, object]:
    """Return a name as a term, with its entries: what is ambiguous in a sentence is plain when it stands alone."""
    return {"skill_ids": [skill.id for skill in matcher.lexicon.lookup(name)], "terms": [name]}


def _other(item: str, matcher: SkillMatcher) -> Draft:
    """Take the item as it is, with its core as the words to look for."""
    core = _TAIL.sub("", item[_lead_end(item) :]).strip(" .,;:()*")
    short = 1 <= len(content_words(core)) <= 4
    kind = RequirementKind.SKILL if short else RequirementKind.OTHER
    return Draft(kind, 0, len(item), _named(core, matcher) if short else {})


def _lead_end(item: str) -> int:
    """Return where the words of asking end."""
    lead = _LEAD.match(item)
    return lead.end() if lead else 0
