"""Where the entries of a section of experience are: the lines that make the head of each job."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from talentflux.ai.resume.classify import organization_score, title_score
from talentflux.ai.resume.dates import Period
from talentflux.ai.resume.degrees import degree_at
from talentflux.ai.resume.header import MASK
from talentflux.ai.resume.heads import (
    LONGEST_HEAD,
    Part,
    dated,
    field_of,
    head_like,
    parts_of,
    prose_parts,
    remainder,
    title_and_rest,
)
from talentflux.ai.resume.lines import Line

_NO_PART = re.compile(
    r"(?:remote|full[ -]time|part[ -]time|contract|permanent|temporary|freelance|confidential|vollzeit|"
    r"teilzeit|befristet|cdi|cdd|"
    r"(?:\d+\s)?(?:days?|months?|years?|yrs?|jahre?|monate?|ans|mois|años|meses|anni|mesi|jaar|maanden)\b.*|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|summer|"
    r"winter|spring|fall|present))$",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(r"\s*\)?\s*[:–-]\s+(?=\S+(?:\s\S+){5})")
DEPARTS = (",", "-", "–")  # what may stand between a title and a department
_REACH = 3  # lines that a head may have above or below its dates


@dataclass(slots=True)
class Entry:
    """A job in the making.

    Attributes:
        head: Numbers of the lines of its head.
        period: Its dates.
        title: The piece that names the job.
        employer: The piece that names who it was for.
        place: Where it was.
        inherited: Whether the employer was taken from the entry above.
        spare: The pieces of the head that are not settled.
        placed: Those that a place follows on their line, as it follows the names of employers.
    """

    head: list[int]
    period: Period | None = None
    title: Part | None = None
    employer: Part | None = None
    place: Part | None = None
    inherited: bool = False
    spare: list[Part] = field(default_factory=list)
    placed: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the heads are looked for in.

    Attributes:
        lines: Lines of the section.
        periods: Dates of the whole text.
        text: The working text, name and contacts masked.
        known: The pieces of the lines that were divided before.
    """

    lines: Sequence[Line]
    periods: Sequence[Period]
    text: str
    known: dict[int, list[Part]] = field(default_factory=dict)


def parted(lines: Sequence[Line], periods: Sequence[Period], text: str) -> list[Line]:
    """Part lines in which the description follows the dates: `Clerk, Acme (2015 – 2017): kept the books of …`."""
    found: list[Line] = []
    for line in lines:
        first = next((one for one in dated(line, periods) if one.is_range), None)
        match = None
        if first is not None and first.end < line.end and any(map(str.isalpha, text[line.start : first.start])):
            match = _DESCRIPTION.match(text, first.end, line.end)
        if match is None:
            found.append(line)
            continue
        cut = match.end()
        found.append(
            Line(line.start, match.start(), text[line.start : match.start()], line.bullet, line.gap, line.left)
        )
        found.append(Line(cut, line.end, text[cut : line.end], bullet=True, gap=False, left=cut))
    return found


def _anchors(lines: Sequence[Line], periods: Sequence[Period]) -> list[tuple[int, int, Period]]:
    """Find the lines whose dates may belong to a head: first line, last line, dates."""
    found: list[tuple[int, int, Period]] = []
    for number, line in enumerate(lines):
        here = dated(line, periods) if len(line.text) <= LONGEST_HEAD else []
        if not here or (found and found[-1][1] >= number and found[-1][2] is here[0]):
            continue
        period = next((one for one in here if one.is_range), here[0])
        rest = remainder(line, periods)
        label = field_of(line.text)
        alone = not any(map(str.isalpha, rest)) or (label is not None and label[0] == "date")
        if period.is_range and prose_parts(line, number):
            found.append((number, number, period))
            continue
        if line.bullet and not (period.is_range and len(rest) < 90 and title_score(rest) >= 2):
            continue
        headed = head_like(rest) or _titled(rest)
        if not (alone or headed) or (not period.is_range and not alone and not _titled(rest)):
            continue
        last = number
        while last + 1 < len(lines) and period.end > lines[last + 1].start:
            last += 1
        found.append((number, last, period))
    return found


