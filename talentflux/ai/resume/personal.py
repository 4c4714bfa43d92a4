"""What is masked before a resume is scored or shown blind."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from talentflux.ai.resume.classify import place_score, title_score
from talentflux.ai.resume.dates import Period
from talentflux.ai.resume.header import MASK, Piece, pieces_of
from talentflux.ai.resume.lexicon import fold
from talentflux.ai.resume.lines import Line
from talentflux.ai.resume.sections import Block
from talentflux.ai.resume.values import Text
from talentflux.schemas.base import Span
from talentflux.schemas.resume import ParsedResume, PersonalDetail, PersonalKind, SectionKind

Place = tuple[int, int, PersonalKind]

_VALUE = r"[^\n|;•\t]{0,60}?(?=\s{2}|[\n|;•\t]|,\s[A-Z][a-zé]+\s?:|$)"
_LABELLED = {
    PersonalKind.BIRTH: (
        r"date (?:and place )?of birth|d\.?o\.?b\b\.?|place of birth|birth ?(?:date|day|place)|born(?: on| in)?\b|geburts(?:datum|tag|ort|name)|"
        r"geboren(?: am| in| op| te)?\b|geb\.|date de naissance|lieu de naissance|née? (?:le|à|en)\b|fecha (?:y lugar )?de nacimiento|"
        r"lugar de nacimiento|nacid[oa] (?:el|en)\b|geboorte(?:datum|plaats)|data (?:e luogo )?di nascita|luogo di nascita|nat[oa] (?:il|a)\b|"
        r"data de nascimento|nascid[oa] (?:em|a)\b"
    ),
    PersonalKind.AGE: r"age\s?[:–-]|aged \d|alter\s?:|âge\s?:|edad\s?:|leeftijd\s?:|idade\s?:|età\s?:",
    PersonalKind.GENDER: r"gender\s?[:–-]|sex\s?[:–-]|geschlecht\b|sexe\s?:|sexo\s?:|género\s?:|gênero\s?:|geslacht\b|sesso\s?:|anrede\s?:",
    PersonalKind.NATIONALITY: (
        r"nationality|citizenship|citizen of|staatsangehörigkeit|staatsbürgerschaft|nationalität|nationalité|nacionalidad|ciudadanía|"
        r"nationaliteit|nacionalidade|nazionalità|cittadinanza|religion|religión|konfession|passport(?: no| number| details)?\b|visa status|"
        r"ethnicity|race\s?:|caste\s?:"
    ),
    PersonalKind.MARITAL_STATUS: (
        r"marital(?: status)?|civil status|family status|familienstand|situation (?:de famille|familiale)|état civil|estado civil|"
        r"burgerlijke staat|stato civile|children\s?:|kinder\s?:|enfants\s?:|hijos\s?:|figli\s?:|filhos\s?:"
    ),
    PersonalKind.ADDRESS: (
        r"(?:home |postal |permanent |present |current |mailing |residential )?address(?: for communication)?\s?[:–-]|anschrift\s?:|"
        r"adresse\s?:|wohnort\s?:|dirección\s?:|domicilio\s?:|adres\s?:|woonplaats\s?:|morada\s?:|endereço\s?:|indirizzo\s?:|residenza\s?:|"
        r"hometown\s?:|native place\s?:"
    ),
    PersonalKind.NAME: (
        r"(?:father|mother|husband|spouse|wife|guardian)(?:'s)?'? name\b|family name\s?:|maiden name\s?:|(?:first|last|given|middle) names?\s?:|"
        r"vorname\s?:|nachname\s?:|prénom\s?:|apellidos\s?:|cognome\s?:|achternaam\s?:|sobrenome\s?:"
    ),
}
_LABELS = re.compile(
    "(?<!\\w)(?:"
    + "|".join(f"(?P<{kind.value}>{body})" for kind, body in _LABELLED.items())
    + rf")\s*[:–-]?\s*{_VALUE}",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL_HINT = re.compile(
    r"birth|born|d\.?o\.?b|geb|naiss|nacim|nacid|nasc|geboor|\bage|alter|âge|edad|leeft|idade|età|gender|sex|geschl|sesso|gesl|anrede|"
    r"national|nazional|nacional|citizen|staats|ciudad|cittad|relig|konf|passport|visa|ethnic|race|caste|marital|civil|famil|burgerlijke|"
    r"children|kinder|enfants|hijos|figli|filhos|addres|anschrift|adres|wohnort|direcci|domicil|woonpl|morada|endere|indirizzo|residenz|"
    r"hometown|native place|name|prénom|apellid|cognome",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?<!\d)[1-9]\d[\s-](?:years?[\s-]old|yrs?\.? old|y/o|jahre alt|ans\b|años\b(?! de)|anni\b(?! di)|anos de idade|jaar oud)", re.IGNORECASE
)
_PRONOUNS = re.compile(
    r"\(?\b(?:he|she|they|ze|xe|er|sie|il|elle|iel|él|ella|hij|zij|ele|ela|lui|lei)\s?/\s?"
    r"(?:him|her|hers|his|them|theirs?|hir|xem|ihm|ihr|lui|elle|ella|hem|haar|they|she|he|they|dele|dela)(?:\s?/\s?\w+)?\b\)?",
    re.IGNORECASE,
)
_SALUTATION = (
    r"(?:mr|mrs|ms|miss|mx|sir|madam|herrn?|frau|monsieur|madame|mme|mlle|señor|señora|señorita|sra?|srta|signore?|signora|sig|sig\.ra|"
    r"dhr|mevr|mevrouw|meneer|senhor|senhora)"
)
_MARITAL = re.compile(
    r"\b(?:unmarried|married|divorced|widowed|single(?=\s*(?:$|[|,;\n]))|verheiratet|ledig|geschieden|verwitwet|mariée?|célibataire|divorcée?|"
    r"pacsée?|casad[oa]|solter[oa]|divorciad[oa]|viud[oa]|gehuwd|ongehuwd|gescheiden|samenwonend|solteir[oa]|sposat[oa]|nubile|celibe|"
    r"\d (?:children|kinder|kind|enfants?|hijos|kinderen|filhos|figli))\b",
    re.IGNORECASE | re.MULTILINE,
)
_PHOTO = re.compile(
    r"^\W*(?:(?:profile|passport|my|candidate)\s)?(?:photo(?:graph)?|picture|headshot|foto(?:grafía|grafia)?|bewerbungsfoto|lichtbild|passfoto|"
    r"pasfoto|portrait)\b[^\n]{0,50}$",
    re.IGNORECASE | re.MULTILINE,
)
_STREET = re.compile(
    r"\b(?:street|st|road|rd|avenue|ave|drive|dr|lane|ln|boulevard|blvd|court|ct|circle|cir|place|way|apt|suite|p\.?\s?o\.? box|"
    r"\w*stra(?:ß|ss)e|\w*str\.|\w*weg|\w*platz|\w*allee|gasse|rue|chemin|impasse|calle|c/|avenida|avda|plaza|paseo|\w*straat|\w*laan|"
    r"\w*plein|rua|travessa|praça|via|viale|piazza|corso|vicolo|flat|house no|sector|nagar|colony|postcode|zip)\b",
    re.IGNORECASE,
)
_CLASS_OF = re.compile(
    r"\b(?:class of|batch of|passed out in|graduated(?: in)?|abschlussjahr|promotion|promo)\s*:?\s*((?:19|20)\d\d)", re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)(?:19[4-9]\d|20[0-4]\d)(?!\d)")
_VERBS = (
    r"(?:is|was|has|had|holds|held|joined|led|leads|brings|works|worked|managed|manages|possesses|excels|earned|graduated|speaks|served|serves|"
    r"ist|war|hat|verfügt|arbeitet|est|a été|possède|es|ha|tiene|heeft|werkt|tem|possui|è|lavora)"
)


@dataclass(slots=True)
class Contacts:
    """Where the details of the person stand that the parser has found.

    Attributes:
        emails: Start and end of e-mail addresses.
        phones: Of telephone numbers.
        links: Of web addresses.
        names: Of the whole name.
        header: The lines about the person at the top.
    """

    emails: list[tuple[int, int]] = field(default_factory=list)
    phones: list[tuple[int, int]] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)
    names: list[tuple[int, int]] = field(default_factory=list)
    header: Sequence[Line] = ()


def name_places(text: str, name: Text | None) -> list[tuple[int, int]]:
    """Find every place where the whole name of the person stands.

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


