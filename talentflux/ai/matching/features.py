"""From a parsed and masked resume to the facts that scoring needs."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

from talentflux.ai.matching.dates import MONTHS, month_range
from talentflux.ai.matching.instructions import instruction_spans
from talentflux.ai.matching.masking import MASK, mask_aside
from talentflux.ai.matching.timeline import complete_positions
from talentflux.ai.matching.windows import cut_windows
from talentflux.ai.resume.dates import merged_months
from talentflux.ai.taxonomy import SkillMatcher
from talentflux.ai.taxonomy.text import fold
from talentflux.core.errors import InvalidInputError
from talentflux.schemas.base import Found
from talentflux.schemas.document import Document
from talentflux.schemas.features import (
    CertificateFacts,
    EducationFacts,
    LanguageFacts,
    PositionFacts,
    ResumeFeatures,
    Window,
)
from talentflux.schemas.match import Flag, FlagKind
from talentflux.schemas.resume import ParsedResume, SectionKind
from talentflux.schemas.skill import SkillMention

# A list this long whose skills appear nowhere else looks written for a machine.
STUFFED_LIST = 40
STUFFED_REPEATS = 12
_OVERLAP_MONTHS = 3
_SPACES = re.compile(r"\s+")


def analyse(
    document: Document, parsed: ParsedResume, masked: str, matcher: SkillMatcher, as_of: date | None = None
) -> ResumeFeatures:
    """Collect what scoring needs of a resume.

    Args:
        document: The file as read.
        parsed: What the parser read from it.
        masked: `masking.mask(document.text, parsed)`.
        matcher: Finds skills.
        as_of: The day on which positions still held are taken to end; today by default.

    Returns:
        Facts and windows, none of which tells who the person is.

    Raises:
        InvalidInputError: If `masked` is not as long as the document's text.
    """
    if len(masked) != len(document.text):
        raise InvalidInputError(f"{document.name}: the masked text has another length than the document.")
    day = as_of or datetime.now(UTC).date()
    folded = fold(masked)
    commands = instruction_spans(folded)
    windows = cut_windows(masked, parsed, commands)
    positions = complete_positions(masked, folded, windows, _positions(parsed, masked, day), day)
    ranges = [(p.start, p.end) for p in positions if p.start is not None and p.end is not None]
    skills = _skills(masked, windows, positions, matcher)
    return ResumeFeatures(
        text=masked,
        language=parsed.language,
        windows=windows,
        skills=skills,
        positions=positions,
        education=_education(parsed, masked),
        languages=[
            LanguageFacts(code=spoken.code, level=spoken.level, span=spoken.name.span, confidence=spoken.confidence)
            for spoken in parsed.languages
        ],
        certificates=[
            CertificateFacts(name=name, span=certificate.name.span)
            for certificate in parsed.certificates
            if (name := _shown(certificate.name, masked))
        ],
        total_years=round(merged_months(ranges) / MONTHS, 1) if ranges else None,
        flags=_flags(document, parsed, masked, commands, skills, positions),
    )


def _shown(found: Found[str] | None, masked: str) -> str | None:
    """Return a value as it stands in the masked text; a value with masked letters is cut to the rest."""
    if found is None:
        return None
    value = found.span.of(masked) if found.span else found.value
    return _SPACES.sub(" ", value.replace(MASK, " ")).strip(" ,;-–|") or None


def _positions(parsed: ParsedResume, masked: str, as_of: date) -> list[PositionFacts]:
    """Take over titles and months."""
    facts = []
    for position in parsed.positions:
        months = month_range(position, as_of)
        facts.append(
            PositionFacts(
                title=_shown(position.title, masked),
                title_span=position.title.span if position.title else None,
                span=position.span,
                start=months[0] if months else None,
                end=months[1] if months else None,
            )
        )
    return facts


def _education(parsed: ParsedResume, masked: str) -> list[EducationFacts]:
    """Take over levels, degrees and fields, never schools or years."""
    facts = []
    for course in parsed.education:
        degree, field = _shown(course.degree, masked), _shown(course.field, masked)
        if degree is None and field is None and course.level is None:
            continue
        spans = [found.span for found in (course.degree, course.field) if found and found.span]
        facts.append(EducationFacts(level=course.level, degree=degree, field=field, span=spans[0] if spans else None))
    return facts


def _skills(
    masked: str, windows: list[Window], positions: list[PositionFacts], matcher: SkillMatcher
) -> list[SkillMention]:
    """Find skills in the windows, with the years of the positions that name them."""
    mentions = matcher.extract(masked)
    kept: list[SkillMention] = []
    number = 0
    windows = sorted(windows, key=lambda window: window.span.start)
    for mention in mentions:
        while number < len(windows) and windows[number].span.end < mention.span.end:
            number += 1
        if number == len(windows):
            break
        if windows[number].span.start <= mention.span.start:
            mention.section = windows[number].section
            kept.append(mention)
    dated = [
        (p.span.start, p.span.end, (p.start, p.end))
        for p in positions
        if p.span is not None and p.start is not None and p.end is not None
    ]
    used: dict[str, set[tuple[int, int]]] = {}
    for mention in kept:
        begin = mention.span.start
        for low, high, months in dated:
            if low <= begin < high:
                used.setdefault(mention.skill_id, set()).add(months)
    years = {skill: round(merged_months(sorted(ranges)) / MONTHS, 1) for skill, ranges in used.items()}
    for mention in kept:
        mention.years = years.get(mention.skill_id)
    return kept


def _flags(  # noqa: PLR0913, PLR0917 -- what flags are read from
    document: Document,
    parsed: ParsedResume,
    masked: str,
    commands: list[tuple[int, int]],
    skills: list[SkillMention],
    positions: list[PositionFacts],
) -> list[Flag]:
    """Collect what a recruiter should look at; none of it changes a score."""
    flags = [
        Flag(
            kind=FlagKind.HIDDEN_TEXT,
            message=(
                f"The file holds text that a reader of the page does not see ({hidden.reason.value}). It was not used."
            ),
            quote=_SPACES.sub(" ", mask_aside(hidden.text, document.text, parsed)).strip()[:200],
        )
        for hidden in document.hidden
    ]
    flags += [
        Flag(
            kind=FlagKind.INSTRUCTION,
            message="The text speaks to software that reads it. That sentence was not used.",
            quote=_SPACES.sub(" ", masked[start:end]).strip()[:200],
        )
        for start, end in commands
    ]
    flags += _stuffing(skills)
    flags += _overlaps(positions)
    flags += [Flag(kind=FlagKind.UNREADABLE_PART, message=warning) for warning in document.warnings]
    return flags


def _stuffing(skills: list[SkillMention]) -> list[Flag]:
    """Notice a long list of skills that appear nowhere else, and one skill named again and again."""
    flags = []
    listed = {mention.skill_id for mention in skills if mention.section == SectionKind.SKILLS.value}
    elsewhere = {mention.skill_id for mention in skills if mention.section != SectionKind.SKILLS.value}
    only = len(listed - elsewhere)
    if only > STUFFED_LIST:
        flags.append(
            Flag(
                kind=FlagKind.KEYWORD_STUFFING,
                message=f"{only} skills are listed that no job, project or course in the resume mentions.",
            )
        )
    for skill_id, count in Counter(mention.skill_id for mention in skills).items():
        if count > STUFFED_REPEATS and count * 5 > len(skills):
            name = next(mention.name for mention in skills if mention.skill_id == skill_id)
            flags.append(
                Flag(
                    kind=FlagKind.KEYWORD_STUFFING,
                    message=f"'{name}' is named {count} times; a skill counts once.",
                    quote=name,
                )
            )
    return flags


def _overlaps(positions: list[PositionFacts]) -> list[Flag]:
    """Notice jobs held at the same time for more than three months."""
    dated = sorted(
        ((p.start, p.end, p.title) for p in positions if p.start is not None and p.end is not None),
        key=lambda each: each[:2],
    )
    return [
        Flag(
            kind=FlagKind.OVERLAPPING_DATES,
            message=f"'{one[2] or 'a position'}' and '{other[2] or 'a position'}' overlap by "
            f"{min(one[1], other[1]) - other[0]} months; the time counts once.",
        )
        for one, other in pairwise(dated)
        if min(one[1], other[1]) - other[0] > _OVERLAP_MONTHS
    ]
