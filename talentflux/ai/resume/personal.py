"""What is masked before a resume is scored or shown blind."""

import re
from collections.abc import Sequence

from talentflux.ai.resume.dates import Period
from talentflux.ai.resume.sections import Block
from talentflux.schemas.base import Found, Span
from talentflux.schemas.resume import ParsedResume, PersonalDetail, PersonalKind, SectionKind


def name_places(text: str, name: Found[str] | None) -> list[tuple[int, int]]:
    """Find every place where the name of the person stands.

    Args:
        text: The working text.
        name: The name as found.

    Returns:
        Start and end of each place.
    """
    if name is None or name.span is None:
        return []
    tokens = name.value.split()
    whole = re.compile(r"(?<!\w)" + r"[\s.,_-]+".join(map(re.escape, tokens)) + r"(?!\w)", re.IGNORECASE)
    places = [(match.start(), match.end()) for match in whole.finditer(text)]
    return sorted({(name.span.start, name.span.end), *places})


def find_personal(
    parsed: ParsedResume,
    blocks: Sequence[Block],
    text: str,
    source: str,
    links: Sequence[tuple[int, int]],
    periods: Sequence[Period],
    emails: Sequence[Found[str]],
    numbers: Sequence[tuple[int, int, bool]],
) -> list[PersonalDetail]:
    """List the stretches to mask."""
    found: list[tuple[int, int, PersonalKind]] = []
    found += [(start, end, PersonalKind.NAME) for start, end in name_places(source, parsed.name)]
    found += [(one.span.start, one.span.end, PersonalKind.EMAIL) for one in emails if one.span]
    found += [(start, end, PersonalKind.PHONE) for start, end, _ in numbers]
    found += [(start, end, PersonalKind.LINK) for start, end in links]
    if parsed.location is not None and parsed.location.span is not None:
        found.append((parsed.location.span.start, parsed.location.span.end, PersonalKind.ADDRESS))
    for course in parsed.education:
        if course.institution is not None and course.institution.span is not None:
            found.append((course.institution.span.start, course.institution.span.end, PersonalKind.SCHOOL))
        for point in (course.start, course.end):
            if point is not None and point.span is not None:
                found.append((point.span.start, point.span.end, PersonalKind.GRADUATION_YEAR))
    found.sort()
    return [
        PersonalDetail.model_construct(kind=kind, span=Span.model_construct(start=start, end=end))
        for start, end, kind in found
    ]
