"""Languages, certificates and the use of skills."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from talentflux.ai.resume.dates import Period, merged_months, months_between
from talentflux.ai.resume.heads import dated
from talentflux.ai.resume.lexicon import fold, groups, index, one_of
from talentflux.ai.resume.positions import found_date
from talentflux.ai.resume.sections import Block
from talentflux.ai.resume.values import Text
from talentflux.schemas.base import Span
from talentflux.schemas.resume import Certificate, LanguageLevel, ParsedResume, SectionKind, SpokenLanguage
from talentflux.schemas.skill import SkillMention

_CODE = re.compile(r"\b(A1|A2|B1|B2|C1|C2)\b")
_LISTS = re.compile(
    r"\blanguages?(?: known| skills)?\s*[:–]|\bsprachen\s*[:–]|\blangues\s*[:–]|\bidiomas\s*[:–]|"
    r"\btalen\s*[:–]|\blingue\s*[:–]",
    re.IGNORECASE,
)
_TO_SKIP = re.compile(r"^(?:certificat|licen|training|course|date|issued|valid|expires?)\w*:?$", re.IGNORECASE)


@cache
def _language_pattern() -> re.Pattern[str]:
    names = sorted(
        (re.escape(name) for listed in groups("languages").values() for name in listed), key=len, reverse=True
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)


@cache
def _level_pattern() -> re.Pattern[str]:
    listed = one_of(word.lower() for words in groups("levels").values() for word in words)
    return re.compile(rf"(?<!\w){listed}(?!\w)", re.IGNORECASE)


def level_of(text: str) -> LanguageLevel | None:
    """Return the level that a text gives to a language: a code of the framework, else the first word for one."""
    code = _CODE.search(text)
    if code is not None:
        return LanguageLevel(code[1])
    word = _level_pattern().search(text)
    if word is None:
        return None
    key = index("levels").get(fold(word.group()))
    return LanguageLevel(key) if key else None


def read_languages(blocks: Sequence[Block], text: str, source: str) -> list[SpokenLanguage]:
    """Read the languages that the person says they know.

    Args:
        blocks: The sections.
        text: The working text.
        source: The text of the document.

    Returns:
        Each language once, in the order of the text.
    """
    zones: list[tuple[int, int]] = []
    for block in blocks:
        for line in block.lines:
            if block.kind is SectionKind.LANGUAGES:
                zones.append((line.start, line.end))
            else:
                label = _LISTS.search(line.text) if ":" in line.text or "–" in line.text else None
                if label is not None:
                    zones.append((line.start + label.end(), line.end))
    found: dict[str, SpokenLanguage] = {}
    for start, end in zones:
        hits = list(_language_pattern().finditer(text, start, end))
        for place, hit in enumerate(hits):
            code = index("languages")[fold(hit.group())]
            until = hits[place + 1].start() if place + 1 < len(hits) else end
            before = text[hits[place - 1].end() if place else start : hit.start()]
            level = level_of(text[hit.end() : until]) or (level_of(before) if place == 0 else None)
            if code in found:
                continue
            span = Span(start=hit.start(), end=hit.end())
            name = Text(value=source[span.start : span.end], span=span, confidence=0.9)
            found[code] = SpokenLanguage.model_construct(
                code=code, name=name, level=level, confidence=0.9 if level else 0.7
            )
    return list(found.values())


def read_certificates(blocks: Sequence[Block], periods: Sequence[Period], text: str, source: str) -> list[Certificate]:
    """Read the certificates of their sections: one to a line.

    Args:
        blocks: The sections.
        periods: Dates of the text.
        text: The working text.
        source: The text of the document.

    Returns:
        The certificates in the order of the text.
    """
    found: list[Certificate] = []
    for block in blocks:
        if block.kind is not SectionKind.CERTIFICATES:
            continue
        for line in block.lines[:40]:
            here = dated(line, periods)
            end = line.end
            start = line.start
            for period in here:
                if period.start > line.start + 3:
                    end = min(end, period.start)
                elif period.end < line.end:
                    start = period.end
            body = text[start:end].strip(" ,;:–-()|")
            if body[:1].islower() or (body.endswith(".") and len(body.split()) > 8):
                continue
            if len(body) < 3 or len(body.split()) > 16 or _TO_SKIP.match(body) or not any(map(str.isalpha, body)):
                continue
            begin = start + text[start:end].index(body)
            name_end = begin + len(body)
            issuer = None
            parted = re.search(r"\s[–-]\s|\s\|\s|,\s(?=[A-Z])|\s\(", body)
            if parted and len(body) - parted.end() > 2:
                span = Span(start=begin + parted.end(), end=begin + len(body.rstrip(")")))
                issuer = Text(value=source[span.start : span.end], span=span, confidence=0.5)
                name_end = begin + parted.start()
            span = Span(start=begin, end=name_end)
            name = Text(value=source[begin:name_end], span=span, confidence=0.7)
            found.append(
                Certificate.model_construct(name=name, issuer=issuer, date=found_date(here[0].first) if here else None)
            )
    return found


def place_skills(mentions: Sequence[SkillMention], parsed: ParsedResume, today: date) -> list[SkillMention]:
    """Fill in for each mention of a skill its section and the years of use.

    Args:
        mentions: The mentions found in the text.
        parsed: The resume with sections and positions.
        today: The present day, at which current jobs end.

    Returns:
        The mentions with `section` and, where the skill is named in dated positions, `years`: the merged length of all
        positions whose text names it.
    """
    jobs = []
    for job in parsed.positions:
        if job.span is not None and job.start is not None and (job.end is not None or job.current):
            until = job.end.value if job.end is not None else None
            jobs.append((job.span, months_between(job.start.value, until, today)))
    intervals: dict[str, list[tuple[int, int]]] = {}
    for mention in mentions:
        for span, interval in jobs:
            if span.start <= mention.span.start < span.end:
                intervals.setdefault(mention.skill_id, []).append(interval)
    placed = []
    for mention in mentions:
        section = next(
            (one.kind.value for one in parsed.sections if one.span.start <= mention.span.start < one.span.end), None
        )
        used = intervals.get(mention.skill_id)
        years = round(merged_months(used) / 12, 2) if used else None
        placed.append(mention.model_copy(update={"section": section, "years": years}))
    return placed
