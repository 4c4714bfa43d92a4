"""From the text of a resume to its fields."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from talentflux.ai.resume.classify import country_of, title_score
from talentflux.ai.resume.contacts import find_emails, find_links, phone_places, to_phone
from talentflux.ai.resume.dates import Period, find_periods, merged_months, months_between
from talentflux.ai.resume.details import place_skills, read_certificates, read_languages
from talentflux.ai.resume.education import degree_lines, read_education
from talentflux.ai.resume.header import MASK, find_headline, find_location, find_name, in_handle, pieces_of, prose
from talentflux.ai.resume.json_resume import overlay
from talentflux.ai.resume.language import detect_language
from talentflux.ai.resume.lines import Line, split_lines, working_text
from talentflux.ai.resume.names import name_places
from talentflux.ai.resume.personal import Contacts, find_personal
from talentflux.ai.resume.positions import read_positions
from talentflux.ai.resume.sections import Block, heading_kind, split_sections, to_section
from talentflux.ai.resume.values import Text
from talentflux.schemas.base import Span
from talentflux.schemas.document import Document
from talentflux.schemas.resume import Education, Link, ParsedResume, Position, SectionKind
from talentflux.schemas.skill import SkillMention

SkillExtractor = Callable[[str], list[SkillMention]]
_HEADER_REACH = 1500  # characters of the top in which details of the person are sought where no heading ends it
_YEAR_DOUBT = 6  # months by which years without months may seem to overlap
_OWN_REACH = 2500  # characters of the top in which an address is the person's own
_SURE = 0.95  # confidence of a job with a clear title, an employer and dates
_PERSONAL = (SectionKind.HEADER, SectionKind.PERSONAL)


class Reading:
    """One reading of one document; its steps fill the fields one after another."""

    def __init__(self, document: Document, today: date) -> None:
        self.source = document.text
        self.targets = document.links
        self.large = document.headings
        self.today = today
        self.plain = self.text = working_text(document.text)
        self.periods: list[Period] = find_periods(self.text, today)
        self.lines = split_lines(self.text)
        self.blocks: list[Block] = split_sections(self.lines, len(self.text))
        self.all_lines = [line for block in self.blocks for line in block.lines]
        self.starts = [line.start for line in self.all_lines]
        self.header = self._header_lines()
        self.header_end = min(max((line.end for line in self.header), default=0), _HEADER_REACH)
        self.emails = find_emails(self.text, self.source)
        self.name: Text | None = None
        self.phones: list[Text] = []
        self.links: list[Link] = []
        self.places: list[tuple[int, int]] = []
        self.numbers: list[tuple[int, int, bool]] = []

    def _header_lines(self) -> list[Line]:
        """The lines about the person: the block at the top, else the first block that has lines."""
        for block in self.blocks[:4]:
            if block.lines:
                return block.lines[:30]
        return []

    def mask(self, places: Sequence[tuple[int, int]]) -> None:
        """Hide stretches of the working text from all later steps, so that their values cannot change the result."""
        for start, end in places:
            self.text = self.text[:start] + MASK * (end - start) + self.text[end:]
            at = max(0, bisect_right(self.starts, start) - 1)
            while at < len(self.all_lines) and self.all_lines[at].start < end:
                line = self.all_lines[at]
                line.text, line.cells = self.text[line.start : line.end], []
                at += 1

    def contacts(self) -> None:
        """Find e-mail addresses, links, name, location and telephone numbers, and hide them."""
        self.mask([(one.span.start, one.span.end) for one in self.emails if one.span])
        zones = [(block.start, block.end) for block in self.blocks if block.kind is SectionKind.PERSONAL]
        self.links, link_places = find_links(self.text, self.source, self.header_end, self.targets)
        self.mask([(span.start, span.end) for span in link_places])
        zones.append((0, self.header_end))
        dates = [(period.start, period.end) for period in self.periods]
        numbers = phone_places(self.text, zones, dates)
        self.mask([(start, end) for start, end, _ in numbers])
        self.places = [(span.start, span.end) for span in link_places]
        self.numbers = numbers
        header, top = self.header, pieces_of(self.header, self.text)
        personal = [line for block in self.blocks if block.kind is SectionKind.PERSONAL for line in block.lines]
        handles = [one.value.split("@")[0] for one in self.emails] + [
            link.url.rstrip("/").rsplit("/", 1)[-1] for link in self.links
        ]
        seen = {line.start for line in header}
        beside = [line for line in personal if line.start not in seen][:12]
        pieces = top + pieces_of(beside, self.text) if beside else top
        self.name = find_name(pieces, self.source, handles, self.large)
        if self.name is None:
            self._name_elsewhere(handles)
        name_span = self.name.span if self.name else None
        if self.header is not header:
            top = pieces_of(self.header, self.text)
        self.headline = find_headline(top, self.source, name_span, self.header)
        self.location = find_location(pieces, self.source, name_span)
        region = country_of(self.location.value) if self.location else None
        for start, end, mine in numbers:
            if mine or not self.phones:
                value, confidence = to_phone(self.source[start:end], region)
                if all(value != other.value for other in self.phones):
                    span = Span(start=start, end=end)
                    self.phones.append(Text(value=value, span=span, confidence=confidence))
        self.mask(name_places(self.text, self.name))

    def _name_elsewhere(self, handles: Sequence[str]) -> None:
        """Look for the name below the top, where a side column was read first: it is set large or is in the address."""
        for number, line in enumerate(self.all_lines[:120]):
            if not 2 <= len(line.text.split()) <= 5 or line.bullet or heading_kind(line.text):
                continue
            large = any(span.start <= line.start < span.end for span in self.large)
            if not large and not in_handle(line.text, handles):
                continue
            following = self.all_lines[number + 1 : number + 3]
            if large and not in_handle(line.text, handles) and title_score(following[0].text if following else "") < 2:
                continue
            self.name = find_name(pieces_of([line], self.text), self.source, handles, self.large)
            if self.name is not None:
                self.header = [*self.header[:12], line, *following]
                return

    def details(self) -> Contacts:
        """Where contacts and name stand, for the mask."""
        return Contacts(
            emails=[(one.span.start, one.span.end) for one in self.emails if one.span is not None],
            phones=[(start, end) for start, end, _ in self.numbers],
            links=self.places,
            names=name_places(self.plain, self.name),
            header=self.header,
        )

    def summary(self) -> Text | None:
        """The text of the summary section, else the prose of the header."""
        for block in self.blocks:
            if block.kind is SectionKind.SUMMARY and block.lines:
                span = Span(start=block.lines[0].start, end=block.lines[-1].end)
                value = self.source[span.start : span.end].strip()
                return Text(value=re.sub(r"\s+", " ", value), span=span, confidence=0.85)
        return prose(self.blocks[0].lines, self.periods, self.source)

    def positions(self) -> list[Position]:
        """The jobs of all sections of experience; where there are none, of sections without a telling heading."""
        found = self._read_blocks((SectionKind.EXPERIENCE,))
        if found:
            return sorted([*found, *self._interrupted()], key=_place)
        loose = (SectionKind.HEADER, SectionKind.SUMMARY, SectionKind.OTHER, SectionKind.SKILLS, SectionKind.AWARDS)
        return [one for one in self._read_blocks(loose) if one.start is not None and one.title is not None]

    def _interrupted(self) -> list[Position]:
        """Jobs below a heading inside a job ("Achievements"), which seemed to end the experience: whole ones only."""
        inner = (SectionKind.AWARDS, SectionKind.SKILLS, SectionKind.OTHER)
        return [
            one
            for one in self._read_blocks(inner, ranged=True)
            if one.start and one.title and one.employer and one.confidence >= _SURE
        ]

    def _has_range(self, block: Block) -> bool:
        first = bisect_right(self.periods, block.start, key=_end)
        return any(one.is_range and one.start < block.end for one in self.periods[first:])

    def _read_blocks(self, kinds: tuple[SectionKind, ...], *, ranged: bool = False) -> list[Position]:
        return [
            position
            for block in self.blocks
            if block.kind in kinds and (not ranged or self._has_range(block))
            for position in read_positions(block.lines, self.periods, self.text, self.source)
        ]

    def education(self) -> list[Education]:
        """The courses of all sections of education; where there are none, of lines that begin with a degree."""
        found = [
            course
            for block in self.blocks
            if block.kind is SectionKind.EDUCATION
            for course in read_education(block.lines, self.periods, self.text, self.source)
        ]
        if found:
            return found
        loose: list[Line] = []
        for block in self.blocks:
            if block.kind not in (SectionKind.SKILLS, SectionKind.PROJECTS, SectionKind.REFERENCES):
                loose += degree_lines(block.lines)
        return read_education(loose, self.periods, self.text, self.source)


def _end(period: Period) -> int:
    return period.end


def _place(position: Position) -> int:
    return position.span.start if position.span is not None else 0


def intervals_of(positions: Sequence[Position], today: date) -> list[tuple[int, int]]:
    """Return the stretches of time of the jobs whose beginning and end are known, in months.

    Args:
        positions: The jobs.
        today: The present day, at which current jobs end.

    Returns:
        Pairs of first month and one past the last.
    """
    found = []
    for position in positions:
        if position.start is None or (position.end is None and not position.current):
            continue
        found.append(months_between(position.start.value, position.end.value if position.end else None, today))
    return found


def own_emails(found: Sequence[Text], blocks: Sequence[Block], length: int) -> list[Text]:
    """Pick the addresses of the person: those at the top or among the personal details, else the first of a short text.

    Args:
        found: All addresses of the text.
        blocks: Its sections.
        length: Its length.

    Returns:
        The addresses that are not those of referees and institutions.
    """
    zones = [(0, _OWN_REACH), *((block.start, block.end) for block in blocks if block.kind is SectionKind.PERSONAL)]
    references = [(block.start, block.end) for block in blocks if block.kind is SectionKind.REFERENCES]
    placed = [(one, one.span.start) for one in found if one.span is not None]
    placed = [(one, at) for one, at in placed if not any(start <= at < end for start, end in references)]
    own = [one for one, at in placed if any(start <= at < end for start, end in zones)]
    return own or [one for one, _ in placed[:1] if length < 3 * _OWN_REACH]


def _unique(found: Sequence[Text]) -> list[Text]:
    return list({one.value.lower(): one for one in reversed(found)}.values())[::-1]


def _warnings(parsed: ParsedResume, intervals: Sequence[tuple[int, int]]) -> list[str]:
    found = []
    if parsed.name is None:
        found.append("No name could be read.")
    if not parsed.emails and not parsed.phones:
        found.append("No e-mail address and no telephone number could be read.")
    if not parsed.positions:
        found.append("No positions could be read.")
    elif not intervals:
        found.append("The positions have no dates that could be read, so years of experience are unknown.")
    elif len(intervals) < len(parsed.positions):
        missing = len(parsed.positions) - len(intervals)
        found.append(
            f"{missing} of {len(parsed.positions)} positions have no complete dates and do not count as years."
        )
    if sum(last - first for first, last in intervals) > merged_months(intervals) + _YEAR_DOUBT:
        found.append("Some positions overlap in time; the overlap counts once.")
    return found


def parse_text(document: Document, extract_skills: SkillExtractor | None, today: date | None) -> ParsedResume:
    """Read the fields of a resume from its text.

    Args:
        document: The file as read.
        extract_skills: Finds the mentions of skills in a text; without it no skills are read.
        today: The day that "present" means, by default the present day in UTC.

    Returns:
        What could be read.
    """
    day = today or datetime.now(UTC).date()
    reading = Reading(document, day)
    reading.contacts()
    parsed = _fields(reading)
    if document.json_resume is not None:
        overlay(parsed, document.json_resume, document.text, day)
        reading.name = parsed.name
    intervals = intervals_of(parsed.positions, day)
    parsed.total_years = round(merged_months(intervals) / 12, 2) if intervals else None
    texts = (reading.plain, reading.text)
    parsed.personal = find_personal(parsed, reading.blocks, texts, reading.periods, reading.details())
    if extract_skills is not None:
        parsed.skills = place_skills(extract_skills(document.text), parsed, day)
    parsed.warnings = _warnings(parsed, intervals)
    return parsed


def _fields(reading: Reading) -> ParsedResume:
    """Read what the text says, before anything is computed from it."""
    return ParsedResume(
        language=detect_language(reading.source),
        name=reading.name,
        headline=reading.headline,
        emails=_unique(own_emails(reading.emails, reading.blocks, len(reading.text))),
        phones=reading.phones,
        links=reading.links,
        location=reading.location,
        summary=reading.summary(),
        positions=reading.positions(),
        education=reading.education(),
        languages=read_languages(reading.blocks, reading.text, reading.source),
        certificates=read_certificates(reading.blocks, reading.periods, reading.text, reading.source),
        sections=[to_section(block) for block in reading.blocks if block.end > block.start],
    )
