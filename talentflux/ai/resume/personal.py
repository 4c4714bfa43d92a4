"""What is masked before a resume is scored or shown blind."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from talentflux.ai.resume.classify import place_score, title_score
from talentflux.ai.resume.dates import Period
from talentflux.ai.resume.header import MASK, STREET, Piece, pieces_of
from talentflux.ai.resume.lexicon import one_of
from talentflux.ai.resume.lines import Line, lowered
from talentflux.ai.resume.names import SALUTATION, part_places
from talentflux.ai.resume.sections import Block
from talentflux.schemas.base import Span
from talentflux.schemas.resume import ParsedResume, PersonalDetail, PersonalKind, SectionKind

_NAME_REACH = 600  # characters of the top in which every part of the name is the name
_CLASS_WORDS = ("class of", "batch of", "passed out", "graduated", "abschlussjahr", "promo")
_PHOTO_WORDS = ("photo", "foto", "picture", "headshot", "lichtbild", "portrait")
Place = tuple[int, int, PersonalKind]

_VALUE = r"[^\n|;•\t]{0,60}?(?=\s{2}|[\n|;•\t]|,\s[A-Z][a-zé]+\s?:|$)"
_LABELLED = {
    PersonalKind.BIRTH: (
        r"date (?:and place )?of birth|d\.?o\.?b\b\.?|place of birth|birth ?(?:date|day|place)|born(?: on|"
        r" in)?\b|geburts(?:datum|tag|ort|name)|"
        r"geboren(?: am| in| op| te)?\b|geb\.|date de naissance|lieu de naissance|née? (?:le|à|en)\b|"
        r"fecha (?:y lugar )?de nacimiento|"
        r"lugar de nacimiento|nacid[oa] (?:el|en)\b|geboorte(?:datum|plaats)|data (?:e luogo )?di nascita|"
        r"luogo di nascita|nat[oa] (?:il|a)\b|"
        r"data de nascimento|nascid[oa] (?:em|a)\b"
    ),
    PersonalKind.AGE: r"age\s?[:–-]|aged \d|alter\s?:|âge\s?:|edad\s?:|leeftijd\s?:|idade\s?:|età\s?:",
    PersonalKind.GENDER: r"gender\s?[:–-]|sex\s?[:–-]|geschlecht\b|sexe\s?:|sexo\s?:|género\s?:|gênero\s?:|"
    r"geslacht\b|sesso\s?:|anrede\s?:",
    PersonalKind.NATIONALITY: (
        r"nationality|citizenship|citizen of|staatsangehörigkeit|staatsbürgerschaft|nationalität|"
        r"nationalité|nacionalidad|ciudadanía|"
        r"nationaliteit|nacionalidade|nazionalità|cittadinanza|religion|religión|konfession|passport(?: no|"
        r" number| details)?\b|visa status|"
        r"ethnicity|race\s?:|caste\s?:"
    ),
    PersonalKind.MARITAL_STATUS: (
        r"marital(?: status)?|civil status|family status|familienstand|situation (?:de famille|familiale)|"
        r"état civil|estado civil|"
        r"burgerlijke staat|stato civile|children\s?:|kinder\s?:|enfants\s?:|hijos\s?:|figli\s?:|filhos\s?:"
    ),
    PersonalKind.ADDRESS: (
        r"(?:home |postal |permanent |present |current |mailing |"
        r"residential )?address(?: for communication)?\s?[:–-]|anschrift\s?:|"
        r"adresse\s?:|wohnort\s?:|dirección\s?:|domicilio\s?:|adres\s?:|woonplaats\s?:|morada\s?:|"
        r"endereço\s?:|indirizzo\s?:|residenza\s?:|"
        r"hometown\s?:|native place\s?:"
    ),
    PersonalKind.NAME: (
        r"(?:father|mother|husband|spouse|wife|guardian)(?:'s)?'? name\b|family name\s?:|maiden name\s?:|"
        r"(?:first|last|given|middle) names?\s?:|"
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
    r"\b"
    + one_of(
        (
            "birth", "born", "d.o.b", "dob", "geb", "naiss", "né le", "née", "nacim", "nacid", "nasc", "nato",
            "nata", "age:", "age :", "age -", "age –", "aged ", "alter:", "alter :", "âge", "edad", "leeft",
            "idade", "età", "gender", "sex", "geschl", "sesso", "gesl", "anrede", "género", "gênero",
            "national", "nazional", "nacional", "citizen", "staats", "ciudadan", "cittad", "relig", "konf",
            "passport", "visa", "ethnic", "race:", "caste", "marital", "civil", "famil", "burgerlijke",
            "children", "kinder", "enfants", "hijos", "figli", "filhos", "address", "anschrift", "adres",
            "wohnort", "direcci", "domicil", "woonpl", "morada", "endere", "indirizzo", "residenz", "hometown",
            "native place", "'s name", "names:", "name:", "name :", "vorname", "nachname", "prénom", "apellid",
            "cognome", "achternaam", "sobrenome",
        )
    )
)  # fmt: skip
_AGE = re.compile(
    r"[1-9](?<!\d.)\d[ -](?:years?[ -]old|yrs?\.? old|y/o|jahre alt|ans(?!\w| d)|años de edad|anni d'età|"
    r"anos de idade|jaar oud)"
)
_PRONOUNS = re.compile(
    r"\(?\b(?:he|she|they|ze|xe|er|sie|il|elle|iel|él|ella|hij|zij|ele|ela|lui|lei)\s?/\s?"
    r"(?:him|her|hers|his|them|theirs?|hir|xem|ihm|ihr|lui|elle|ella|hem|haar|they|she|he|they|dele|"
    r"dela)(?:\s?/\s?\w+)?\b\)?",
    re.IGNORECASE,
)
_MARITAL = re.compile(
    r"\b(?:unmarried|married|divorced|widowed|single(?=\s*(?:$|[|,;\n]))|verheiratet|ledig|geschieden|"
    r"verwitwet|mariée?|célibataire|divorcée?|"
    r"pacsée?|casad[oa]|solter[oa]|divorciad[oa]|viud[oa]|gehuwd|ongehuwd|gescheiden|samenwonend|"
    r"solteir[oa]|sposat[oa]|nubile|celibe|"
    r"\d (?:children|kinder|kind|enfants?|hijos|kinderen|filhos|figli))\b",
    re.IGNORECASE | re.MULTILINE,
)
_PHOTO = re.compile(
    r"^\W*(?:(?:profile|passport|my|candidate)\s)?(?:photo(?:graph)?|picture|headshot|foto(?:grafía|"
    r"grafia)?|bewerbungsfoto|lichtbild|passfoto|"
    r"pasfoto|portrait)\b[^\n]{0,50}$",
    re.IGNORECASE | re.MULTILINE,
)
_CLASS_OF = re.compile(
    r"\b(?:class of|batch of|passed out in|graduated(?: in)?|abschlussjahr|promotion|promo)\s*:?\s*((?:19|20)\d\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19[4-9]\d|20[0-4]\d)(?!\d)")
_ADDRESSED = re.compile(rf"(?<!\w){SALUTATION}\.?\s+(?:(?:dr|prof)\.?\s+)*$", re.IGNORECASE)


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


def _labelled(text: str, small: str) -> Iterator[Place]:
    """Details that stand after their label, `Date of birth: …`; only lines with the hint of a label are looked at."""
    done = -1
    for hint in _LABEL_HINT.finditer(small):
        if hint.start() < done:
            continue
        begin = text.rfind("\n", 0, hint.start()) + 1
        end = text.find("\n", hint.end())
        end = end if end >= 0 else len(text)
        begin = max(begin, hint.start() - 40)
        done = min(end, hint.end() + 120)
        for match in _LABELS.finditer(text, begin, done):
            yield match.start(), match.end(), PersonalKind(str(match.lastgroup))


def _kept(parsed: ParsedResume) -> list[Span]:
    """What the header says about the work and not about the person."""
    return [one.span for one in (parsed.headline, parsed.summary) if one is not None and one.span is not None]


def _header_places(contacts: Contacts, text: str, parsed: ParsedResume) -> Iterator[Place]:
    """Everything in the header that is neither headline nor title nor prose nor a list of catchwords."""
    kept = _kept(parsed)
    lines: list[Line] = []
    for line in contacts.header[:14]:
        if (
            line.bullet
            or len(line.text.split()) > 14
            or any(span.start <= line.start < span.end for span in kept if span.end - span.start > 80)
        ):
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
    telling = place_score(piece.text) > 0 or STREET.search(piece.text) is not None or re.search(r"\d{4,}", piece.text)
    numbered = any(map(str.isdigit, piece.text)) and len(piece.text.split()) <= 8
    return bool(telling or numbered or (near_contact and len(piece.text.split()) <= 6))


def _education_places(
    parsed: ParsedResume, blocks: Sequence[Block], periods: Sequence[Period], text: str
) -> Iterator[Place]:
    """Schools and years of study, in the sections of education and wherever a course was read."""
    zones = [(block.start, block.end) for block in blocks if block.kind is SectionKind.EDUCATION]
    zones += [(course.span.start, course.span.end) for course in parsed.education if course.span is not None]
    for start, end in _merged(zones):
        for place in range(bisect_left(periods, start, key=_start), len(periods)):
            if periods[place].start >= end:
                break
            yield periods[place].start, periods[place].end, PersonalKind.GRADUATION_YEAR
        for year in _YEAR.finditer(text, start, end):
            yield year.start(), year.end(), PersonalKind.GRADUATION_YEAR
    jobs = _merged([(one.span.start, one.span.end) for one in parsed.positions if one.span is not None])
    schools = {one.institution.span.of(text) for one in parsed.education if one.institution and one.institution.span}
    for course in parsed.education:
        if course.institution is not None and course.institution.span is not None:
            yield course.institution.span.start, course.institution.span.end, PersonalKind.SCHOOL
    for name in schools:
        at = text.find(name) if len(name) > 3 else -1
        while at >= 0:
            before = bisect_right(jobs, (at, len(text))) - 1
            if before < 0 or at >= jobs[before][1]:
                yield at, at + len(name), PersonalKind.SCHOOL
            at = text.find(name, at + 1)


def _start(period: Period) -> int:
    return period.start


def _merged(zones: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches that overlap, so that each place is looked at once."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(zones):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


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
    small = lowered(plain)
    header_end = max((line.end for line in contacts.header[:14]), default=0)
    kept = _kept(parsed)
    zones = [(0, header_end)]
    zones += [(block.start, block.end) for block in blocks if block.kind is SectionKind.PERSONAL]
    found: set[Place] = set(_known(contacts, parsed))
    found.update(
        (*place, PersonalKind.NAME) for place in part_places(plain, parsed.name, min(header_end, _NAME_REACH), kept)
    )
    found.update(_labelled(plain, small))
    found.update((one.start(), one.end(), PersonalKind.AGE) for one in _AGE.finditer(small))
    if any(word in small for word in _PHOTO_WORDS):
        found.update((one.start(), one.end(), PersonalKind.PHOTO) for one in _PHOTO.finditer(plain))
    if any(word in small for word in _CLASS_WORDS):
        found.update((*one.span(1), PersonalKind.GRADUATION_YEAR) for one in _CLASS_OF.finditer(plain))
    found.update(_salutations(plain, contacts.names))
    for pattern, kind in ((_MARITAL, PersonalKind.MARITAL_STATUS), (_PRONOUNS, PersonalKind.GENDER)):
        for start, end in zones:
            found.update((one.start(), one.end(), kind) for one in pattern.finditer(plain, start, end))
    found.update(_header_places(contacts, hidden, parsed))
    found.update(_education_places(parsed, blocks, periods, plain))
    return [
        PersonalDetail(kind=kind, span=Span(start=start, end=end))
        for start, end, kind in sorted(found, key=lambda place: (place[0], place[1], place[2].value))
        if end > start
    ]


def _known(contacts: Contacts, parsed: ParsedResume) -> Iterator[Place]:
    """What the parser has already found."""
    for places, kind in (
        (contacts.emails, PersonalKind.EMAIL),
        (contacts.phones, PersonalKind.PHONE),
        (contacts.links, PersonalKind.LINK),
        (contacts.names, PersonalKind.NAME),
    ):
        for start, end in places:
            yield start, end, kind
    if parsed.location is not None and parsed.location.span is not None:
        yield parsed.location.span.start, parsed.location.span.end, PersonalKind.ADDRESS


def _salutations(text: str, names: Sequence[tuple[int, int]]) -> Iterator[Place]:
    """Forms of address before the name tell the gender."""
    for start, _ in names:
        match = _ADDRESSED.search(text, max(0, start - 24), start)
        if match is not None:
            yield match.start(), start, PersonalKind.GENDER
