"""Short names for the values that a resume is made of."""

from talentflux.schemas.base import Found, Span
from talentflux.schemas.resume import PartialDate

Text = Found[str]
Date = Found[PartialDate]


def text_at(source: str, start: int, end: int, confidence: float) -> Text | None:
    """Quote a stretch of a document.

    Args:
        source: The text of the document.
        start: First character.
        end: One past the last.
        confidence: 0 to 1.

    Returns:
        The stretch with its blanks in a row made one, or None where it is blank.
    """
    value = " ".join(source[start:end].split())
    return Text(value=value, span=Span(start=start, end=end), confidence=confidence) if value else None
