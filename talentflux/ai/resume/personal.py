"""What is masked before a resume is scored or shown blind."""

import re
from collections.abc import Sequence

from talentflux.ai.resume.dates import Period
from talentflux.ai.resume.sections import Block
from talentflux.ai.resume.values import Text
from talentflux.schemas.base import Span
from talentflux.schemas.resume import ParsedResume, PersonalDetail, PersonalKind


def name_places(text: str, name: Text | None) -> list[tuple[int, int]]:
    """Find every place where the name of the person stands.

    Args:
        text: The working text.
        name: The name as found.

    Returns:
        Start and end of each place.
    """
    if name is None or name.span is None:
        return []
    tokens = name.value.lower().split()
    whole = re.compile(r"[\s.,_-]+".join(map(re.escape, tokens)) + r"(?!\w)", re.IGNORECASE)
    lowered = text.lower()
    places = {(name.span.start, name.span.end)}
    if len(lowered) != len(text):  # a letter whose small form is longer: look in the text itself
        lowered = text
    at = lowered.find(tokens[0])
    while at >= 0:
        match = whole.match(text, at)
        if match is not None and not (at and text[at - 1].isalnum()):
            places.add(match.span())
        at = lowered.find(tokens[0], at + 1)
    return sorted(places)


def find_personal(
    parsed: ParsedResume,
    blocks: Sequence[Block],
    text: str,
    source: str,
    links: Sequence[tuple[int, int]],
    periods: Sequence[Period],
    emails: Sequence[Text],
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
    return [PersonalDetail.model_construct(kind=kind, span=Span(start=start, end=end)) for start, end, kind in found]