def part_places(text: str, name: Text | None, header_end: int) -> Iterator[tuple[int, int, PersonalKind]]:
    """Find where parts of the name stand as a name: in the header, with a form of address, initials, as a subject.

    A part that is also a word or a skill ("Jordan Java") is left alone elsewhere, so that the name does not change
    what is read from the rest of the text.

    Args:
        text: The working text.
        name: The name as found.
        header_end: Where the header ends.

    Yields:
        Start, end and kind of each place.
    """
    parts = [part for part in re.split(r"[\s.,-]+", name.value) if len(part) > 1] if name is not None else []
    if not parts:
        return
    any_part = "(?:" + "|".join(map(re.escape, parts)) + ")"
    initials = "(?:" + "|".join(sorted({re.escape(part[0].upper()) for part in parts})) + r")\."
    yield from _named(rf"(?<!\w){any_part}(?!\w)", text, 0, header_end)
    for pattern in (
        rf"(?<!\w){_SALUTATION}\.?\s+(?P<name>{any_part})(?!\w)",
        rf"(?<!\w)(?P<name>(?:{initials}\s?)+{any_part})(?!\w)",
        rf"(?<!\w)(?P<name>{any_part},\s?{initials})",
        rf"(?<!\w)(?P<name>{any_part})(?='s\s|\s{_VERBS}\s)",
        rf"^\W*(?P<name>{any_part}(?:\s{any_part})*)(?=\W*(?:page|seite|cv|resume|lebenslauf)?\W*\d*(?:\s*(?:of|/|von)\s*\d+)?\s*$)",
    ):
        yield from _named(pattern, text, header_end, len(text))


