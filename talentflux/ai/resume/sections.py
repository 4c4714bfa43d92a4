"""Sections of a resume, told by their headings."""

import re
from dataclasses import dataclass
from functools import cache

from talentflux.ai.resume.lexicon import groups, index, letters
from talentflux.ai.resume.lines import Line
from talentflux.schemas.base import Span
from talentflux.schemas.resume import Section, SectionKind

_LONGEST = 60  # characters of a heading
_MOST_BLANKS = 14  # a heading may be letter-spaced
_MOST_WORDS = 7  # of a heading that is not letter-spaced
_JOINERS = re.compile(r"\s*(?:&|/|,|\+|\band\b|\bund\b|\bet\b|\by\b|\ben\b|\be\b|\|)\s*", re.IGNORECASE)
_INLINE = re.compile(r"([^\W\d_][^:.\n]{2,48}?)\s?(?::[–-]?|\s–)\s+(?=\S)")
_LEADING = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ&/' ]{4,40}(?=\s+[A-Z•][a-z])")
_DECORATION = re.compile(r"^[\s\W_]+|[\s\W_]+$")


_ENDINGS = {
    "experience": SectionKind.EXPERIENCE, "employment": SectionKind.EXPERIENCE, "experiences": SectionKind.EXPERIENCE,
    "berufserfahrung": SectionKind.EXPERIENCE, "werkervaring": SectionKind.EXPERIENCE,
    "skills": SectionKind.SKILLS, "competencies": SectionKind.SKILLS, "expertise": SectionKind.SKILLS,
    "kenntnisse": SectionKind.SKILLS, "vaardigheden": SectionKind.SKILLS, "proficiencies": SectionKind.SKILLS,
    "certifications": SectionKind.CERTIFICATES, "licenses": SectionKind.CERTIFICATES,
    "certificates": SectionKind.CERTIFICATES, "courses": SectionKind.CERTIFICATES,
    "awards": SectionKind.AWARDS, "honors": SectionKind.AWARDS, "achievements": SectionKind.AWARDS,
    "projects": SectionKind.PROJECTS, "publications": SectionKind.PUBLICATIONS,
    "presentations": SectionKind.PUBLICATIONS, "activities": SectionKind.INTERESTS,
    "affiliations": SectionKind.INTERESTS, "memberships": SectionKind.INTERESTS,
}  # fmt: skip
_NO_HEADING = frozenset(
    ("years", "year", "of", "with", "my", "the", "in", "strong", "extensive", "has", "have", "hands")
)


@dataclass(slots=True)
class Block:
    """A section with its lines.

    Attributes:
        kind: What it is about.
        heading: The line of the heading; None for the block at the top.
        lines: What stands under the heading.
        start: First character.
        end: One past the last character.
    """

    kind: SectionKind
    heading: Line | None
    lines: list[Line]
    start: int
    end: int


@cache
def _headings() -> dict[str, SectionKind]:
    found: dict[str, SectionKind] = {}
    for kind, listed in groups("headings").items():
        for heading in listed:
            found.setdefault(letters(heading), SectionKind(kind))
    return found


@cache
def _first_words() -> frozenset[str]:
    """Words that a heading may begin with."""
    return frozenset(letters(heading.split()[0]) for listed in groups("headings").values() for heading in listed)


def heading_kind(text: str) -> SectionKind | None:
    """Return what a heading announces, or None where the text is no known heading.

    Args:
        text: A line without its bullet.

    Returns:
        The kind of the section. Of a heading that joins two ("Skills & Interests"), the first counts.
    """
    blanks = text.count(" ")
    if len(text) > _LONGEST or blanks > _MOST_BLANKS or (blanks > _MOST_WORDS and len(text) > 4 * blanks):
        return None
    known = _headings()
    kind = known.get(letters(text))
    if kind is not None:
        return kind
    if not text[:1].isupper() or letters(text.split(None, 1)[0].split("/", maxsplit=1)[0]) not in _first_words():
        return _by_ending(text)
    parts = [part for part in _JOINERS.split(_DECORATION.sub("", text)) if part]
    if 2 <= len(parts) <= 4:
        kinds = [known.get(letters(part)) for part in parts]
        if all(kinds):
            weighty = (SectionKind.EXPERIENCE, SectionKind.EDUCATION)
            return next((kind for kind in kinds if kind in weighty), kinds[0])
    return _by_ending(text)


