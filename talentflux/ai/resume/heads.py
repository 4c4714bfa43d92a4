"""The heads of entries: short lines that name a job or a course of study, and the pieces they are made of."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from talentflux.ai.resume.classify import organization_score, place_score, school_score, title_score
from talentflux.ai.resume.dates import Period
from talentflux.ai.resume.lexicon import words
from talentflux.ai.resume.lines import Line

LONGEST_HEAD = 400  # characters of a line, dates included, that may be the head of an entry
_SMALL = words("smallwords", "inside-names")
_LABEL = re.compile(
    r"(?:responsibilit|key responsib|roles? (?:and|&) resp|duties|achievement|accomplish|project|technolog|"
    r"environment|team size|tools?\b|"
    r"description|client|duration|contribution|summary|highlights|skills|platform|database|reason for|"
    r"salary|supervisor|"
    r"address|phone|references?|responsabili|aufgaben|tätigkeiten|schwerpunkte|missions?|tâches|"
    r"réalisations|funciones|tareas|logros|"
    r"taken|werkzaamheden|verantwoordelijk|funções|atividades|mansioni|attività|note|software used|"
    r"operating|language|url|gpa|cgpa|"
    r"relevant course|coursework|thesis|major project|page \d|results?\b|objective|notable|selected)[^:]*:?",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"(?P<title>position(?: held| title)?|designation|job title|title|role|job profile|post|poste|puesto|"
    r"cargo|functie|funzione|ruolo|mansione|tätigkeit|position|beruf)"
    r"|(?P<employer>company(?: name)?|employer|organi[sz]ation(?: name)?|firm|company/organization|"
    r"name of (?:the )?(?:company|organization|employer)|arbeitgeber|firma|unternehmen|"
    r"entreprise|employeur|société|empresa|compañía|werkgever|bedrijf|azienda|datore di lavoro|entidade)"
    r"|(?P<place>location|place|ort|lieu|lugar|local|plaats|luogo|standort|city)"
    r"|(?P<date>period|duration|dates?|from|tenure|zeitraum|période|dates|periodo|período|periode|date)",
    re.IGNORECASE,
)
_FIELD_LINE = re.compile(r"([^\W\d_][\w /]{2,30}?)\s*[:–]\s*(?=\S)")
_ABBREVIATED = re.compile(
    r"(?:\b(?:inc|ltd|co|corp|sr|jr|llc|dept|univ|st|mt|pvt|u\.s|u\.k|s\.a|s\.l|e\.v|b\.v|n\.v|lda|[A-Z])\.|\.\))$",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"(?=[\s|;•–,@():-])(?:\t+| {2,}|\s*[|;•]\s*|\s+[–-]+\s+|\s*–\s*|,\s*|\s+@\s+|\s*[()]\s*|\s*:\s+|\s+/\s+|"
    r"(?<=[a-z.])- (?!und\b|oder\b|and\b|or\b|et\b|y\b|en\b|e\b)|\s(?:at|At|AT|bei(?:\sder)?|chez|presso|bij)\s)"
)
_IN = re.compile(r"\s(?:in|with|for|en|in der|im|para|pour|voor|of|to)\s", re.IGNORECASE)


@dataclass(slots=True)
class Part:
    """A piece of a head with what it may be.

    Attributes:
        start: First character.
        end: One past the last.
        text: Its working text.
        line: Number of its line in the block.
        title: Score of `title_score`.
        organization: Score of `organization_score`.
        place: Score of `place_score`.
        after: The separator before it.
    """

    start: int
    end: int
    text: str
    line: int
    title: int = 0
    organization: int = 0
    place: int = 0
    after: str = ""


def _end(period: Period) -> int:
    return period.end


def dated(line: Line, periods: Sequence[Period]) -> list[Period]:
    """Return the dates that stand on a line, wholly or in part."""
    if line.dates is not None:
        return line.dates
    found = []
    for place in range(bisect_right(periods, line.start, key=_end), len(periods)):
        if periods[place].start >= line.end:
            break
        found.append(periods[place])
    line.dates = found
    return found


def remainder(line: Line, periods: Sequence[Period]) -> str:
    """Return the text of a line without its dates; a line too long for a head is given back as it is."""
    if len(line.text) > LONGEST_HEAD:
        return line.text
    text = line.text
    for period in dated(line, periods):
        begin, finish = max(0, period.start - line.start), min(len(text), period.end - line.start)
        text = text[:begin] + " " * (finish - begin) + text[finish:]
    return text.strip(" ,;:|–-().[]")


@lru_cache(maxsize=4096)
def head_like(text: str) -> bool:
    """Say whether a line without its dates reads like a head: short, in capitals or title case, no sentence."""
    tokens = text.split()
    if (
        not tokens
        or len(tokens) > 16
        or len(text) > 130
        or not (text[0].isupper() or text[0].isdigit() or text[0] in "'\"(")
    ):
        return len(tokens) in (1, 2, 3) and title_score(text) == 3
    if text.endswith((".", "!", "?")) and not _ABBREVIATED.search(text):
        told = organization_score(text) >= 2 if len(tokens) <= 5 else "," in text and title_score(text) == 3
        if not told:
            return False
    if _LABEL.match(text) and title_score(text) < 3 and organization_score(text) < 3:
        return False
    if text.endswith((":", ",")) and title_score(text) < 2 and organization_score(text) < 2:
        return False
    long = [token for token in tokens if token.lower() not in _SMALL and token[0].isalpha()]
    if not long:
        return False
    capital = sum(1 for token in long if token[0].isupper())
    return capital / len(long) >= (0.5 if len(long) <= 4 else 0.65)


def field_of(text: str) -> tuple[str, int] | None:
    """Recognise a labelled line such as `Company: Acme`.

    Returns:
        `title`, `employer`, `place` or `date`, and where the value begins; None for other lines.
    """
    match = _FIELD_LINE.match(text)
    if match is None:
        return None
    label = _FIELD.fullmatch(match[1].strip())
    return (str(label.lastgroup), match.end()) if label is not None else None


def parts_of(line: Line, number: int, periods: Sequence[Period], text: str) -> list[Part]:
    """Divide a head line into its pieces and score each.

    Args:
        line: The line.
        number: Its number, kept in the pieces.
        periods: Dates; they are no pieces.
        text: The working text.

    Returns:
        The pieces in order.
    """
    raw: list[Part] = []
    cuts = [(period.start, period.end) for period in dated(line, periods)]
    begin = line.start
    for start, end in [*cuts, (line.end, line.end)]:
        if start > begin:
            _split(text, begin, start, number, raw)
        begin = max(begin, end)
    merged = _merge(raw, text)
    for part in merged:
        part.title, part.organization = title_score(part.text), organization_score(part.text)
        part.place = place_score(part.text)
    return _open_places([part for part in merged if any(map(str.isalpha, part.text))])


def _split(text: str, begin: int, end: int, number: int, found: list[Part]) -> None:
    place, after = begin, ""
    for match in [*_SEPARATOR.finditer(text, begin, end), None]:
        stop = match.start() if match else end
        body = text[place:stop]
        stripped = (
            body.strip(" .,:–-•*'\"[]|/") if not _ABBREVIATED.search(body.strip()) else body.strip(" ,:–-•*'\"[]|/")
        )
        if stripped:
            start = place + body.index(stripped)
            found.append(Part(start, start + len(stripped), stripped, number, after=after))
            after = ""
        if match:
            after += match.group()
            place = match.end()


def _merge(raw: list[Part], text: str) -> list[Part]:
    """Put together again what a comma divided and belongs together: `Acme, Inc.`, `Austin, Texas`, `Manager, Sales`."""
    found: list[Part] = []
    for part in raw:
        last = found[-1] if found else None
        if last is not None and part.after.strip() == "," and _belongs(last, part, text):
            last.end, last.text = part.end, text[last.start : part.end]
        else:
            found.append(part)
    return found


def _belongs(last: Part, part: Part, text: str) -> bool:
    bare = part.text.lower().replace(".", "").split()
    if len(bare) <= 2 and bare and bare[0] in words("organizations", "form") and len(part.text) < 12:
        return True
    joined = text[last.start : part.end]
    alone = place_score(last.text)
    return place_score(joined) == 2 and title_score(last.text) < 3 and (organization_score(last.text) < 2 or alone > 0)


def _open_places(parts: list[Part]) -> list[Part]:
    """Part a place from the name before it where only a blank divides them: `Stripe San Francisco, CA`."""
    found: list[Part] = []
    for part in parts:
        tokens = [(match.start(), match.end()) for match in re.finditer(r"[^\s-]+", part.text)]
        cut = None
        if "," in part.text and (part.place == 0 or len(tokens) > 3) and len(tokens) > 2:
            for begin, _ in tokens[1:]:
                tail = part.text[begin:]
                if "," in tail and place_score(tail) == 2 and _town_known(tail):
                    cut = begin
                    break
        if cut is None:
            found.append(part)
            continue
        name = part.text[:cut].rstrip(" ,–-")
        found.append(_scored(Part(part.start, part.start + len(name), name, part.line, after=part.after)))
        found.append(_scored(Part(part.start + cut, part.end, part.text[cut:], part.line, after=" ")))
    return found


def _town_known(text: str) -> bool:
    return place_score(text.split(",", maxsplit=1)[0]) > 0


def _scored(part: Part) -> Part:
    part.title, part.organization = title_score(part.text), organization_score(part.text)
    part.place = place_score(part.text)
    return part


def school_in(text: str) -> bool:
    """Say whether a text names a school."""
    return school_score(text) > 0


_PROSE = re.compile(
    r"(?:i\s)?(?:am\s|was\s|have\s|has\s|been\s|currently\s|presently\s|previously\s|now\s)*(?:work(?:ed|"
    r"ing|s)?|employed|serv(?:ed|ing|es)|tätig|associated)\s"
    r"(?:as|als)\s(?:an?\s|the\s|in\s)*(?P<title>[^.,;:]{3,60}?)\s(?:at|in|for|with|of|bei|on)\s(?:the\s|an?\s)?"
    r"(?P<employer>[A-Z0-9][^,;:]{1,60}?)(?=,|;|\.(?:\s|$)|\s(?:from|since|in|for|during|as|where|on|at)\s|"
    r"\s*\(|\s{2}|$)",
    re.IGNORECASE,
)


def prose_parts(line: Line, number: int) -> list[Part]:
    """Read title and employer from a sentence: `Worked as a Lecturer at Acme from …`.

    Args:
        line: The line.
        number: Its number, kept in the pieces.

    Returns:
        Both pieces, or none where the line is no such sentence.
    """
    match = _PROSE.match(line.text)
    if match is None or title_score(match["title"]) < 2:
        return []
    title = Part(line.start + match.start("title"), line.start + match.end("title"), match["title"], number, title=3)
    if not match["employer"][0].isupper():
        return [title]
    start, end = line.start + match.start("employer"), line.start + match.end("employer")
    return [title, Part(start, end, match["employer"], number, organization=2)]


def title_and_rest(part: Part) -> tuple[Part, Part] | None:
    """Part a title from the employer after it: `Engineer in Acme Ltd`, `Nurse of St Mary Hospital`."""
    for match in _IN.finditer(part.text):
        left, right = part.text[: match.start()], part.text[match.end() :]
        known = (
            organization_score(right) == 3 or school_in(right)
            if " of " in match.group()
            else organization_score(right) >= 2
        )
        if title_score(left) == 3 and known and right[:1].isupper():
            first = Part(part.start, part.start + len(left), left, part.line, 3)
            second = Part(part.start + match.end(), part.end, right, part.line, 0, organization_score(right), 0)
            return first, second
    return None
