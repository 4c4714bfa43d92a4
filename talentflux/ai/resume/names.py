"""Where the name of the person stands, whole or in part."""

import re
from collections.abc import Iterator, Sequence

from talentflux.ai.resume.lines import lowered
from talentflux.ai.resume.values import Text
from talentflux.schemas.base import Span

PARTICLES = frozenset(
    ("de", "van", "von", "der", "den", "la", "le", "di", "da", "dos", "das", "do", "bin", "ibn", "al", "el", "y", "e",
     "ten", "ter", "zu", "zum", "del", "della", "af", "av", "st", "st.", "mc", "o'", "abu", "ben", "du", "d'")
)  # fmt: skip
_BETWEEN = re.compile(r"[\s._-]{1,3}")
SALUTATION = (
    r"(?:mr|mrs|ms|miss|mx|sir|madam|herrn?|frau|monsieur|madame|mme|mlle|señor|señora|señorita|sra?|srta|signore?|"
    r"signora|sig|sig\.ra|dhr|mevr|mevrouw|meneer|senhor|senhora)"
)
_ADDRESSED = re.compile(rf"(?<!\w){SALUTATION}\.?\s+$", re.IGNORECASE)
_INITIALS_BEFORE = re.compile(r"(?<!\w)(?:[A-ZÀ-Þ]\.\s?)+$")
_INITIALS_AFTER = re.compile(r",\s?[A-ZÀ-Þ]\.")
_SUBJECT = re.compile(
    r"'s\s|\s(?:is|was|has|had|holds|held|joined|led|leads|brings|works|worked|managed|manages|possesses|excels|earned|"
    r"graduated|speaks|served|serves|ist|war|hat|verfügt|arbeitet|est|a été|possède|es|ha|tiene|heeft|werkt|"
    r"tem|possui|è|"
    r"lavora)\s"
)
_PAGE = re.compile(
    r"(?:page|seite|página|pagina|cv|resume|résumé|lebenslauf|curriculum|vitae|of|von|de|\d|\W)+", re.IGNORECASE
)
_LONGEST_FOOTER = 60  # characters of a line that holds nothing but the name and a page number


def _occurrences(text: str, word: str) -> Iterator[int]:
    """Yield where a word stands as a word of its own."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and text[at - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            yield at
        at = text.find(word, at + 1)


def name_places(text: str, name: Text | None) -> list[tuple[int, int]]:
    """Find every place where the whole name stands, in any case, with blanks, dots or dashes between its words.

    Args:
        text: The working text.
        name: The name as found.

    Returns:
        Start and end of each place, in order.
    """
    if name is None or name.span is None:
        return []
    small = lowered(text)
    tokens = lowered(name.value).split()
    places = {(name.span.start, name.span.end)}
    for at in _occurrences(small, tokens[0]):
        end = at + len(tokens[0])
        for token in tokens[1:]:
            between = _BETWEEN.match(small, end)
            if between is None or not small.startswith(token, between.end()):
                break
            end = between.end() + len(token)
        else:
            places.add((at, end))
    return sorted(places)


def part_places(text: str, name: Text | None, header_end: int, kept: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Find where parts of the name stand as a name: in the header, with a form of address, initials, as a subject.

    A part that is also a word or a skill ("Jordan Java") is left alone elsewhere, so that the name does not change
    what is read from the rest of the text.

    Args:
        text: The working text.
        name: The name as found.
        header_end: Where the header ends.
        kept: Stretches of the header that are not about who the person is: headline and summary.

    Yields:
        Start and end of each place.
    """
    if name is None:
        return
    parts = {
        lowered(part) for part in re.split(r"[\s.,-]+", name.value) if len(part) > 1 and lowered(part) not in PARTICLES
    }
    small = lowered(text)
    for part in parts:
        for at in _occurrences(small, part):
            end = at + len(part)
            if any(span.start <= at < span.end for span in kept):
                continue
            if at < header_end:
                yield at, end
            elif text[at].isupper() or not text[at].islower():
                yield from _in_context(text, at, end, parts)


def _in_context(text: str, at: int, end: int, parts: set[str]) -> Iterator[tuple[int, int]]:
    """Yield a capitalised part of the name where what stands around it says that it is a name."""
    before, after = text[max(0, at - 16) : at], text[end : end + 14]
    initials = {part[0] for part in parts}
    led = _INITIALS_BEFORE.search(before)
    if led is not None and led.group()[0].lower() in initials:
        yield at - len(led.group()), end
        return
    followed = _INITIALS_AFTER.match(after)
    if followed is not None and after.lstrip(", ")[0].lower() in initials:
        yield at, end + followed.end()
        return
    if _ADDRESSED.search(before) or _SUBJECT.match(after) or _alone(text, at, end, parts):
        yield at, end


def _alone(text: str, at: int, end: int, parts: set[str]) -> bool:
    """Whether the line holds nothing but parts of the name, both of them at least, and a page number."""
    first, last = text.rfind("\n", 0, at) + 1, text.find("\n", end)
    line = lowered(text[first : last if last >= 0 else len(text)])
    if len(line) > _LONGEST_FOOTER:
        return False
    words = [word for word in re.findall(r"[^\W\d_]+", line) if not _PAGE.fullmatch(word)]
    return bool(words) and all(word in parts for word in words) and (len(words) > 1 or any(map(str.isdigit, line)))