def _named(pattern: str, text: str, start: int, end: int) -> Iterator[Place]:
    for match in re.compile(pattern, re.IGNORECASE | re.MULTILINE).finditer(text, start, end):
        group = "name" if "name" in match.groupdict() else 0
        if match.group(group)[:1].isupper() or group == 0:
            yield match.start(group), match.end(group), PersonalKind.NAME


def _labelled(text: str) -> Iterator[Place]:
    for line in re.finditer(r"[^\n]+", text):
        if _LABEL_HINT.search(line.group()) is None:
            continue
        for match in _LABELS.finditer(text, line.start(), line.end()):
            yield match.start(), match.end(), PersonalKind(str(match.lastgroup))


def _header_places(contacts: Contacts, text: str, parsed: ParsedResume) -> Iterator[Place]:
    """Everything in the header that is neither headline nor title nor prose nor a list of catchwords."""
    kept = [one.span for one in (parsed.headline, parsed.summary) if one is not None and one.span is not None]
    lines: list[Line] = []
    for line in contacts.header[:14]:
        if line.bullet or len(line.text.split()) > 14 or any(span.start <= line.start < span.end for span in kept[1:]):
            break
        lines.append(line)
    contact_lines = {number for number, line in enumerate(lines) if MASK in line.text}
    for piece in pieces_of(lines, text):
        if any(span.start < piece.end and piece.start < span.end for span in kept) or MASK in piece.text:
            continue
        if _is_address(piece, near_contact=piece.line in contact_lines):
            yield piece.start, piece.end, PersonalKind.ADDRESS


def _is_address(piece: Piece, *, near_contact: bool) -> bool:
    if title_score(piece.text) >= 2 and not any(map(str.isdigit, piece.text)):
        return False
    telling = place_score(piece.text) > 0 or _STREET.search(piece.text) is not None or re.search(r"\d{4,}", piece.text)
    numbered = any(map(str.isdigit, piece.text)) and len(piece.text.split()) <= 8
    return bool(telling or numbered or (near_contact and len(piece.text.split()) <= 6))


