"""The head of a resume: name, headline, location."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from talentflux.ai.resume.classify import organization_score, place_score, title_score
from talentflux.ai.resume.dates import Period
from talentflux.ai.resume.lexicon import fold, words
from talentflux.ai.resume.lines import Line, cells
from talentflux.ai.resume.names import PARTICLES
from talentflux.ai.resume.values import Text
from talentflux.schemas.base import Span

MASK = "\ue000"
_HONORIFIC = re.compile(
    r"^(?:mr|mrs|ms|miss|mx|dr|prof|professor|herr|frau|dott|dott\.ssa|ing|sig|sig\.ra|señor|señora|sr|sra|"
    r"mme|mlle|monsieur|"
    r"madame|dhr|mevr|sir|dipl\.-ing|er)\.?\s+(?=\S)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"[,\s]+(?:ph\.?\s?d|m\.?b\.?a|m\.?d|cpa|pmp|r\.?n|jr|sr|esq|msc|bsc|(?-i:BA|BS|MA|MS|PE|CA|DO)|cfa|cissp|dds|dvm|"
    r"ii|iii|iv|b\.?tech|m\.?tech|lpn|cphq|"
    r"shrm-cp|shrm-scp|sphr|phr|d\.o|j\.?d|edd|fca|aca|acca)\.?(?=,|\s|$).*$",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[A-Z][A-Za-z.]{1,4}(?:[,\s]+[A-Z][A-Za-z.]{1,5})*")  # what follows a name: RN, BSN
_NOT_NAMES = words("smallwords", "no-name")
_APART = re.compile(rf"\s[–-]\s|\s·\s|;|\s/\s|[{MASK}•]+")
_TOKEN = re.compile(r"[^\W\d_][^\W\d_'.-]*(?:['.-][^\W\d_]+)*\.?|[^\s]+")
_LABEL = re.compile(
    r"^(?:full\s?name|name|candidate(?:\sname)?|vor- und (?:nach|zu)name|vorname|nom(?:\s(?:et\s)?prénom)?|"
    r"nombre(?:\sy\sapellidos?)?|naam|nome(?:\se\scognome|\scompleto)?)\s*[:–-]\s*",
    re.IGNORECASE,
)
_PLACE_LABEL = re.compile(
    r"^(?:(?:current\s)?location|address|city|lives? in|based in|adresse|wohnort|anschrift|domicilio|"
    r"dirección|ciudad|ubicación|adres|woonplaats|morada|endereço|localidade|indirizzo|residenza|"
    r"residente a|ville|domicile|localisation|localité)\s*[:–-]?\s+",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\s*\b(?:resume|résumé|curriculum vitae|cv|lebenslauf)\b(?:\s(?:template|sample|example|format))?\s*$",
    re.IGNORECASE,
)
STREET = re.compile(
    r"\b(?:street|st|road|rd|avenue|ave|drive|dr|lane|ln|boulevard|blvd|court|ct|circle|cir|place|way|apt|"
    r"suite|p\.?\s?o\.? box|"
    r"\w*stra(?:ß|ss)e|\w*str\.|\w*weg|\w*platz|\w*allee|gasse|rue|chemin|impasse|calle|c/|avenida|avda|"
    r"plaza|paseo|\w*straat|\w*laan|"
    r"\w*plein|rua|travessa|praça|via|viale|piazza|corso|vicolo|flat|house no|sector|nagar|colony|postcode|zip)\b",
    re.IGNORECASE,
)
_DOCUMENT_FOR = re.compile(
    r"(?:sample\s|example\s)?(?:resume|résumé|cv|lebenslauf|curriculum vitae|bewerbung)(?:\s(?:sample|"
    r"template|example))?"
    r"\s*(?:for(?: an?)?|of|as|als|para|pour|[:–-])\s+",
    re.IGNORECASE,
)
_TOWN = re.compile(r"(?<!\w)(?:[A-Z]{1,2}-)?\d{4,5}\s[A-ZÀ-Þ][^\W\d_]+(?:[ -][A-ZÀ-Þ][^\W\d_]+)*$")
_PLACE_IN = re.compile(
    r"[A-ZÀ-Þ][\w.'-]*(?:[ -][A-ZÀ-Þ][\w.'-]*){0,2},\s*[A-ZÀ-Þ][\w.]*(?:\s[A-ZÀ-Þ]\w+)?(?:\s+\d{5})?"
)


@dataclass(slots=True)
class Piece:
    """A stretch of the header between separators."""

    start: int
    end: int
    text: str
    line: int


def pieces_of(lines: Sequence[Line], text: str) -> list[Piece]:
    """Divide the lines of a header at what separates its details.

    Args:
        lines: Lines of the header.
        text: The working text in which contacts are masked.

    Returns:
        The pieces in order, without contacts.
    """
    found: list[Piece] = []
    for number, line in enumerate(lines):
        for start, end in cells(line):
            begin = start
            for match in [*_APART.finditer(text, start, end), None]:
                finish = match.start() if match else end
                raw = text[begin:finish]
                body = raw.strip(' \t,:–-|·"“”„«»()')
                if body:
                    place = begin + raw.index(body)
                    found.append(Piece(place, place + len(body), body, number))
                begin = match.end() if match else end
    return found


def _name_tokens(text: str) -> list[str] | None:
    """Return the words of a piece that has the shape of a name, else None."""
    tokens = _TOKEN.findall(text)
    if not 1 <= len(tokens) <= 6:
        return None
    cased = 0
    for token in tokens:
        if fold(token) in PARTICLES:
            continue
        first = token.lstrip("'(")[:1]
        if not first.isalpha() or any(map(str.isdigit, token)) or not all(c.isalpha() or c in ".'()-" for c in token):
            return None
        if first.islower():
            return None
        if fold(token).strip("().") in _NOT_NAMES:
            return None
        cased += 1
    return tokens if cased else None


def _trim(piece: Piece) -> Piece:
    """Cut label, form of address and academic letters from a piece that may be a name."""
    start, text = piece.start, piece.text
    for pattern in (_LABEL, _HONORIFIC, _HONORIFIC):
        match = pattern.match(text)
        if match is not None:
            start, text = start + match.end(), text[match.end() :]
    text = _SUFFIX.sub("", text)
    text = re.split(r",\s(?=[A-Z])", text)[0] if text.count(",") and len(text.split(",")[0].split()) > 1 else text
    text = re.sub(r"\s*\([^)]*\)$", "", text).rstrip(" ,.:")
    return Piece(start, start + len(text), text, piece.line)


def find_name(pieces: Sequence[Piece], source: str, handles: Sequence[str], large: Sequence[Span]) -> Text | None:
    """Find the name of the person.

    Args:
        pieces: Pieces of the header.
        source: The text of the document, which is quoted.
        handles: Local parts of e-mail addresses and ends of links, which often hold the name.
        large: Lines set as headings.

    Returns:
        The name, or None where no piece is likely enough.
    """
    handle = [re.sub(r"[^a-z]", "", fold(one)) for one in handles]
    best: tuple[float, Piece] | None = None
    for order, piece in enumerate(pieces[:24]):
        labelled = _LABEL.match(piece.text) is not None
        trimmed = _trim(piece)
        tokens = _name_tokens(trimmed.text)
        if tokens is None or not 2 <= len(trimmed.text) <= 60:
            continue
        score = 1.0 - 0.11 * min(order, piece.line + 1) + labelled
        score += _evidence(trimmed, tokens, handle, large)
        if len(tokens) == 1 and not labelled and score < 1.3:
            score -= 0.5
        if best is None or score > best[0]:
            best = (score, trimmed)
    if best is None or best[0] < 0.3:
        return None
    span = Span(start=best[1].start, end=best[1].end)
    return Text(
        value=_tidy(source[span.start : span.end]), span=span, confidence=round(min(0.98, 0.45 + best[0] / 3), 2)
    )


def in_handle(text: str, handles: Sequence[str]) -> bool:
    """Whether an e-mail address or link holds the words of a line: `jan.devries@…`, `j.vries@…`: "Jan de Vries"."""
    tokens = [re.sub(r"[^a-z]", "", fold(token)) for token in text.split()]
    long = [token for token in tokens if len(token) > 2]
    plain = [re.sub(r"[^a-z]", "", fold(one)) for one in handles]
    if len(tokens) < 2 or not long or not tokens[0]:
        return False
    initial = tokens[0][0] + tokens[-1]
    return any(all(token in one for token in long) or (one == initial and len(initial) > 4) for one in plain)


def _evidence(piece: Piece, tokens: list[str], handles: Sequence[str], large: Sequence[Span]) -> float:
    """Weigh what speaks for a piece being the name, and what against it."""
    score = 0.0
    plain = [re.sub(r"[^a-z]", "", fold(token)) for token in tokens]
    long = [token for token in plain if len(token) > 2]
    if long and any(all(token in one for token in long) for one in handles):
        score += 0.9
    elif any(token in one for token in long for one in handles):
        score += 0.6
    if any(span.start <= piece.start < span.end for span in large):
        score += 0.3
    ranked = plain[0] in words("titles", "rank") and plain[0] not in ("general", "first", "second", "regional")
    if title_score(piece.text) == 3:
        score -= 1.1 if ranked or len(tokens) > 3 else 0.75
    elif title_score(piece.text) == 2:
        score -= 0.35
    if organization_score(piece.text) >= 2:
        score -= 0.6 if len(tokens) > 1 else 0.9
    if place_score(piece.text):
        score -= 0.9
    return score


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def find_headline(pieces: Sequence[Piece], source: str, name: Span | None, lines: Sequence[Line]) -> Text | None:
    """Find the line that says what the person is.

    Args:
        pieces: Pieces of the header.
        source: The text of the document.
        name: Where the name stands.
        lines: Lines of the header.

    Returns:
        The headline: the first piece of the header with a job title in it, not in a sentence.
    """
    for piece in pieces[:30]:
        if name is not None and piece.start < name.end and name.start < piece.end:
            tail = re.match(r"[\s,:|–-]+", source[name.end : piece.end])
            rest = source[name.end + tail.end() : piece.end] if tail is not None else ""
            if tail is None or title_score(rest) < 2 or _LETTERS.fullmatch(rest):
                continue
            start, text = name.end + tail.end(), source[name.end + tail.end() : piece.end]
        else:
            prefix = _DOCUMENT_FOR.match(piece.text)
            start = piece.start + (prefix.end() if prefix else 0)
            text = _DOCUMENT.sub("", source[start : piece.end])
        line = lines[piece.line]
        sentence = len(text.split()) > 10 or (line.text.rstrip().endswith(".") and len(line.text.split()) > 8)
        if line.bullet or sentence or title_score(text) < 2 or place_score(text) or not text[:1].isupper():
            continue
        if (
            _LABEL.match(text)
            or organization_score(text) == 3
            or sum(map(str.isdigit, text)) > 2
            or STREET.search(text)
        ):
            continue
        span = Span(start=start, end=start + len(text.rstrip()))
        return Text(value=_tidy(source[span.start : span.end]), span=span, confidence=0.75)
    return None


def find_location(pieces: Sequence[Piece], source: str, name: Span | None) -> Text | None:
    """Find where the person lives.

    Args:
        pieces: Pieces of the header.
        source: The text of the document.
        name: Where the name stands.

    Returns:
        The place: a labelled one, else the first with town and region, else the first known city.
    """
    best: tuple[int, int, int] | None = None
    for piece in pieces[:30]:
        if name is not None and piece.start < name.end and name.start < piece.end:
            continue
        label = _PLACE_LABEL.match(piece.text)
        start = piece.start + (label.end() if label else 0)
        text = source[start : piece.end]
        score = place_score(text) + (1 if label else 0)
        if not score or (label and not place_score(text)):
            inner = _PLACE_IN.search(text) if not _TOWN.search(text) else None
            inner = inner if inner is not None and place_score(inner.group()) == 2 else _TOWN.search(text)
            if inner is None:
                continue
            start, text, score = start + inner.start(), inner.group(), 2
        if best is None or score > best[0]:
            best = (score, start, start + len(text.rstrip(" .,")))
    if best is None:
        return None
    span = Span(start=best[1], end=best[2])
    return Text(value=_tidy(source[best[1] : best[2]]), span=span, confidence=0.85 if best[0] > 1 else 0.6)


def prose(lines: Sequence[Line], periods: Sequence[Period], source: str) -> Text | None:
    """Find a summary among the lines of a header: the first run of lines that read like sentences.

    Args:
        lines: Lines of the header.
        periods: Dates, which a summary has not.
        source: The text of the document.

    Returns:
        The summary, or None.
    """
    run: list[Line] = []
    for line in lines:
        long = len(line.text.split()) >= 9 and MASK not in line.text
        if long or (run and not line.gap and len(line.text.split()) >= 2):
            run.append(line)
        elif run:
            break
    if not run or any(period.is_range and run[0].start <= period.start < run[-1].end for period in periods):
        return None
    span = Span(start=run[0].start, end=run[-1].end)
    return Text(value=_tidy(source[span.start : span.end]), span=span, confidence=0.6)