def _by_ending(text: str) -> SectionKind | None:
    """Take a short line in capitals or title case for a heading by its last word: `Classroom Experience`."""
    words = text.strip(" :").split()
    if not words or words[-1].lower() not in _ENDINGS:
        return None
    if not 2 <= len(words) <= 4 or not all(word[0].isupper() or word == "&" for word in words):
        return None
    if not _NO_HEADING.isdisjoint(word.lower() for word in words) or any(map(str.isdigit, text)):
        return None
    return _ENDINGS.get(words[-1].lower())


def _is_name_of_language(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text[:80])
    listed = index("languages")
    return any(word.lower() in listed for word in words)


def _inline(line: Line) -> tuple[SectionKind, int] | None:
    """Recognise a heading that shares its line with what follows: `EDUCATION: B.Sc. …`."""
    if line.bullet or not line.text[0].isupper() or not (":" in line.text[:52] or " –" in line.text[:52]):
        return None
    match = _INLINE.match(line.text)
    if match is None:
        return None
    kind = heading_kind(match[1])
    rest = line.text[match.end() :]
    if kind is SectionKind.LANGUAGES and not _is_name_of_language(rest):
        return None
    if kind in (None, SectionKind.PERSONAL, SectionKind.PROJECTS, SectionKind.OTHER):
        return None
    capital = match[1].isupper() or line.gap or kind in (SectionKind.SUMMARY, SectionKind.LANGUAGES)
    return (kind, match.end()) if capital else None


def _leading(line: Line) -> tuple[SectionKind, int] | None:
    """Recognise a heading in capitals that runs into the text after it: `SUMMARY Dedicated engineer`."""
    if line.bullet or not line.text[:5].isupper():
        return None
    match = _LEADING.match(line.text)
    if match is None:
        return None
    kind = heading_kind(match.group().strip())
    return (kind, match.end()) if kind is not None else None


def split_sections(lines: list[Line], length: int) -> list[Block]:
    """Divide the lines of a resume into sections.

    Args:
        lines: All lines.
        length: Length of the text; the last section ends there.

    Returns:
        The sections in order; the first is the header, which may be empty.
    """
    blocks = [Block(SectionKind.HEADER, None, [], 0, length)]
    for position, line in enumerate(lines):
        kind = heading_kind(line.text)
        if kind is not None and not _is_list_item(line, lines, position, blocks[-1]):
            _open(blocks, kind, line)
            continue
        inline = _inline(line) or _leading(line)
        if inline is not None:
            kind, offset = inline
            while offset < len(line.text) - 1 and line.text[offset] in " :•":
                offset += 1
            cut = line.start + offset
            _open(blocks, kind, Line(line.start, cut, line.text[:offset], line.bullet, line.gap, line.left))
            line = Line(cut, line.end, line.text[offset:], bullet=False, gap=False, left=cut)  # noqa: PLW2901 - the rest of the line goes on as one
        blocks[-1].lines.append(line)
    return blocks


def _is_list_item(line: Line, lines: list[Line], position: int, block: Block) -> bool:
    """A bullet that reads like a heading ("• Leadership") among other bullets is an item of a list."""
    if line.bullet and not line.text.rstrip().endswith(":"):
        neighbours = lines[max(0, position - 1) : position] + lines[position + 1 : position + 2]
        if any(near.bullet and len(near.text) < _LONGEST for near in neighbours):
            return True
    lower = line.text[:1].islower()
    return lower and block.kind is not SectionKind.HEADER and not line.gap


def _open(blocks: list[Block], kind: SectionKind, heading: Line) -> None:
    end = blocks[-1].end
    blocks[-1].end = heading.left
    blocks.append(Block(kind, heading, [], heading.left, end))


def to_section(block: Block) -> Section:
    """Return the public form of a block."""
    heading = None
    if block.heading is not None:
        heading = Span(start=block.heading.start, end=block.heading.end)
    return Section.model_construct(kind=block.kind, heading=heading, span=Span(start=block.start, end=block.end))
