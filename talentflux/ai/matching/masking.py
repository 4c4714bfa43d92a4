"""Masking of personal details before anything is scored, embedded, indexed or shown blind."""

import re
from functools import cache
from importlib.resources import files

from talentflux.ai.taxonomy.lexicon import LEXICON_FOLDER
from talentflux.ai.taxonomy.text import fold, singular
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
_LETTERS = re.compile(r"[^\W\d_]+")
# Shorter parts, such as Bo or Li, are abbreviations and syllables elsewhere.
_SHORTEST_PART = 3
# Words that are names too and stand in no list of the lexicon or of the parser.
_NAMES_AND_WORDS = re.compile(
    r"autumn|black|bloom|blue|bond|bush|chance|chase|church|cook|cross|day|dean|early|fair|faith|flowers|fox|"
    r"gold|grace|hall|hill|hope|ivory|joy|king|lake|long|love|major|marsh|moon|park|pool|post|power|precious|"
    r"prince|queen|rich|rivers|rose|royal|sage|sharp|short|silver|sky|small|snow|spring|star|storm|strong|"
    r"summer|sunday|sweet|temple|waters|wells|winter|wise|wolf"
)


def mask(text: str, parsed: ParsedResume) -> str:
    """Replace personal details with U+2588, character by character.

    Everything the parser marked as personal is masked, every further place where the full name or a part of it stands,
    and, as a safety net, whatever has the form of an e-mail address, web address, telephone number or date of birth.

    A part of the name that stands alone is masked, with a possessive ending, where it begins with a capital and has
    three letters or more. What remains visible when it stands alone is a part that is also an ordinary word: one of the
    skill lexicon, of the parser's lists (titles, headings, degrees, months, places) or of the few names above that are
    words. Were it masked, a skill would count for one person and not for another: Jordan Java, Ruby Swift, Ann Baker.

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
    masked = _forms(_blank(text, spans))
    masked = _blank(masked, _parts_of_name(masked, parsed))
    if len(masked) != len(text) or ("@" in masked and EMAIL.search(masked)):
        raise MaskingError("An e-mail address was left over. Report the file's kind; the text was not passed on.")
    return masked


def mask_aside(text: str, document_text: str, parsed: ParsedResume) -> str:
    """Mask a text that belongs to a resume and stands outside its visible text, such as text hidden in the file.

    Args:
        text: Any text.
        document_text: `Document.text`.
        parsed: What the parser read from that text.

    Returns:
        A text of the same length without the details that the visible text shows, without anything that has the form
        of a contact, and without any letter where that cannot be told.
    """
    folded = fold(text)
    spans = _names(text, parsed)
    for detail in parsed.personal:
        known = fold(detail.span.of(document_text)).strip()
        start = folded.find(known) if len(known) >= _SHORTEST_PART else -1
        while start >= 0:
            spans.append((start, start + len(known)))
            start = folded.find(known, start + len(known))
    masked = _forms(_blank(text, spans))
    masked = _blank(masked, _parts_of_name(masked, parsed))
    return _blank(masked, [(0, len(masked))]) if EMAIL.search(masked) else masked


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


def _forms(masked: str) -> str:
    """Mask whatever has the form of an e-mail address, web address, telephone number or date of birth."""
    if "@" in masked:
        masked = _blank(masked, [match.span() for match in EMAIL.finditer(masked)])
    if _LINK_SIGN.search(masked):
        masked = _blank(masked, [match.span() for match in _LINK.finditer(masked)])
    masked = _blank(masked, [match.span() for match in _PHONE.finditer(masked) if _is_phone(match[0])])
    return _blank(masked, [match.span(1) for match in _BIRTH.finditer(masked)])


def _names(text: str, parsed: ParsedResume) -> list[tuple[int, int]]:
    """Find the full name again, as in page headers and signatures."""
    if parsed.name is None:
        return []
    parts = [re.escape(part) for part in parsed.name.value.split()]
    if len(parts) < 2:
        return []  # a word alone is looked at by `_parts_of_name`
    given, family = r"\s+".join(parts[:-1]), parts[-1]
    either = rf"(?<!\w)(?:{given}\s+{family}|{family}\s*,\s*{given})(?!\w)"
    return [match.span() for match in re.finditer(either, text, re.IGNORECASE)]


def _parts_of_name(text: str, parsed: ParsedResume) -> list[tuple[int, int]]:
    """Find single parts of the name, as in "Miller built services" or "Ada's team"."""
    if parsed.name is None:
        return []
    whole = parsed.name.value.replace("’", "'").split()
    capitals = any(not part[0].islower() for part in whole)
    # In "Ana de la Cruz" the small words belong to the language, not to the person.
    whole = [part for part in whole if not (capitals and part[0].islower())]
    parts = {fold(piece.strip(".,;()'\"")) for part in whole for piece in (part, *part.split("-"))}
    folded = fold(text)
    return [
        span
        for part in parts
        if part in folded and sum(map(str.isalpha, part)) >= _SHORTEST_PART and not _is_ordinary(part)
        for span in _capitalised(text, folded, part)
    ]


def _capitalised(text: str, folded: str, part: str) -> list[tuple[int, int]]:
    """Find a folded word wherever it stands by itself and does not begin small."""
    spans = []
    start = folded.find(part)
    while start >= 0:
        end = start + len(part)
        if not (text[start].islower() or text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            possessive = folded.startswith("'s", end) and not text[end + 2 : end + 3].isalnum()
            spans.append((start, end + 2 * possessive))
        start = folded.find(part, end)
    return spans


def _is_ordinary(part: str) -> bool:
    """Tell whether a folded part of a name is a word that may say something about skills, jobs or places."""
    known = _ordinary_words()
    return part in known or singular(part) in known or _NAMES_AND_WORDS.fullmatch(part) is not None


@cache
def _ordinary_words() -> frozenset[str]:
    """Return the folded words of the lexicon's and the parser's lists, read as plain text: no entry is needed here."""
    lists = [*LEXICON_FOLDER.glob("*.csv"), *(files("talentflux.ai.resume") / "data").iterdir()]
    lines = (line for part in lists for line in part.read_text(encoding="utf-8").splitlines())
    return frozenset(word for line in lines if not line.startswith("#") for word in _LETTERS.findall(fold(line)))


def _is_phone(candidate: str) -> bool:
    """Tell a telephone number from dates and other figures."""
    digits = sum(sign.isdigit() for sign in candidate)
    if not 7 <= digits <= 15:
        return False
    years = len(_DATES.findall(candidate))
    return candidate.startswith(("+", "00", "(+")) or not years