def _titled(rest: str) -> bool:
    return title_score(rest) == 3 or organization_score(rest) >= 2


def dated_entries(scene: Scene) -> list[Entry]:
    """Find the entries that have dates, each with the pieces of its head.

    Args:
        scene: The section.

    Returns:
        The entries in order; which piece is what is not settled yet.
    """
    found: list[Entry] = []
    consumed = -1
    anchors = _anchors(scene.lines, scene.periods)
    for place, (first, last, period) in enumerate(anchors):
        if first <= consumed and scene.lines[first].text and not found:
            continue
        stop = anchors[place + 1][0] if place + 1 < len(anchors) else len(scene.lines)
        entry = Entry(list(range(first, last + 1)), period)
        parts = [part for number in entry.head for part in _parts(scene, number)]
        above = _above(scene, first, consumed, parts)
        parts = [*above, *parts]
        below = _below(scene, last, stop, parts)
        entry.head = sorted({*entry.head, *(part.line for part in above), *(part.line for part in below)})
        entry.spare = [*parts, *below]
        consumed = max(entry.head)
        found.append(entry)
    return found


def _parts(scene: Scene, number: int) -> list[Part]:
    found = scene.known.get(number)
    if found is None:
        found = scene.known[number] = _divide(scene, number)
    return found


def _divide(scene: Scene, number: int) -> list[Part]:
    line = scene.lines[number]
    found = prose_parts(line, number)
    if found:
        return found
    label = field_of(line.text)
    if label is not None and label[0] == "date":
        return []
    for part in parts_of(line, number, scene.periods, scene.text):
        if MASK in part.text or _NO_PART.match(part.text) or _is_degree(part, scene.text):
            continue
        if label is not None and part.start >= line.start + label[1]:
            part.title = 3 if label[0] == "title" else 0
            part.organization = 3 if label[0] == "employer" else 0
            part.place = 2 if label[0] == "place" else 0
        elif label is not None:
            continue
        opened = title_and_rest(part)
        found.extend(opened or (part,))
    return found


def _is_degree(part: Part, text: str) -> bool:
    return part.title < 3 and part.organization < 3 and degree_at(text, part.start, part.end) is not None


def _complete(parts: Sequence[Part]) -> bool:
    """Whether the pieces already hold a title and something that may be an employer."""
    title = next((part for part in parts if part.title == 3), None)
    if title is None:
        return False
    return any(
        part is not title and not part.place and (part.organization or (part.title < 3 and not part.text[0].islower()))
        for part in parts
    )


def _above(scene: Scene, first: int, consumed: int, parts: Sequence[Part]) -> list[Part]:
    """Take the lines above the dates that belong to the same head."""
    found: list[Part] = []
    number = first - 1
    while number > consumed and first - number <= _REACH:
        line = scene.lines[number]
        if _complete([*found, *parts]):
            found = [*_employer_line(scene, number, consumed, [*found, *parts]), *found]
            break
        rest = remainder(line, scene.periods)
        if line.bullet or not head_like(rest) or dated(line, scene.periods):
            break
        if number > consumed + 1 and scene.lines[number + 1].gap and not line.gap and found == []:
            break  # the last line of the paragraph before
        here = _parts(scene, number)
        telling = any(part.title >= 2 or part.organization >= 2 for part in here)
        opening = line.gap or number == consumed + 1 or (bool(found) and len(rest.split()) <= 5)
        if not (telling or opening or (number == first - 1 and _fresh(scene.lines, number))):
            break
        if found and any(part.title == 3 for part in found) and any(part.title == 3 for part in here):
            break
        found = [*here, *found]
        number -= 1
    return found


def _employer_line(scene: Scene, number: int, consumed: int, known: Sequence[Part]) -> list[Part]:
    """Take the line `Acme, Boston, MA` above a head that has no place: what it held so far is a department."""
    line = scene.lines[number]
    opens = line.gap or number == consumed + 1
    if any(part.place or part.organization == 3 for part in known) or line.bullet or not opens:
        return []
    if dated(line, scene.periods) or not head_like(line.text):
        return []
    here = _parts(scene, number)
    named = len(here) == 2 and here[0].title == 0 and not here[0].place and here[1].place == 2
    return here if named else []