def _education_places(parsed: ParsedResume, blocks: Sequence[Block], periods: Sequence[Period], text: str) -> Iterator[Place]:
    """Schools and years of study, in the sections of education and wherever a course was read."""
    zones = [(block.start, block.end) for block in blocks if block.kind is SectionKind.EDUCATION]
    zones += [(course.span.start, course.span.end) for course in parsed.education if course.span is not None]
    for start, end in zones:
        for period in periods:
            if start <= period.start < end:
                yield period.start, period.end, PersonalKind.GRADUATION_YEAR
        for year in _YEAR.finditer(text, start, end):
            yield year.start(), year.end(), PersonalKind.GRADUATION_YEAR
    for match in _CLASS_OF.finditer(text):
        yield match.start(1), match.end(1), PersonalKind.GRADUATION_YEAR
    jobs = [position.span for position in parsed.positions if position.span is not None]
    for course in parsed.education:
        if course.institution is None or course.institution.span is None:
            continue
        yield course.institution.span.start, course.institution.span.end, PersonalKind.SCHOOL
        name = text[course.institution.span.start : course.institution.span.end]
        at = text.find(name)
        while at >= 0 and len(name) > 3:
            if not any(span.start <= at < span.end for span in jobs):
                yield at, at + len(name), PersonalKind.SCHOOL
            at = text.find(name, at + 1)


def find_personal(
    parsed: ParsedResume, blocks: Sequence[Block], texts: tuple[str, str], periods: Sequence[Period], contacts: Contacts
) -> list[PersonalDetail]:
    """List the stretches that never enter a score.

    Args:
        parsed: The resume as read so far.
        blocks: Its sections.
        texts: The working text as it is, and with contacts and name hidden.
        periods: Its dates.
        contacts: Where contacts and name stand.

    Returns:
        The stretches in order, no two the same; they may overlap.
    """
    plain, hidden = texts
    header_end = max((line.end for line in contacts.header[:14]), default=0)
    personal = [(block.start, block.end) for block in blocks if block.kind is SectionKind.PERSONAL]
    found: set[Place] = {(start, end, PersonalKind.EMAIL) for start, end in contacts.emails}
    found |= {(start, end, PersonalKind.PHONE) for start, end in contacts.phones}
    found |= {(start, end, PersonalKind.LINK) for start, end in contacts.links}
    found |= {(start, end, PersonalKind.NAME) for start, end in contacts.names}
    found.update(part_places(plain, parsed.name, min(header_end, 600)))
    found.update(_labelled(plain))
    found.update((one.start(), one.end(), PersonalKind.AGE) for one in _AGE.finditer(plain))
    found.update((one.start(), one.end(), PersonalKind.GENDER) for one in _PRONOUNS.finditer(plain))
    found.update((one.start(), one.end(), PersonalKind.PHOTO) for one in _PHOTO.finditer(plain))
    found.update(_salutations(plain, contacts.names))
    for start, end in [(0, header_end), *personal]:
        found.update((one.start(), one.end(), PersonalKind.MARITAL_STATUS) for one in _MARITAL.finditer(plain, start, end))
    found.update(_header_places(contacts, hidden, parsed))
    found.update(_education_places(parsed, blocks, periods, plain))
    if parsed.location is not None and parsed.location.span is not None:
        found.add((parsed.location.span.start, parsed.location.span.end, PersonalKind.ADDRESS))
    return [
        PersonalDetail(kind=kind, span=Span(start=start, end=end))
        for start, end, kind in sorted(found, key=lambda place: (place[0], place[1], place[2].value))
        if end > start
    ]


def _salutations(text: str, names: Sequence[tuple[int, int]]) -> Iterator[Place]:
    """Forms of address before the name tell the gender."""
    before = re.compile(rf"(?<!\w){_SALUTATION}\.?\s+(?:(?:dr|prof)\.?\s+)*$", re.IGNORECASE)
    for start, _ in names:
        match = before.search(text, max(0, start - 24), start)
        if match is not None:
            yield match.start(), start, PersonalKind.GENDER
