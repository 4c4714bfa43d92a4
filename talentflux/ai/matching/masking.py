"""Masking of personal details before anything is scored, embedded, indexed or shown blind."""

import re

from talentflux.core.errors import TalentFluxError
from talentflux.schemas.resume import ParsedResume

MASK = "█"  # U+2588


class MaskingError(TalentFluxError):
    """Personal details could not be masked; the text must not be passed on."""

    status = 500
    code = "masking_failed"
    title = "Personal details could not be masked"


EMAIL = re.compile(r"[^\s@<>()\[\],;:\"█]{1,100}\s?@\s?[^\s@<>()\[\],;:\"█]{1,253}\.[^\W\d_]{2,}", re.UNICODE)
_LINK = re.compile(
    r"(?:https?://|ftp://|www\.)[^\s<>\"█]+|\b(?:[\w-]{1,63}\.){0,4}(?:linkedin|github|gitlab|xing|facebook|twitter|instagram|"
    r"stackoverflow|behance|medium|bitbucket)\.(?:com|org|io|net)(?:/[^\s<>\"█]*)?",
    re.IGNORECASE,
)
_LINK_SIGN = re.compile(r"://|www\.|\.(?:com|org|io|net)", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w/.-])(?:\+|00|\(\+?)?\d[\d \t\u00a0().\-/]{5,20}\d(?![\w/-]|\.\d)")
_DATES = re.compile(r"(?:19|20)\d\d")
_BIRTH = re.compile(
    r"\b(?:date of birth|birth ?date|d\.?o\.?b\.?|born(?: on| in)?|geboren(?: am)?|geb\.|geburtsdatum|n[ée]e? le|"
    r"date de naissance|fecha de nacimiento|nacid[oa] el|geboortedatum|geboren op|data de nascimento|nascid[oa] em|"
    r"data di nascita|nat[oa] il|age|alter|âge|edad|leeftijd|idade|età)\s*[:\-–]?\s*"
    r"((?:\d{1,4}[./\- ]){0,2}\d{1,4}|\d{1,2}(?:st|nd|rd|th|\.|er)?\s+(?:de\s+)?[^\W\d_]{3,10}\.?,?\s+(?:de\s+)?\d{4}|"
    r"[^\W\d_]{3,9}\.?\s+\d{1,2},?\s+\d{4})\b",
    re.IGNORECASE,
)
_NOT_NEWLINE = re.compile(r"[^\n]")


def mask(text: str, parsed: ParsedResume) -> str:
    """Replace personal details with U+2588, character by character.

    Everything the parser marked as personal is masked, every further place where the full name stands, and, as a
    safety net, whatever has the form of an e-mail address, web address, telephone number or date of birth.

    Args:
        text: `Document.text`.
        parsed: What the parser read from that text.

    Returns:
        A text of the same length with the same line breaks.

    Raises:
        MaskingError: If a span does not fit the text or something is left over; nothing may be passed on then.
    """
    spans = [(detail.span.start, detail.span.end) for detail in parsed.personal]
    if any(end > len(text) for _, end in spans):
        raise MaskingError("A personal detail lies outside the text. Parse the document again before scoring it.")
    spans += _names(text, parsed)
    masked = _blank(text, spans)
    if "@" in masked:
        masked = _blank(masked, [match.span() for match in EMAIL.finditer(masked)])
    if _LINK_SIGN.search(masked):
        masked = _blank(masked, [match.span() for match in _LINK.finditer(masked)])
    masked = _blank(masked, [match.span() for match in _PHONE.finditer(masked) if _is_phone(match[0])])
    masked = _blank(masked, [match.span(1) for match in _BIRTH.finditer(masked)])
    if len(masked) != len(text) or ("@" in masked and EMAIL.search(masked)):
        raise MaskingError("An e-mail address was left over. Report the file's kind; the text was not passed on.")
    return masked


def blank(text: str, spans: list[tuple[int, int]], sign: str = " ") -> str:
    """Overwrite stretches of a text without moving the rest.

    Args:
        text: Any text.
        spans: Start and end of each stretch; they may overlap.
        sign: The character written; line breaks stay.

    Returns:
        A text of the same length.
    """
    if not spans:
        return text
    pieces = []
    position = 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        start = max(start, position)  # noqa: PLW2901 - overlapping stretches are cut, not repeated
        pieces.append(text[position:start])
        pieces.append(_NOT_NEWLINE.sub(sign, text[start:end]))
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Mask stretches of a text."""
    return blank(text, spans, MASK)


def _names(text: str, parsed: ParsedResume) -> list[tuple[int, int]]:
    """Find the full name again, as in page headers and signatures."""
    if parsed.name is None:
        return []
    parts = [re.escape(part) for part in parsed.name.value.split()]
    if len(parts) < 2:
        return []  # one word alone may be an ordinary word elsewhere
    given, family = r"\s+".join(parts[:-1]), parts[-1]
    either = rf"(?<!\w)(?:{given}\s+{family}|{family}\s*,\s*{given})(?!\w)"
    return [match.span() for match in re.finditer(either, text, re.IGNORECASE)]


def _is_phone(candidate: str) -> bool:
    """Tell a telephone number from dates and other figures."""
    digits = sum(sign.isdigit() for sign in candidate)
    if not 7 <= digits <= 15:
        return False
    years = len(_DATES.findall(candidate))
    return candidate.startswith(("+", "00", "(+")) or not years