def _fresh(lines: Sequence[Line], number: int) -> bool:
    """Whether a line begins anew and does not go on with the sentence of the line before it."""
    if number == 0:
        return True
    before = lines[number - 1].text.rstrip()
    return before.endswith((".", ";", "!", ":")) or len(before) < 60


def _below(scene: Scene, last: int, stop: int, parts: Sequence[Part]) -> list[Part]:
    """Take the lines below the dates that belong to the same head."""
    found: list[Part] = []
    for number in range(last + 1, min(stop, last + 1 + _REACH)):
        line = scene.lines[number]
        if _complete([*parts, *found]):
            found.extend(_after_department(scene, number, [*parts, *found]))
            break
        if line.bullet or not head_like(line.text) or dated(line, scene.periods) or len(line.text) > 90:
            break
        here = _parts(scene, number)
        known = [*parts, *found]
        if any(part.title == 3 for part in known) and any(part.title == 3 for part in here):
            break
        telling = any(part.title >= 2 or part.organization >= 2 or part.place for part in here)
        if not telling and (len(line.text.split()) > 6 or any(not part.place for part in known[1:])):
            break
        found.extend(here)
    return found


def _after_department(scene: Scene, number: int, parts: Sequence[Part]) -> list[Part]:
    """Take the employer from the next line where what follows the title is a department: `Nurse, Intensive Care`."""
    line = scene.lines[number]
    department = _department(parts)
    if department is None or line.bullet or not head_like(line.text) or dated(line, scene.periods):
        return []
    here = _parts(scene, number)
    telling = any(part.organization >= 2 or part.place for part in here) and all(part.title < 3 for part in here)
    return here if telling else []


def _department(parts: Sequence[Part]) -> Part | None:
    """The only piece beside the title, when a comma divides both and it is no company."""
    rest = [part for part in parts if part.title < 3 and not part.place]
    title = next((part for part in parts if part.title == 3), None)
    if title is None or len(rest) != 1 or rest[0].organization == 3:
        return None
    return (
        rest[0]
        if rest[0].line == title.line and rest[0].after.strip() in DEPARTS and rest[0].start > title.end
        else None
    )


def undated_entries(scene: Scene, taken: set[int], *, strict: bool) -> list[Entry]:
    """Find heads without dates: a line with a title beside or next to one with an employer.

    Args:
        scene: The section.
        taken: Numbers of lines that belong to the heads of dated entries.
        strict: Whether an employer is required; it is where other entries have dates.

    Returns:
        The entries in order.
    """
    found: list[Entry] = []
    number = 0
    while number < len(scene.lines):
        line = scene.lines[number]
        if (
            number in taken
            or line.bullet
            or not head_like(line.text)
            or dated(line, scene.periods)
            or len(line.text) > 100
        ):
            number += 1
            continue
        run = _run(scene, number, taken)
        if not _promising([scene.lines[one].text for one in run[:2]], strict=strict):
            number = run[0] + 1
            continue
        parts = [part for one in run[:2] for part in _parts(scene, one)]
        titles = [part for part in parts if part.title == 3]
        organizations = [part for part in parts if part.organization >= 2 and part.title < 3]
        if len(titles) == 1 and (organizations or not strict) and min(part.line for part in titles) <= run[0] + 1:
            used = sorted({titles[0].line, *(part.line for part in organizations[:1])})
            found.append(Entry(used, None, spare=[part for part in parts if part.line in used]))
            number = used[-1] + 1
        else:
            number = run[0] + 1
    return found


def _promising(texts: Sequence[str], *, strict: bool) -> bool:
    """Whether lines have a word for a job and, where it is required, one of employers; this is quick to tell."""
    titled = any(title_score(text) or field_of(text) for text in texts)
    return titled and (not strict or any(organization_score(text) or field_of(text) for text in texts))


def _run(scene: Scene, first: int, taken: set[int]) -> list[int]:
    """Collect up to three lines in a row that read like the head of an undated entry."""
    run = [first]
    for number in range(first + 1, min(first + 3, len(scene.lines))):
        line = scene.lines[number]
        if number in taken or line.bullet or not head_like(line.text) or dated(line, scene.periods):
            break
        run.append(number)
    return run
